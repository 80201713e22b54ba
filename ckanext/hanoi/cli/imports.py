"""``ckan hanoi template``, ``import`` and ``imports``: publishers' workbooks at a terminal."""

from __future__ import annotations

import base64
import json as json_module
import os
import sys
import time
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model


def _call(action: str, context: dict[str, Any] | None = None, **data: Any) -> Any:
    """Call an action; what it refuses is printed with the field it is about, exit status 1."""
    whole: Any = {"user": "", "ignore_auth": True, **(context or {})}
    try:
        return tk.get_action(action)(whole, data)
    except tk.ValidationError as error:
        lines = [
            f"{field}: {message}"
            for field, messages in error.error_dict.items()
            for message in (messages if isinstance(messages, list) else [messages])
        ]
        raise click.ClickException("\n".join(lines)) from None
    except (tk.ObjectNotFound, tk.NotAuthorized) as error:
        raise click.ClickException(str(error)) from None


def _as(user: str | None) -> dict[str, Any]:
    """In whose name: a user of the catalog, with his rights; else CKAN's own, with all."""
    if not user:
        return {}
    entry = model.User.get(user)
    if entry is None:
        raise click.ClickException(f"There is no user {user}")
    return {"user": entry.name, "ignore_auth": False}


def _print_json(value: Any) -> None:
    click.echo(json_module.dumps(value, ensure_ascii=False, indent=2, default=str))


@click.command(short_help="Workbook for a publisher")
@click.argument("out", type=click.Path(dir_okay=False))
@click.option("--agency", metavar="ORG", help="With the datasets that this organization has")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def template(out: str, agency: str | None, lang: str) -> None:
    """Write a workbook with drop-downs from the vocabularies to OUT.xlsx."""
    more: dict[str, Any] = {"owner_org": agency} if agency else {}
    found = _call("hanoi_template_show", lang=lang, **more)
    content = base64.b64decode(found["content"])
    try:
        with open(out, "wb") as file:
            file.write(content)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from None
    click.echo(f"Wrote {out} ({len(content)} bytes).")


@click.command("import", short_help="Datasets from such a workbook")
@click.argument("file", type=click.File("rb"))
@click.option("--agency", metavar="ORG", required=True, help="Organization of the datasets")
@click.option("--dry-run", is_flag=True, help="Print what would change; write nothing")
@click.option("--private/--public", default=False, show_default=True, help="New datasets")
@click.option("--overwrite", is_flag=True,
              help="Write also what others changed since the workbook was made")  # fmt: skip
