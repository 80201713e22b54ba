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

from ckanext.hanoi.background import locks
from ckanext.hanoi.fetch.link_probe import Prober
from ckanext.hanoi.fetch.settings import allowed_hosts
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.quality import LinkCheck
from ckanext.hanoi.quality import link_crawler, recompute, store
from ckanext.hanoi.quality.link_crawler import Crawl, Result, Target

_LOCK = "hanoi-links"
_SAVE_SECONDS, _SAVE_RESULTS, _SCORE_RESULTS = 2.0, 50, 1000
#: An address that fails is looked at again each day for so long.
_WATCHED = timedelta(days=7)
_PUT_OFF = timedelta(minutes=10)
#: Who asks for a check gets what was found in so long a time.
_JUST_NOW = timedelta(minutes=10)


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


def scope(package_id: str | None = None, organization_id: str | None = None) -> Any:
    """The condition on ``model.Package`` that it is this dataset, or one of this agency; True for
    all of them."""
    package = model.Package
    if package_id:
        return package.id == package_id
    return package.owner_org == organization_id if organization_id else sa.true()


def due(limit: int | None = None, everything: bool = False, where: Any = None) -> list[Target]:
    """The addresses whose time has come, each once, those that wait longest first; ``where``: a
    condition on ``model.Package``, for those of some datasets only."""
    query = sa.select(LinkCheck.id, sa.func.min(LinkCheck.url)).group_by(LinkCheck.id)
    if not everything:
        query = query.where(LinkCheck.due <= now())
    if where is not None:
        query = query.join(model.Package, model.Package.id == LinkCheck.package_id).where(where)
    query = query.order_by(sa.func.min(LinkCheck.due), LinkCheck.id).limit(limit)
    found = [Target(id_, url) for id_, url in model.Session.execute(query)]
    model.Session.commit()
    return found


def run(
    limit: int | None = None,
    seconds: float = float("inf"),
    everything: bool = False,
    progress: Progress | None = None,
    where: Any = None,
    over: Callable[[], bool] = lambda: False,
) -> Counts | None:
    """Check what is due; None where another process is at it. What was found is kept every few
    seconds, so that a run that is stopped goes on where it was. ``where``: see ``due``; ``over``:
    asked again and again whether to stop now."""
    with locks.held(_LOCK) as got:
        if not got:
            return None
        targets = due(limit, everything, where)
        counts = Counts(due=len(targets))
        crawl_ = _crawl(seconds, over)
        found = crawl_.run(targets)
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
                    recompute.run(touched)
                    touched = set()
        finally:
            found.close()
            touched |= save(waiting)
            _put_off(crawl_.asking)
            if over():
                # somebody waits: whoever measures what has changed finds them
                store.measure_again(touched)
            else:
                recompute.run(touched)
        return counts


def ask(where: Any) -> int:
    """Make the links of these datasets due now; returns how many addresses are. What was looked at
    just now stays as it is: a site is not to be asked by everybody who presses a button."""
    moment = now()
    package_ids = sa.select(model.Package.id).where(model.Package.state == "active", where)
    mine = sa.select(LinkCheck.id).where(LinkCheck.package_id.in_(package_ids))
    fresh = sa.and_(LinkCheck.checked.isnot(None), LinkCheck.checked > moment - _JUST_NOW)
    model.Session.execute(
        sa.update(LinkCheck)
        .where(LinkCheck.id.in_(mine), LinkCheck.due > moment, sa.not_(fresh))
        .values(due=moment),
        execution_options={"synchronize_session": False},
    )
    model.Session.commit()
    return len(due(where=where))


def _put_off(targets: Iterable[Target]) -> None:
    """Whose answer was not waited for is asked again when others have had their turn."""
    ids = [target.id for target in targets]
    if ids:
        model.Session.execute(
            sa.update(LinkCheck)
            .where(LinkCheck.id.in_(ids), LinkCheck.due <= now())
            .values(due=now() + _PUT_OFF),
            execution_options={"synchronize_session": False},
        )
        model.Session.commit()


def _asked() -> dict[str, float]:
    """Host -> seconds since it was last asked."""
    query = sa.select(LinkCheck.host, sa.func.max(LinkCheck.checked)).group_by(LinkCheck.host)
    moment = now()
    rows = model.Session.execute(query.where(LinkCheck.checked.isnot(None))).all()
    model.Session.commit()
    return {host: (moment - checked).total_seconds() for host, checked in rows}


def _crawl(seconds: float, over: Callable[[], bool]) -> Crawl:

    def prober() -> Prober:
        return Prober(
            allowed_hosts=allowed_hosts(), timeout=float(_option("timeout")), max_bytes=512 * 1024,
            retries=0,
        )  # fmt: skip

    return Crawl(prober, float(_option("pause")), int(_option("workers")), seconds, _asked(),
                 over)  # fmt: skip


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
    if result.problem == link_crawler.BUSY:
        return tomorrow
    if result.answers is False:
        since = sa.func.coalesce(LinkCheck.failing, moment)
        return sa.case((since > moment - _WATCHED, tomorrow), else_=later)
    return later
