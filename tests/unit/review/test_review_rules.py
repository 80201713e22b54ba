"""What a change means for the approval of a dataset."""
from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.review.rules import MODES, changed_fields, outcome, snapshot

#: (mode, may publish, was public, is public) -> what is done
OUTCOMES = {
    ("publish", True, False, True): "publish",
    ("publish", False, False, True): "submit",
    ("publish", False, True, True): "change",
    ("publish", True, True, True): "",
    ("changes", False, True, True): "refuse",
    ("changes", False, False, True): "submit",
    ("changes", True, True, True): "",
    ("off", False, False, True): "publish",
    ("off", False, True, True): "",
}


@pytest.mark.parametrize("asked", OUTCOMES)
def test_a_change_is_published_submitted_refused_or_noted(asked):
    assert outcome(*asked) == OUTCOMES[asked]


@pytest.mark.parametrize("rest", itertools.product(MODES, (True, False), (True, False)))
def test_nothing_is_asked_for_what_is_not_public(rest):
    assert outcome(*rest, False) == ""


@pytest.mark.parametrize("mode", ["publish", "changes"])
def test_nobody_without_the_right_makes_a_dataset_public_by_himself(mode):
    assert outcome(mode, False, False, True) == "submit"


DATASET = {
    "title": "Trạm đo mưa", "notes": "", "tags": [{"name": "mưa"}, {"name": "trạm"}],
    "metadata_modified": "2026-01-01", "private": True,
    "resources": [{"id": "1", "url": "https://example.org/a.csv", "mimetype": "text/csv"}],
}  # fmt: skip


def test_what_nobody_fills_in_is_no_change():
    later = {**DATASET, "metadata_modified": "2026-02-01", "private": False, "notes": None}
    assert changed_fields(snapshot(DATASET), later) == []


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"title": "Trạm"}, ["title"]),
        ({"tags": [{"name": "trạm"}, {"name": "mưa"}]}, []),
        ({"tags": []}, ["tags"]),
        ({"theme": ["moi-truong"], "notes": "Mới"}, ["notes", "theme"]),
        ({"resources": [{"id": "1", "url": "https://example.org/b.csv"}]}, ["resources"]),
        ({"resources": [{"id": "1", "url": "https://example.org/a.csv", "mimetype": "x"}]}, []),
    ],
)
def test_the_fields_that_differ_are_named(change, fields):
    assert changed_fields(snapshot(DATASET), {**DATASET, **change}) == fields


TEXTS = st.dictionaries(st.sampled_from(["title", "notes", "theme", "rights"]), st.text(max_size=5))


@given(TEXTS, TEXTS)
def test_no_field_differs_exactly_where_nothing_was_changed(before, after):
    def filled(values):
        return {key: value for key, value in values.items() if value}

    same = filled(before) == filled(after)
    assert (changed_fields(snapshot(before), after) == []) is same
