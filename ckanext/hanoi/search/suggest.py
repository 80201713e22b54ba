"""What a visitor may mean while still typing: how well a name fits, and what to ask of Solr.

The last word may be unfinished; accents, case and the order of the words make no difference.
Knows no CKAN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ckanext.hanoi.search import terms
from ckanext.hanoi.search.document import TITLE_FIELD
from ckanext.hanoi.vietnamese import fold, nfc

#: Fewer letters say nothing yet.
SHORTEST = 2
_LONGEST = 200
_MOST_WORDS = 12
_WORD = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the box: its words without accents, and how it was spelled."""

    words: tuple[str, ...]
    exact: tuple[str, ...]

    @property
    def joined(self) -> str:
        return " ".join(self.words)


def typed(text: str) -> Typed | None:
    """The words of what was typed; None where it is too short to suggest anything."""
    text = nfc(text[:_LONGEST])
    found = tuple(_WORD.findall(fold(text))[:_MOST_WORDS])
    if sum(map(len, found)) < SHORTEST:
        return None
    return Typed(found, tuple(terms.exact(text)[:_MOST_WORDS]))


def fit(asked: Typed, names: Iterable[str]) -> tuple[int, str] | None:
    """How well the best of the names fits, 0 the best, and which it is; None where none does.

    0: it is the name; 1: the name begins so; 2: words side by side in it; 3: words of it.
    """
    best: tuple[int, str] | None = None
    for name in names:
        rank = _rank(asked, *_folded(name))
        if rank is not None and (best is None or rank < best[0]):
            best = rank, name
            if rank == 0:
                break
    return best


def query(asked: Typed) -> str:
    """The Solr query for titles with these words, the last of which may go on; in Lucene's
    syntax. Titles with the accents that were typed come first."""
    *whole, last = asked.words
    must = [f"+{TITLE_FIELD}:{_term(word)}" for word in whole]
    must.append(f"+{TITLE_FIELD}:{last}*")
    may = [f"{TITLE_FIELD}:{term}" for term in asked.exact]
    if len(whole) > 1:
        phrase = " ".join(map(_term, whole))
        may.append(f'{TITLE_FIELD}:"{phrase}"^2')
    return " ".join(must + may)


def _term(word: str) -> str:
    return word if word.isdecimal() else f"{word}q"


@lru_cache(maxsize=8192)
def _folded(name: str) -> tuple[str, tuple[str, ...]]:
    found = tuple(_WORD.findall(fold(name)))
    return " ".join(found), found


def _rank(asked: Typed, name: str, parts: tuple[str, ...]) -> int | None:
    if name == asked.joined:
        return 0
    if name.startswith(asked.joined):
        return 1
    if f" {asked.joined}" in name:
        return 2
    left = list(parts)
    for word in sorted(asked.words, key=len, reverse=True):
        match = next((part for part in left if part.startswith(word)), None)
        if match is None:
            return None
        left.remove(match)
    return 3
