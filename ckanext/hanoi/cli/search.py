"""``ckan hanoi reconcile``: the search index, compared with the database."""

from __future__ import annotations

import json
import sys
from typing import Any

import ckan.plugins.toolkit as tk
import click


@click.command(short_help="Compare database and search index")
@click.option("--dry-run", is_flag=True, help="Only say what differs")
@click.option("--json", "as_json", is_flag=True)
def reconcile(dry_run: bool, as_json: bool) -> None:
    """Compare the database with the search index, say where they differ and index that anew (for
    cron, each night). Exit status: 1 where something differs still."""
    context: Any = {
        "user": "", "ignore_auth": True, "hanoi_inline": True,
        "hanoi_progress": None if as_json or not sys.stderr.isatty() else _progress,
    }  # fmt: skip
    try:
        found = tk.get_action("hanoi_reconcile")(context, {"dry_run": dry_run})
    except tk.ValidationError as error:
        raise click.ClickException("; ".join(error.error_summary.values())) from None
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _say(found)
    differing = found["missing"] + found["superfluous"] + found["stale"]
    sys.exit(1 if differing > found["repaired"] else 0)


def _progress(found: Any) -> None:
    click.echo(f"\r\033[K{found.database} datasets, {found.index} of the index",
               nl=False, err=True)  # fmt: skip


def _say(found: dict[str, Any]) -> None:
    if sys.stderr.isatty():
        click.echo("", err=True)
    for one in found["differences"]:
        click.echo(f"  {one['kind']:>11}  {one['name'] or one['id']}  {one['why']}".rstrip())
    click.echo(f"{found['database']} datasets in the database, {found['index']} in the index: "
               f"{found['missing']} missing, {found['superfluous']} superfluous, "
               f"{found['stale']} stale ({found['exposed']} found by everybody though hidden)")
    if not found["dry_run"]:
        click.echo(f"{found['repaired']} indexed anew, {found['refused']} refused")
