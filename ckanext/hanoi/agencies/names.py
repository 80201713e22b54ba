"""Reads a name of an agency apart, as people write it: its words, what says "of Hà Nội", what says
which kind of people's committee. Knows neither the list of agencies nor CKAN.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from ckanext.hanoi.vietnamese import canonical, fold, nfc

#: Longer texts are no names.
MAX_WORDS = 24

_APOSTROPHE = re.compile("['\u2019\u02bc`]")
_WORD = re.compile(r"[^\W_]+")

# Words that people leave out or put in.
_FILLERS = frozenset({"va", "cac", "and", "of"})
_FORMER = "cũ"  # as in "Sở GTVT (cũ)"
_OF_THE = re.compile(r"\bof the\b")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: ``folded`` without accents, ``spelled`` with them, in one style of setting tones."""

    folded: str
    spelled: str

    @property
    def bare(self) -> bool:
        """Whether it was written without any accent."""
        return self.folded == self.spelled


Words = tuple[Word, ...]


def words(text: str, fillers: bool = False) -> Words:
    """The words of a name, lower case, "Ủy ban nhân dân" as UBND; "và", "các" only on request."""
    lowered = _OF_THE.sub("of", _APOSTROPHE.sub("", nfc(text)).lower())
    found = [Word(fold(word), canonical(word)) for word in _WORD.findall(lowered)]
    if not fillers:
        found = [word for word in found if word.folded not in _FILLERS]
    if len(found) > MAX_WORDS:
        return tuple(found)
    short: list[Word] = []
    while found:
        count = _committee_at_start(tuple(found))
        short.append(_UBND if count else found[0])
        del found[:count or 1]
    if len(short) > 2 and short[-1].spelled == _FORMER:
        short.pop()
    return tuple(short)


def _committee_at_start(name: Words) -> int:
    """How many words say "Ủy ban nhân dân", spelled out or in part, with up to two slips."""
    exact = _starts(name, _COMMITTEE_PHRASES)
    if exact:
        return exact
    for count in (4, 3, 5):
        if len(name) >= count and OSA.distance(
                compact(name[:count]), "uybannhandan", score_cutoff=2) <= 2:
            return count
    return 0


def folded(name: Words) -> tuple[str, ...]:
    """The words without accents."""
    return tuple(word.folded for word in name)


def compact(name: Words) -> str:
    """The words without accents and spaces: missing or surplus spaces make no difference."""
    return "".join(word.folded for word in name)


def _phrases(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(text.split()) for text in texts), key=len, reverse=True))


_CITY = _phrases("thanh pho ha noi", "thanh pho hanoi", "thanh pho hn", "tp ha noi", "tp hanoi",
                 "tp hn", "t p ha noi", "tphn", "ha noi", "hanoi", "hn", "hanoi city",
                 "ha noi city", "city hanoi", "city ha noi")
_CITY_AT_END = _phrases("thanh pho", "tp", "t p", "city", *(" ".join(p) for p in _CITY))
_LINKS = frozenset({"cua", "thuoc"})
_UBND = Word("ubnd", "ubnd")
_COMMITTEE_PHRASES = _phrases("uy ban nhan dan", "uy ban nd", "ub nhan dan", "ub nd", "u b n d")
_COMMITTEE = _phrases("ubnd", "uy ban", "ub")
_COUNCIL_AND = _phrases("hdnd", "hoi dong nhan dan")
_HEADS = {"ubndphuong": "ward", "ubndxa": "commune", "ubndquan": "urban_district",
          "ubndhuyen": "rural_district", "ubndthixa": "town"}
_KINDS = {
    "ward": _phrases("phuong", "p"),
    "commune": _phrases("xa", "x"),
    "urban_district": _phrases("quan", "q"),
    "rural_district": _phrases("huyen", "h"),
    "town": _phrases("thi xa", "tx", "t x"),
    "township": _phrases("thi tran", "tt", "t t"),
}
_ENGLISH_COMMITTEE = _phrases("peoples committee", "people s committee", "people committee")
_ENGLISH_KINDS = {"ward": "ward", "commune": "commune", "district": "district"}
_OUTER = _phrases("quan", "huyen", "thi xa", "tx", "q", "h")


def _starts(name: Words, phrases: tuple[tuple[str, ...], ...]) -> int:
    """How many words the first of ``phrases`` that ``name`` starts with has; 0 when none."""
    plain = folded(name)
    return next((len(p) for p in phrases if plain[:len(p)] == p), 0)


def _ends(name: Words, phrases: tuple[tuple[str, ...], ...]) -> int:
    plain = folded(name)
    return next((len(p) for p in phrases if plain[-len(p):] == p), 0)


def readings(name: Words) -> Iterator[tuple[Words, bool]]:
    """The name as it stands, and without "Thành phố Hà Nội" before or behind it.

    Each with whether such words were taken off, that is, whether the name says itself to be the
    city's. What would leave nothing is not taken off.
    """
    yield name, False
    tail = _without_city_behind(name)
    if tail:
        yield tail, True
    for start in (name, tail):
        head = _without_city_before(start) if start else None
        if head:
            yield head, True


