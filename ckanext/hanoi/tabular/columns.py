"""What a column of a list of datasets says, told from its header text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from ckanext.hanoi import yaml_files
from ckanext.hanoi.tabular.sheet import clean
from ckanext.hanoi.vietnamese import fold

FILE = Path(__file__).parent.parent / "schemas" / "inventory_columns.yaml"

#: Likeness (0 to 100) from which a text counts as misspelled, the distance to the next best
#: meaning, and the shortest text that is tried.
_ALIKE, _APART, _LONG_ENOUGH = 90, 4, 8
_LONGEST_LABEL = 200
_WEAK = 1000
_BRACKETS = re.compile(r"[(\[（]([^()\[\]（）]*)[)\]）]")
_NOT_WORD = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PREFIX = re.compile(r"^(?:dct|dcat|dcterms|dc|schema|foaf|vcard|adms|ckan)[: _](?=\w)", re.I)


@dataclass(frozen=True, slots=True)
class Guess:
    """A meaning of a header text. ``rank``: lower is surer; ``weak``: needs company."""

    key: str
    rank: int
    weak: bool = False


@dataclass(slots=True)
class Group:
    """Headings above several columns, and what the lower heading means beneath them."""

    labels: frozenset[str]
    columns: dict[str, Guess] = field(default_factory=dict)
    resource: bool = False


class Columns:
    """The known header texts. ``mapping`` (key -> header text or texts) is the configuration of
    one source and wins over everything; its texts must be met as they are, accents apart.
    """

    def __init__(
        self, mapping: Mapping[str, Any] | None = None, more: Mapping[str, Iterable[str]] = {}
    ) -> None:
        known = _known()
        self.several: frozenset[str] = known.several
        self.groups = known.groups
        self._texts = known.texts
        self._spaced = known.spaced
        self._own: dict[str, Guess] = {}
        for source, rank in ((more, -1), (mapping or {}, -2)):
            for key, labels in source.items():
                for label in [labels] if isinstance(labels, str) else labels:
                    self._own[compact(str(label))] = Guess(key, rank)
        taken = {guess.key for guess in self._own.values() if guess.rank == -2}
        self.configured: frozenset[str] = frozenset(taken)
        self.own: frozenset[str] = frozenset(more)

    def guesses(self, label: str, group: str = "", resource: bool = False) -> list[Guess]:
        """The possible meanings of a header text, the surest first.

        ``group`` is the heading above it in a header of two rows; ``resource`` says that the
        sheet lists resources, so that "Mô tả" is that of a resource.
        """
        found: dict[str, Guess] = {}
        for guess in self._all(label, group, resource):
            known = found.get(guess.key)
            if known is None or guess.rank < known.rank:
                found[guess.key] = guess
        guesses = sorted(found.values(), key=lambda g: g.rank)
        return [g for g in guesses if g.rank == -2 or g.key not in self.configured]

    def exact_key(self, label: str) -> str | None:
        """The key that a whole header text surely means, or None."""
        form = compact(label)
        if form in self._own:
            return self._own[form].key
        return next((g.key for g in self._texts.get(form, ()) if not g.weak), None)

    def _all(self, label: str, group: str, resource: bool) -> Iterator[Guess]:
        if len(label) > _LONGEST_LABEL:
            return
        if group and label:
            yield from self._exact(f"{group} {label}", 0)
            for place in self.groups:
                if any(form in place.labels for form in forms(group)):
                    yield from self._listed(place.columns, label, 1)
        if resource:
            for place in self.groups:
                if place.resource:
                    yield from self._listed(place.columns, label, 1)
        yield from self._exact(label or group, 3)
        yield from self._alike(label or group)

    def _exact(self, label: str, rank: int) -> Iterator[Guess]:
        for step, form in enumerate(forms(label)):
            if form in self._own:
                yield self._own[form]
            for guess in self._texts.get(form, ()):
                yield Guess(guess.key, guess.rank + rank + 20 * step, guess.weak)

    def _listed(self, table: Mapping[str, Guess], label: str, rank: int) -> Iterator[Guess]:
        for step, form in enumerate(forms(label)):
            if form in table:
                yield Guess(table[form].key, rank + 20 * step)

    def _alike(self, label: str) -> Iterator[Guess]:
        text = spaced(_BRACKETS.sub(" ", label))
        if len(text) < _LONG_ENOUGH or compact(label) in self._texts:
            return
        hits = process.extract(text, self._spaced.keys(), scorer=fuzz.ratio, limit=12,
                               score_cutoff=_ALIKE - _APART)  # fmt: skip
        if not hits or hits[0][1] < _ALIKE:
            return
        keys = {self._spaced[hit].key for hit, score, _ in hits if score > hits[0][1] - _APART}
        if len(keys) == 1:
            yield Guess(keys.pop(), 500)


@dataclass(frozen=True, slots=True)
class _Known:
    texts: dict[str, list[Guess]]
    spaced: dict[str, Guess]
    groups: list[Group]
    several: frozenset[str]


@cache
def _known() -> _Known:
    content = yaml_files.load(FILE)
    texts: dict[str, list[Guess]] = {}
    near: dict[str, Guess] = {}
    for section in ("dataset", "resource", "field", "theme", "catalog"):
        prefix = "" if section == "dataset" else f"{section}."
        for key, labels in content[section].items():
            for rank, label in enumerate(labels):
                guess = Guess(prefix + key, 100 + rank)
                texts.setdefault(compact(label), []).append(guess)
                near.setdefault(spaced(label), guess)
    for order, (key, labels) in enumerate(content["weak"].items()):
        for rank, label in enumerate(labels, start=_WEAK + 50 * order):
            texts.setdefault(compact(label), []).append(Guess(key, rank, weak=True))
    groups = [
        Group(
            labels=frozenset(map(compact, group["labels"])),
            columns={
                compact(label): Guess(key, 0)
                for key, labels in group["columns"].items()
                for label in labels
            },
            resource=group.get("resource", False),
        )
        for group in content["groups"]
    ]
    return _Known(texts, near, groups, frozenset(content["several"]))


def forms(label: str) -> list[str]:
    """A header text in the forms in which it may be known: whole, without what stands in
    brackets, what stands in brackets, and the parts of "Tên dữ liệu / Dataset name"."""
    label = clean(label).strip(" *:.-")
    bare = _BRACKETS.sub(" ", label).strip(" *:.-")
    texts = [label, _PREFIX.sub("", label), bare, *_BRACKETS.findall(label)]
    texts += re.split(r"[/|\n]", bare) if re.search(r"[/|\n]", bare) else []
    return list(dict.fromkeys(form for form in map(compact, texts) if form))


def spaced(text: str) -> str:
    """Lower case, no accents, single spaces between words."""
    return _NOT_WORD.sub(" ", fold(_CAMEL.sub(" ", text))).strip()


def compact(text: str) -> str:
    """As ``spaced``, without the spaces: accessURL, access_url and Access URL are one."""
    return _compact(text) if len(text) <= _LONGEST_LABEL else _compact.__wrapped__(text)


@lru_cache(maxsize=16384)
def _compact(text: str) -> str:
    return _NOT_WORD.sub("", fold(text)) or text.strip()
