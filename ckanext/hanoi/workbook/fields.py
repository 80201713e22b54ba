"""The columns of the workbook: the fields of the dataset schema that a spreadsheet can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ckanext.hanoi import yaml_files

FILE = Path(__file__).parent.parent / "schemas" / "dataset.yaml"

#: The agency is the one whose workbook it is; slug and visibility follow from title and approval;
#: a geometry doesn't fit into a cell.
_LEFT_OUT = {
    "dataset_fields": {"name", "owner_org", "spatial", "private"},
    "resource_fields": set(),
}
_KINDS = {
    "hanoi_term": "term",
    "hanoi_terms": "terms",
    "hanoi_list": "list",
    "hanoi_date": "date",
    "hanoi_flag": "flag",
}
_KINDS_BY_NAME = {"tag_string": "tags", "size": "number", "mimetype": "line"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``kind``: line, text, term, terms, list, date, flag, tags or number.

    ``open``: its vocabulary only proposes, other words are taken too. ``default``: the code that
    the schema puts where there is none.
    """

    name: str
    labels: Mapping[str, str]
    help: Mapping[str, str]
    kind: str
    vocabulary: str = ""
    open: bool = False
    required: bool = False
    default: str = ""

    def label(self, lang: str) -> str:
        return _in(lang, self.labels) or self.name


SHEETS = {
    "datasets": {"vi": "Dữ liệu", "en": "Datasets"},
    "resources": {"vi": "Tài nguyên", "en": "Resources"},
    "guide": {"vi": "Hướng dẫn", "en": "Instructions"},
    "lists": {"vi": "Danh sách chọn", "en": "Choices"},
}
#: The key columns. Those of ids and of the mark (``cells.Stamp``) are hidden; "dataset" says
#: whose resource a row is.
ID = Field("id", {"vi": "Mã hệ thống", "en": "System ID"}, {}, "line")
DATASET_ID = Field(
    "dataset_id",
    {"vi": "Mã hệ thống của tập dữ liệu", "en": "System ID of the dataset"},
    {},
    "line",
)
DATASET = Field(
    "dataset",
    {"vi": "Tập dữ liệu", "en": "Dataset"},
    {
        "vi": "Tên tập dữ liệu mà tệp này thuộc về, đúng như ở trang Dữ liệu.",
        "en": "Title of the dataset that this file belongs to, as the sheet Datasets has it.",
    },
    "line",
    required=True,
)
STAMP = Field("as_of", {"vi": "Dấu đối chiếu", "en": "Mark for comparison"}, {}, "line")
#: Columns that are not for people.
HIDDEN = (ID, DATASET_ID, STAMP)


@cache
def dataset_fields() -> tuple[Field, ...]:
    """The columns of the sheet of datasets, in the schema's order."""
    return _fields("dataset_fields")


@cache
def resource_fields() -> tuple[Field, ...]:
    """The columns of the sheet of resources, in the schema's order."""
    return _fields("resource_fields")


def _fields(part: str) -> tuple[Field, ...]:
    content = yaml_files.load(FILE)
    return tuple(
        _field(entry, part) for entry in content[part] if entry["field_name"] not in _LEFT_OUT[part]
    )


def _field(entry: Mapping[str, Any], part: str) -> Field:
    name = entry["field_name"]
    kind = _KINDS.get(entry.get("preset", "")) or _KINDS_BY_NAME.get(name)
    long = entry.get("preset") == "hanoi_text" or "text" in str(entry.get("validators", ""))
    return Field(
        name=name,
        labels=_both(entry.get("label", name)),
        help=_both(entry.get("help_text", "")),
        kind=kind or ("text" if long else "line"),
        vocabulary=entry.get("vocabulary", ""),
        open=bool(entry.get("vocabulary_open")),
        required=bool(entry.get("required")) or (part, name) == ("resource_fields", "url"),
        default=entry.get("default_code", ""),
    )


def _both(value: Any) -> Mapping[str, str]:
    return value if isinstance(value, Mapping) else {"vi": str(value), "en": str(value)}


def _in(lang: str, texts: Mapping[str, str]) -> str:
    return texts.get("vi" if lang.startswith("vi") else "en") or next(iter(texts.values()), "")


def in_language(lang: str, texts: Mapping[str, str]) -> str:
    """The text in ``lang``: Vietnamese for any ``vi…``, else English."""
    return _in(lang, texts)
