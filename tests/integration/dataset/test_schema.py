"""The dataset schema as an editor meets it, through CKAN's API."""
from __future__ import annotations

import unicodedata

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture
def editor():
    return factories.User()


@pytest.fixture
def agency(editor):
    return factories.Organization(users=[{"name": editor["name"], "capacity": "admin"}])


@pytest.fixture
def act(editor):
    """Call an action as the editor, with authorization checked."""

    def call(action, **data):
        context = {"user": editor["name"], "ignore_auth": False}
        return helpers.call_action(action, context, **data)

    return call


@pytest.fixture
def create(act, agency):
    def call(**data):
        return act("package_create", **{"title": "Cây xanh", "owner_org": agency["id"], **data})

    return call


def errors_of(call, *args, **kwargs):
    with pytest.raises(tk.ValidationError) as caught:
        call(*args, **kwargs)
    return caught.value.error_dict


def test_a_title_and_an_agency_are_enough(create, agency):
    dataset = create(title="Đường phố Hà Nội")
    assert dataset["name"] == "duong-pho-ha-noi"
    assert dataset["owner_org"] == agency["id"]
    assert dataset["identifier"] == dataset["id"]
    assert dataset["language"] == ["vi"]
    assert (dataset["access_level"], dataset["sensitivity"]) == ("open", "other")
    assert dataset["personal_data"] is False
    assert dataset["private"] is False


def test_without_a_title_or_name_nothing_is_made(create):
    assert set(errors_of(create, title="  ")) >= {"title"}


def test_a_name_alone_becomes_the_title_as_in_stock_ckan(act, agency):
    dataset = act("package_create", name="cay-xanh", owner_org=agency["id"])
    assert dataset["title"] == "cay-xanh"


def test_every_field_comes_back_as_it_was_understood(create):
    given = {
        "title": "  Trường   mầm non ",
        "title_en": "Kindergartens",
        "notes": "Dòng một\r\nDòng hai",
        "notes_en": "Two lines",
        "identifier": "H26-GDDT-012",
        "managing_agency": "UBND thành phố Hà Nội",
        "theme": ["Giáo dục", "xa hoi"],
        "tag_string": "mầm non, trẻ em; Mầm Non",
        "frequency": "hàng năm",
        "issued": "15/03/2025",
        "modified": "Quý IV/2025",
        "temporal_start": "2020",
        "temporal_end": "Quý IV năm 2025",
        "spatial_coverage": ["Hà Nội", "phuong hoan kiem", "00004"],
        "spatial": '{"type": "Point", "coordinates": [105.85, 21.03]}',
        "language": ["Tiếng Việt", "http://publications.europa.eu/resource/authority/language/ENG"],
        "license_id": "https://creativecommons.org/licenses/by/4.0/",
        "rights": "Ghi nguồn.",
        "access_level": "Mở",
        "sensitivity": "khác",
        "personal_data": "không",
        "legal_basis": "Kế hoạch 76/KH-UBND",
        "decision_number": "123/QĐ-UBND",
        "plan_objective": "Chính quyền số",
        "contact_unit": "Văn phòng Sở",
        "contact_name": "Chuyên viên",
        "contact_email": "dulieu@hanoi.gov.vn",
        "contact_phone": "024 1022",
        "url": "https://hanoi.gov.vn/du-lieu",
        "conforms_to": "TCVN 7980-2:2024\nDCAT-AP 3",
        "version": "2025.1",
        "version_notes": "Thêm số liệu",
        "related": ["cay-xanh", "https://example.org/x"],
    }
    dataset = create(**given)
    expected = {
        **{k: v for k, v in given.items() if k != "tag_string"},
        "title": "Trường mầm non",
        "notes": "Dòng một\nDòng hai",
        "theme": ["giao-duc", "xa-hoi"],
        "frequency": "ANNUAL",
        "issued": "2025-03-15",
        "modified": "2025-10",
        "temporal_end": "2025-12",
        "spatial_coverage": ["01", "00070", "00004"],
        "spatial": '{"type":"Point","coordinates":[105.85,21.03]}',
        "language": ["vi", "en"],
        "license_id": "cc-by-4.0",
        "access_level": "open",
        "sensitivity": "other",
        "personal_data": False,
        "plan_objective": ["digital-government"],
        "conforms_to": ["TCVN 7980-2:2024", "DCAT-AP 3"],
    }
    assert {key: dataset.get(key) for key in expected} == expected
    assert sorted(tag["name"] for tag in dataset["tags"]) == ["mầm non", "trẻ em"]
    assert dataset["isopen"] is True


