"""What a CSV carries is never run as a formula."""

from __future__ import annotations

import pytest

from ckanext.hanoi.tabular.csv_safe import csv_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "+84 24"],
)
def test_what_begins_like_a_formula_becomes_text(text):
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "value", ["Sở Y tế", "", "-5", "+3.5", "a=b", 5, -5, None, True, "2025-01-01"]
)
def test_everything_else_stays(value):
    assert csv_cell(value) == value
