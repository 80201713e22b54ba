"""What the columns of a table mean: proposed from what was found, and as the text that stands in
a resource's field ``data_dictionary``. Knows no CKAN.

The text has one line for each column, as the form's help shows it::

    so_tre: số trẻ đang học, tính đến 30/9 (số nguyên; đơn vị: người)
"""

from __future__ import annotations

import re
from typing import Any, TypedDict

from ckanext.hanoi.vietnamese import fold, nfc

#: Longest description and unit (characters).
LONGEST, LONGEST_UNIT = 2000, 60
#: Names of types as they stand in the text, which is Vietnamese as the dataset is.
TYPES = {
    "string": "chữ",
    "integer": "số nguyên",
    "number": "số",
    "date": "ngày",
    "datetime": "ngày giờ",
    "time": "giờ",
    "boolean": "có/không",
}
_UNIT = "đơn vị: "
_TAIL = re.compile(
    r"\((?P<type>" + "|".join(sorted(TYPES.values(), key=len, reverse=True)) + r")"
    r"(?: (?P<format>[^;()]+))?(?:; đơn vị: (?P<unit>[^()]+))?\)$"
)
_IN_BRACKETS = re.compile(r"\(([^()]{1,40})\)")
#: What in brackets behind a column's name is a unit, without accents.
_UNITS = re.compile(
    r"(?:%|ha|km2?|m2|m3|m|cm|mm|kg|g|tan|ta|lit|c|độ|do|trieu(?: dong)?|ty(?: dong)?|dong|vnd|usd|"
    r"nguoi|ho|vu|chiec|cai|gio|ngay|thang|nam|lan|kwh|mw|°c|μg/m3|ug/m3|mg/l|nguoi/km2|"
    r"trieu dong|nghin dong|1000 dong|nghin nguoi|tan/ha|ta/ha)"
)


class Entry(TypedDict):
    """One column: ``name`` and ``format`` as found, ``type`` of ``TYPES`` or "" (not known),
    ``unit`` and ``description`` as a person says them."""

    name: str
    type: str
    format: str
    unit: str
    description: str


def propose(columns: list[dict[str, Any]], present: str = "") -> list[Entry]:
    """The dictionary of a report's columns; what the ``present`` text says of them is kept."""
    known = read(present, [column["name"] for column in columns])
    entries: list[Entry] = []
    for column, said in zip(columns, known, strict=True):
        entries.append({
            "name": column["name"],
            "type": column.get("type") or "",
            "format": column.get("format") or "",
            "unit": said["unit"] if said else _unit(column["name"]),
            "description": said["description"] if said else "",
        })  # fmt: skip
    return entries


def write(entries: list[Entry]) -> str:
    """The dictionary as text."""
    return "\n".join(map(_line, entries))


def read(text: str, names: list[str]) -> list[Entry | None]:
    """What a text says of the columns of these names, in their order; None where nothing."""
    lines = [line.strip() for line in nfc(text or "").splitlines() if line.strip()]
    found: list[Entry | None] = []
    for name in names:
        start = f"{name}:"
        place = next((i for i, line in enumerate(lines) if line.startswith(start)), None)
        # of two columns with one name the first has the first line
        found.append(_entry(name, lines.pop(place)[len(start) :]) if place is not None else None)
    return found


def clean(text: str, longest: int) -> str:
    """A description or unit as it is kept: NFC, on one line, not too long."""
    return " ".join(nfc(text or "").split())[:longest].strip()


def _line(entry: Entry) -> str:
    told = [part for part in (_type(entry), entry["unit"] and _UNIT + entry["unit"]) if part]
    tail = f" ({'; '.join(told)})" if told else ""
    return f"{entry['name']}: {entry['description']}".rstrip() + tail


def _type(entry: Entry) -> str:
    name = TYPES.get(entry["type"], "")
    shown = entry["format"] if entry["type"] in ("date", "datetime", "time") else ""
    return f"{name} {shown}".strip() if name else ""


def _entry(name: str, rest: str) -> Entry:
    entry: Entry = {"name": name, "type": "", "format": "", "unit": "", "description": rest.strip()}
    match = _TAIL.search(rest)
    if match:
        entry["type"] = next(key for key, label in TYPES.items() if label == match["type"])
        entry["format"] = match["format"] or ""
        entry["unit"] = (match["unit"] or "").strip()
        entry["description"] = rest[: match.start()].strip()
    return entry


def _unit(name: str) -> str:
    """The unit that a column's name states: "Diện tích (ha)"; "" where it states none."""
    for match in _IN_BRACKETS.finditer(name):
        inside = re.sub(r"^(?:don vi(?: tinh)?|dvt)\s*:?\s*", "", fold(match[1]).strip())
        if _UNITS.fullmatch(inside):
            return re.sub(r"^(?:đơn vị(?: tính)?|đvt)\s*:?\s*", "", match[1].strip(), flags=re.I)
    return ""