def test_every_field_of_a_resource_comes_back_as_it_was_understood(create):
    given = {
        "url": "https://hanoi.gov.vn/truong.csv",
        "download_url": "https://hanoi.gov.vn/truong.csv",
        "name": "Trường  mầm non",
        "name_en": "Kindergartens",
        "description": "Mỗi dòng một trường",
        "encoding": "utf8",
        "size": "20480",
        "hash": "abc123",
        "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
        "status": "Hoàn thành",
        "issued": "3/2025",
        "modified": "30/09/2025",
        "license_id": "CC0-1.0",
        "rights": "Không",
        "access_service": "https://hanoi.gov.vn/api",
        "conforms_to": ["https://example.org/schema"],
        "language": "tiếng anh",
        "data_dictionary": "ten: tên trường",
    }
    resource = create(resources=[given])["resources"][0]
    expected = {
        **given,
        "name": "Trường mầm non",
        "format": "CSV",
        "mimetype": "text/csv",
        "encoding": "UTF-8",
        "size": 20480,
        "hash_algorithm": "sha256",
        "status": "COMPLETED",
        "issued": "2025-03",
        "modified": "2025-09-30",
        "license_id": "cc-zero",
        "language": ["en"],
    }
    assert {key: resource.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    "spelling",
    ["Hằng quý", "hang quy", "HÀNG QUÝ", unicodedata.normalize("NFD", "Hằng quý"), "Quarterly",
     "QUARTERLY", "http://publications.europa.eu/resource/authority/frequency/QUARTERLY"],
)
def test_a_vocabulary_is_answered_in_any_spelling_and_stored_as_its_code(create, spelling):
    dataset = create(frequency=spelling)
    assert dataset["frequency"] == "QUARTERLY"
    assert model.Package.get(dataset["id"]).extras["frequency"] == "QUARTERLY"


@pytest.mark.parametrize(
    ("field", "value"),
    [("frequency", "thỉnh thoảng lắm"), ("theme", ["Y tế", "phép thuật"]),
     ("language", "tiếng sao hỏa"), ("spatial_coverage", ["Quận Hoàn Kiếm 2"]),
     ("access_level", "bí mật quá")],
)
def test_what_is_not_in_the_list_is_refused(create, field, value):
    assert "is not in the list" in errors_of(create, **{field: value})[field][0]


@pytest.mark.parametrize("word", ["exel", "Excel spreadsheet", "avi", "flac", "a/b; c"])
def test_an_unknown_format_is_kept_as_it_is_written(create, word):
    found = create(resources=[{"url": "https://example.org/a", "format": f" {word} "}])
    assert found["resources"][0]["format"] == word


@pytest.mark.parametrize(
    ("field", "value"),
    [("contact_email", "dulieu@hanoi"), ("url", "hanoi.gov.vn"), ("url", "javascript:alert(1)"),
     ("contact_phone", "không có"), ("issued", "31/02/2025"), ("modified", "hôm qua"),
     ("spatial", '{"type":"Point","coordinates":[21.03,105.85]}'), ("spatial", "{"),
     ("personal_data", "có lẽ"), ("related", ["Không phải tên"]), ("license_id", "giấy phép lạ")],
)
def test_a_value_of_the_wrong_kind_is_refused_at_its_field(create, field, value):
    assert field in errors_of(create, **{field: value})


def test_a_resource_that_runs_code_is_refused(create):
    found = errors_of(create, resources=[{"url": " javascript:alert(1)"}])
    assert "url" in found["resources"][0]


def test_a_period_that_ends_before_it_starts_is_refused(create):
    found = errors_of(create, temporal_start="02/2025", temporal_end="01/2025")
    assert "before the start" in found["temporal_end"][0]


@pytest.mark.parametrize(("start", "end"), [("2025", "01/2025"), ("05/2025", "2025"), ("", "2020")])
def test_a_period_that_may_be_right_is_taken(create, start, end):
    assert create(temporal_start=start, temporal_end=end)["temporal_end"]


def test_text_is_stored_in_one_unicode_form(create):
    title = "Trường học ở Hà Nội"
    dataset = create(title=unicodedata.normalize("NFD", title),
                     rights=unicodedata.normalize("NFD", title),
                     tags=[{"name": unicodedata.normalize("NFD", "trường học")}])
    assert (dataset["title"], dataset["rights"]) == (title, title)
    assert dataset["tags"][0]["name"] == "trường học"
    assert dataset["name"] == "truong-hoc-o-ha-noi"


