"""What a caller of the harvest actions names: sources, runs, windows of lists."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.harvest import runs
from ckanext.hanoi.harvest.config import ConfigError
from ckanext.hanoi.logic.schema.parts import checked, page
from ckanext.hanoi.model.harvest import Run, Source


def window(data_dict: dict[str, Any]) -> dict[str, int]:
    """``limit`` and ``offset`` of a list."""
    given = {name: data_dict[name] for name in ("limit", "offset") if name in data_dict}
    return checked(given, page())


def source_of(data_dict: dict[str, Any], key: str = "id") -> Source:
    """The source that is named by id or name; raises ``tk.ObjectNotFound``."""
    id_or_name = data_dict.get(key) or data_dict.get("name") or data_dict.get("source")
    if not id_or_name:
        raise tk.ValidationError({key: [tk._("Missing value")]})
    entry = (
        model.Session.query(Source)
        .filter((Source.id == id_or_name) | (Source.name == id_or_name))
        .first()
    )
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no source “%(name)s”") % {"name": id_or_name})
    return entry


def run_of(data_dict: dict[str, Any]) -> Run:
    """The run that is named; raises ``tk.ObjectNotFound``."""
    entry = model.Session.get(Run, str(tk.get_or_bust(data_dict, "id")))
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


def refusal(error: runs.Refused) -> tk.ValidationError:
    """Why a run can't do what was asked, for the caller."""
    text = tk._(error.message)
    return tk.ValidationError({"run": [text % error.params if error.params else text]})


def config_problems(error: ConfigError) -> list[str]:
    """Everything wrong with a configuration, a line each: where, and what."""
    lines = []
    for problem in error.problems:
        text = tk._(problem.message)
        text = text % problem.params if problem.params else text
        lines.append(f"{problem.path}: {text}" if problem.path else text)
    return lines
