"""``ckan hanoi quality …`` and ``ckan hanoi links …``."""

from __future__ import annotations

import csv
import json as json_module
import sys
import time
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.hanoi.paging import every
from ckanext.hanoi.quality import labels, link_checker, link_queries, ranking, recompute, store
from ckanext.hanoi.tabular.csv_safe import csv_cell

_FORMAT = click.option(
    "--format", "format_", type=click.Choice(["table", "csv", "json"]), default="table",
    show_default=True,
)  # fmt: skip
_AGENCIES = ("organization", "title", "datasets", "points", "band", "late", "broken_links")
_DATASETS = ("name", "title", "points", "band", "freshness", "updated", "broken_links")
_LINKS = ("state", "failing", "dataset", "url", "problem")
_MISSING = ("points", "title", "label", "remedy")


class _Quality(click.Group):
    """``quality update`` is a command; any other word is a dataset, no word shows the ranking."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Quality, short_help="How good the metadata are")
def quality() -> None:
    """How good the metadata are: ckan hanoi quality [--agency ORG] [DATASET] [--format …]

    Without DATASET and --agency the ranking of agencies. "ckan hanoi quality update" computes all
    scores anew (for cron).
    """


@quality.command("show")
@click.argument("dataset", required=False)
@click.option("--agency", help="The datasets of this agency")
@_FORMAT
def show(dataset: str | None, agency: str | None, format_: str) -> None:
    """The ranking of agencies, the datasets of one, or what a dataset lacks."""
    if dataset:
        shown = _call("hanoi_quality_show", id=dataset)
        if format_ == "json":
            _json(shown)
            return
        if format_ == "table":
            click.echo(f"{shown['name']}: {shown['points']:g}/{shown['of']} {shown['band_label']}, "
                       f"{shown['freshness']['label']}")  # fmt: skip
        _print(shown["missing"], _MISSING, format_)
        return
    if agency:
        rows = every(_call, "hanoi_quality_list", organization=agency)
        _print(rows, ranking.DATASET_COLUMNS if format_ == "csv" else _DATASETS, format_)
        return
    rows = _call("hanoi_quality_ranking")
    _print(rows, ranking.COLUMNS if format_ == "csv" else _AGENCIES, format_)


@quality.command("update")
@click.option("--changed", is_flag=True, help="Only datasets that changed since they were measured")
def update_scores(changed: bool) -> None:
    """Compute the scores of all datasets anew (for cron, each night)."""
    began = time.monotonic()
    ids = store.changed() if changed else store.everything()
    measured, indexed = recompute.run(ids, _measured)
    if not measured:
        store.forget_deleted()
    click.echo(f"{measured} datasets measured, {indexed} indexed anew, "
               f"{time.monotonic() - began:.1f} s")  # fmt: skip


@click.group(short_help="Do the links of the datasets answer?")
def links() -> None:
    """Do the links of the datasets answer?"""


@links.command("check")
@click.option("--limit", type=click.IntRange(1), help="At most this many addresses")
@click.option("--minutes", type=click.FloatRange(0), help="Stop after so many minutes")
@click.option("--all", "everything", is_flag=True, help="Those that are not due, too")
@click.option("--agency", help="Those of this agency only")
def check_links(
    limit: int | None, minutes: float | None, everything: bool, agency: str | None
) -> None:
    """Check the addresses that are due, politely; stopped, it goes on where it was."""
    seconds = minutes * 60 if minutes is not None else float("inf")
    shown = _Shown()
    where = link_checker.scope(organization_id=_agency(agency)) if agency else None
    counts = link_checker.run(limit, seconds, everything, shown, where)
    if counts is None:
        raise click.ClickException(tk._("Another check is at work."))
    shown.end()
    click.echo(f"{counts.checked} of {counts.due} due addresses checked: {counts.answer} answer, "
               f"{counts.broken} do not, {counts.unknown} could not be asked")  # fmt: skip


@links.command("list")
@click.option("--agency", help="Those of this agency only")
@click.option("--state", type=click.Choice(list(link_queries.STATES)), default="broken",
              show_default=True)  # fmt: skip
@_FORMAT
def list_links(agency: str | None, state: str, format_: str) -> None:
    """The links and what their last check found; by default those that do not answer."""
    rows = every(_call, "hanoi_link_list", organization=agency or "", state=state)
    if format_ != "json":
        rows = [link_queries.as_row(row) for row in rows]
    _print(rows, link_queries.COLUMNS if format_ == "csv" else _LINKS, format_)


def _agency(name_or_id: str) -> str:
    group = model.Group.get(name_or_id)
    if group is None or not group.is_organization:
        raise click.ClickException(tk._("There is no such agency: %s") % name_or_id)
    return group.id


class _Shown:
    """One line that is written over on a terminal; every 25th address elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def __call__(self, counts: link_checker.Counts, url: str) -> None:
        text = f"{counts.checked}/{counts.due} broken {counts.broken} {url}"
        if self._terminal:
            click.echo(f"\r\033[K{text[:100]}", nl=False, err=True)
        elif counts.checked % 25 == 0:
            click.echo(text, err=True)

    def end(self) -> None:
        if self._terminal:
            click.echo("", err=True)


def _measured(number: int, total: int) -> None:
    click.echo(f"{number}/{total}", err=True)


def _call(action: str, **data: Any) -> Any:
    try:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context: Any = {"user": user, "ignore_auth": True}
        return tk.get_action(action)(context, data)
    except tk.ObjectNotFound as error:
        raise click.ClickException(str(error) or tk._("Not found")) from None
    except tk.ValidationError as error:
        told = "\n".join(f"{name}: {text}" for name, text in error.error_summary.items())
        raise click.ClickException(told) from None


def _json(value: Any) -> None:
    click.echo(json_module.dumps(value, ensure_ascii=False, indent=2))


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...], format_: str) -> None:
    if format_ == "json":
        _json(rows)
        return
    if format_ == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([csv_cell(row.get(column)) for column in columns] for row in rows)
        return
    table = [columns, *([_text(name, row.get(name)) for name in columns] for row in rows)]
    widths = [min(60, max(len(line[place]) for line in table)) for place in range(len(columns))]
    widths[-1] = 0  # the last column may be as long as it is
    for line in table:
        cells = zip(line, widths, strict=True)
        click.echo("  ".join(f"{cell[:width or None]:<{width}}" for cell, width in cells).rstrip())


def _text(name: str, value: Any) -> str:
    if name == "band":
        return labels.band(value)
    if name == "freshness":
        return labels.fresh(value)
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
