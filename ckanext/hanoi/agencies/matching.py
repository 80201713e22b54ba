"""Finds the agency that a name, as people write it, means. Knows no CKAN.

Written abbreviated, without accents, with typing errors, with "Thành phố Hà Nội" around it, by its
present or its former name, in Vietnamese or English, or as a code: an agency is named only when the
confidence reaches ``THRESHOLD``; otherwise the candidates are put to a person.

What keeps it from guessing wrong:

- the word that says what an agency is (Sở, UBND phường, UBND quận, ...) must be there: Bộ Tài chính
  is one letter away from Sở Tài chính, phường Hoàn Kiếm is not quận Hoàn Kiếm;
- nothing may be left over: Sở Y tế TP.HCM is Sở Y tế and something else;
- a place name with an error is taken only if it is no possible name (``tnam``), since the wards
  and communes of before July 2025 have names one letter away from those of today.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from ckanext.hanoi.agencies import names
from ckanext.hanoi.agencies.names import Local, Words

if TYPE_CHECKING:
    from ckanext.hanoi.agencies.registry import Agency, Registry

#: The confidence from which an agency is named and not only proposed.
THRESHOLD = 0.85
#: Two agencies closer together than this are not told apart.
MARGIN = 0.04
MAX_LENGTH = 300
MAX_CANDIDATES = 5
CACHE_SIZE = 16384

_LOCAL_KINDS = frozenset({"ward", "commune", "urban_district", "rural_district", "town"})
_CODE_IN_TEXT = re.compile(
    r"(?<![\w.])(?:(?:\d{2,3}\.)+[a-z]\d{2}|[a-z]\d{2}(?:\.\d{1,3}){0,3})(?![\w.])", re.IGNORECASE)
_AREA_CODE = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency at work today that may be meant, and how likely (0 to 1)."""

    slug: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Match:
    """What a name means.

    ``slug`` is None where a person has to say; ``candidates`` has proposals, the best first.
    ``via`` is the abolished agency that the text names, when it does; it is set with ``slug`` None
    and a high ``confidence`` when that agency has no single successor.
    """

    slug: str | None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    via: str | None = None


@dataclass(frozen=True, slots=True)
class _Form:
    """One way of writing one agency's name; ``full`` is compact with its "và" and "các"."""

    agency: Agency
    words: Words
    compact: str
    full: str
    needs_city: bool
    pattern: re.Pattern[str] | None


