"""Which record is which, where a source repeats its identifiers or gives none. Pure.

The rules, in the order in which they are tried:

- One record with an identifier: the identifier is the guid.
- The same identifier and the same content again (a page served twice): the same record, once.
- The same identifier and another content: another dataset. One of them, the *keeper*, has the
  plain identifier; the others have the identifier, ``#`` and a short hash of their title; if that
  is taken, of title and address (landing page or first URL); if that is taken, a number.
- No identifier: ``hash:`` and a hash of title and address; several of those: as above.

The identities must not depend on the order in which a source gives its records, so the keeper
and the order of the others are chosen by content: the earliest ``issued`` first (a duplicate that
a source adds later does not take over the identity of the older dataset), then the hash of the
title, of the address, of the content. For this all records must be known before the first guid:
``note`` each, then ``settle``, then ask ``guid`` while reading a second time (only 20 bytes a
record are kept). Where a second reading is not possible, leave the first out: then the first
one seen is the keeper, and if the source later shifts the order of two records with one
identifier, those two are taken for each other; no dataset is lost by it.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi.harvest.record import Record, Unreadable
from ckanext.hanoi.vietnamese.letters import normalized

_YEAR_MONTH_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record whose guid is still to be found; see ``record.Record`` for the fields."""

    content: dict[str, Any]
    identifier: str | None = None
    title: str = ""
    url: str = ""
    issued: str | None = None
    modified: str | None = None
    volatile: frozenset[str] = field(default=frozenset())

    def record(self, guid: str) -> Record:
        return Record(guid, self.content, self.modified, self.title, volatile=self.volatile)


def _digest(*parts: str) -> bytes:
    data = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=16).digest()


def _same(text: str) -> str:
    """``text`` as it is compared: case, spaces and Unicode form do not count."""
    return " ".join(normalized("NFC", text).casefold().split())


def _age(issued: str | None) -> int:
    """A number that is smaller for an earlier date; the largest where there is none."""
    match = _YEAR_MONTH_DAY.match(issued or "")
    if not match:
        return 0xFFFFFFFF
    year, month, day = (int(part or 0) for part in match.groups())
    return (year * 13 + month) * 32 + day


class Distinct:
    """Gives guids within one reading of one source."""

    def __init__(self) -> None:
        # Hash of the identifier -> the claim (20 bytes), or the claims by which it is repeated
        # with the guid's ending of each. Few identifiers are repeated: bytes save the memory.
        self._claims: dict[int, bytes | dict[bytes, str]] = {}
        self._given: set[int] = set()
        self._noted: set[int] = set()

    def note(self, candidate: Candidate) -> None:
        """Make ``candidate`` known before any guid is asked for."""
        _, key, claim = self._claim(candidate)
        if key not in self._claims:
            self._noted.add(key)
        self._add(key, claim)

    def settle(self) -> None:
        """All records (or all of a page) are noted: decide who keeps the plain identifier. What
        was decided at an earlier page stays."""
        while self._noted:
            claims = self._claims[self._noted.pop()]
            if isinstance(claims, dict):
                noted = sorted(claims)
                claims.clear()
                for claim in noted:
                    claims[claim] = _ending(claim, claims)

    def guid(self, candidate: Candidate) -> str | None:
        """The guid of ``candidate``; None where the same record has been seen already."""
        base, key, claim = self._claim(candidate)
        self._add(key, claim)
        once = int.from_bytes(_digest(base, claim.hex())[:8], "big")
        if once in self._given:
            return None
        self._given.add(once)
        claims = self._claims[key]
        return base + (claims[claim] if isinstance(claims, dict) else "")

    @staticmethod
    def _claim(candidate: Candidate) -> tuple[str, int, bytes]:
        title, url = _same(candidate.title), candidate.url.strip()
        fingerprint = candidate.record("-").fingerprint()
        base = (candidate.identifier or "").strip()
        if not base:
            named = _digest(title, url) if title or url else _digest(fingerprint)
            base = "hash:" + named.hex()
        claim = (
            _age(candidate.issued).to_bytes(4, "big")
            + _digest(title)[:4] + _digest(url)[:4] + _digest(fingerprint)[:8]
        )  # fmt: skip
        return base, int.from_bytes(_digest(base)[:8], "big"), claim

    def _add(self, key: int, claim: bytes) -> None:
        claims = self._claims.get(key)
        if claims is None:
            self._claims[key] = claim
        elif isinstance(claims, bytes):
            if claims != claim:
                self._claims[key] = first = {claims: ""}
                first[claim] = _ending(claim, first)
        elif claim not in claims:
            claims[claim] = _ending(claim, claims)


def _ending(claim: bytes, taken: dict[bytes, str]) -> str:
    """What is put behind the identifier: nothing for the first, else the first that is free."""
    if not taken:
        return ""
    endings = set(taken.values())
    title, both = claim[4:8].hex(), claim[4:12].hex()
    for ending in (f"#{title}", f"#{both}"):
        if ending not in endings:
            return ending
    number = 2
    while f"#{both}-{number}" in endings:
        number += 1
    return f"#{both}-{number}"


def identified(
    read: Callable[[], Iterable[Candidate | Unreadable]],
) -> Iterator[Record | Unreadable]:
    """The records of a source that can be read twice: ``read`` is called two times."""
    distinct = Distinct()
    for candidate in read():
        if isinstance(candidate, Candidate):
            distinct.note(candidate)
    distinct.settle()
    for candidate in read():
        if isinstance(candidate, Unreadable):
            yield candidate
        elif (guid := distinct.guid(candidate)) is not None:
            yield candidate.record(guid)
