"""Rows of a workbook as JSON, so that they can wait in the database. Knows no CKAN."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ckanext.hanoi.workbook import DatasetRow, Problem, ResourceRow
from ckanext.hanoi.workbook.cells import Stamp


def to_json(row: DatasetRow) -> dict[str, Any]:
    """The row and its files as JSON."""
    found = asdict(row)
    for part in (found, *(found["resources"] or ())):
        part["untouched"] = sorted(part["untouched"])
    return found


def from_json(data: dict[str, Any]) -> DatasetRow:
    """The row that ``to_json`` got."""
    resources = data["resources"]
    files = None if resources is None else [ResourceRow(**_parts(one)) for one in resources]
    return DatasetRow(**{**_parts(data), "resources": files})


def _parts(data: dict[str, Any]) -> dict[str, Any]:
    return {
        **data,
        "stamp": Stamp(**data["stamp"]) if data["stamp"] else None,
        "untouched": frozenset(data["untouched"]),
        "problems": [Problem(**problem) for problem in data["problems"]],
    }


def plain(problem: Problem) -> dict[str, Any]:
    """A problem for the database: PostgreSQL takes no NUL, and nobody reads a page of a cell."""
    params = {name: str(value).replace("\0", "")[:2000] for name, value in problem.params.items()}
    return {"message": problem.message, "params": params}
