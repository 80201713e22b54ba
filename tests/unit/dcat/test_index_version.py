"""What Solr says of its index, read."""
from __future__ import annotations

import pytest

from ckanext.hanoi.dcat import index_version


def said(**more):
    return {"responseHeader": {"status": 0}, "index": {"version": 7, "numDocs": 2, **more}}


def test_another_version_is_another_state():
    assert index_version.read(said()) == index_version.read(said())
    assert index_version.read(said(version=8)) != index_version.read(said())


def test_an_index_that_began_anew_is_another_one():
    assert index_version.read(said(userData={"commitTimeMSec": "1"})) != index_version.read(
        said(userData={"commitTimeMSec": "2"})
    )


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"index": None}, {"index": {}}, {"index": {"numDocs": 1}},
     {**said(), "responseHeader": {"zkConnected": True}}],
)  # fmt: skip
def test_where_it_is_not_said_or_there_are_several_there_is_none(answer):
    assert index_version.read(answer) is None
