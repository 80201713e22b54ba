"""Tables that pages offer for download."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from flask import Response

from ckanext.hanoi.tabular.export import csv_cell


def as_csv(name: str, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> Response:
    """A CSV file for spreadsheet programs: with a byte order mark, lists with commas, and no cell
    that could be taken for a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(_plain(row.get(column))) for column in columns])
    response = Response("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else value