@click.option("--user", metavar="NAME", help="In the name and with the rights of this user")
@click.option("--json", "as_json", is_flag=True)
def import_workbook(
    file: Any, agency: str, dry_run: bool, private: bool, overwrite: bool, user: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Datasets from a workbook, in this process, with a report for each row.

    Exit status: 0 all rows are fine, 1 something failed.
    """
    data = {"owner_org": agency, "upload": file, "file_name": os.path.basename(file.name),
            "private": private, "overwrite": overwrite}  # fmt: skip
    context = _as(user)
    if dry_run:
        result = _call("hanoi_import_preview", {**context, "hanoi_inline": True}, **data)
        _print_json(result) if as_json else _preview(result)
    else:
        progress = None if as_json else _Progress()
        inline = {**context, "hanoi_inline": True, "hanoi_progress": progress}
        made = _call("hanoi_import_create", inline, **data)
        if made["counts"]["create"] + made["counts"]["update"]:
            made = _call("hanoi_import_run", inline, id=made["id"])
        result = _whole(made["id"])
        if as_json:
            _print_json(result)
        else:
            click.echo("", err=True)
            _report(result)
    failed = result["counts"]["error"] or result.get("status") in ("failed", "aborted")
    sys.exit(1 if failed else 0)


class _Progress:
    """One line that is written over, at most twice a second."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, counts: dict[str, int]) -> None:
        if time.monotonic() - self.last < 0.5:
            return
        self.last = time.monotonic()
        seen = counts["rows"] - counts["waiting"]
        text = f"{seen} of {counts['rows']} rows checked, {counts['done']} written"
        click.echo(f"\r  {text}".ljust(80), nl=False, err=True)


def _whole(id_: str) -> dict[str, Any]:
    model.Session.rollback()
    result = _call("hanoi_import_show", id=id_, limit=1000)
    while len(result["rows"]) < result["rows_total"]:
        more = _call("hanoi_import_show", id=id_, limit=1000, offset=len(result["rows"]))
        if not more["rows"]:
            break
        result["rows"] += more["rows"]
    return result


def _preview(result: dict[str, Any]) -> None:
    for row in result["rows"]:
        _line(row)
        for change in row["changes"] if row["result"] == "update" else ():
            what = ": ".join(filter(None, (change["resource"], change["field"])))
            click.echo(f"            {what}: {change['old']!r} -> {change['new']!r}")
    _numbers(result)


def _report(result: dict[str, Any]) -> None:
    for row in result["rows"]:
        if row["result"] != "unchanged":
            _line(row)
    click.echo(f"{result['file_name']}: {result['status']}"
               + (f" ({result['message']})" if result["message"] else ""))  # fmt: skip
    _numbers(result)
    click.echo(f"  Report: ckan hanoi imports show {result['id']}")


def _line(row: dict[str, Any]) -> None:
    fields = ", ".join(dict.fromkeys(c["resource"] or c["field"] for c in row["changes"]))
    more = "" if row["messages"] else f"  {fields}" if row["result"] == "update" else ""
    click.echo(f"{row['result']:>10}  {row['sheet']} {row['row']}: {row['title']}{more}")
    for message in row["messages"]:
        click.echo(f"            {message}")


def _numbers(result: dict[str, Any]) -> None:
    counts = result["counts"]
    names = ("rows", "create", "update", "unchanged", "error", "done")
    click.echo("  " + ", ".join(f"{counts[name]} {name}" for name in names))
    if result["ignored"]:
        click.echo(f"  Columns that mean nothing here: {'; '.join(result['ignored'])}")


@click.group(short_help="Imports of workbooks, and their reports")
def imports() -> None:
    """Imports of workbooks, and their reports."""


@imports.command("list")
@click.option("--agency", metavar="ORG")
@click.option("--limit", type=int, default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def imports_list(agency: str | None, limit: int, as_json: bool) -> None:
    """Imports, the newest first."""
    more: dict[str, Any] = {"owner_org": agency} if agency else {}
    found = _call("hanoi_import_list", limit=limit, **more)
    if as_json:
        _print_json(found)
        return
    for one in found:
        organization = (one["organization"] or {}).get("name", "-")
        click.echo(f"{one['id']}  {one['created']}  {organization}  {one['status']}  "
                   f"{one['file_name']}")  # fmt: skip
        _numbers(one)


@imports.command("show")
@click.argument("id_", metavar="IMPORT")
@click.option("--json", "as_json", is_flag=True)
def imports_show(id_: str, as_json: bool) -> None:
    """The report of an import."""
    result = _whole(id_)
    _print_json(result) if as_json else _report(result)


@imports.command("abort")
@click.argument("id_", metavar="IMPORT")
def imports_abort(id_: str) -> None:
    """Stop an import; what has been written stays."""
    result = _call("hanoi_import_abort", id=id_)
    click.echo(f"{result['file_name']}: {result['status']}")


@imports.command("resume")
@click.argument("id_", metavar="IMPORT")
@click.option("--json", "as_json", is_flag=True)
def imports_resume(id_: str, as_json: bool) -> None:
    """Go on in this process with an import that lost its worker, or was stopped."""
    from ckanext.hanoi.imports import worker

    entry = _call("hanoi_import_show", id=id_, limit=0)
    inline = {"hanoi_inline": True, "hanoi_progress": None if as_json else _Progress()}
    if entry["status"] in ("failed", "aborted"):
        _call("hanoi_import_run", inline, id=id_)
    else:
        worker.run_import(id_, None if as_json else _Progress())
    result = _whole(id_)
    _print_json(result) if as_json else _report(result)
    sys.exit(1 if result["counts"]["error"] else 0)