def test_datasets_of_one_title_get_different_names(create):
    names = [create(title="Cây xanh đô thị")["name"] for _ in range(3)]
    assert names == ["cay-xanh-do-thi", "cay-xanh-do-thi-2", "cay-xanh-do-thi-3"]


def test_a_name_in_use_is_an_error_when_it_was_chosen(create):
    create(name="cay-xanh")
    assert "name" in errors_of(create, name="cay-xanh")


def test_free_extras_are_kept_beside_the_fields(create, act):
    dataset = create(extras=[{"key": "ma_nguon", "value": "7"}], theme="Y tế")
    assert dataset["extras"] == [{"key": "ma_nguon", "value": "7"}]
    patched = act("package_patch", id=dataset["id"], theme="Giáo dục")
    assert (patched["extras"], patched["theme"]) == (dataset["extras"], ["giao-duc"])


def test_an_extra_cannot_pretend_to_be_a_field(create):
    found = errors_of(create, extras=[{"key": "sensitivity", "value": "core"}])
    assert "extras_validation" in found


def test_an_extra_is_given_once(create):
    extras = [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]
    assert "extras_validation" in errors_of(create, extras=extras)


def test_a_patch_changes_what_it_names_and_nothing_else(create, act):
    before = create(theme="Y tế", issued="2024", contact_email="a@hanoi.gov.vn",
                    resources=[{"url": "https://example.org/a.csv"}])
    after = act("package_patch", id=before["id"], frequency="Hằng tháng")
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed == {"frequency", "metadata_modified"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("notes", "x"), ("url", "https://example.org/"), ("version", "1"), ("license_id", "cc-by-4.0"),
     ("rights", "x"), ("theme", ["y-te"]), ("frequency", "DAILY"), ("issued", "2024"),
     ("conforms_to", ["x"]), ("spatial", '{"type":"Point","coordinates":[1,1]}')],
)
def test_a_field_can_be_emptied_again(create, act, field, value):
    dataset = create(**{field: value})
    assert dataset[field] == value
    assert not act("package_patch", id=dataset["id"], **{field: ""}).get(field)


def test_what_is_shown_can_be_sent_back_without_a_change(create, act):
    dataset = create(theme="Y tế", personal_data=False, tags=[{"name": "nước sạch"}],
                     spatial_coverage=["01"], resources=[{"url": "https://example.org/a.csv",
                                                          "language": ["en"], "size": 3}])
    again = act("package_update", **{**dataset, "metadata_modified": None})
    ignored = {"metadata_modified"}
    assert {k: v for k, v in again.items() if k not in ignored} == {
        k: v for k, v in dataset.items() if k not in ignored
    }


def test_an_update_without_it_keeps_the_identifier(create, act):
    dataset = create(identifier="H26-1")
    updated = act("package_update", id=dataset["id"], title="Khác", owner_org=dataset["owner_org"])
    assert (updated["identifier"], updated["title"]) == ("H26-1", "Khác")


def test_a_format_is_told_by_the_files_name(create):
    resources = [{"url": "https://example.org/a/B%C3%A1o.XLSX?x=1"}, {"url": "so-lieu.geojson"},
                 {"url": "https://example.org/"}]
    found = create(resources=resources)["resources"]
    assert [r.get("format") or None for r in found] == ["XLSX", "GeoJSON", None]
    assert [r.get("mimetype") or None for r in found][1:] == ["application/geo+json", None]


def test_a_long_text_is_refused_before_the_index_breaks(create):
    assert "Too long" in errors_of(create, rights="á" * 8001)["rights"][0]
    assert create(rights="á" * 8000)["rights"] == "á" * 8000


def test_a_long_description_is_kept_whole_and_found(create):
    dataset = create(notes="chữ " * 20_000 + "kết thúc")
    assert helpers.call_action("package_search", q=dataset["name"])["count"] == 1
    assert len(dataset["notes"]) > 80_000


def test_a_large_geometry_is_kept_as_its_bounding_box(create):
    ring = [[105 + i / 10_000, 21 + (i % 7) / 10] for i in range(4_000)]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    dataset = create(spatial=shape)
    assert dataset["spatial"] == (
        '{"type":"Polygon","coordinates":[[[105.0,21.0],[105.3999,21.0],[105.3999,21.6],'
        "[105.0,21.6],[105.0,21.0]]]}"
    )


def test_licences_of_the_vocabulary_are_those_of_ckans_register():
    titles = {entry["id"]: entry["title"] for entry in helpers.call_action("license_list")}
    assert "Điều 43" in titles["vn-luat-gddt-2023"]
    assert {"cc-by", "cc-by-4.0", "odc-odbl", "notspecified"} <= set(titles)
