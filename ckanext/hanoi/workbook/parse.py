"""What the text of a cell means, by the kind of its column."""

from __future__ import annotations

import re
from typing import Any

from ckanext.hanoi import dates
from ckanext.hanoi.tabular import cell_values
from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook.fields import Field


class CellError(Exception):
    """The text can't be taken: an English message id, and what it names besides the place."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message, self.params = message, params


def parse(about: Field, text: str) -> Any:
    """The value of a cell that is not empty, as ``package_create`` takes it, or ``CellError``."""
    return _READ.get(about.kind, _line)(text, about)


def empty(about: Field) -> Any:
    """The value of an empty cell."""
    return _EMPTY.get(about.kind, "")


def _line(text: str, about: Field) -> str:
    return " ".join(text.split())


def _text(text: str, about: Field) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _code(text: str, about: Field) -> str:
    terms = vocabulary(about.vocabulary)
    term = terms.find(" ".join(text.split()))
    if term is not None:
        return term.code
    if about.open:
        return _line(text, about)
    proposals = terms.suggest(text) or list(terms)[:3]
    raise CellError(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is not in the list. Choose "
        "one of the drop-down, for example: %(choices)s.",
        value=text[:200],
        choices="; ".join(term.vi for term in proposals),
    )


def _codes(text: str, about: Field) -> list[str]:
    known = vocabulary(about.vocabulary).find
    parts = [text] if known(text) else cell_values.several(text, known)
    return list(dict.fromkeys(_code(part, about) for part in parts))


def _list(text: str, about: Field) -> list[str]:
    parts = (" ".join(part.split()) for part in re.split(r"\n|;\s", text))
    return list(dict.fromkeys(part for part in parts if part))


def _date(text: str, about: Field) -> str:
    date = dates.parse(text)
    if date is None:
        raise CellError(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is no date. Write it as "
            "31/12/2025, 12/2025, Quý IV/2025 or 2025."
        )
    return date.iso_end if about.name == "temporal_end" else date.iso


def _flag(text: str, about: Field) -> bool:
    answer = cell_values.yes_or_no(text)
    if answer is None:
        raise CellError(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is neither yes nor no. "
            "Write Có or Không."
        )
    return answer


def _number(text: str, about: Field) -> int:
    digits = re.sub(r"[\s.,](?=\d{3}(?!\d))", "", text)
    if not digits.isdecimal() or len(digits) > 18:
        raise CellError(
            "Sheet %(sheet)s, row %(row)s, column %(column)s: “%(value)s” is no whole number. "
            "Write digits only, for example 10240."
        )
    return int(digits)


def _tags(text: str, about: Field) -> str:
    return ", ".join(cell_values.keywords(text))


_READ = {
    "text": _text,
    "term": _code,
    "terms": _codes,
    "list": _list,
    "date": _date,
    "flag": _flag,
    "number": _number,
    "tags": _tags,
}
_EMPTY: dict[str, Any] = {"terms": [], "list": [], "flag": False}
