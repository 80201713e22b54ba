"""E-mail to the people of a source when a run fails or is put on hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import language, mail, parser_messages
from ckanext.hanoi.harvest.engine import settings
from ckanext.hanoi.harvest.secrets import mask
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.harvest import Change, Run, Source

_DIGEST_SENT = "ckanext.hanoi.harvest.digest_sent"
_ALWAYS = ("finished", "failed", "held", "aborted")
_WHEN = {"always": _ALWAYS, "error": ("failed", "held"), "never": ()}


def wanted(source: Source, run: Run) -> bool:
    """Does the source's choice (always, error, never) ask for a message about this run?"""
    has_failures = bool((run.counts or {}).get("failed")) and source.notify == "error"
    return run.status in _WHEN.get(source.notify, ()) or (has_failures and run.status == "finished")


def run_ended(run_id: str) -> None:
    """Tell the source's contacts how the run ended, if they want to know."""
    run = model.Session.get(Run, run_id)
    source = model.Session.get(Source, run.source_id) if run else None
    if not run or not source or not source.contacts or not wanted(source, run):
        return
    previous = model.Session.execute(
        sa.select(Run)
        .where(Run.source_id == source.id, Run.created < run.created)
        .order_by(Run.created.desc())
        .limit(1)
    ).scalar_one_or_none()
    if run.status == "held" and previous is not None and _same(previous, run):
        return
    with language.spoken(language.site_language()):
        subject = tk._("Harvest of %(source)s: %(status)s") % {
            "source": source.title or source.name,
            "status": status_label(run.status),
        }
        body = f"{subject}\n\n{summary(run)}\n\n{_address(run)}\n"
    mail.send(((address, address) for address in source.contacts), subject, body)


def _address(run: Run) -> str:
    return tk.url_for("hanoi_harvest.run_read", id=run.id, qualified=True)


def _same(previous: Run, run: Run) -> bool:
    """A hold that people have been told of already, and that a newer run found again."""
    was_held = previous.status == "aborted" and "missing" in (previous.counts or {})
    return was_held and previous.counts.get("missing") == run.counts.get("missing")


def status_label(status: str) -> str:
    """The status of a run in the reader's language."""
    return {
        "queued": tk._("waiting"),
        "running": tk._("running"),
        "held": tk._("on hold"),
        "finished": tk._("finished"),
        "failed": tk._("failed"),
        "aborted": tk._("stopped"),
    }[status]


def message_of(entry: Run | Change) -> str:
    """The message of a run or change in the reader's language."""
    return fill(entry.message, entry.params)


def fill(message: str | None, params: Mapping[str, Any] | None) -> str:
    """A message id and its parameters in the reader's language; secrets are masked."""
    return mask(_filled(message, params)) if message else ""


def _filled(message: str, params: Mapping[str, Any] | None) -> str:
    text = tk._(message)
    suffix = f"@{language.current()}"
    own = {k.removesuffix(suffix): v for k, v in (params or {}).items() if k.endswith(suffix)}
    try:
        return text % {**parser_messages.in_words(params, tk._), **own} if params else text
    except (KeyError, TypeError, ValueError):
        return text


def summary(run: Run) -> str:
    """The run in a few lines."""
    counts = run.counts or {}
    labels = {
        "seen": tk._("records read"),
        "created": tk._("created"),
        "updated": tk._("updated"),
        "unchanged": tk._("unchanged"),
        "removed": tk._("removed"),
        "missing": tk._("missing at the source"),
        "failed": tk._("failed"),
    }
    lines = [f"{label}: {counts.get(name, 0)}" for name, label in labels.items()]
    if message := message_of(run):
        lines.insert(0, message)
    return "\n".join(lines)


def digest(to: Iterable[str], since: datetime) -> int:
    """One message to each address about all runs that failed or are on hold since then.

    Returns the number of runs it speaks of; no message is sent where there is none.
    """
    rows = model.Session.execute(
        sa.select(Run, Source)
        .join(Source, Source.id == Run.source_id)
        .where(Run.status.in_(("failed", "held")), Run.created >= since)
        .order_by(Run.created)
    ).all()
    if not rows:
        return 0
    with language.spoken(language.site_language()):
        parts = [
            f"{source.title or source.name}: {status_label(run.status)}\n"
            f"{summary(run)}\n{_address(run)}"
            for run, source in rows
        ]
        subject = tk._("Harvests that need attention: %(number)s") % {"number": len(rows)}
    mail.send(((address, address) for address in to), subject, "\n\n".join(parts))
    return len(rows)


def digest_if_due() -> None:
    """The configured admins get the digest of the last day once a day, whoever asks."""
    to = settings.words("digest_to")
    today = now().date().isoformat()
    if to and model.get_system_info(_DIGEST_SENT) != today:
        model.set_system_info(_DIGEST_SENT, today)
        digest(to, now() - timedelta(days=1))
