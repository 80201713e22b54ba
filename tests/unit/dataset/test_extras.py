"""What of a dataset's further values is for people."""

from __future__ import annotations

import pytest

from ckanext.hanoi.dataset.extras import for_people


@pytest.mark.parametrize("key", ["harvest_object_id", "guid", "contactEmail", "dcat:publisher",
                                 "dcterms.spatial", "bbox-east-long", "ma_nguon"])  # fmt: skip
def test_keys_of_programs_are_not_for_visitors(key):
    assert for_people([(key, "x")]) == []


@pytest.mark.parametrize("key", ["Số quyết định", "Update frequency", "Người ký", "Ghi chú", "Mã"])
def test_keys_in_words_are(key):
    assert for_people([(key, "12/QĐ-UBND")]) == [(key, "12/QĐ-UBND")]


@pytest.mark.parametrize("value", ['{"a": 1}', ' [1, 2]\n', "[]",
                                   "0b1c8f2e-6a7d-4c1b-9d3e-2f5a6b7c8d9e"])  # fmt: skip
def test_values_of_programs_are_not_for_visitors(value):
    assert for_people([("Ghi chú", value)]) == []
