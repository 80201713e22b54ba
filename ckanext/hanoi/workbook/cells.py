"""What a value is as the text of a cell, and the mark of a row: what its cells said when they were
written. By the mark a cell that nobody touched is known, and one that two people changed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi import dates
from ckanext.hanoi.vietnamese import nfc
from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook.fields import DATASET, DATASET_ID, Field

FLAGS = {"vi": ("Có", "Không"), "en": ("Yes", "No")}
_DIGITS = 6


def value_of(field: Field, source: Mapping[str, Any]) -> Any:
    """The field's value in a dataset or resource as ``package_show`` gives it."""
    if field is DATASET:
        return source.get("title")
    if field is DATASET_ID:
        return source.get("id")
    if field.name == "tag_string" and source.get("tags") is not None:
        return ", ".join(tag["name"] for tag in source["tags"])
    return source.get(field.name)


def text_of(field: Field, value: Any, lang: str) -> str:
    """The value as a person reads and writes it: labels of codes, a line or ``;`` between several.

    Dates stay ISO but for months: the workbook writes whole days as dates.
    """
    if value is None or value == "":
        return ""
    if field.kind == "flag":
        return FLAGS[lang][0 if value in (True, "true", "True", 1) else 1]
    if field.kind == "date":
        year, _, month = str(value).partition("-")
        whole = year.isdigit() and month.isdigit() and (len(year), len(month)) == (4, 2)
        return f"{month}/{year}" if whole else str(value)
    items = value if isinstance(value, (list, tuple)) else [value]
    texts = [_label(field, str(item), lang) for item in items]
    return ("; " if field.kind == "terms" else "\n").join(texts)


def _label(field: Field, code: str, lang: str) -> str:
    term = vocabulary(field.vocabulary).get(code) if field.vocabulary else None
    return term.label(lang) if term else code


@dataclass(frozen=True)
class Stamp:
    """The mark of one row. ``workbook`` tells one written workbook from another; ``cells`` are
    digests by field, of those that were not empty."""

    workbook: str
    lang: str
    cells: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, workbook: str, lang: str, fields: Iterable[Field], source: Mapping[str, Any]
    ) -> Stamp:
        """The mark of a row about ``source``, with these columns, in a workbook in ``lang``."""
        values = ((field, value_of(field, source)) for field in fields)
        cells = {field.name: digest(field, text_of(field, value, lang)) for field, value in values}
        return cls(workbook, lang, {name: found for name, found in cells.items() if found})

    @classmethod
    def parse(cls, text: str) -> Stamp | None:
        """The mark that ``str(stamp)`` wrote; None for anything else."""
        words = text.split()
        if len(words) < 2 or words[1] not in FLAGS or any(":" not in word for word in words[2:]):
            return None
        return cls(words[0], words[1], dict(word.split(":", 1) for word in words[2:]))

    def __str__(self) -> str:
        return " ".join([self.workbook, self.lang, *(f"{k}:{v}" for k, v in self.cells.items())])

    def said(self, field: Field, text: str) -> bool:
        """Whether the field's cell said this when the workbook was written."""
        return digest(field, text) == self.cells.get(field.name, "")

    def had(self, field: Field, value: Any) -> bool:
        """Whether the field had this value when the workbook was written."""
        return self.said(field, text_of(field, value, self.lang))


def digest(field: Field, text: str) -> str:
    """A few letters that tell the cell's text from others; "" for an empty cell.

    What spreadsheet programs change by themselves makes no difference: the form of a date, line
    ends, spaces at either end and, where they mean nothing, in between.
    """
    text = nfc(text).strip()
    if not text:
        return ""
    if field.kind == "date":
        date = dates.parse(text)
        text = date.iso if date else text
    elif field.kind in ("text", "list"):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        text = "\n".join(line.rstrip() for line in lines)
    else:
        text = " ".join(text.split())
    found = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(found)[:_DIGITS].decode()
