"""``ckan hanoi source …`` and ``ckan hanoi harvest …``: the actions, for people at a terminal."""

from __future__ import annotations

import json as json_module
import sys
import time
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

#: Exit status of ``harvest run`` by the run's status.
_EXIT = {"finished": 0, "held": 2}


def _context() -> Any:
    return {"user": "", "ignore_auth": True}


def _call(action: str, context: Any = None, **data: Any) -> Any:
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


def _print_json(value: Any) -> None:
    click.echo(json_module.dumps(value, ensure_ascii=False, indent=2, default=str))


def _table(rows: list[list[Any]], header: list[str]) -> None:
    texts = [[str("" if cell is None else cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in texts) for i in range(len(header))]
    for row in texts:
        click.echo(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


# -- sources ---------------------------------------------------------------------------------


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
    if values["agency"]:
        data["owner_org"] = values["agency"]
    if values["config"]:
        data["config"] = values["config"].read()
    if values["every"] is not None:
        data["schedule"] = "" if values["every"] in ("never", "manual") else values["every"]
    if values["contacts"]:
        data["contacts"] = list(values["contacts"])
    return data


@source.command("add")
@click.argument("name")
@click.option("--kind", required=True, help="See: ckan hanoi source kinds")
@click.option("--url", required=True)
@_source_options
def source_add(name: str, kind: str, url: str, **values: Any) -> None:
    """Add a source."""
    data = {"title": name, **_fields(values), "name": name, "kind": kind, "url": url}
    if not data.get("owner_org"):
        data["owner_org"] = _only_organization()
    context = {"hanoi_allow_local": values["allow_local"]}
    shown = _call("hanoi_source_create", context, **data)
    click.echo(
        f"Added {shown['name']}. See what it holds: ckan hanoi harvest preview {shown['name']}"
    )


def _only_organization() -> str:
    from ckanext.hanoi.agencies.registry import registry

    for agency in registry().active():
        if agency.kind == "city" and model.Group.get(agency.slug):
            return agency.slug
    raise click.ClickException("Name the organization that the source is for: --agency ORG")


@source.command("edit")
@click.argument("name")
@click.option("--url")
@click.option("--kind")
@click.option("--rename", metavar="NAME")
@click.option("--active/--paused", default=None)
@_source_options
def source_edit(name: str, **values: Any) -> None:
    """Change what is given of a source."""
    data = {key: values[key] for key in ("url", "kind", "active") if values[key] is not None}
    if values["rename"]:
        data["name"] = values["rename"]
    entry = _call("hanoi_source_show", id=name)
    context = {"hanoi_allow_local": values["allow_local"]}
    _call("hanoi_source_update", context, id=entry["id"], **{**_fields(values), **data})
    click.echo("Saved.")


@source.command("list")
@click.option("--json", "as_json", is_flag=True)
def source_list(as_json: bool) -> None:
    """All sources with the state of their newest run."""
    sources = _call("hanoi_source_list")
    if as_json:
        _print_json(sources)
        return
    rows = []
    for entry in sources:
        run = entry["last_run"] or {}
        when = run.get("finished") or run.get("created") or "-"
        rows.append([entry["name"], entry["kind"], entry["schedule"] or "by hand",
                     entry["datasets"], run.get("status", "-"), when])
    _table(rows, ["NAME", "KIND", "EVERY", "DATASETS", "LAST RUN", "AT"])


@source.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def source_show(name: str, as_json: bool) -> None:
    """One source."""
    entry = _call("hanoi_source_show", id=name)
    if as_json:
        _print_json(entry)
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
def source_remove(name: str, datasets: str, yes: bool) -> None:
    """Remove a source and its history."""
    entry = _call("hanoi_source_show", id=name)
    what = "and its datasets are deleted" if datasets == "remove" else "its datasets stay"
    if not yes and sys.stdin.isatty():
        click.confirm(
            f"{entry['name']} ({entry['datasets']} datasets) is removed, {what}. Go on?", abort=True
        )
    result = _call("hanoi_source_delete", id=entry["id"], datasets=datasets)
    click.echo(f"Removed {entry['name']}; {result['removed']} datasets deleted.")


@source.command("kinds")
@click.option("--json", "as_json", is_flag=True)
def source_kinds(as_json: bool) -> None:
    """The kinds of source, a line each."""
    found = _call("hanoi_source_kind_list")
    if as_json:
        _print_json(found)
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
    result = _call("hanoi_source_import_ckanext_harvest", dry_run=dry_run, **more)
    if as_json:
        _print_json(result)
        return
    _table([[s["name"], s["kind"] or "-", s["identities"], s["action"]] for s in result["sources"]],
           ["SOURCE", "KIND", "IDENTITIES", "RESULT"])  # fmt: skip
    for entry in result["sources"]:
        for note in entry["notes"]:
            click.echo(f"{entry['name']}: {note}")


# -- harvest ---------------------------------------------------------------------------------


@click.group(short_help="Runs of the sources")
def harvest() -> None:
    """Runs of the sources."""


@harvest.command("preview")
@click.argument("name")
@click.option("--limit", type=int, default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def harvest_preview(name: str, limit: int, as_json: bool) -> None:
    """What a run would do, field by field; nothing is written."""
    from ckanext.hanoi.harvest.preview import lines

    result = _call("hanoi_harvest_preview", id=name, limit=limit)
    if as_json:
        _print_json(result)
    else:
        for line in lines(result):
            click.echo(line)
        if result["truncated"]:
            click.echo(f"… and more: only the first {limit} records were read (--limit)")
        click.echo(
            ", ".join(f"{n} {action}" for action, n in result["counts"].items()) or "no records"
        )
    if result["message"]:
        raise click.ClickException(result["message"])


@harvest.command("run")
@click.argument("name")
@click.option("--inline", is_flag=True, help="In this process, without background workers")
@click.option("--force", is_flag=True, help="Compare every record in full")
@click.option("--no-wait", is_flag=True, help="Queue it and return")
@click.option("--json", "as_json", is_flag=True)
def harvest_run(name: str, inline: bool, force: bool, no_wait: bool, as_json: bool) -> None:
    """Harvest a source. Exit status: 0 finished, 1 failed or stopped, 2 on hold."""
    run_id = _start(name, inline, force)
    shown = None if as_json else _Progress()
    if inline:
        from ckanext.hanoi.harvest import work

        work.run(run_id, inline=True, progress=shown)
    elif no_wait:
        click.echo(f"Queued: ckan hanoi harvest show {run_id}")
        return
    else:
        _wait(run_id, shown)
    model.Session.rollback()
    result = _call("hanoi_run_show", id=run_id)
    if as_json:
        _print_json(result)
    else:
        click.echo("", err=True)
        _report(result)
    sys.exit(_EXIT.get(result["status"], 1))


def _start(name: str, inline: bool, force: bool) -> str:
    """A new run; with ``--inline`` also one that lost its process, which then goes on."""
    from ckanext.hanoi.harvest import locks, runs, work
    from ckanext.hanoi.model.harvest import Source

    entry = _call("hanoi_source_show", id=name)
    source_entry = model.Session.get(Source, entry["id"])
    assert source_entry
    left = runs.open_run(source_entry)
    if left and inline and left.status == "running" and locks.is_free(work.lock_name(left.id)):
        click.echo("Going on with a run that was interrupted.", err=True)
        return left.id
    return _call("hanoi_harvest_run", {"hanoi_inline": inline}, id=entry["id"], force=force)["id"]


class _Progress:
    """One line that is written over, at most twice a second."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, counts: dict[str, int]) -> None:
        if time.monotonic() - self.last < 0.5:
            return
        self.last = time.monotonic()
        text = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
        click.echo(f"\r  {text or 'reading'}".ljust(100), nl=False, err=True)


def _wait(run_id: str, progress: _Progress | None) -> None:
    waited = 0
    while True:
        model.Session.rollback()
        run = _call("hanoi_run_show", id=run_id, limit=0)
        if run["status"] not in ("queued", "running"):
            return
        if progress:
            progress(run["counts"])
        waited += run["status"] == "queued"
        if waited == 30 and progress:
            click.echo("\nStill waiting for a worker. Is one running (ckan jobs worker)?", err=True)
        time.sleep(0.5)


def _report(run: dict[str, Any]) -> None:
    counts = run["counts"]
    click.echo(
        f"{run['source']}: {run['status']}" + (f" ({run['message']})" if run["message"] else "")
    )
    click.echo("  " + ", ".join(f"{n} {name}" for name, n in counts.items()))
    if run["status"] == "finished" and not any(
        counts[name] for name in ("created", "updated", "removed", "missing", "failed")
    ):
        click.echo("  Nothing has changed.")
    for cause in run["causes"]:
        click.echo(f"  {cause['count']} × {cause['stage']}: {cause['message']}")
    click.echo(f"  Report: ckan hanoi harvest show {run['id']}")


@harvest.command("due")
@click.option("--watch", type=int, metavar="SECONDS", help="Go on for ever, looking this often")
@click.option("--json", "as_json", is_flag=True)
def harvest_due(watch: int | None, as_json: bool) -> None:
    """Queue every source whose time has come; resume runs that lost their worker (for cron)."""
    while True:
        result = _call("hanoi_harvest_due")
        if as_json:
            _print_json(result)
        else:
            for name in result["queued"]:
                click.echo(f"queued {name}")
            for run_id in result["resumed"]:
                click.echo(f"resumed {run_id}")
        if not watch:
            return
        model.Session.remove()
        time.sleep(watch)


@harvest.command("runs")
@click.argument("name", required=False)
@click.option("--limit", type=int, default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def harvest_runs(name: str | None, limit: int, as_json: bool) -> None:
    """Runs, the newest first."""
    filters = {"source": name} if name else {}
    found = _call("hanoi_run_list", limit=limit, **filters)
    if as_json:
        _print_json(found)
        return
    rows = [[r["id"], r["source"], r["status"], r["created"], *r["counts"].values()] for r in found]
    _table(rows, ["RUN", "SOURCE", "STATUS", "CREATED", "SEEN", "CREATED", "UPDATED", "UNCHANGED",
                  "REMOVED", "MISSING", "FAILED"])  # fmt: skip


@harvest.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True)
def harvest_show(run: str, as_json: bool) -> None:
    """The report of a run."""
    result = _call("hanoi_run_show", id=run, limit=1000)
    if as_json:
        _print_json(result)
        return
    _report(result)
    for change in result["changes"]:
        more = ", ".join(change["fields"]) or change.get("message") or ""
        click.echo(f"  {change['action']:>8}  {change['title'] or change['guid']}  {more}")


def _decision(name: str, done: str) -> Any:
    @harvest.command(name, help=f"{done} a run.")
    @click.argument("run")
    @click.option("--json", "as_json", is_flag=True)
    def command(run: str, as_json: bool) -> None:
        result = _call(f"hanoi_harvest_{name}", id=run)
        if as_json:
            _print_json(result)
        else:
            click.echo(f"{result['source']}: {result['status']} ({result['id']})")

    return command


_abort = _decision("abort", "Stop")
_approve = _decision("approve", "Approve the removals of")
_reject = _decision("reject", "Reject the removals of")


@harvest.command("retry")
@click.argument("run")
@click.option("--inline", is_flag=True, help="In this process, without background workers")
@click.option("--json", "as_json", is_flag=True)
def harvest_retry(run: str, inline: bool, as_json: bool) -> None:
    """Try the records again that failed in a run."""
    result = _call("hanoi_harvest_retry", {"hanoi_inline": inline}, id=run)
    if inline:
        from ckanext.hanoi.harvest import work

        work.run(result["id"], inline=True)
        model.Session.rollback()
        result = _call("hanoi_run_show", id=result["id"])
        _print_json(result) if as_json else _report(result)
    elif as_json:
        _print_json(result)
    else:
        click.echo(f"Queued: ckan hanoi harvest show {result['id']}")


@harvest.command("clean")
@click.option("--days", type=int, help="Age in days; default: ckanext.hanoi.harvest.retention_days")
def harvest_clean(days: int | None) -> None:
    """Delete old reports and raw records; identities stay."""
    more = {} if days is None else {"days": days}
    result = _call("hanoi_harvest_clean", **more)
    click.echo(f"{result['runs']} reports and {result['records']} raw records deleted.")


@harvest.command("digest")
@click.option(
    "--to", "addresses", multiple=True, required=True, help="E-mail address (several times)"
)
@click.option("--days", type=int, default=1, show_default=True)
def harvest_digest(addresses: tuple[str, ...], days: int) -> None:
    """Mail what failed or waits on hold to the admins (for cron)."""
    from datetime import timedelta

    from ckanext.hanoi.harvest import notify
    from ckanext.hanoi.model.harvest import now

    number = notify.digest(addresses, now() - timedelta(days=days))
    click.echo(f"{number} runs need attention.")
