"""The controlled vocabularies (``schemas/vocabularies/*.yaml``), looked up in O(1). Knows no CKAN.

A vocabulary is one file; a new one is found by its name. What people write is looked up in this
order, and the first step that knows an answer gives it:

1. the code itself;
2. an address (``http``/``https``, ``www.``, trailing slash, ``/deed`` and ``/legalcode`` of a
   licence make no difference);
3. a code, label or alias as written: Unicode form, case, spaces and the two styles of setting
   tone marks (hoà, hòa) make no difference, accents do;
4. the same without accents and punctuation. Where two terms look alike then, the text names
   neither: ``find`` gives None.

Two terms that share a key of steps 1 to 3 are a mistake in the file: loading it fails.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from ckanext.hanoi import yaml_files
from ckanext.hanoi.vietnamese import fold
from ckanext.hanoi.vietnamese.letters import normalized

FOLDER = Path(__file__).parent / "schemas" / "vocabularies"

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_SCHEME = re.compile(r"^https?://(www\.)?", re.IGNORECASE)
_DEED = re.compile(r"/(deed|legalcode)([._][a-z_-]+)?$")
_MEDIA_TYPE_PARAMETER = re.compile(r"^([\w.+-]+/[\w.+-]+)\s*;.*$", re.DOTALL)
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_FIELDS = frozenset({"code", "vi", "en", "uri", "aliases"})


class VocabularyError(ValueError):
    """A vocabulary file contradicts itself."""


@dataclass(frozen=True, slots=True)
class Term:
    """One entry. ``extra`` has whatever else the file says of it (flags, media types, mappings)."""

    code: str
    vi: str
    en: str
    uri: str = ""
    aliases: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def label(self, lang: str) -> str:
        """The label in ``lang``: Vietnamese for any ``vi…``, English for every other language."""
        return self.vi if lang.startswith("vi") else self.en


class Vocabulary:
    """The terms of one vocabulary, in the order of its file."""

    def __init__(self, name: str, terms: Iterable[Term]) -> None:
        self.name = name
        self.terms: tuple[Term, ...] = tuple(terms)
        self._codes: dict[str, Term] = {}
        self._addresses: dict[str, Term] = {}
        self._exact: dict[str, Term] = {}
        self._folded: dict[str, Term | None] = {}
        for term in self.terms:
            self._add(term)

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def __contains__(self, code: object) -> bool:
        return code in self._codes

    def __getitem__(self, code: str) -> Term:
        """The term with exactly this code; KeyError where there is none."""
        return self._codes[code]

    def get(self, code: str) -> Term | None:
        """The term with exactly this code, or None."""
        return self._codes.get(code)

    def find(self, text: Any) -> Term | None:
        """The term that ``text`` names, in any spelling; None where it names none, or several."""
        if not isinstance(text, str):
            return None
        term = self._codes.get(text)
        if term is not None or not text.strip():
            return term
        if _SCHEME.match(text.strip()):
            return self._addresses.get(_address_key(text))
        text = _MEDIA_TYPE_PARAMETER.sub(r"\1", text.strip())
        return self._exact.get(_exact_key(text)) or self._folded.get(_folded_key(text))

    def suggest(self, text: str, limit: int = 3) -> list[Term]:
        """Up to ``limit`` terms whose label or alias looks most like ``text``, the best first."""
        key = _folded_key(text)
        if not key:
            return []
        hits = process.extract(key, self._candidates, scorer=fuzz.WRatio, limit=limit * 4,
                               score_cutoff=60)
        best: dict[str, Term] = {}
        for _text, _score, index in hits:
            term = self._candidate_terms[index]
            best.setdefault(term.code, term)
        return list(best.values())[:limit]

    @cached_property
    def _candidate_terms(self) -> list[Term]:
        return [term for term in self.terms for _ in _names(term)]

    @cached_property
    def _candidates(self) -> list[str]:
        return [_folded_key(name) for term in self.terms for name in _names(term)]

    def _add(self, term: Term) -> None:
        self._put(self._codes, term.code, term)
        for name in (term.uri, *_names(term)):
            if _SCHEME.match(name):
                self._put(self._addresses, _address_key(name), term)
                continue
            if not name:
                continue
            self._put(self._exact, _exact_key(name), term)
            key = _folded_key(name)
            known = self._folded.setdefault(key, term)
            if known is not term:
                self._folded[key] = None

    def _put(self, table: dict[str, Term], key: str, term: Term) -> None:
        known = table.setdefault(key, term)
        if known is not term:
            raise VocabularyError(
                f"{self.name}: {known.code!r} and {term.code!r} are both called {key!r}"
            )


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of ``schemas/vocabularies/<name>.yaml``; KeyError where there is none."""
    if name not in names():
        raise KeyError(name)
    return Vocabulary(name, load(FOLDER / f"{name}.yaml"))


@cache
def names() -> tuple[str, ...]:
    """The names of all vocabularies, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def digest() -> str:
    """A digest of all vocabularies: another one when any of their files is another one."""
    found = hashlib.sha256()
    for name in names():
        content = (FOLDER / f"{name}.yaml").read_bytes()
        found.update(f"{name} {len(content)}\n".encode() + content)
    return found.hexdigest()


def load(path: Path) -> list[Term]:
    """The terms written in the file ``path``; raises VocabularyError where an entry is no term."""
    content = yaml_files.load(path)
    return [_term(entry, path.stem) for entry in content["terms"]]


def _term(entry: Mapping[str, Any], name: str) -> Term:
    texts = [entry.get("code"), entry.get("vi"), entry.get("en"), entry.get("uri", "")]
    aliases = entry.get("aliases", [])
    if not all(isinstance(text, str) for text in [*texts, *aliases]) or not all(texts[:3]):
        raise VocabularyError(f"{name}: code, vi and en must be text: {entry!r}")
    code, vi, en, uri = (normalized("NFC", str(text)) for text in texts)
    extra = {key: value for key, value in entry.items() if key not in _FIELDS}
    return Term(code, vi, en, uri, tuple(aliases), extra)


def _names(term: Term) -> tuple[str, ...]:
    return (term.code, term.vi, term.en, *term.aliases)


def _address_key(text: str) -> str:
    """An address without what makes no difference. Case is kept out too: codes differ in more."""
    return _DEED.sub("", _SCHEME.sub("", text.strip()).lower().rstrip("/"))


def _exact_key(text: str) -> str:
    """Case, spaces and the place of the tone mark make no difference; the tone itself does."""
    words = normalized("NFD", text).casefold().split()
    return " ".join(_tones_last(word) for word in words)


def _tones_last(word: str) -> str:
    tones = [char for char in word if char in _TONES]
    if not tones:
        return word
    return "".join([char for char in word if char not in _TONES] + tones)


def _folded_key(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub(" ", fold(text)).strip()