class Matcher:
    """Matches names against one registry; safe to share between threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._offices: list[_Form] = []
        self._places: dict[str, list[tuple[Agency, Words]]] = {}
        self._labels: list[str] = []
        self._label_agencies: list[Agency] = []
        for agency in registry.agencies.values():
            self._add(agency)
        self._cached = lru_cache(maxsize=CACHE_SIZE)(self._match)

    def match(self, text: str, on_date: date | None = None) -> Match:
        """Which agency ``text`` means on that day (today when None is given).

        An agency abolished by then gives way to its single successor, or to candidates.
        """
        return self._cached(str(text)[:MAX_LENGTH], on_date or date.today())

    # -- preparing -------------------------------------------------------------------------------

    def _add(self, agency: Agency) -> None:
        for name in (agency.vi, agency.en, *agency.aliases, *agency.former_slugs):
            if not name:
                continue
            spelled = names.words(name)
            self._labels.append(" ".join(names.folded(spelled)))
            self._label_agencies.append(agency)
            place = names.local(spelled) if agency.kind in _LOCAL_KINDS else None
            if place:
                same = self._places.setdefault(names.compact(place.place), [])
                if all(known is not agency for known, _ in same):
                    same.append((agency, place.place))
            elif agency.kind not in _LOCAL_KINDS:
                self._offices += _forms(agency, name, abbreviated=name != agency.en)

    # -- matching --------------------------------------------------------------------------------

    def _match(self, text: str, on_date: date) -> Match:
        coded, text = self._by_code(text)
        if coded:
            return self._answer({coded.slug: 1.0}, (), on_date)
        words = names.words(text)
        if not words or len(words) > names.MAX_WORDS:
            return Match(None)
        found: dict[str, float] = {}
        both = zip(names.readings(words), names.readings(names.words(text, fillers=True)),
                   strict=False)
        for (reading, of_city), (full, _) in both:
            for agency, confidence in self._read(reading, full, of_city):
                if confidence > found.get(agency.slug, 0.0):
                    found[agency.slug] = confidence
        return self._answer(found, words, on_date)

    def _by_code(self, text: str) -> tuple[Agency | None, str]:
        """The agency whose code the text is or has in it, else the text without codes."""
        if _AREA_CODE.fullmatch(text.strip()):
            return self._registry.by_area(text), text
        for code in _CODE_IN_TEXT.findall(text):
            agency = self._registry.by_code(code)
            if agency and text.strip() == code:
                return agency, text
        return None, _CODE_IN_TEXT.sub(" ", text)

    def _read(self, words: Words, full: Words,
              of_city: bool) -> Iterator[tuple[Agency, float]]:
        yield from self._office(words, full, of_city)
        place = names.local(words)
        if place:
            yield from self._place(place)
        else:
            yield from ((agency, 0.75) for agency, _ in self._places.get(names.compact(words), ()))
        if not place or not place.kind:
            yield from self._joined(names.compact(words))

    def _joined(self, compact: str) -> Iterator[tuple[Agency, float]]:
        """People's committees with spaces lost (UBNDphường Láng) or an error before the place."""
        for place, same in self._places.items():
            said = names.head(compact[:-len(place)]) if compact.endswith(place) else None
            if said:
                yield from ((agency, 0.97 - 0.07 * said[1]) for agency, _ in same
                            if agency.kind == said[0])

    def _office(self, words: Words, full: Words, of_city: bool) -> Iterator[tuple[Agency, float]]:
        """The city's own agencies: by full name, abbreviation, or a name with typing errors."""
        compact, full_compact = names.compact(words), names.compact(full)
        for form in self._offices:
            confidence = 0.0
            if compact == form.compact:
                confidence = _accents(words, form.words)
            elif full_compact == form.full:
                confidence = 0.97
            elif form.pattern and form.pattern.fullmatch(compact):
                confidence = 0.95
            else:
                slips = _slips(words, full_compact, form)
                if slips:
                    confidence = 1.0 - 0.05 * slips
            if form.needs_city and not of_city:
                confidence *= 0.8
            if confidence:
                yield form.agency, confidence

    def _place(self, place: Local) -> Iterator[tuple[Agency, float]]:
        """People's committees of places with this name, or with one that is a letter away."""
        compact = names.compact(place.place)
        near: list[tuple[Agency, Words, int]] = []
        for name, same in self._places.items():
            distance = OSA.distance(compact, name, score_cutoff=2)
            if distance <= 2:
                near += [(agency, spelled, distance) for agency, spelled in same
                         if place.may_be(agency.kind)]
        if not near:
            yield from ((agency, 0.7) for agency, _ in self._places.get(compact, ()))
            return
        best = min(distance for _, _, distance in near)
        rivals = sum(distance <= 1 for _, _, distance in near) - 1
        alone = sum(distance == best for _, _, distance in near) == 1
        for agency, spelled, distance in near:
            confidence = _place_confidence(place, spelled, distance)
            # a slip, of accents or letters, may have made one place's name of another's
            if distance > best or not alone or (rivals and confidence < 0.95):
                confidence = min(confidence, 0.7)
            yield agency, confidence

    # -- answering -------------------------------------------------------------------------------

    def _answer(self, found: dict[str, float], words: Words, on_date: date) -> Match:
        ranked = sorted(found.items(), key=lambda item: -item[1])
        slug, confidence = ranked[0] if ranked else (None, 0.0)
        tied = len(ranked) > 1 and confidence - ranked[1][1] < MARGIN
        if slug is None or confidence < THRESHOLD or tied:
            confidence = min(confidence, THRESHOLD - 0.05) if tied else confidence
            return Match(None, _rounded(confidence), self._candidates(found, words))
        agency = self._registry.agencies[slug]
        if agency.exists(on_date):
            return Match(slug, _rounded(confidence), self._candidates({slug: confidence}, ()))
        heirs = self._registry.heirs(slug)
        if len(heirs) == 1:
            heir = heirs[0].slug
            return Match(heir, _rounded(confidence), self._candidates({heir: confidence}, ()), slug)
        likely = {heir.slug: 0.8 for heir in heirs} or self._namesakes(agency)
        return Match(None, _rounded(confidence), self._candidates(likely, words), slug)

    def _namesakes(self, agency: Agency) -> dict[str, float]:
        """The wards and communes that have an abolished district's name today: proposals only."""
        same = next((same for same in self._places.values()
                     if any(one is agency for one, _ in same)), [])
        return {one.slug: 0.75 for one, _ in same}

    def _candidates(self, found: dict[str, float], words: Words) -> tuple[Candidate, ...]:
        """Agencies at work today: those found, then those whose names look like it."""
        likely: dict[str, float] = {}
        text = " ".join(names.folded(words))
        similar = process.extract(text, self._labels, scorer=fuzz.ratio,
                                  limit=2 * MAX_CANDIDATES, score_cutoff=65) if text else []
        look_alikes = [(self._label_agencies[index].slug, score / 100 * 0.8)
                       for _, score, index in similar]
        for slug, confidence in [*found.items(), *look_alikes]:
            for heir in self._registry.heirs(slug):
                if confidence > likely.get(heir.slug, 0.0):
                    likely[heir.slug] = confidence
        ranked = sorted(likely.items(), key=lambda item: -item[1])[:MAX_CANDIDATES]
        return tuple(Candidate(slug, _rounded(confidence)) for slug, confidence in ranked)


