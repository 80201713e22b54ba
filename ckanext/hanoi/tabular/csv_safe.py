"""Cells for CSV that people open in a spreadsheet program."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"\s*[+-]?\d+(?:[.,]\d+)?\s*")


def csv_cell(value: Any) -> Any:
    """The value so that no spreadsheet program takes it for a formula: texts that begin like one
    get an apostrophe in front (OWASP, "CSV injection"). Numbers, also as text, stay."""
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}" if _FORMULA.match(value) else value
