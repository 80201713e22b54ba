"""A file as the rows of one table, whatever kind of file it is. Names aren't believed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import IO, Any

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import Book, Limits, Sheet, read
from ckanext.hanoi.tabular.sheet import Cell, Merged
from ckanext.hanoi.vietnamese import decode

#: A file that claims one of these may be a web page with a table, as many programs export "XLS".
_MAY_BE_HTML = frozenset({"XLS", "XLSX", "CSV", "ODS"})
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
#: Members of a JSON object that hold its list of records, in this order.
_LISTS = ("features", "records", "data", "results", "items", "rows", "value")
_LARGEST_JSON = 32 * 1024 * 1024


@dataclass(slots=True)
class Grid:
    """One table of a file. ``rows[0]`` is the file's first row. ``labels`` are given where the
    file itself names its columns (JSON); else the header is among the rows. ``sheets`` are all of
    the file: ``{"name", "rows", "hidden"}``. ``cut``: there are more rows than were read."""

    kind: str
    rows: list[list[Cell]]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str = ""
    sheets: list[dict[str, Any]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    labels: list[str] | None = None
    cut: bool = False


def open_grid(file: IO[bytes], *, claimed: str, limits: Limits) -> Grid:
    """The largest table of the file; ``claimed`` is the format that the catalog says it has.

    Raises SourceError for what is no table, is broken, protected or over the limits.
    """
    head = file.read(512)
    file.seek(0)
    if _JSON.match(head):
        return _json(file)
    book = read(file, limits=limits)
    if book.kind == "html" and claimed.upper() not in _MAY_BE_HTML:
        raise SourceError("This is a web page, not a table.")
    sheet = _largest(book)
    return Grid(
        kind=book.kind,
        rows=_trimmed(sheet.rows),
        encoding=book.encoding,
        delimiter=book.delimiter,
        sheet=sheet.name,
        sheets=[
            {"name": one.name, "rows": _filled_rows(one), "hidden": one.hidden}
            for one in book.sheets
        ],
        merged=sheet.merged,
        cut=book.cut,
    )


def _largest(book: Book) -> Sheet:
    """The sheet with most cells; hidden ones only where there is no other."""
    visible = [sheet for sheet in book.sheets if not sheet.hidden and _cells(sheet)]
    return max(visible or book.sheets, key=_cells)


def _cells(sheet: Sheet) -> int:
    return sum(cell is not None for row in sheet.rows for cell in row)


def _filled_rows(sheet: Sheet) -> int:
    return sum(any(cell is not None for cell in row) for row in sheet.rows)


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Without the empty rows at the end."""
    last = len(rows)
    while last and all(cell is None for cell in rows[last - 1]):
        last -= 1
    return rows[:last]


def _json(file: IO[bytes]) -> Grid:
    data = file.read(_LARGEST_JSON + 1)
    if len(data) > _LARGEST_JSON:
        raise SourceError("The file is larger than %(limit)s bytes.", limit=_LARGEST_JSON)
    text, encoding = decode(data)
    try:
        content = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise SourceError("The JSON is nested too deeply to be a table.") from error
    except ValueError as error:
        raise SourceError("The file is not valid JSON: %(error)s", error=str(error)) from error
    records, is_geo = _records(content)
    labels: dict[str, None] = {}
    for record in records:
        labels.update(dict.fromkeys(record))
    names = [str(name) for name in labels]
    return Grid(
        kind="geojson" if is_geo else "json",
        rows=[[_cell(record.get(name)) for name in labels] for record in records],
        encoding=encoding,
        labels=names,
    )


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _records(content: Any) -> tuple[list[dict[str, Any]], bool]:
    """The list of records in a JSON document, and whether it is GeoJSON."""
    is_geo = isinstance(content, dict) and content.get("type") == "FeatureCollection"
    found = content
    if isinstance(content, dict):
        lists = (content[name] for name in _LISTS if isinstance(content.get(name), list))
        found = next(lists, None)
    if not isinstance(found, list) or not found or not all(isinstance(r, dict) for r in found):
        raise SourceError("This JSON is not a list of records, so it is not shown as a table.")
    if is_geo:
        return [_properties(feature) for feature in found], True
    return found, False


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return {**(properties if isinstance(properties, dict) else {}), "geometry": kind}


def _cell(value: Any) -> Cell:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)[:2000]
    return None if value == "" else value
