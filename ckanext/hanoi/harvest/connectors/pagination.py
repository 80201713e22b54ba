"""Watches over a read in pages: that it ends, and that it is whole; and over what it brings.

Knows no CKAN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from ckanext.hanoi.fetch import Response
from ckanext.hanoi.harvest.identity import Candidate
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.parsing.sanitize import printable

#: So many pages without a record, one after the other, are taken for a source without an end.
EMPTY_PAGES = 20
#: Levels of lists and objects within one another that an answer may have.
_DEPTH = 80


class PageTracker:
    """Counts the records of a source, page by page.

    ``url`` names the source in the errors. A server may announce how many records it has; what it
    announced last counts. ``repeats`` pages without a new record are borne one after the other:
    none where pages are asked for by position, some where the server leads on by itself.
    """

    def __init__(self, url: str, repeats: int = 0) -> None:
        self.url = url
        self.repeats = repeats
        self._stale = 0
        self.announced: int | None = None
        #: Records so far; one that came twice counts twice, as the server counts it.
        self.seen = 0
        self._keys: set[bytes] = set()
        self._empty = 0

    def page(self, candidates: Sequence[Candidate], announced: int | None = None) -> None:
        """One page has come.

        SourceError where it repeats what came before: the server ignores the position, and the
        read would never end. Pages that overlap are no such thing.
        """
        if announced is not None and announced >= 0:
            self.announced = announced
        keys = {_key(candidate) for candidate in candidates}
        self._stale = self._stale + 1 if keys and keys <= self._keys else 0
        if self._stale > self.repeats:
            raise SourceError("%(url)s gives the same page again and again.", url=self.url)
        self._keys |= keys
        self.seen += len(candidates)
        self._empty = 0 if candidates else self._empty + 1
        if self._empty > EMPTY_PAGES:
            raise SourceError("%(url)s gives one empty page after the other.", url=self.url)

    def missing(self) -> bool:
        """Whether the server announced more records than it has given so far."""
        return self.announced is not None and self.seen < self.announced

    def finish(self) -> None:
        """The source says that it is at its end. SourceError where it gave fewer records than it
        announced: such a read must not look like a complete one."""
        if self.missing():
            raise SourceError(
                "%(url)s announced %(announced)s records but gave %(seen)s.",
                url=self.url, announced=self.announced, seen=self.seen,
            )  # fmt: skip


def json_of(answer: Response) -> Any:
    """The JSON of an answer, fit to be kept: no characters that can't be stored, no depth that
    breaks what works on it. FetchError or SourceError where it is none."""
    value = answer.json()
    layer = [value]
    for _ in range(_DEPTH):
        layer = [
            inner
            for item in layer
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not layer:
            return printable(value)
    raise SourceError("The answer of %(url)s is nested too deeply.", url=answer.url)


def _key(candidate: Candidate) -> bytes:
    record = candidate.record(candidate.identifier or "-")
    return hashlib.blake2b(f"{record.guid} {record.fingerprint()}".encode("utf-8", "surrogatepass"),
                           digest_size=12).digest()  # fmt: skip
