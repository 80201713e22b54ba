"""Inputs after public bug reports go through a whole harvest, and a second changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "data" / "reports"))
from server import served  # noqa: E402


@pytest.fixture(scope="module")
def reports():
    with served() as url:
        yield url


@pytest.mark.parametrize(
    ("kind", "path", "number"),
    [("inventory", "/a22_spaces.xlsx", 9), ("data_json", "/c20.json", 1), ("ckan", "/ckan1/", 8),
     ("csw", "/csw/links", 3), ("oai_pmh", "/oai/mixed", 6), ("dcat", "/b11_multi.ttl", 2),
     ("data_json", "/http/cp1258.json", 2)],
)  # fmt: skip
def test_an_input_is_harvested_whole_and_a_second_run_changes_nothing(
    admin, reports, kind, path, number
):
    admin.add_source(reports + path, kind=kind)
    shown = admin.call("hanoi_harvest_preview", id="cong", limit=50)
    actions = [change["action"] for change in shown["changes"]]
    assert (shown["message"], actions.count("created")) == (None, number)
    first = admin.run()
    assert (first["status"], first["failures"]) == ("finished", []), first["message"]
    assert first["counts"]["created"] == number
    before = {d["id"]: d["metadata_modified"] for d in admin.datasets()}
    second = admin.run(force=True)
    changed = {c["title"]: c["fields"] for c in second["changes"]}
    assert (second["status"], changed) == ("finished", {})
    assert {d["id"]: d["metadata_modified"] for d in admin.datasets()} == before
    shown = admin.call("hanoi_harvest_preview", id="cong", limit=50)
    assert {c["action"] for c in shown["changes"]} <= {"unchanged", "missing"}
