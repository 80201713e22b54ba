"""What the commands about sources and runs share: calling actions, printing what they return."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import click


def _context() -> Any:
    return {"user": "", "ignore_auth": True}


def call(action: str, context: Any = None, **data: Any) -> Any:
    """Call an action; what it refuses is printed with the field it is about, exit status 1."""
    try:
        with_action = tk.get_action(action)
    except KeyError:
        raise click.ClickException("The plugin hanoi_harvest is not enabled") from None
    try:
        whole: Any = {**_context(), **(context or {})}
        return with_action(whole, data)
    except tk.ValidationError as error:
        lines = [
            f"{field}: {message}"
            for field, messages in error.error_dict.items()
            for message in (messages if isinstance(messages, list) else [messages])
        ]
        raise click.ClickException("\n".join(lines)) from None
    except tk.ObjectNotFound as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def reading_files() -> Iterator[None]:
    """What is done inside, in this process, may read the file that a source names if the command
    line gave it to the source (``source add --allow-local``)."""
    from ckanext.hanoi.fetch import settings

    with settings.reading_files():
        yield


def print_json(value: Any) -> None:
    """What an action returned, as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(rows: list[list[Any]], header: list[str]) -> None:
    """Rows in columns as wide as their longest cell."""
    texts = [[str("" if cell is None else cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in texts) for i in range(len(header))]
    for row in texts:
        click.echo(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
