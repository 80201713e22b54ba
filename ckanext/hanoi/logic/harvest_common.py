"""What a caller of the harvest actions names: sources, runs, windows of lists."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model

from ckanext.hanoi.harvest import secrets
from ckanext.hanoi.harvest.config import ConfigError
from ckanext.hanoi.harvest.engine import dictize, runs, visibility
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.logic.schema.common import checked, page
from ckanext.hanoi.model.harvest import Run, Source


def window(data_dict: dict[str, Any]) -> dict[str, int]:
    """``limit`` and ``offset`` of a list."""
    given = {name: data_dict[name] for name in ("limit", "offset") if name in data_dict}
    return checked(given, page())


def find_source(id_or_name: Any) -> Source | None:
    """The source of this id, else of this name: a name never hides another source's id."""
    if not isinstance(id_or_name, str) or not id_or_name or "\0" in id_or_name:
        return None
    by_name = sa.select(Source).where(Source.name == id_or_name)
    found = model.Session.get(Source, id_or_name)
    return found or model.Session.execute(by_name).scalar_one_or_none()


def find_run(id_: Any) -> Run | None:
    """The run of this id."""
    return model.Session.get(Run, id_) if isinstance(id_, str) and "\0" not in id_ else None


def find_organization(id_or_name: Any) -> model.Group | None:
    """The active organization of this id or name."""
    if not isinstance(id_or_name, str) or not id_or_name or "\0" in id_or_name:
        return None
    group = model.Group.get(id_or_name)
    return group if group and group.is_organization and group.state == "active" else None


def source_of(data_dict: dict[str, Any], key: str = "id") -> Source:
    """The source that ``key``, and no other entry, names by id or name.

    An action looks it up once, asks for access with its id, and goes on with what it found.
    Raises ``tk.ObjectNotFound``.
    """
    id_or_name = data_dict.get(key)
    if not id_or_name:
        raise tk.ValidationError({key: [tk._("Missing value")]})
    entry = find_source(id_or_name)
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no source “%(name)s”") % {"name": id_or_name})
    return entry


def run_of(data_dict: dict[str, Any]) -> Run:
    """The run that is named; raises ``tk.ObjectNotFound``."""
    entry = find_run(tk.get_or_bust(data_dict, "id"))
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no such run"))
    return entry


def may(action: str, context: Any, data_dict: dict[str, Any]) -> bool:
    """Whether the caller may do ``action``."""
    try:
        own: Any = {**context}
        tk.check_access(action, own, data_dict)
    except tk.NotAuthorized:
        return False
    return True


def run_for(context: Any, run: Run, source: Source) -> dict[str, Any]:
    """The run as the caller may see it: why a source of private datasets failed is for those who
    manage it."""
    shown = dictize.run(run, source.name)
    if shown["message"]:
        outsider = not may("hanoi_harvest_run", context, {"id": source.id})
        if outsider and visibility.may_hold_private(source):
            shown["message"] = dictize.kept_back()
        shown["message"] = secrets.without(shown["message"], SourceContext(source).secrets)
    return shown


def readable(context: Any) -> Any:
    """The condition, in a query of sources, that the caller may read them and their runs."""
    user = context.get("user")
    if (
        tk.config.get("ckanext.hanoi.harvest.public")
        or context.get("ignore_auth")
        or authz.is_sysadmin(user)
    ):
        return sa.true()
    own = tk.get_action("organization_list_for_user")({"user": user}, {"permission": "read"})
    return Source.owner_org.in_([one["id"] for one in own])


def refusal(error: runs.RunStateError) -> tk.ValidationError:
    """Why a run can't do what was asked, for the caller."""
    text = tk._(error.message)
    return tk.ValidationError({"run": [text % error.params if error.params else text]})


def same_address(context: Any, other: Source) -> str:
    """That this source reads an address already, for the caller, by name if he or she sees it."""
    if not may("hanoi_source_show", context, {"id": other.id}):
        return tk._("A source of another agency harvests this address already")
    return tk._("The source “%(source)s” (%(name)s) harvests this address already") % {
        "source": other.title or other.name, "name": other.name,
    }  # fmt: skip


def config_problems(error: ConfigError) -> list[str]:
    """Everything wrong with a configuration, a line each: where, and what."""
    lines = []
    for problem in error.problems:
        text = tk._(problem.message)
        text = text % problem.params if problem.params else text
        lines.append(f"{problem.path}: {text}" if problem.path else text)
    return lines
