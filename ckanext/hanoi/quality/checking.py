"""Checks the links of the datasets and keeps what it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.harvest import locks
from ckanext.hanoi.harvest.fetch.probe import Prober
from ckanext.hanoi.model.harvest import now
from ckanext.hanoi.model.quality import LinkCheck
from ckanext.hanoi.quality import crawl, update
from ckanext.hanoi.quality.crawl import Crawl, Result, Target

_LOCK = "hanoi-links"
_SAVE_SECONDS, _SAVE_RESULTS, _SCORE_RESULTS = 2.0, 50, 1000
#: An address that fails is looked at again each day for so long.
_WATCHED = timedelta(days=7)


@dataclass
class Counts:
    """``due``: how many there were at the beginning."""

    due: int = 0
    checked: int = 0
    answer: int = 0
    broken: int = 0
    unknown: int = 0

    def add(self, result: Result) -> None:
        self.checked += 1
        kind = {True: "answer", False: "broken", None: "unknown"}[result.answers]
        setattr(self, kind, getattr(self, kind) + 1)


Progress = Callable[[Counts, str], None]


def due(limit: int | None = None, everything: bool = False) -> list[Target]:
    """The addresses whose time has come, each once, those that wait longest first."""
    query = sa.select(LinkCheck.id, sa.func.min(LinkCheck.url)).group_by(LinkCheck.id)
    if not everything:
        query = query.where(LinkCheck.due <= now())
    query = query.order_by(sa.func.min(LinkCheck.due), LinkCheck.id).limit(limit)
    found = [Target(id_, url) for id_, url in model.Session.execute(query)]
    model.Session.commit()
    return found


def run(
    limit: int | None = None,
    seconds: float = float("inf"),
    everything: bool = False,
    progress: Progress | None = None,
) -> Counts | None:
    """Check what is due; None where another process is at it. What was found is kept every few
    seconds, so that a run that is stopped goes on where it was."""
    with locks.held(_LOCK) as got:
        if not got:
            return None
        targets = due(limit, everything)
        counts = Counts(due=len(targets))
        found = _crawl(seconds).run(targets)
        waiting: list[Result] = []
        touched: set[str] = set()
        saved = time.monotonic()
        try:
            for result in found:
                counts.add(result)
                waiting.append(result)
                if progress:
                    progress(counts, result.target.url)
                if len(waiting) >= _SAVE_RESULTS or time.monotonic() - saved > _SAVE_SECONDS:
                    touched |= save(waiting)
                    waiting, saved = [], time.monotonic()
                if len(touched) >= _SCORE_RESULTS:
                    update.run(touched)
                    touched = set()
        finally:
            found.close()
            update.run(touched | save(waiting))
        return counts


def _asked() -> dict[str, float]:
    """Host -> seconds since it was last asked."""
    query = sa.select(LinkCheck.host, sa.func.max(LinkCheck.checked)).group_by(LinkCheck.host)
    moment = now()
    rows = model.Session.execute(query.where(LinkCheck.checked.isnot(None))).all()
    model.Session.commit()
    return {host: (moment - checked).total_seconds() for host, checked in rows}


def _crawl(seconds: float) -> Crawl:
    hosts = tk.aslist(tk.config.get("ckanext.hanoi.harvest.allowed_hosts") or [])

    def prober() -> Prober:
        return Prober(
            allowed_hosts=hosts, timeout=float(_option("timeout")), max_bytes=512 * 1024,
            retries=0,
        )  # fmt: skip

    return Crawl(prober, float(_option("pause")), int(_option("workers")), seconds, _asked())


def _option(name: str) -> Any:
    return tk.config.get(f"ckanext.hanoi.links.{name}")


def save(results: Iterable[Result]) -> set[str]:
    """Keep what was found; returns the ids of the datasets whose links they are."""
    touched: set[str] = set()
    moment = now()
    for result in results:
        failing = sa.func.coalesce(LinkCheck.failing, moment) if result.answers is False else None
        statement = (
            sa.update(LinkCheck)
            .where(LinkCheck.id == result.target.id)
            .values(
                answers=result.answers,
                status=result.status,
                content_type=result.content_type[:200],
                problem=result.problem,
                params=result.params,
                checked=moment,
                failing=failing,
                due=_next(result, moment),
            )
            .returning(LinkCheck.package_id)
        )
        options = {"synchronize_session": False}
        touched |= set(model.Session.execute(statement, execution_options=options).scalars())
    model.Session.commit()
    return touched


def _next(result: Result, moment: Any) -> Any:
    """When to look again: tomorrow at what fails since lately or was busy, else in some days."""
    tomorrow = moment + timedelta(days=1)
    later = moment + timedelta(days=max(1, int(_option("days"))))
    if result.problem == crawl.BUSY:
        return tomorrow
    if result.answers is False:
        since = sa.func.coalesce(LinkCheck.failing, moment)
        return sa.case((since > moment - _WATCHED, tomorrow), else_=later)
    return later
