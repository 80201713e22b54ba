"""What a run did, put down once per record however often the work is repeated."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import DELETED, Change, Identity, Run, Seen

#: The numbers of a run, in the order people read them.
COUNTS = ("seen", "created", "updated", "unchanged", "removed", "missing", "failed")

#: Of a record that ended several processes.
KILLED = N_("This record killed the background worker %(number)s times and is left out; all others"
            " are written. It is tried again when it changes at its source, or when somebody"
            " retries the run.")  # fmt: skip


def put(rows: Iterable[Mapping[str, Any]]) -> None:
    """Put down changes (columns of ``Change``); not committed.

    A record that was created stays "created" when the same run comes to it again.
    """
    values = [dict(row) for row in rows]
    if not values:
        return
    statement = insert(Change.__table__)
    again: dict[str, Any] = {
        name: statement.excluded[name]
        for name in ("package_id", "title", "fields", "stage", "message", "params", "raw")
    }
    again["action"] = sa.case(
        (
            sa.and_(Change.action == "created", statement.excluded.action == "updated"),
            "created",
        ),
        else_=statement.excluded.action,
    )
    model.Session.execute(
        statement.on_conflict_do_update(index_elements=["run_id", "guid"], set_=again), values
    )


def change(run_id: str, guid: str, action: str, title: str = "", **more: Any) -> dict[str, Any]:
    """A row for ``put``."""
    empty: dict[str, Any] = {
        "package_id": None, "fields": [], "stage": None, "message": None, "params": {}, "raw": None,
    }  # fmt: skip
    row = {"run_id": run_id, "guid": guid, "action": action, "title": title[:500], "created": now()}
    return {**empty, **row, **more}


def fail(
    run_id: str,
    guid: str,
    title: str,
    stage: str,
    message: str,
    params: Mapping[str, Any] | None = None,
    raw: bytes | None = None,
    package_id: str | None = None,
) -> None:
    """Put down a failure: message id in English and its parameters; not committed."""
    plain = {key: str(value)[:1000] for key, value in (params or {}).items()}
    message = message.replace("\0", "")[:2000]
    more = {
        "stage": stage,
        "message": message,
        "params": plain,
        "raw": raw,
        "package_id": package_id,
    }
    put([change(run_id, guid, "failed", title.replace("\0", ""), **more)])


def count(run_id: str) -> dict[str, int]:
    """The numbers of the run as it stands, from what was put down."""
    session = model.Session
    rows: Any = session.execute(
        sa.select(Change.action, sa.func.count())
        .where(Change.run_id == run_id)
        .group_by(Change.action)
    )
    actions: dict[str, int] = dict(rows.all())
    seen = session.execute(
        sa.select(sa.func.count())
        .select_from(Seen)
        .where(Seen.run_id == run_id, Seen.title != DELETED)
    ).scalar_one()
    # an unreadable piece without an identity was seen all the same
    unreadable = session.execute(
        sa.select(sa.func.count()).where(
            Change.run_id == run_id, Change.action == "failed", Change.guid.like("unreadable:%")
        )
    ).scalar_one()
    counts = {name: int(actions.get(name, 0)) for name in COUNTS}
    counts["seen"] = int(seen) + int(unreadable)
    touched = sum(counts[name] for name in ("created", "updated", "failed"))
    excluded = int(actions.get("excluded", 0))
    counts["unchanged"] = max(0, counts["seen"] - touched - excluded)
    return {**counts, "excluded": excluded}


def final(run: Run) -> dict[str, int]:
    """The numbers with which the run ends.

    Of a source that says that nothing has changed, all is seen that is known of it. What a run has
    seen is forgotten when it is held: then the number of that time counts.
    """
    counts, earlier = count(run.id), run.counts or {}
    if run.not_modified:
        shown = sa.select(sa.func.count()).where(
            Identity.source_id == run.source_id,
            Identity.state.in_(("active", "detached", "deleted", "yielded")),
        )
        counts["seen"] = max(counts["seen"], model.Session.execute(shown).scalar_one())
    elif not counts["seen"] and earlier:
        counts["seen"] = int(earlier.get("seen", 0))
    touched = ("created", "updated", "failed", "excluded")
    counts["unchanged"] = max(0, counts["seen"] - sum(counts.get(name, 0) for name in touched))
    return counts


#: A message without words of its own: what it is filled with is the cause.
_WORDLESS = r"^(%\([a-z_]+\)s[: ]*)+$"
_PARAMS = sa.case(
    (Change.message.op("~")(_WORDLESS), sa.cast(Change.params, sa.UnicodeText)), else_=""
)
#: Key of a failure's cause: its stage and message, the particulars left out.
_CAUSE = sa.func.md5(
    sa.func.concat_ws("|", sa.func.coalesce(Change.stage, ""), Change.message, _PARAMS)
)


def has_cause(key: str) -> Any:
    """The condition that a change failed for this cause."""
    return sa.and_(Change.action == "failed", _CAUSE.in_([key]))


def causes(run_id: str, visible: Any = None) -> list[dict[str, Any]]:
    """The failures of a run by cause, the most frequent first; ``visible`` as in ``page``.

    ``[{"cause": key, "stage", "message": id, "params", "count"}]``; a parameter that is not the
    same in all failures of a cause is "…".
    """
    rows = model.Session.execute(
        sa.select(
            _CAUSE, sa.func.min(Change.stage), sa.func.min(Change.message), sa.func.count(),
            sa.func.array_agg(sa.distinct(sa.cast(Change.params, sa.UnicodeText))),
        )
        .outerjoin(model.Package, model.Package.id == Change.package_id)
        .where(
            Change.run_id == run_id, Change.action == "failed",
            sa.true() if visible is None else visible,
        )
        .group_by(_CAUSE)
        .order_by(sa.func.count().desc(), _CAUSE)
    )  # fmt: skip
    return [
        {"cause": key, "stage": stage or "", "message": message or "", "count": number,
         "params": _in_common([json.loads(text) for text in params])}
        for key, stage, message, number, params in rows
    ]  # fmt: skip


def _in_common(found: list[dict[str, str]]) -> dict[str, str]:
    first = found[0] if found else {}
    return {
        name: value if all(params.get(name) == value for params in found) else "…"
        for name, value in first.items()
    }


def _rows(run_id: str, filters: list[Any], visible: Any = None) -> Any:
    package = model.Package
    shown = sa.true() if visible is None else visible
    return (
        sa.select(Change, package.name, shown.label("visible"))
        .outerjoin(package, package.id == Change.package_id)
        .where(Change.run_id == run_id, *filters)
    )


def page(
    run_id: str, filters: list[Any], limit: int, offset: int, visible: Any = None
) -> list[Any]:
    """``(change, name of the dataset here, whether the reader sees it)``, in a fixed order;
    ``visible``: the condition that he or she does (None: all of them)."""
    order = (Change.action, Change.title, Change.guid)
    query = _rows(run_id, filters, visible).order_by(*order)
    return list(model.Session.execute(query.limit(limit).offset(offset)).all())


def total(run_id: str, filters: list[Any]) -> int:
    """How many changes of the run the filters leave."""
    query = sa.select(sa.func.count()).select_from(_rows(run_id, filters).subquery())
    return model.Session.execute(query).scalar_one()
