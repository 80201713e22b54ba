"""Watches over a read in pages: that it ends, and that it is whole. Knows no CKAN."""

from __future__ import annotations

from collections.abc import Iterable

from ckanext.hanoi.harvest.record import Record, SourceError

#: So many pages without a record, one after the other, are taken for a source without an end.
EMPTY_PAGES = 20


class Pages:
    """Counts the records of a source, page by page.

    ``url`` names the source in the errors. A server may announce how many records it has; what it
    announced last counts.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.announced: int | None = None
        #: Records so far; one that came twice counts twice, as the server counts it.
        self.seen = 0
        self._keys: set[str] = set()
        self._empty = 0

    def page(self, records: Iterable[Record], announced: int | None = None) -> list[Record]:
        """One page has come; gives those of its records that had not come before.

        SourceError where a page repeats what came before: the server ignores the position, and
        the read would never end.
        """
        if announced is not None and announced >= 0:
            self.announced = announced
        records = list(records)
        new = []
        for record in records:
            key = f"{record.guid} {record.fingerprint()}"
            if key not in self._keys:
                self._keys.add(key)
                new.append(record)
        if records and not new:
            raise SourceError("%(url)s gives the same page again and again.", url=self.url)
        self.seen += len(records)
        self._empty = 0 if records else self._empty + 1
        if self._empty > EMPTY_PAGES:
            raise SourceError("%(url)s gives one empty page after the other.", url=self.url)
        return new

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
