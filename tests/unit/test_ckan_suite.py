"""What CKAN's own tests came to is held against what is expected of them."""
from __future__ import annotations

import pytest
import yaml

from devstack import ckan_suite

EXPECTED = {
    "differences": [{"reason": "so it is meant", "tests": ["a.py::A::b", "a.py::A::many[*"]}],
    "stock": ["s.py::S::t"],
}


@pytest.mark.parametrize(
    ("passed", "failed", "status"),
    [
        (["x"], ["a.py::A::b", "a.py::A::many[1]"], 0),
        (["x"], ["a.py::A::b", "s.py::S::t"], 0),
        (["x"], ["a.py::A::b", "a.py::A::other"], 1),
        (["a.py::A::b"], ["a.py::A::many[1]"], 1),
        (["x"], [], 0),  # only a part was run
    ],
)
def test_a_new_difference_and_one_that_is_gone_are_told(passed, failed, status):
    assert ckan_suite._compared(passed, failed, EXPECTED) == status


def test_each_difference_has_a_reason_and_stands_there_once():
    expected = yaml.safe_load(ckan_suite.EXPECTED.read_text("utf-8"))
    assert all(len(entry["reason"]) > 15 for entry in expected["differences"])
    names = [name for entry in expected["differences"] for name in entry["tests"]]
    names += expected["stock"]
    assert len(names) == len(set(names)) > 100