def _without_city_behind(name: Words) -> Words | None:
    if len(name) > 2 and folded(name)[-2:] == ("viet", "nam"):
        name = name[:-2]
    cut = _ends(name, _CITY_AT_END)
    rest = name[:-cut] if cut else ()
    if rest and rest[-1].folded in _LINKS:
        rest = rest[:-1]
    return rest or None


def _without_city_before(name: Words) -> Words | None:
    committee = _starts(name, _COMMITTEE)
    cut = _starts(name[committee:], _CITY)
    return (name[committee + cut:] or None) if cut else None


@dataclass(frozen=True, slots=True)
class Local:
    """A name read as that of a people's committee of the ``place``, of which ``kind`` if it says.

    ``outer`` says that a district follows, as addresses had it until June 2025; ``slips`` counts
    typing errors in the words before the place.
    """

    place: Words
    kind: str | None
    outer: bool = False
    slips: int = 0

    def may_be(self, kind: str) -> bool:
        """Whether it can mean an agency of this kind; "district" of English is of two kinds."""
        return self.kind in (None, kind) or (self.kind == "district" and kind.endswith("_district"))


def local(name: Words) -> Local | None:
    """Read ``UBND phường Cửa Nam``, ``P. Cửa Nam``, ``People's Committee of Cua Nam Ward``.

    None where no word says that a people's committee or a place is meant.
    """
    if len(name) > MAX_WORDS:
        return None
    english = _english(name)
    if english:
        return english
    council = _starts(name, _COUNCIL_AND)
    if council and _starts(name[council:], _COMMITTEE):
        name = name[council:]
    cut, slips = _committee(name)
    rest = name[cut:]
    kind, more, kind_slips = _kind(rest)
    if not cut and not kind:
        return None
    place, outer = _without_outer(rest[more:])
    if not place:
        return None
    return Local(place, kind, outer, slips + kind_slips)


def _committee(name: Words) -> tuple[int, int]:
    """How many words mean the people's committee, and how many typing errors they have."""
    exact = _starts(name, _COMMITTEE)
    if not exact and len(name) > 2 and 3 <= len(name[0].folded) <= 5 and _kind(name[1:])[0]:
        slips = OSA.distance(name[0].folded, "ubnd", score_cutoff=1)
        return (1, 1) if slips == 1 else (0, 0)
    return exact, 0


def _kind(name: Words) -> tuple[str | None, int, int]:
    """The kind of place, by how many words it is said, with how many typing errors."""
    for kind, phrases in _KINDS.items():
        cut = _starts(name, phrases)
        if cut:
            return kind, cut, 0
    first = name[0].folded if name else ""
    if len(first) >= 5 and not is_syllable(first):
        for kind, word in (("ward", "phuong"), ("rural_district", "huyen")):
            if OSA.distance(first, word, score_cutoff=1) == 1:
                return kind, 1, 1
    return None, 0, 0


def _without_outer(place: Words) -> tuple[Words, bool]:
    for index in range(1, len(place) - 1):
        if _starts(place[index:], _OUTER):
            return place[:index], True
    return place, False


def _english(name: Words) -> Local | None:
    before = _starts(name, _ENGLISH_COMMITTEE)
    behind = 0 if before else _ends(name, _ENGLISH_COMMITTEE)
    if not before and not behind:
        return None
    rest = name[before:len(name) - behind]
    kind = _ENGLISH_KINDS.get(rest[-1].folded) if len(rest) > 1 else None
    place = rest[:-1] if kind else rest
    return Local(place, kind) if place else None


def head(text: str) -> tuple[str, int] | None:
    """The kind of committee that ``ubndphuong``, without spaces, says, and its errors (0 or 1).

    One error at most: HĐND phường, the people's council, is two away.
    """
    near = sorted((OSA.distance(text, known, score_cutoff=1), kind)
                  for known, kind in _HEADS.items())
    distance, kind = near[0]
    return (kind, distance) if distance <= 1 < near[1][0] else None


# Onsets and rhymes of Vietnamese syllables, without accents.
_SYLLABLE = re.compile(
    r"(?:(?:ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdghklmnrstvx])(?:ie(?:c|m|n|ng|p|t|u))|"
    r"(?:ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdghklmnrstvx])?"
    r"(?:a(?:c|ch|i|m|n|ng|nh|o|p|t|u|y)?|e(?:c|ch|m|n|ng|nh|o|p|t|u)?|"
    r"ye(?:m|n|ng|t|u)|i(?:a|ch|m|n|nh|p|t|u)?|"
    r"oa(?:c|ch|i|m|n|ng|nh|o|p|t|y)?|oe(?:n|o|t)?|o(?:c|i|m|n|ng|p|t|oc|ong)?|"
    r"ua(?:c|n|ng|t|y)?|ue(?:ch|nh)?|uo(?:c|i|m|n|ng|p|t|u)?|uye(?:n|t)|"
    r"uy(?:a|ch|nh|t|u)?|u(?:c|i|m|n|ng|p|t|u)?|y))"
)


def is_syllable(word: str) -> bool:
    """Whether a word without accents can be a Vietnamese syllable: ``tan`` can, ``tnam`` cannot.

    (``ckanext.hanoi.vietnamese.is_syllable`` asks this of a word with its accents.)
    A name with a typing error in it usually has a word that cannot; one in which every word can is
    more likely another place's name.
    """
    return bool(_SYLLABLE.fullmatch(word))
