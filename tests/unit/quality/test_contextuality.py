"""Contextuality: small things that help to judge the data."""

from __future__ import annotations

import pytest
from samples import reached


@pytest.mark.parametrize("field", ["rights", "issued", "modified"])
def test_what_is_said_of_the_dataset_holds_for_its_files(field):
    assert reached(field, {field: "2025-01-01"})
    assert reached(field, {}, {field: "2025-01-01"})
    assert not reached(field)


def test_a_size_is_a_number_of_bytes():
    assert reached("byte_size", resource={"size": 20480})
    assert reached("byte_size", resource={"size": "20480"})
    assert not reached("byte_size", resource={"size": "khoảng 2 MB"})
    assert not reached("byte_size", resource={"size": None})
