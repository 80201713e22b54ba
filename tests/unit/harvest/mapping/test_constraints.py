"""A mapped value that the schema refuses is kept as an extra; the dataset is not lost for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.harvest.config import SourceConfig
from ckanext.hanoi.harvest.mapping import constraints
from ckanext.hanoi.harvest.mapping.dataset import to_dataset


def mapped(draft):
    return to_dataset({"title": "A", **draft}, SourceConfig(), lambda name: (None, []), "org")


def extras(result):
    return {extra["key"]: extra["value"] for extra in result.dataset["extras"]}


@pytest.mark.parametrize(
    ("draft", "field", "extra"),
    [
        ({"related": ["10.5061/dryad/5"]}, "related", "related_text"),
        ({"contact": {"phone": "xem trang chủ"}}, "contact_phone", "contact_phone_text"),
        ({"contact": {"email": "không có"}}, "contact_email", "contact_email_text"),
        ({"url": "http://[::1/"}, "url", "source_page"),
        ({"url": "http://example.org:bad/"}, "url", "source_page"),
        ({"version": "x" * 101}, "version", "version_text"),
        ({"rights": "x" * 8001}, "rights", "rights_text"),
        ({"spatial": {"type": "Curve", "coordinates": []}}, "spatial", "spatial_text"),
    ],
)
def test_a_value_that_the_schema_refuses_is_an_extra_and_noted(draft, field, extra):
    result = mapped(draft)
    assert field not in result.dataset
    assert extras(result)[extra]
    assert [note.field for note in result.notes] == [field]


def test_of_a_list_only_what_does_not_fit_is_taken_out():
    result = mapped({"related": ["https://example.org/a", "Số liệu: bảng 2", "bo-du-lieu"]})
    assert result.dataset["related"] == ["https://example.org/a", "bo-du-lieu"]
    assert extras(result)["related_text"] == "Số liệu: bảng 2"


def test_the_e_mail_address_in_a_text_is_found_and_the_text_kept():
    result = mapped({"contact": {"email": "dulieu@hanoi.gov.vn; so@hanoi.gov.vn"}})
    assert result.dataset["contact_email"] == "dulieu@hanoi.gov.vn"
    assert extras(result)["contact_email_text"] == "dulieu@hanoi.gov.vn; so@hanoi.gov.vn"


def test_a_title_beyond_measure_is_cut_and_kept_whole():
    title = "Dữ liệu " * 2000
    result = mapped({"title": title})
    assert result.dataset["title"].startswith("Dữ liệu Dữ liệu")
    assert len(result.dataset["title"]) <= 201
    assert extras(result)["title_text"] == title.strip()


def test_values_are_as_they_are_stored():
    result = mapped({
        "spatial": {"type": "Point", "coordinates": [105.8, 21.0]},
        "temporal_start": "2020-01-01T00:00:00Z", "temporal_end": "2020-12-31T23:59:59+07:00",
    })  # fmt: skip
    assert result.dataset["spatial"] == '{"type":"Point","coordinates":[105.8,21.0]}'
    assert result.dataset["temporal_start"] == "2020-01-01"
    assert result.dataset["temporal_end"] == "2020-12-31"
    assert result.notes == []


def test_a_period_is_compared_as_precisely_as_it_is_given():
    result = mapped({"temporal_start": "2020-05-03", "temporal_end": "2020"})
    assert (result.dataset["temporal_start"], result.dataset["temporal_end"]) == (
        "2020-05-03", "2020",
    )  # fmt: skip
    turned = mapped({"temporal_start": "2021", "temporal_end": "2020"})
    assert "temporal_start" not in turned.dataset
    assert extras(turned)["temporal_end_text"] == "2020"


def test_a_resource_keeps_what_does_not_fit_it():
    resource = {
        "url": "javascript:alert(1)", "hash": "abc", "hash_algorithm": "crc32", "size": "20 KB",
        "mimetype": "bảng tính", "download_url": "tai ve", "extras": {"url_type": "upload"},
    }  # fmt: skip
    result = mapped({"resources": [resource]})
    found = result.dataset["resources"][0]
    assert found == {
        "url": "", "url_text": "javascript:alert(1)", "hash": "abc",
        "hash_algorithm_text": "crc32", "size_text": "20 KB", "mimetype_text": "bảng tính",
        "download_url_text": "tai ve", "source_url_type": "upload",
    }  # fmt: skip
    assert {note.field for note in result.notes} >= {"url", "hash_algorithm", "size"}


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*constraints._DATASET, *constraints._LISTS]),
        st.one_of(st.text(), st.lists(st.text(), max_size=3), st.integers(), st.floats()),
    )
)
def test_whatever_is_left_is_taken_by_the_schema_unchanged(draft):
    result = mapped(draft)
    for name, rule in constraints._DATASET.items():
        if name in result.dataset:
            assert rule(result.dataset[name]) == result.dataset[name]
    for name in ("conforms_to", "related"):
        assert constraints._LISTS[name](result.dataset.get(name, [])) == result.dataset.get(
            name, []
        )
    json.dumps(result.dataset)


def test_an_extra_is_only_called_a_date_where_it_is_one():
    result = mapped({"extras": {"metadata_date": "2015-10-27", "start_date": "9" * 30}})
    assert extras(result) == {"metadata_date": "2015-10-27", "start_date_text": "9" * 30}
