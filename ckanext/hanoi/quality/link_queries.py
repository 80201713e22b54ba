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
    sort = asked.get("sort") or "failing"
    descending = (asked.get("order") or SORTS[sort]) == "desc"
    start, limit = asked.get("offset") or 0, min(asked.get("limit") or 100, most())
    words = fold(asked.get("q") or "").split()
    if words or sort == "title":
        count, rows = _by_words(query, words, sort, descending, start, limit)
    else:
        count = model.Session.execute(
            query.with_only_columns(sa.func.count(), maintain_column_froms=True)
        ).scalar_one()
        rows = model.Session.execute(
            query.order_by(*_order(sort, descending)).offset(start).limit(limit)
        ).all()
    files = _files({row[0].package_id for row in rows})
    titles = ranking.titles()
    return {
        "count": count,
        "results": [_dictize(row, files, titles) for row in rows],
        "states": states,
    }


def _order(sort: str, descending: bool) -> list[Any]:
    """What was never checked, or does not fail, comes last either way."""
    column = getattr(LinkCheck, sort)
    first = (column.desc() if descending else column.asc()).nulls_last()
    return [first, model.Package.title, LinkCheck.package_id, LinkCheck.url]


def _by_words(
    query: Any, words: list[str], sort: str, descending: bool, start: int, limit: int
) -> tuple[int, list[Any]]:
    """How many links have all words, and some of them in order. The database knows neither words
    without accents nor Vietnamese order, so it gives no more of each link than what is compared."""
    package = model.Package
    compared = query.with_only_columns(
        LinkCheck.package_id, LinkCheck.url, LinkCheck.failing, LinkCheck.checked, package.name,
        columns.title().label("title"), maintain_column_froms=True,
    )  # fmt: skip
    fits = [
        row for row in model.Session.execute(compared)
        if all(word in fold(f"{row.title} {row.name} {row.url}") for word in words)
    ]  # fmt: skip
    fits.sort(key=lambda row: (sort_key(row.title), row.url))
    if sort == "title":
        fits.sort(key=lambda row: sort_key(row.title), reverse=descending)
    elif sort == "url":
        fits.sort(key=lambda row: row.url, reverse=descending)
    else:
        known = [row for row in fits if getattr(row, sort)]
        known.sort(key=lambda row: getattr(row, sort), reverse=descending)
        fits = known + [row for row in fits if not getattr(row, sort)]
    keys = [(row.package_id, row.url) for row in fits[start : start + limit]]
    of_page = query.where(sa.tuple_(LinkCheck.package_id, LinkCheck.url).in_(keys))
    by_key = {(row[0].package_id, row[0].url): row for row in model.Session.execute(of_page)}
    return len(fits), [by_key[key] for key in keys if key in by_key]


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
