"""What a visitor typed, as a query of Solr that finds it with and without accents. Knows no CKAN.

Each word becomes one clause: the folded term in the title or anywhere, or the word as CKAN would
look for it, so that whatever stock finds is found. Documents with the accents that were typed, or
with the words side by side, come first. As in CKAN, one word in three may be missing (see
``_least``), "a phrase" must stand so, ``+word`` must and ``-word`` must not occur; beside those two
no word may be missing.

Fielded queries (``title:x``, ``*:*``), local parameters (``{!…``) and queries that come with a
parser of their own are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.hanoi.search import terms as words
from ckanext.hanoi.search.document import TITLE_FIELD
from ckanext.hanoi.vietnamese import nfc

#: CKAN's own: ``ckan.lib.search.query.QUERY_FIELDS``.
_STOCK_FIELDS = "name^4 title^4 tags^2 groups^2 text"
_EVERYTHING = "*:*"
_NOTHING = "+*:* -*:*"
_MOST_WORDS = 40
_LONGEST_QUERY = 2000
_OWN_PARSER = ("defType", "qf", "bf", "boost")  # not df: CKAN always fills it in
# A name of a field is small letters of ASCII; "Hà Nội: …", "TCVN:2012" and addresses are text.
_FIELDED = re.compile(r'(?:^|[\s(+!]|(?<![a-z0-9_.-])-+)(?:\*:\*|[a-z_][a-z0-9_.-]*:(?![\s/]|$))')
_PART = re.compile(r'([+-]?)(?:"([^"]*)"|([^\s"]+))')
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")
_SPECIAL = re.compile(r"([^\w\s])")
#: A word that stands in many a UUID between two digits (da, ba, ca): CKAN's ``text`` has those of
#: addresses and identifiers. Looked for where people write.
_HEXADECIMAL = re.compile(r"[a-f]{1,4}q")
_WRITTEN_FIELDS = (("title", 4), ("tags", 2), ("notes", 1), ("name", 1))
_OPERATORS = frozenset({"AND", "OR", "NOT", "&&", "||"})


@dataclass(frozen=True, slots=True)
class _Clause:
    sign: str
    folded: tuple[str, ...]
    exact: tuple[str, ...]
    raw: str

    def query(self) -> str:
        term = _phrase(self.folded)
        stock = self.raw
        if _HEXADECIMAL.fullmatch("".join(self.folded)):
            stock = " OR ".join(f"{field}:{self.raw}^{by}" for field, by in _WRITTEN_FIELDS)
        return f"{self.sign}({TITLE_FIELD}:{term}^4 OR text:{term} OR {stock})"


def for_query(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of ``package_search`` with ``q`` made to find Vietnamese, and with all
    values in the form (NFC) in which they are in the index."""
    params = _composed(params)
    text = params.get("q")
    if not isinstance(text, str) or any(params.get(name) for name in _OWN_PARSER):
        return params
    if text.strip() in ("", _EVERYTHING, '""', "''") or "{!" in text:
        return params
    if text.strip() == "*":
        return {**params, "q": _EVERYTHING}
    if _FIELDED.search(text):
        return params
    clauses = _clauses(nfc(_CONTROL.sub(" ", text[:_LONGEST_QUERY])))
    if not clauses:
        return {**params, "q": _NOTHING}
    return {**params, **_rewritten(clauses, params)}


def _composed(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with accents composed: browsers of some systems send them apart."""
    changed: dict[str, Any] = {}
    for name in ("q", "fq", "fq_list"):
        value = params.get(name)
        if isinstance(value, str) and not value.isascii():
            changed[name] = nfc(value)
        elif isinstance(value, (list, tuple)):
            changed[name] = [nfc(text) if isinstance(text, str) else text for text in value]
    return {**params, **changed} if changed else params


def _rewritten(clauses: list[_Clause], params: Mapping[str, Any]) -> dict[str, Any]:
    parts = [clause.query() for clause in clauses]
    found = {"defType": "edismax", "qf": _STOCK_FIELDS}
    if any(clause.sign for clause in clauses):
        if all(clause.sign == "-" for clause in clauses):
            parts.insert(0, _EVERYTHING)
        found["q"] = " ".join(parts)
    else:
        if not params.get("mm"):
            found["mm"] = str(_least(len(clauses)))
            # Whoever has the phrase has all words: it can't stand in for a missing one.
            if 1 < len(clauses) <= 8:
                phrase = _phrase([term for clause in clauses for term in clause.folded])
                parts.append(f"({TITLE_FIELD}:{phrase}~2^4 OR text:{phrase}~2)")
        # CKAN sends q.op=AND, under which no word may be missing unless an OR says so.
        found["q"] = " OR ".join(parts)
    exact = [term for clause in clauses if clause.sign != "-" for term in clause.exact]
    if exact:
        found["boost"] = _boost(list(dict.fromkeys(exact)))
    return found


def _least(words: int) -> int:
    """How many of the words must be there: CKAN's own rule, ``2<-1 5<80%``."""
    if words <= 2:
        return words
    return words - 1 if words <= 5 else words * 8 // 10


def _clauses(text: str) -> list[_Clause]:
    found = []
    for sign, phrase, word in _PART.findall(text):
        written = phrase or word
        if written in _OPERATORS:
            continue
        folded = words.folded(written)
        if folded:
            raw = _SPECIAL.sub(r"\\\1", " ".join(written.split()))
            raw = f'"{raw}"' if phrase else raw.lower() if raw in _OPERATORS else raw
            found.append(_Clause(sign, tuple(folded), tuple(words.exact(written)), raw))
        if len(found) == _MOST_WORDS:
            break
    return found


def _phrase(terms: list[str] | tuple[str, ...]) -> str:
    return terms[0] if len(terms) == 1 else '"' + " ".join(terms) + '"'


def _boost(exact: list[str]) -> str:
    """A factor from 1, no word with these accents, to 2.5, all of them in the title."""
    share = f"{1 / len(exact):.4f}"
    hits = [
        f"product({weight},min(1,termfreq({field},'{term}')))"
        for term in exact
        for field, weight in ((TITLE_FIELD, "1"), ("text", "0.5"))
    ]
    return f"sum(1,product({share},sum({','.join(hits)})))"
