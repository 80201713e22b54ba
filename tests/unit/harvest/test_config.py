from __future__ import annotations

import pytest

from ckanext.hanoi.harvest.config import ConfigError, parse
from ckanext.hanoi.harvest.connectors.ckan import CkanConnector


def problems(text):
    with pytest.raises(ConfigError) as caught:
        parse(text, CkanConnector)
    return {problem.path: str(problem) for problem in caught.value.problems}


def test_an_empty_configuration_is_a_configuration():
    assert parse("", CkanConnector).options == {}


def test_an_unknown_setting_is_named_with_those_there_are():
    found = problems("thems_map: {a: b}")
    assert "theme_map" in found["thems_map"]
    assert "page_size" in found["thems_map"]


def test_every_problem_is_told_at_once_with_its_place():
    found = problems(
        "theme_map: {Giao thông: không có}\nrename: {a: no_such_field}\nprivate: perhaps\n"
        "removal_threshold: 7\npage_size: many"
    )
    assert set(found) == {
        "theme_map.giao thong", "rename.a", "private", "removal_threshold", "page_size",
    }  # fmt: skip


def test_broken_yaml_says_where():
    assert "line 2" in problems("keywords: [a,\n b: c: d")[""]


def test_text_that_is_no_mapping_is_refused():
    assert problems("just text")[""]


def test_the_fingerprint_changes_with_the_mapping_and_only_with_it():
    plain = parse("", CkanConnector).fingerprint()
    assert parse("keywords: [a]", CkanConnector).fingerprint() != plain
    assert parse("exclude: {title: a}", CkanConnector).fingerprint() != plain
    assert parse("grace_days: 3\nincremental: true", CkanConnector).fingerprint() == plain


@pytest.mark.parametrize(
    ("text", "path", "word"),
    [
        ("defaults: {license: cc-by-99}", "defaults.license", "cc-by-99"),
        ("defaults: {themes: [y-te, không có]}", "defaults.themes", "không có"),
        ("keep_fields: [notes, mo_ta]", "keep_fields", "mo_ta"),
    ],
)
def test_values_that_the_schema_does_not_have_are_told_when_it_is_saved(text, path, word):
    found = problems(text)
    assert list(found) == [path]
    assert word in found[path]
