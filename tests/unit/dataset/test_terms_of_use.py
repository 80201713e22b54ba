from __future__ import annotations

import pytest

from ckanext.hanoi import schemaorg
from ckanext.hanoi.dataset import terms_of_use

LAW = "vn-luat-gddt-2023"
WORDS = "Chỉ dùng cho nghiên cứu, không bán lại."
CATALOG = schemaorg.Catalog("https://example.org", "Cổng")


def _package(words="", files=(), **more):
    extras = [{"key": "license_text", "value": words}] if words else []
    return {"title": "Tập", "id": "1", "extras": extras, "resources": list(files), **more}


def test_nothing_is_stated_where_nobody_said_anything():
    for package in ({}, _package(license_id="notspecified"), _package(license_id="")):
        assert not terms_of_use.of_dataset(package).is_stated


def test_the_words_of_the_source_are_terms():
    terms = terms_of_use.of_dataset(_package(WORDS, license_id="notspecified"))
    assert (terms.is_stated, terms.is_only_words, terms.words) == (True, True, (WORDS,))
    named = {"extras": [{"key": "license_title", "value": "Giấy phép riêng"}]}
    assert terms_of_use.of_dataset(named).words == ("Giấy phép riêng",)


@pytest.mark.parametrize(
    "package",
    [
        _package(WORDS, license_id=LAW),
        _package(license_id=LAW, rights=WORDS),
        _package(license_id=LAW, files=[{"license_text": WORDS}]),
        {"license_id": LAW, "license_text": WORDS},
    ],
)
def test_free_reuse_is_not_promised_beside_other_words(package):
    assert terms_of_use.of_dataset({"license_id": LAW}).summary
    assert not terms_of_use.of_dataset(package).summary


def test_a_files_words_hold_for_it_whatever_the_dataset_says():
    package = _package(license_id=LAW, files=[{"license_text": WORDS}, {}])
    first, second = (terms_of_use.of_resource(one, package) for one in package["resources"])
    assert (first.term, first.words) == (None, (WORDS,))
    assert second.term
    assert second.summary
    only = _package(files=[{"license_text": WORDS}, {"license_text": WORDS}])
    assert terms_of_use.of_dataset(only).words == (WORDS,)


def test_search_engines_get_the_words_and_no_promise():
    said = schemaorg.dataset(_package(WORDS, access_level="open"), "https://example.org/1", None,
                             CATALOG)  # fmt: skip
    assert said["license"] == {"@type": "CreativeWork", "name": WORDS}
    assert "isAccessibleForFree" not in said
    package = _package(WORDS, license_id="cc-by-4.0")
    said = schemaorg.dataset(package, "https://example.org/1", None, CATALOG)
    assert said["license"] == [
        "https://creativecommons.org/licenses/by/4.0/", {"@type": "CreativeWork", "name": WORDS}
    ]
