"""``ckan hanoi tables …``: the look at resources' tables."""

from __future__ import annotations

import json as json_module
import sys
import time
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.hanoi.paging import every


@click.group(short_help="The look at resources' tables")
def tables() -> None:
    """What is in the tables of resources: columns, types, encoding, errors."""


def _call(action: str, /, **data: Any) -> Any:
    try:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context: Any = {"user": user, "ignore_auth": True, "hanoi_inline": True}
        return tk.get_action(action)(context, data)
    except tk.ObjectNotFound as error:
        raise click.ClickException(str(error) or "Not found") from None
    except tk.ValidationError as error:
        raise click.ClickException("\n".join(
            f"{name}: {message}" for name, messages in error.error_dict.items()
            for message in (messages if isinstance(messages, list) else [messages]))) from None


@tables.command("check")
@click.argument("resource", required=False)
@click.option("--all", "everything", is_flag=True, help="Every table of the catalog")
@click.option("--agency", metavar="ORG", help="The tables of one agency")
@click.option("--queue", "only_queue", is_flag=True, help="Leave it to the background workers")
@click.option("--json", "as_json", is_flag=True, help="Print what was found")
def check(
    resource: str | None, everything: bool, agency: str | None, only_queue: bool, as_json: bool
) -> None:
    """Look at tables now: RESOURCE, an agency's, all, or (without any) what is due.

    Where a worker is at it already, waits for it and shows how far it is.
    """
    if sum(map(bool, (resource, everything, agency))) > 1:
        raise click.ClickException("Give one of RESOURCE, --all and --agency.")
    asked = {"id": resource} if resource else {"owner_org": agency} if agency else {}
    asked = {"all": True} if everything else asked
    if asked:
        queued = _call("hanoi_table_check", **asked)["queued"]
        click.echo(f"{queued} to look at.", err=True)
    if only_queue:
        return
    _work(resource)
    if as_json:
        found: Any = _call("hanoi_table_show", id=resource) if resource else _found(agency)
        click.echo(json_module.dumps(found, ensure_ascii=False, indent=2))
    elif resource:
        _show(_call("hanoi_table_show", id=resource))


def _work(resource: str | None) -> None:
    """Look at what is due, or see another process do so."""
    from ckanext.hanoi.tables import pending, worker

    shown = _Progress()
    while not worker.run(progress=shown):
        model.Session.rollback()
        waiting = pending.waiting()
        if not waiting or (resource and _settled(resource)):
            break
        shown.say(f"a worker is at it, {waiting} waiting")
        time.sleep(1)
        model.Session.remove()
    shown.end()


def _settled(resource: str) -> bool:
    return _call("hanoi_table_show", id=resource)["state"] not in ("queued", "running")


class _Progress:
    """One line that is written over on a terminal; a line for every 25 files elsewhere."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.number = 0

    def __call__(self, number: int, entry: Any) -> None:
        self.number = number
        self.counts[entry.state] = self.counts.get(entry.state, 0) + 1
        if entry.errors:
            self.counts["with errors"] = self.counts.get("with errors", 0) + 1
        if sys.stderr.isatty() or number % 25 == 0:
            self.say(self._text())

    def _text(self) -> str:
        return f"{self.number} looked at: " + (
            ", ".join(f"{n} {name}" for name, n in self.counts.items()) or "-"
        )

    def say(self, text: str) -> None:
        person = sys.stderr.isatty()
        click.echo(f"\r\033[K{text[:100]}" if person else text, nl=not person, err=True)

    def end(self) -> None:
        self.say(self._text())
        if sys.stderr.isatty():
            click.echo("", err=True)


def _found(agency: str | None, problems: bool = False) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"owner_org": agency} if agency else {}
    if problems:
        asked["problems"] = True
    return every(_call, "hanoi_table_list", **asked)


@tables.command("list")
@click.option("--agency", metavar="ORG", help="Of one agency")
@click.option("--problems", is_flag=True, help="Only those with errors, or that can't be read")
@click.option("--json", "as_json", is_flag=True)
def list_(agency: str | None, problems: bool, as_json: bool) -> None:
    """Every table with its state and the number of its errors."""
    rows = _found(agency, problems)
    if as_json:
        click.echo(json_module.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        numbers = f"{row['errors'] or 0:>6} errors {row['rows'] or 0:>8} rows"
        title = row["resource_name"] or row["package_title"] or row["package_name"]
        click.echo(f"{row['resource_id']}  {row['state']:<7} {numbers}  {title}")


@tables.command("show")
@click.argument("resource")
@click.option("--json", "as_json", is_flag=True)
def show(resource: str, as_json: bool) -> None:
    """What was found in one resource."""
    found = _call("hanoi_table_show", id=resource)
    if as_json:
        click.echo(json_module.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    click.echo(f"{found['state']}  {found.get('message') or ''}".rstrip())
    if found["columns"]:
        click.echo(f"  {found['rows']} rows, {found['errors']} errors, {found['kind']}, "
                   f"{found['encoding'] or '-'}")  # fmt: skip
    for column in found["columns"]:
        click.echo(f"  {column['name']}: {column['type'] or 'empty'} {column['format']}".rstrip())
    for error in [*found["error_list"], *found["remarks"]]:
        click.echo(f"  ! {error['message']}")


@tables.command("clean")
@click.option("--days", type=int, help="Default: ckanext.hanoi.tables.retention_days")
def clean(days: int | None) -> None:
    """Delete what was found in resources and datasets that are no more."""
    more = {} if days is None else {"days": days}
    click.echo(f"{_call('hanoi_table_clean', **more)['deleted']} deleted.")
