"""``ckan hanoi agencies …``: the city's agencies as organizations of the catalog."""
from __future__ import annotations

import json as json_module
import sys
from typing import Any

import ckan.plugins.toolkit as tk
import click

from ckanext.hanoi.agencies.plan import ACTIONS, Change

_SIGNS = {"create": "+", "adopt": "=", "rename": ">", "update": "~", "merge": "»"}


@click.group(short_help="The city's agencies as organizations")
def agencies() -> None:
    """The city's agencies as organizations of the catalog."""


@agencies.command("plan")
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns")
def show_plan(as_json: bool) -> None:
    """Show what would change. Changes nothing."""
    _print(_call("hanoi_agency_plan"), as_json, done=False)


@agencies.command("apply")
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns")
def apply_plan(as_json: bool) -> None:
    """Create, complete, rename and merge organizations as the list of agencies says.

    What a person made or changed stays. Running it again changes nothing.
    """
    _print(_call("hanoi_agency_apply", hanoi_inline=True, progress=_progress), as_json, done=True)


def _call(action: str, **context: Any) -> dict[str, Any]:
    try:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        call_context: Any = {"user": user, "ignore_auth": True, **context}
        return tk.get_action(action)(call_context, {})
    except tk.ValidationError as error:
        raise click.ClickException("\n".join(
            f"{name}: {message}" for name, messages in error.error_dict.items()
            for message in (messages if isinstance(messages, list) else [messages]))) from None


def _progress(number: int, total: int, change: Change) -> None:
    """One line that is written over on a terminal; every 25th step elsewhere."""
    text = f"{number}/{total} {change.action} {change.title}"
    if sys.stderr.isatty():
        end = "\n" if number == total else ""
        click.echo(f"\r\033[K{text[:100]}{end}", nl=False, err=True)
    elif number == total or number % 25 == 0:
        click.echo(text, err=True)


def _print(plan: dict[str, Any], as_json: bool, done: bool) -> None:
    if as_json:
        click.echo(json_module.dumps(plan, ensure_ascii=False, indent=2))
        return
    for change in plan["changes"]:
        click.echo(_line(change))
    for heading, notes in ((tk._("Kept as a person left it:"), plan["kept"]),
                           (tk._("For a person to decide:"), plan["review"])):
        if notes:
            click.echo(heading)
        for note in notes:
            click.echo(f"  {note['organization'] or note['agency']}: {_reason(note)}")
    if plan.get("under_way"):
        left = plan["datasets_left"]
        click.echo(tk.ungettext(
            "A background job is at it: %(num)d dataset is to be moved or indexed",
            "A background job is at it: %(num)d datasets are to be moved or indexed", left,
        ) % {"num": left})
    counts = plan["counts"]
    if not plan["changes"]:
        click.echo(tk._("Nothing to change."))
    summary = ", ".join(f"{action} {counts[action]}" for action in ACTIONS if counts[action])
    head = tk._("Done") if done else tk._("Would do")
    click.echo(f"{head}: {summary or '-'}; unchanged {counts['unchanged']}, "
               f"kept {counts['kept']}, review {counts['review']}")


def _line(change: dict[str, Any]) -> str:
    start = f"{_SIGNS[change['action']]} {change['action']:<6} {change['title']}"
    if change["action"] == "merge":
        datasets = tk.ungettext("%(num)d dataset", "%(num)d datasets", change["datasets"]) % {
            "num": change["datasets"]}
        members = tk.ungettext("%(num)d member", "%(num)d members", change["members"]) % {
            "num": change["members"]}
        return (f"{start} ({change['organization']}) -> {change['successor']}: "
                f"{datasets}, {members}")
    if change["action"] == "create":
        return f"{start} ({change['fields']['name']['to']})"
    fields = ", ".join(f"{name}: {_short(one['from'])} -> {_short(one['to'])}"
                       for name, one in change["fields"].items())
    return f"{start} ({change['organization']}) {fields}".rstrip()


def _short(value: str) -> str:
    text = value.replace("\n", "; ")
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def _reason(note: dict[str, Any]) -> str:
    texts = {
        "edited": tk._("%(field)s was changed by a person (the list has: %(about)s)"),
        "deleted": tk._("deleted by a person"),
        "restored": tk._("merged before, and brought back by a person"),
        "duplicate": tk._("stands for the same agency as %(about)s"),
        "unknown": tk._("its agency is not in the list any more"),
        "taken": tk._("the name %(about)s is taken by something else"),
        "abolished": tk._("abolished, without a single successor: %(about)s"),
    }
    return texts[note["reason"]] % {**note, "about": note["about"] or "-"}
