"""``ckan hanoi …``: every module of this folder adds its commands to the group."""
from __future__ import annotations

import click

from ckanext.hanoi import collect


@click.group(short_help="The city's open-data catalog")
def hanoi() -> None:
    """The city's open-data catalog: agencies, harvesting, publishing, monitoring."""


for _command in collect.instances(__name__, click.Command):
    hanoi.add_command(_command)
