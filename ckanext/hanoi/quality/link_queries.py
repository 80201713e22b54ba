"""Lists of links with what their last check found: of the datasets that the asker may read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.catalog import columns
from ckanext.hanoi.catalog.permissions import readable
from ckanext.hanoi.list_limits import most
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.quality import LinkCheck
from ckanext.hanoi.quality import link_facts, ranking
from ckanext.hanoi.vietnamese import fold, sort_key

#: What is known of a link: English message ids.
STATES = {
    "broken": N_("Broken"),
    "answers": N_("Answers"),
    "unknown": N_("Could not be asked"),
    "waiting": N_("Not checked yet"),
}
#: Orders of a list, each with the direction that people expect first.
SORTS = {"failing": "asc", "checked": "desc", "title": "asc", "url": "asc"}
COLUMNS = (
    "state", "url", "problem", "status", "failing", "checked", "dataset", "title", "resources",
    "organization",
)  # fmt: skip


def label(state: str) -> str:
    """A state in the reader's language."""
    return tk._(STATES[state]) if state in STATES else state


def _of_state(state: str) -> Any:
    return {
        "broken": LinkCheck.answers.is_(False),
        "answers": LinkCheck.answers.is_(True),
        "unknown": sa.and_(LinkCheck.answers.is_(None), LinkCheck.checked.isnot(None)),
        "waiting": LinkCheck.checked.is_(None),
    }[state]


def page(context: Any, where: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """``{"count", "results", "states"}`` as ``hanoi_link_list`` says; ``where``:
    ``checking.scope``."""
    package = model.Package
    query = (
        sa.select(LinkCheck, package.name, columns.title().label("title"), package.owner_org)
        .join(package, package.id == LinkCheck.package_id)
        .where(readable(context), package.type == "dataset", where)
    )
    states = _numbers(query)
    if asked.get("state"):
        query = query.where(_of_state(asked["state"]))
    words = fold(asked.get("q") or "").split()
    rows = [
        row for row in model.Session.execute(query).all()
        if all(word in fold(f"{row.title} {row.name} {row[0].url}") for word in words)
    ]  # fmt: skip
    sort = asked.get("sort") or "failing"
    rows.sort(key=lambda row: (sort_key(row.title), row[0].url))
    _sort(rows, sort, (asked.get("order") or SORTS[sort]) == "desc")
    start, limit = asked.get("offset") or 0, min(asked.get("limit") or 100, most())
    shown = rows[start : start + limit]
    files = _files({row[0].package_id for row in shown})
    titles = ranking.titles()
    return {
        "count": len(rows),
        "results": [_dictize(row, files, titles) for row in shown],
        "states": states,
    }


def _sort(rows: list[Any], sort: str, descending: bool) -> None:
    if sort == "title":
        rows.sort(key=lambda row: sort_key(row.title), reverse=descending)
    elif sort == "url":
        rows.sort(key=lambda row: row[0].url, reverse=descending)
    else:
        # what was never checked, or does not fail, comes last either way
        known = [row for row in rows if getattr(row[0], sort)]
        rest = [row for row in rows if not getattr(row[0], sort)]
        known.sort(key=lambda row: getattr(row[0], sort), reverse=descending)
        rows[:] = known + rest


def _numbers(query: Any) -> dict[str, int]:
    """How many links there are in each state."""
    columns = [sa.func.count().filter(_of_state(state)).label(state) for state in STATES]
    row = model.Session.execute(query.with_only_columns(*columns)).one()
    return {state: getattr(row, state) for state in STATES}


def _files(package_ids: Iterable[str]) -> dict[tuple[Any, str], list[dict[str, str]]]:
    """(Package id, address) -> the files that have the address."""
    resource = model.Resource
    query = model.Session.query(resource).filter(
        resource.package_id.in_(list(package_ids)), resource.state == "active"
    )
    found: dict[tuple[Any, str], list[dict[str, str]]] = {}
    for one in query.order_by(resource.position):
        values = {**(one.extras or {}), "url": one.url}
        for url in link_facts.addresses(values):
            found.setdefault((one.package_id, url), []).append(
                {"id": one.id, "name": one.name or ""}
            )
    return found


def as_dict(link: LinkCheck) -> dict[str, Any]:
    """What is known of an address, in the reader's language."""
    return {
        "url": link.url,
        "answers": link.answers,
        "status": link.status,
        "content_type": link.content_type,
        "problem": tk._(link.problem) % link.params if link.problem else "",
        "checked": link.checked.isoformat() if link.checked else None,
        "failing": link.failing.isoformat() if link.failing else None,
    }


def as_row(link: dict[str, Any]) -> dict[str, Any]:
    """One of ``results`` as a row of a table with ``COLUMNS``."""
    return {
        **link,
        "dataset": link["dataset"]["name"],
        "title": link["dataset"]["title"],
        "organization": (link["organization"] or {}).get("name", ""),
        "resources": "; ".join(one["name"] or one["id"] for one in link["resources"]),
    }


def _dictize(row: Any, files: dict[Any, Any], titles: dict[str, tuple[str, str]]) -> dict[str, Any]:
    link = row[0]
    if link.checked is None:
        state = "waiting"
    else:
        state = {True: "answers", False: "broken", None: "unknown"}[link.answers]
    name, title = titles.get(row.owner_org, ("", ""))
    return {
        **as_dict(link),
        "state": state,
        "due": link.due.isoformat(),
        "dataset": {"id": link.package_id, "name": row.name, "title": row.title},
        "organization": {"name": name, "title": title} if name else None,
        "resources": files.get((link.package_id, link.url), []),
    }
