"""``ckan hanoi harvest …``: runs of the sources, for people at a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from typing import Any

import click
from ckan import model

from ckanext.hanoi.cli.common import call, print_json, reading_files, table

#: Exit status of ``harvest run`` by the run's status.
_EXIT = {"finished": 0, "held": 2}


@click.group(short_help="Runs of the sources")
def harvest() -> None:
    """Runs of the sources."""


@harvest.command("preview")
@click.argument("name")
@click.option("--limit", type=int, default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def harvest_preview(name: str, limit: int, as_json: bool) -> None:
    """What a run would do, field by field; nothing is written."""
    from ckanext.hanoi.harvest.engine.preview import lines

    with reading_files():
        result = call("hanoi_harvest_preview", id=name, limit=limit)
    if as_json:
        print_json(result)
    else:
        for line in lines(result):
            click.echo(line)
        if result["truncated"]:
            click.echo(f"… and more: only the first {limit} records were read (--limit)")
        numbers = {**result["counts"], "excluded": result["excluded"]}
        click.echo(", ".join(f"{n} {name}" for name, n in numbers.items() if n) or "no records")
        if result["hold"]:
            click.echo(f"The run would wait for an admin: {result['hold']}")
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
    shown = None if as_json else _Progress()
    with reading_files() if inline else nullcontext():
        run_id, here = _start(name, inline, force)
        if here:
            _work(run_id, shown)
    if not here and no_wait:
        queued = call("hanoi_run_show", id=run_id)
        print_json(queued) if as_json else click.echo(f"Queued: ckan hanoi harvest show {run_id}")
        return
    if not here:
        _wait(run_id, shown)
    sys.exit(_ended(run_id, as_json))


def _work(run_id: str, progress: Any = None) -> None:
    """Bring the run to its end; wait where another process does so, and go on if that one dies."""
    from ckanext.hanoi.harvest.engine import worker

    worker.run(run_id, inline=True, progress=progress)
    while _is_open(call("hanoi_run_show", id=run_id, limit=0)):
        time.sleep(0.5)
        worker.run(run_id, inline=True, progress=progress)
        model.Session.rollback()


def _is_open(run: dict[str, Any]) -> bool:
    return run["status"] in ("queued", "running")


def _ended(run_id: str, as_json: bool) -> int:
    """Print the run's report; returns the exit status."""
    model.Session.rollback()
    result = call("hanoi_run_show", id=run_id, limit=1000)
    if as_json:
        print_json(result)
    else:
        click.echo("", err=True)
        _report(result)
    return _EXIT.get(result["status"], 1)


def _start(name: str, inline: bool, force: bool) -> tuple[str, bool]:
    """(id of a run, whether to do it in this process): a new run, or one that nobody is doing."""
    from ckanext.hanoi.background import locks
    from ckanext.hanoi.harvest.engine import job_queue, runs
    from ckanext.hanoi.model.harvest import Source

    entry = call("hanoi_source_show", id=name)
    source = model.Session.get(Source, entry["id"])
    assert source
    left = runs.open_run(source)
    if left and locks.is_free(job_queue.lock_name(left.id)):
        if inline:
            what = "was interrupted" if left.status == "running" else "was waiting for a worker"
            click.echo(f"Going on with a run that {what}.", err=True)
            return left.id, True
        if left.status == "running":
            click.echo("Going on with a run that was interrupted.", err=True)
            runs.resume()
            return left.id, False
    run = call("hanoi_harvest_run", {"hanoi_inline": inline}, id=entry["id"], force=force)
    return run["id"], inline


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
        run = call("hanoi_run_show", id=run_id, limit=0)
        if not _is_open(run):
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
        result = call("hanoi_harvest_due")
        if as_json:
            print_json(result)
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
    found = call("hanoi_run_list", limit=limit, **filters)
    if as_json:
        print_json(found)
        return
    rows = [[r["id"], r["source"], r["status"], r["created"], *r["counts"].values()] for r in found]
    table(rows, ["RUN", "SOURCE", "STATUS", "CREATED", "SEEN", "CREATED", "UPDATED", "UNCHANGED",
                  "REMOVED", "MISSING", "FAILED"])  # fmt: skip


@harvest.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True)
def harvest_show(run: str, as_json: bool) -> None:
    """The report of a run."""
    result = call("hanoi_run_show", id=run, limit=1000)
    if as_json:
        print_json(result)
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
        result = call(f"hanoi_harvest_{name}", id=run)
        if as_json:
            print_json(result)
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
    result = call("hanoi_harvest_retry", {"hanoi_inline": inline}, id=run)
    if inline:
        _work(result["id"])
        sys.exit(_ended(result["id"], as_json))
    if as_json:
        print_json(result)
    else:
        click.echo(f"Queued: ckan hanoi harvest show {result['id']}")


@harvest.command("clean")
@click.option("--days", type=int, help="Age in days; default: ckanext.hanoi.harvest.retention_days")
@click.option("--json", "as_json", is_flag=True)
def harvest_clean(days: int | None, as_json: bool) -> None:
    """Delete old reports and raw records; identities stay."""
    more = {} if days is None else {"days": days}
    result = call("hanoi_harvest_clean", {"hanoi_inline": True}, **more)
    if as_json:
        print_json(result)
        return
    click.echo(f"{result['runs']} reports and {result['records']} raw records deleted.")


@harvest.command("digest")
@click.option(
    "--to", "addresses", multiple=True, required=True, help="E-mail address (several times)"
)
@click.option("--days", type=int, default=1, show_default=True)
def harvest_digest(addresses: tuple[str, ...], days: int) -> None:
    """Mail what failed or waits on hold to the admins (for cron)."""
    from datetime import timedelta

    from ckanext.hanoi.harvest.engine import notify
    from ckanext.hanoi.model.base import now

    number = notify.digest(addresses, now() - timedelta(days=days))
    click.echo(f"{number} runs need attention.")
