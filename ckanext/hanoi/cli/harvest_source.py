"""``ckan hanoi source …``: portals and files to harvest, for people at a terminal."""

from __future__ import annotations

import sys
from typing import Any

import click

from ckanext.hanoi.cli.common import call, print_json, table


@click.group(short_help="Portals and files to harvest")
def source() -> None:
    """Portals and files to harvest."""


def _source_options(command: Any) -> Any:
    for option in reversed(
        [
            click.option("--agency", metavar="ORG", help="Organization that the source is for"),
            click.option("--title", help="Title for people"),
            click.option("--config", type=click.File(encoding="utf-8"),
                         help="YAML: mapping and options"),
            click.option("--every", metavar="SCHEDULE",
                         help="hourly, daily, weekly, monthly, five fields of cron, or “never”"),
            click.option("--priority", type=int,
                         help="Of two sources with one dataset the higher has it"),
            click.option("--notify", type=click.Choice(["always", "error", "never"])),
            click.option("--contact", "contacts", multiple=True,
                         help="E-mail address (several times)"),
            click.option("--all-agencies/--own-agency", "all_agencies", default=None,
                         help="May it write into agencies that aren't below its own?"),
            click.option("--allow-local", is_flag=True,
                         help="Permit a file: address of this machine"),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    data = {
        name: values[name] for name in ("title", "priority", "notify") if values[name] is not None
    }
    if values["all_agencies"] is not None:
        data["all_agencies"] = values["all_agencies"]
    if values["agency"]:
        data["owner_org"] = values["agency"]
    if values["config"]:
        data["config"] = values["config"].read()
    if values["every"] is not None:
        data["schedule"] = "" if values["every"] in ("never", "manual") else values["every"]
    if values["contacts"]:
        data["contacts"] = list(values["contacts"])
    return data


def _warn(shown: dict[str, Any]) -> None:
    for text in shown["warnings"]:
        click.echo(f"Warning: {text}", err=True)


@source.command("add")
@click.argument("name")
@click.option("--kind", required=True, help="See: ckan hanoi source kinds")
@click.option("--url", required=True)
@_source_options
@click.option("--json", "as_json", is_flag=True)
def source_add(name: str, kind: str, url: str, as_json: bool, **values: Any) -> None:
    """Add a source."""
    data = {"title": name, **_fields(values), "name": name, "kind": kind, "url": url}
    context = {"hanoi_allow_local": values["allow_local"]}
    shown = call("hanoi_source_create", context, **data)
    _warn(shown)
    if as_json:
        print_json(shown)
        return
    click.echo(
        f"Added {shown['name']}. See what it holds: ckan hanoi harvest preview {shown['name']}"
    )


@source.command("edit")
@click.argument("name")
@click.option("--url")
@click.option("--kind")
@click.option("--rename", metavar="NAME")
@click.option("--active/--paused", default=None)
@_source_options
@click.option("--json", "as_json", is_flag=True)
def source_edit(name: str, as_json: bool, **values: Any) -> None:
    """Change what is given of a source."""
    data = {key: values[key] for key in ("url", "kind", "active") if values[key] is not None}
    if values["rename"]:
        data["name"] = values["rename"]
    entry = call("hanoi_source_show", id=name)
    context = {"hanoi_allow_local": values["allow_local"]}
    shown = call("hanoi_source_update", context, id=entry["id"], **{**_fields(values), **data})
    _warn(shown)
    print_json(shown) if as_json else click.echo("Saved.")


@source.command("list")
@click.option("--json", "as_json", is_flag=True)
def source_list(as_json: bool) -> None:
    """All sources with the state of their newest run."""
    sources = call("hanoi_source_list")
    if as_json:
        print_json(sources)
        return
    rows = []
    for entry in sources:
        run = entry["last_run"] or {}
        when = run.get("finished") or run.get("created") or "-"
        rows.append([entry["name"], entry["kind"], entry["schedule"] or "by hand",
                     entry["datasets"], run.get("status", "-"), when])
    table(rows, ["NAME", "KIND", "EVERY", "DATASETS", "LAST RUN", "AT"])


@source.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def source_show(name: str, as_json: bool) -> None:
    """One source."""
    entry = call("hanoi_source_show", id=name)
    if as_json:
        print_json(entry)
        return
    run = entry.pop("last_run") or {}
    for key, value in entry.items():
        click.echo(f"{key:>14}: {value}")
    if run:
        click.echo(f"{'last run':>14}: {run['status']} {run['counts']} ({run['id']})")


@source.command("remove")
@click.argument("name")
@click.option(
    "--datasets", type=click.Choice(["keep", "remove"]), default="keep", show_default=True
)
@click.option("--yes", is_flag=True, help="Don't ask")
@click.option("--json", "as_json", is_flag=True)
def source_remove(name: str, datasets: str, yes: bool, as_json: bool) -> None:
    """Remove a source and its history."""
    entry = call("hanoi_source_show", id=name)
    what = "and its datasets are deleted" if datasets == "remove" else "its datasets stay"
    if not yes and sys.stdin.isatty():
        click.confirm(
            f"{entry['name']} ({entry['datasets']} datasets) is removed, {what}. Go on?", abort=True
        )
    shown = None if as_json or not sys.stderr.isatty() else _removed
    here = {"hanoi_inline": True, "hanoi_progress": shown}
    result = call("hanoi_source_delete", here, id=entry["id"], datasets=datasets)
    if as_json:
        print_json(result)
        return
    click.echo(f"Removed {entry['name']}; {result['removed']} datasets deleted.")
    for kept in result["kept"]:
        click.echo(f"Kept, as people moved it to another agency or edited it: {kept}")


def _removed(number: int) -> None:
    click.echo(f"\r\033[K{number} datasets removed", nl=False, err=True)


@source.command("kinds")
@click.option("--json", "as_json", is_flag=True)
def source_kinds(as_json: bool) -> None:
    """The kinds of source, a line each."""
    found = call("hanoi_source_kind_list")
    if as_json:
        print_json(found)
        return
    for kind in found:
        click.echo(f"{kind['kind']:<12}{kind['title']['en']}: {kind['description']['en']}")


@source.command("import-ckanext-harvest")
@click.option("--dry-run", is_flag=True, help="Say what would be taken over")
@click.option("--agency", metavar="ORG", help="Organization for sources that have none")
@click.option("--json", "as_json", is_flag=True)
def source_import(dry_run: bool, agency: str | None, as_json: bool) -> None:
    """Take over the sources and identities of ckanext-harvest; nothing is harvested twice."""
    more = {"owner_org": agency} if agency else {}
    result = call(
        "hanoi_source_import_ckanext_harvest", {"hanoi_inline": True}, dry_run=dry_run, **more
    )
    if as_json:
        print_json(result)
        return
    table([[s["name"], s["kind"] or "-", s["identities"], s["action"]] for s in result["sources"]],
           ["SOURCE", "KIND", "IDENTITIES", "RESULT"])  # fmt: skip
    for entry in result["sources"]:
        for note in entry["notes"]:
            click.echo(f"{entry['name']}: {note}")
