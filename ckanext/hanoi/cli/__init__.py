"""``ckan hanoi …``: every module of this folder adds its commands to the group."""
from __future__ import annotations

import click

from ckanext.hanoi import collect


@click.group(short_help="The city's open-data catalog")
def hanoi() -> None:
    """The city's open-data catalog: agencies, harvesting, publishing, monitoring."""


def _on_top() -> list[click.Command]:
    """The commands found; those that a group of the folder has are reached through it alone."""
    found = collect.instances(__name__, click.Command)
    inner = [child for one in found if isinstance(one, click.Group)
             for child in one.commands.values()]  # fmt: skip
    return [command for command in found if command not in inner]


for _command in _on_top():
    hanoi.add_command(_command)
