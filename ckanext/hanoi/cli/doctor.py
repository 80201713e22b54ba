"""``ckan hanoi doctor``: is this CKAN configured so that all of it works? Says what to change."""

from __future__ import annotations

import json as json_module
import sys

import click


@click.command(short_help="Is this CKAN configured so that all of it works?")
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """Look at the configuration and the servers; exit status 1 when something does not work."""
    from ckanext.hanoi.doctor import checks

    found = [check() for check in checks()]
    if as_json:
        rows = [finding.as_dict() for finding in found]
        click.echo(json_module.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for finding in found:
            color = {"ok": "green", "warning": "yellow", "error": "red"}[finding.level]
            click.echo(
                click.style(f"{finding.level:>8}", fg=color) + f"  {finding.name}: {finding.text}"
            )
            if finding.remedy:
                click.echo(f"          → {finding.remedy}")
    sys.exit(any(finding.level == "error" for finding in found))
