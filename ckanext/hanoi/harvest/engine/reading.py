"""Counts how often a process died of what a source answered. Out of memory or a crash in a parser
comes again with each reader, so after some of them the source is not read further."""

from __future__ import annotations

from ckanext.hanoi.background.attempts import ENOUGH, Attempts
from ckanext.hanoi.messages import N_, SourceError

_ANSWER, _WAITING = "answer of ", "waiting"


def note(attempts: Attempts, address: str) -> None:
    """The reader works on the answer of this address from now on; without one, it waits for the
    source, which kills nobody."""
    attempts.mark(f"{_ANSWER}{address}" if address else _WAITING)


def check(attempts: Attempts) -> None:
    """Raises ``SourceError`` where an answer has killed its readers."""
    for name, deaths in attempts.deaths.items():
        if name.startswith(_ANSWER) and deaths >= ENOUGH:
            raise SourceError(
                N_("To read %(url)s killed the background worker %(number)s times (it may need too"
                   " much memory), so the source is not read further. What was read before it"
                   " stays, and nothing is removed."),
                url=name.removeprefix(_ANSWER), number=deaths,
            )  # fmt: skip