def _rounded(confidence: float) -> float:
    return round(confidence, 2)


def _forms(agency: Agency, name: str, abbreviated: bool) -> Iterator[_Form]:
    """A name as it stands, and, where it ends in "thành phố", without."""
    both = zip(names.readings(names.words(name)), names.readings(names.words(name, fillers=True)),
               strict=False)
    for (reading, of_city), (full, _) in both:
        yield _Form(agency, reading, names.compact(reading), names.compact(full), of_city,
                    _pattern(reading) if abbreviated else None)


def _pattern(words: Words) -> re.Pattern[str] | None:
    """All abbreviations of a name at once: each word whole or as its first letter.

    So GTVT, KHĐT, NN và PTNT, TN và Môi trường are known without a list. A single word, and a
    name of two words that isn't a Sở, would be too little to go by.
    """
    if len(words) < 2 or (len(words) == 2 and words[0].folded != "so"):
        return None
    parts = []
    for word in words:
        first, rest = word.folded[0], word.folded[1:]
        parts.append(f"{first}(?:{rest})?" if rest and word.folded != "ubnd" else word.folded)
    return re.compile("".join(parts))


def _accents(words: Words, name: Words) -> float:
    """How well the accents of two names with the same letters agree."""
    if len(words) != len(name):
        return 0.97
    pairs = list(zip(words, name, strict=True))
    if all(word.spelled == other.spelled for word, other in pairs):
        return 1.0
    if all(word.bare or word.spelled == other.spelled for word, other in pairs):
        return 0.98
    return 0.92


def _slips(words: Words, full: str, form: _Form) -> int:
    """The number of typing errors (1 or 2) that make the office's name of this; 0 if it isn't.

    The first word must be right, or be no word at all; short names allow no error, and a whole word
    more or less is none: a province's initials behind Sở Giao thông vận tải are no slip.
    """
    first, name_first = words[0].folded, form.words[0].folded
    if len(form.words) < 2:
        return 0
    rest = len(form.compact) - len(name_first)
    allowed = 0 if rest < 5 else 1 if rest < 12 else 2
    if len(words) != len(form.words) or first != name_first or form.agency.kind == "city":
        allowed = min(allowed, 1)
    if first != name_first and (names.is_syllable(first) or OSA.distance(first, name_first) > 1):
        return 0
    if form.agency.kind == "city" and all(names.is_syllable(word.folded) for word in words[1:]):
        return 0
    compact = names.compact(words)
    distance = min(OSA.distance(compact, form.compact, score_cutoff=allowed),
                   OSA.distance(full, form.full, score_cutoff=allowed))
    return distance if distance <= allowed else 0


def _place_confidence(place: Local, name: Words, distance: int) -> float:
    if distance == 0:
        confidence = _accents(place.place, name)
    elif distance == 1 and len(names.compact(name)) >= 5 and not all(
            names.is_syllable(word.folded) for word in place.place):
        confidence = 0.9
    else:
        confidence = 0.7
    confidence -= 0.03 * place.slips
    if place.outer:
        # a ward within a district is one of before July 2025, whatever has its name today
        confidence = min(confidence, 0.8)
    if place.kind is None:
        confidence = min(confidence, 0.9)
    return confidence
