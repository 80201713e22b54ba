"""Which encoding is it? The one in which the words are Vietnamese syllables."""
from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Literal

from ckanext.hanoi.vietnamese.charsets import (
    LOW_LETTERS,
    VIETNAMESE,
    WESTERN,
    Charset,
    as_bytes,
    is_vietnamese,
)
from ckanext.hanoi.vietnamese.frequency import usualness
from ckanext.hanoi.vietnamese.syllable import rhyme

#: How many different words decide, and how many are looked at to find them.
SAMPLE = 2000
_LOOKED_AT = 100_000
_HEAD = 65_536

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_NOT_LATIN = re.compile("[^\0-\u024f\u0300-\u036f\u1e00-\u1eff\u2000-\u22ff]")
# First bytes of UTF-16 units in Vietnamese: Latin, combining marks, Latin Additional, punctuation.
_HALVES = bytes((0x00, 0x01, 0x03, 0x1E, 0x20))

_LETTERS = f"0-9A-Za-z\x80-\xff{LOW_LETTERS}"
_FROM_HIGH = re.compile(f"[\x80-\xff{LOW_LETTERS}][{_LETTERS}]{{0,40}}")
_BEFORE_HIGH = re.compile(f"(?<![{_LETTERS}])[{_LETTERS}]*\\Z")
_LONGEST_HALF = 24
# Not abbreviations in capitals: those of Vietnamese aren't syllables either.
_PLAIN_WORD = re.compile(r"(?<![^\W_])[A-Za-z][a-z]+(?![^\W_])")

_IMPOSSIBLE = -1.0
_LEAST = 0.1  # more than letters alone can reach that are no words

# What may stand at the ends of a word of any language, and what only looks foreign inside one.
_QUOTES = "“”‘’‚„…–—•«»‹›°²³\u00a0"
_AROUND = _QUOTES + "·¹¼½¾±©®™§¶¿¡€£¥¢\u0085"
_ODD_INSIDE = re.compile(
    "[ªº](?=.)|.µ"
    # marks that VNI puts behind vowels, where Western languages have none
    "|[aeouyôö][øûåä]|[aeyôö]ù|[aouyôö]õ|[aeo]â|aê|a[àá]|[eo]à|[ôö][ïáàùøûõô]"
    # tones that windows-1258 puts behind vowels
    "|[aeyâêôõãý][òì]|[oâêôõ]ì",
    re.IGNORECASE,
)
# A word with Western letters counts so much as Western: in a file (all of it is in one encoding
# that isn't UTF-8), and in a string that somebody has decoded already.
_IN_FILE, _IN_STRING = 0.6, 1.2
#: How much better a string must read to be changed.
_MARGIN = 1.5


