from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.dataset.fields import FIELDS
from ckanext.hanoi.harvest.config import SourceConfig, parse
from ckanext.hanoi.harvest.connectors.ckan import CkanConnector
from ckanext.hanoi.harvest.mapping.dataset import to_dataset

ORGANIZATIONS = {"Sở Tài chính": "id-so-tai-chinh", "Sở Xây dựng": "id-so-xay-dung"}


def agency(name):
    if name == "sở giao thông":
        return None, ["so-xay-dung"]
    return (ORGANIZATIONS[name], [name]) if name in ORGANIZATIONS else (None, [])


def mapped(draft, config="", owner="id-thanh-pho"):
    return to_dataset(draft, parse(config, CkanConnector), agency, owner)


def extras(result):
    return {extra["key"]: extra["value"] for extra in result.dataset["extras"]}


def test_controlled_values_are_stored_as_codes_whatever_way_they_are_written():
    result = mapped(
        {
            "title": "Ngân sách",
            "themes": ["Tai chinh", "giao thông"],
            "frequency": "hàng năm",
            "language": ["http://publications.europa.eu/resource/authority/language/VIE"],
            "license": "https://creativecommons.org/licenses/by/4.0/",
        }
    )
    dataset = result.dataset
    assert len(dataset["theme"]) == 2
    assert dataset["frequency"] == "ANNUAL"
    assert dataset["language"] == ["vi"]
    assert dataset["license_id"] == "cc-by-4.0"
    assert result.notes == []


def test_what_no_vocabulary_knows_is_kept_as_an_extra_and_noted():
    result = mapped(
        {"title": "A", "themes": ["Xyz"], "frequency": "thi thoảng", "license": "Riêng"}
    )
    assert extras(result) == {
        "theme_text": "Xyz",
        "frequency_text": "thi thoảng",
        "license_text": "Riêng",
    }
    assert {note.field for note in result.notes} == {"theme", "frequency", "license_id"}
    assert "license_id" not in result.dataset


def test_text_is_composed_and_harvested_html_is_cleaned():
    decomposed = unicodedata.normalize("NFD", "Đường phố Hà Nội")
    result = mapped({"title": decomposed, "notes": "<p>Mô tả<script>alert(1)</script></p>"})
    assert result.dataset["title"] == "Đường phố Hà Nội"
    assert result.dataset["name"] == "duong-pho-ha-noi"
    assert "script" not in result.dataset["notes"]


@pytest.mark.parametrize(
    ("title", "main", "english"),
    [
        ({"vi": "Chợ", "en": "Markets"}, "Chợ", "Markets"),
        ({"en": "Markets"}, "Markets", None),
        ({"vi-VN": "Chợ", "en_US": "Markets"}, "Chợ", "Markets"),
        ({"fr": "Marchés", "en": "Markets"}, "Marchés", "Markets"),
    ],
)
def test_languages_find_their_fields(title, main, english):
    dataset = mapped({"title": title}).dataset
    assert dataset["title"] == main
    assert dataset.get("title_en") == english


def test_other_languages_are_not_dropped():
    result = mapped({"title": {"vi": "Chợ", "de": "Märkte"}})
    assert extras(result)["title_de"] == "Märkte"


def test_the_agency_is_the_owner_and_an_unknown_one_is_put_to_a_person():
    assert (
        mapped({"title": "A", "publisher": "Sở Tài chính"}).dataset["owner_org"]
        == "id-so-tai-chinh"
    )
    unknown = mapped(
        {"title": "A", "publisher": {"name": "sở giao thông", "email": "a@example.org"}}
    )
    assert unknown.dataset["owner_org"] == "id-thanh-pho"
    assert unknown.candidates == ["so-xay-dung"]
    assert extras(unknown)["publisher_name"] == "sở giao thông"
    assert unknown.dataset["contact_email"] == "a@example.org"


def test_the_agency_map_of_the_source_comes_first():
    config = "agency_map: {Phòng Kế hoạch: Sở Tài chính}"
    dataset = mapped({"title": "A", "publisher": "phong ke hoach"}, config).dataset
    assert dataset["owner_org"] == "id-so-tai-chinh"


def test_an_extra_never_has_the_name_of_a_field_of_ckan():
    result = mapped({"title": "A", "extras": {"author": "Phòng Thống kê", "don_vi": "Sở"}})
    assert extras(result) == {"source_author": "Phòng Thống kê", "don_vi": "Sở"}


def test_defaults_fill_only_what_is_empty_and_renames_move_extras_into_fields():
    config = "defaults: {frequency: hằng tháng, version: '1'}\nrename: {co_quan: publisher}"
    draft = {"title": "A", "version": "2", "extras": {"co_quan": "Sở Xây dựng"}}
    dataset = mapped(draft, config).dataset
    assert dataset["frequency"] == "MONTHLY"
    assert dataset["version"] == "2"
    assert dataset["owner_org"] == "id-so-xay-dung"


@pytest.mark.parametrize(
    ("config", "excluded"),
    [
        ("exclude: {keywords: thu nghiem}", True),
        ("include: {keywords: thử nghiệm}", False),
        ("include: {title: 'Bảng*'}", True),
        ("exclude: {nguon: '*cu'}", True),
    ],
)
def test_filters_compare_without_accents_and_with_wildcards(config, excluded):
    draft = {"title": "Danh mục", "keywords": ["Thử nghiệm"], "extras": {"nguon": "kho cũ"}}
    assert mapped(draft, config).excluded is excluded


@pytest.mark.parametrize(
    "draft",
    [
        {"private": True},
        {"sensitivity": "core"},
        {"personal_data": True},
        {"access_level": "shared"},
    ],
)
def test_what_must_not_be_public_is_private(draft):
    assert mapped({"title": "A", **draft}).dataset["private"] is True


