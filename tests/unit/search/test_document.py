"""The Solr document of a dataset."""
from __future__ import annotations

import json

import pytest

from ckanext.hanoi.search import for_index
from ckanext.hanoi.vietnamese import sort_key


def indexed(above=(), **dataset):
    return for_index(
        {"id": "1", "title": dataset.get("title", ""), "validated_data_dict": json.dumps(dataset)},
        above,
    )


def test_the_title_is_indexed_with_and_without_accents():
    terms = indexed(title="Xây nhà", title_en="Houses")["extras_hanoi_title"].split()
    assert {"xayq", "nhaq", "housesq", "xazwyzq"} <= set(terms)


def test_no_phrase_reaches_from_one_text_into_the_next():
    terms = " ".join(indexed(tags=[{"name": "mầm"}, {"name": "non"}])["text"])
    assert "mamq" in terms
    assert "nonq" in terms
    assert "mamq nonq" not in terms


def test_labels_stand_in_both_languages():
    terms = " ".join(indexed(theme=["y-te"], spatial_coverage=["00082"])["text"]).split()
    assert {"yq", "teq", "healthq", "cuaq", "namq", "wardq"} <= set(terms)


def test_an_agency_has_its_names_and_those_of_its_predecessors():
    organization = {"name": "so-xay-dung", "title": "Sở Xây dựng"}
    document = indexed(["ubnd-thanh-pho-ha-noi"], title="x", organization=organization)
    assert {"sxdq", "sgtvtq", "gtvtq", "thongq"} <= set(" ".join(document["text"]).split())
    assert document["vocab_agency"] == ["so-xay-dung", "ubnd-thanh-pho-ha-noi"]


def test_facets_have_codes():
    document = indexed(theme=["y-te", "giao-duc"], spatial_coverage=["00082"])
    assert document["vocab_theme"] == ["y-te", "giao-duc"]
    assert document["vocab_ward"] == ["00082"]


def test_titles_sort_in_vietnamese_order():
    assert indexed(title="Đê")["title_string"] == sort_key("Đê")


def test_what_another_plugin_had_put_into_the_text_stays():
    document = {"text": "own", "validated_data_dict": json.dumps({"title": "Xây"})}
    assert for_index(document)["text"][0] == "own"


def test_a_document_without_a_dataset_stays_as_it_is():
    assert for_index({"id": "1", "validated_data_dict": "no JSON"}) == {
        "id": "1", "validated_data_dict": "no JSON",
    }


def test_long_values_of_fields_that_are_one_term_are_cut():
    long = "ế" * 40_000
    document = for_index({"version": long, "notes": long, "tags": [long]})
    assert len(document["version"].encode()) <= 32_766
    assert len(document["tags"][0].encode()) <= 32_766
    assert document["notes"] == long


@pytest.mark.parametrize(
    ("value", "indexed"),
    [
        ("2015-10-27T20:48:34+07:00", "2015-10-27T13:48:34.000Z"),
        ("2015-10-27T20:48:34Z", "2015-10-27T20:48:34.000Z"),
        ("0001-01-01T00:00:00+07:00", None),
        ("hôm qua", None),
    ],
)
def test_an_extra_that_is_called_a_date_is_indexed_as_solr_wants_dates(value, indexed):
    found = for_index({"metadata_date": value, "extras_metadata_date": value})
    assert found.get("metadata_date") == indexed
    assert found["extras_metadata_date"] == value


def test_an_extra_never_stands_where_solr_wants_a_number_or_has_no_name():
    extra = {"views_total": "nhiều", "extras_views_total": "nhiều", "": "x", "extras_": "x"}
    assert for_index(extra) == {"extras_views_total": "nhiều", "extras_": "x"}
    assert for_index({"views_total": 3}) == {"views_total": 3}