def decode(data: bytes) -> tuple[str, str]:
    """Text of bytes in an unknown encoding, and the encoding's name. Never fails.

    Names: ``utf-8`` (ASCII too), ``utf-16-le``, ``utf-16-be``, ``utf-32-le``, ``utf-32-be``,
    ``tcvn3``, ``vni``, ``viscii``, ``windows-1258``, ``windows-1252``.

    - A byte order mark decides, and is no part of the text.
    - UTF-16 without one is known by its zero bytes; valid UTF-8 is UTF-8, always; UTF-8 with some
      broken bytes (less than a tenth, or a cut end) too, with U+FFFD in their place.
    - Else one of the old Vietnamese encodings, if the words with accents, up to 2,000 different
      ones, read more like Vietnamese syllables in it than like Western words in windows-1252,
      which is the answer otherwise. Letters of the old encodings come composed (NFC), and
      capitals of TCVN3's fonts as capitals; Unicode comes as it is.

    A single word may well be read wrong; three are enough in nearly all cases. Takes linear time.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace"), name
    wide = _utf16(data)
    if wide:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        utf8 = _share_of_utf8(data, error)
    text = data.decode("latin-1")
    charset = None
    if utf8 != "most":
        charset = _best(_sample([text]), _IN_FILE + _foreign(text), margin=0)
    if utf8 and not charset:
        return data.decode("utf-8", "replace"), "utf-8"
    charset = charset or WESTERN
    return charset.convert(text), charset.name


def _utf16(data: bytes) -> str | None:
    head = data[:_HEAD]
    if len(head) < 4 or b"\0" not in head:
        return None
    for name, high, low in (("utf-16-le", head[1::2], head[::2]),
                            ("utf-16-be", head[::2], head[1::2])):  # fmt: skip
        known = len(high) - len(high.translate(None, _HALVES))
        if known >= 0.9 * len(high) and high.count(0) > 0.3 * len(high) and (
            low.count(0) <= 0.02 * len(low)
        ):
            return name
    return None


def _share_of_utf8(data: bytes, error: UnicodeDecodeError) -> Literal["", "some", "most"]:
    """How much of what follows the first broken byte, or goes before it, is UTF-8 nonetheless."""
    head = data[max(0, error.start - _HEAD) : error.start + _HEAD]
    whole = _UTF8_SEQUENCE.findall(head)
    cut = error.reason == "unexpected end of data" and len(data) - error.start < 4
    broken = len(_HIGH_BYTES.findall(head)) - sum(map(len, whole))
    if not cut and broken * 10 >= len(whole):
        return ""
    return "most" if len(whole) >= 10 else "some" if whole else ""


def repair(text: str) -> str:
    """Text that was read in a wrong encoding, put right: ``Hµ Néi``, ``Haø Noäi`` is Hà Nội.

    That is text in one of the old Vietnamese encodings (or in UTF-8) which somebody took for
    windows-1252, as in cells of old workbooks. Conservative: where it could be right as it is, it
    stays; a single word mostly does. Strings from one place are better judged together
    (``repair_all``). Before ``nfc``, never after it.
    """
    return repair_all([text])[0]


def repair_all(texts: Iterable[str]) -> list[str]:
    """``repair`` of strings from one place, such as a sheet: each one is evidence for the others.

    Strings with Vietnamese letters of Unicode are right, and evidence of nothing.
    """
    texts = list(texts)
    raw = {text: as_bytes(text) for text in texts if _may_be_misread(text)}
    fixed = {text: again for text, read in raw.items() if (again := _double_utf8(read))}
    rest = {text: read for text, read in raw.items() if text not in fixed}
    common = _best(_sample(rest.values()), _IN_STRING, margin=_MARGIN)
    for text, read in rest.items():
        words = _sample([read])
        if common and _wins(common, words, _IN_FILE):
            fixed[text] = common.convert(read)
        elif charset := _best(words, _IN_STRING, margin=_MARGIN):
            fixed[text] = charset.convert(read)
    return [fixed.get(text, text) for text in texts]


def _may_be_misread(text: str) -> bool:
    return not text.isascii() and not is_vietnamese(text)


def _double_utf8(read: str) -> str | None:
    try:
        text = read.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
    return None if _NOT_LATIN.search(text) else text


def _sample(texts: Iterable[str]) -> list[str]:
    """Different words with characters beyond ASCII, without those with digits."""
    found: dict[str, None] = {}
    for word in islice(_words(texts), _LOOKED_AT):
        if len(found) == SAMPLE:
            break
        if not any(char.isdecimal() for char in word):
            found[word] = None
    return list(found)


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        for match in _FROM_HIGH.finditer(text):
            start = match.start()
            before = _BEFORE_HIGH.search(text[max(0, start - _LONGEST_HALF) : start])
            yield (before[0] if before else "") + match[0]


def _best(words: Sequence[str], western: float, margin: float) -> Charset | None:
    """The Vietnamese encoding that beats windows-1252 by more than ``margin``, if one does."""
    best, best_score = None, max(_LEAST, _western_score(words, western) + margin)
    for charset in VIETNAMESE:
        score = _score(words, charset)
        if score > best_score:
            best, best_score = charset, score
    return best


def _foreign(text: str) -> float:
    """Share of the words without accents, at the beginning, that can't be Vietnamese."""
    words = _PLAIN_WORD.findall(text[:_HEAD])
    return sum(not rhyme(word) for word in words) / len(words) if words else 0.0


def _wins(charset: Charset, words: Sequence[str], western: float) -> bool:
    return _score(words, charset) > max(0.0, _western_score(words, western))


def _score(words: Sequence[str], charset: Charset) -> float:
    return sum(_vietnamese_score(word, charset) for word in words)


@lru_cache(maxsize=32_768)
def _vietnamese_score(word: str, charset: Charset) -> float:
    read = charset.strict(word).strip(_AROUND)
    if read.isascii():
        return 0.0
    if not (charset.small_capitals or _has_usual_case(read)):
        return _IMPOSSIBLE
    return usualness(read) or _IMPOSSIBLE


def _western_score(words: Sequence[str], western: float) -> float:
    counts = [_can_be_western(word) for word in words]
    return western * counts.count(True) + _IMPOSSIBLE * counts.count(False)


@lru_cache(maxsize=32_768)
def _can_be_western(word: str) -> bool | None:
    """None where it says nothing."""
    read = WESTERN.convert(word)
    core = read.strip(_AROUND)
    if core.isascii():
        return True if read.strip(_QUOTES).isascii() else None
    return core.isalpha() and _has_usual_case(core) and not _ODD_INSIDE.search(core)


def _has_usual_case(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle() or not word.isalpha()