@pytest.mark.parametrize("text", ["Chia sẻ theo yêu cầu", "confidential", "mở một phần", "42"])
def test_an_access_level_that_nobody_knows_is_taken_for_a_closed_one(text):
    result = mapped({"title": "A", "access_level": text})
    assert result.dataset["access_level"] == "restricted"
    assert result.dataset["private"] is True
    assert extras(result) == {"access_level_text": text}
    assert [(note.field, note.value) for note in result.notes] == [("access_level", text)]


def test_a_sensitivity_that_nobody_knows_keeps_the_dataset_private():
    result = mapped({"title": "A", "sensitivity": "Tối quan trọng"})
    assert "sensitivity" not in result.dataset
    assert result.dataset["private"] is True
    assert extras(result) == {"sensitivity_text": "Tối quan trọng"}


def test_a_dataset_that_says_nothing_of_access_is_public():
    assert mapped({"title": "A"}).dataset["private"] is False
    assert mapped({"title": "A", "access_level": "Mở"}).dataset["private"] is False


def test_a_period_that_ends_before_it_starts_is_kept_as_text():
    result = mapped({"title": "A", "temporal_start": "2025", "temporal_end": "2020"})
    assert "temporal_start" not in result.dataset
    assert extras(result) == {"temporal_start_text": "2025", "temporal_end_text": "2020"}


def test_dates_are_read_as_vietnamese_agencies_write_them():
    dataset = mapped({"title": "A", "issued": "31/12/2025", "temporal_end": "12/2025"}).dataset
    assert dataset["issued"] == "2025-12-31"
    assert dataset["temporal_end"] == "2025-12"


def test_a_resource_gets_its_format_from_name_media_type_or_address():
    resources = [
        {"url": "https://a.vn/x", "format": "Excel (.xlsx)"},
        {"url": "https://a.vn/x", "mimetype": "text/csv; charset=utf-8"},
        {"url": "https://a.vn/tep.geojson?x=1"},
        {"url": "https://a.vn/x", "format": "định dạng lạ"},
    ]
    result = mapped({"title": "A", "resources": resources}).dataset["resources"]
    assert [r.get("format") for r in result] == ["XLSX", "CSV", "GeoJSON", None]
    assert result[1]["mimetype"] == "text/csv"
    assert result[2]["name"] == "tep.geojson"
    assert result[3]["format_text"] == "định dạng lạ"


def test_keywords_are_valid_tags_without_repetition():
    tags = mapped({"title": "A", "keywords": ["Xây dựng", "xây dựng", "a/b", "x"]}).dataset["tags"]
    assert tags[0] == {"name": "Xây dựng"}
    assert len(tags) == len({tag["name"].casefold() for tag in tags}) == 2


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
_keys = (
    "title notes name identifier publisher themes keywords frequency language license rights "
    "issued modified temporal_start temporal_end spatial_text spatial contact url conforms_to "
    "version related personal_data private state extras resources"
).split()


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(_keys), _json, max_size=8))
def test_no_draft_however_odd_makes_the_mapping_fail(draft):
    result = to_dataset(draft, SourceConfig(), agency, None)
    json.dumps(result.dataset)
    assert set(result.dataset) <= {*FIELDS, "name"}
    for extra in result.dataset["extras"]:
        assert extra["key"] not in FIELDS
        assert unicodedata.is_normalized("NFC", extra["value"])


def test_addresses_of_another_connector_are_taken_apart_and_their_words_kept():
    result = mapped({"title": "A", "resources": [
        {"name": "Bảng", "url": "https://a.vn/Bao cao.csv; https://a.vn/b.csv", "size": 5},
        {"name": "Chữ", "url": "Không có địa chỉ"},
        {"name": "Lạ", "url": "gopher://a.vn/1"},
    ]})  # fmt: skip
    first, second, words, odd = result.dataset["resources"]
    assert (first["url"], first["size"]) == ("https://a.vn/Bao%20cao.csv", 5)
    assert (second["url"], second["name"]) == ("https://a.vn/b.csv", "Bảng")
    assert "size" not in second
    assert (words["url"], words["url_text"]) == ("", "Không có địa chỉ")
    assert odd["url"] == "gopher://a.vn/1"


def test_markup_and_entities_are_no_part_of_titles_names_and_keywords():
    result = mapped({
        "title": {
            "vi": "Hộ &amp;#039;nhỏ&amp;#039; &amp; <i>vừa</i>", "en": "Small &amp; <b>medium</b>",
        },
        "publisher": {"name": "Sở T&agrave;i chính", "email": "a@b.vn"},
        "keywords": ["R&amp;D", "<i>vốn</i>"],
        "themes": ["T&agrave;i ch&iacute;nh"],
        "identifier": "A&amp;B-1",
        "rights": "A &amp; B",
        "resources": [
            {"name": "Tệp &quot;chính&quot; <b>mới</b>", "url": "https://a.vn/?x=1&amp;y=2"},
        ],
    })  # fmt: skip
    dataset = result.dataset
    assert (dataset["title"], dataset["title_en"]) == ("Hộ 'nhỏ' & vừa", "Small & medium")
    assert dataset["name"] == "ho-nho-vua"
    assert dataset["owner_org"] == "id-so-tai-chinh"
    assert "vốn" in [tag["name"] for tag in dataset["tags"]]
    assert not any("amp" in tag["name"] for tag in dataset["tags"])
    assert len(dataset["theme"]) == 1
    assert (dataset["identifier"], dataset["rights"]) == ("A&B-1", "A & B")
    (resource,) = dataset["resources"]
    assert (resource["name"], resource["url"]) == ('Tệp "chính" mới', "https://a.vn/?x=1&y=2")
