"""``ckan hanoi …``: every module of this folder adds its commands to the group."""
from __future__ import annotations

import click

from ckanext.hanoi import discovery


@click.group(short_help="The city's open-data catalog")
@click.pass_context
def hanoi(context: click.Context) -> None:
    """The city's open-data catalog: agencies, harvesting, publishing, monitoring."""
    if context.invoked_subcommand != "doctor":
        _warn_of_old_index()


def _warn_of_old_index() -> None:
    """Says on standard error that the index is from before the plugin was enabled: edits that
    build on it lose fields. What else is wrong with the servers, the command itself will say."""
    from ckan.lib.search import SearchError

    from ckanext.hanoi.search.index_layout import indexed_without_extension

    try:
        count = indexed_without_extension()
    except (SearchError, OSError):
        return
    if count:
        click.secho(
            f"{count} datasets were indexed while the plugin hanoi was off. Run: "
            "ckan search-index rebuild", fg="yellow", err=True,
        )


def _on_top() -> list[click.Command]:
    """The commands found; those that a group of the folder has are reached through it alone."""
    found = discovery.instances(__name__, click.Command)
    inner = [child for one in found if isinstance(one, click.Group)
             for child in one.commands.values()]  # fmt: skip
    return [command for command in found if command not in inner]


for _command in _on_top():
    hanoi.add_command(_command)
