"""The two styles of placing a tone mark: hoà and hòa are one word."""
from __future__ import annotations

import re

from ckanext.hanoi.vietnamese.letters import PARTS, TONED, nfc

_TONELESS_ONSET = "(?:[bcdđghklmnpqrstvx]|ch|gh|kh|ng|ngh|nh|ph|th|tr)?"


def _any_tone(letters: str) -> str:
    return "[" + "".join(TONED[letter, tone] for letter in letters for tone in range(6)) + "]"


_O, _U, _I = _any_tone("o"), _any_tone("u"), _any_tone("i")
_AFTER_Q, _AFTER_G = _any_tone("aăâeêioôơy"), _any_tone("aăâeêoôơuư")
_WORD = re.compile(
    rf"(?<![^\W_])(?:(?P<qu>q{_U})(?P<q>{_AFTER_Q})|(?P<gi>g{_I})(?P<g>{_AFTER_G})"
    rf"|(?P<onset>{_TONELESS_ONSET})(?P<glide>{_O}(?=[aàảãáạeèẻẽéẹ])|{_U}(?=[yỳỷỹýỵ]))(?P<nucleus>.))"
    r"(?P<rest>[a-zà-ỹ]{0,4})(?![^\W_])",
    re.IGNORECASE,
)


def canonical(text: str) -> str:
    """``nfc(text)`` with the tone marks placed in one style, to compare and index with accents.

    The style is that of most official texts: ``hòa, khỏe, thủy`` (not ``hoà, khoẻ, thuỷ``), but
    ``toán, loại, khuỷu`` where a letter follows, and ``quý, giá``, whose u and i belong to the
    consonant. Misplaced marks of old software (``tóan, qúy, gía``) come right too. Letters and
    case stay. A key, not a spelling to show: a foreign ``Noé`` becomes ``Nóe``. Idempotent.
    """
    text = nfc(text)
    return text if text.isascii() else _WORD.sub(_place, text)


def _place(match: re.Match[str]) -> str:
    if match["qu"] or match["gi"]:
        onset, glide = (match["qu"] or match["gi"])
        nucleus, open_ends_on_glide = match["q"] or match["g"], False
    else:
        onset, glide, nucleus = match["onset"], match["glide"], match["nucleus"]
        open_ends_on_glide = not match["rest"]
    (glide, one), (nucleus, two) = PARTS[glide], PARTS[nucleus]
    if bool(one) == bool(two):  # no tone, or a word that isn't Vietnamese
        return match[0]
    tone = one or two
    placed = (
        TONED[glide, tone] + nucleus if open_ends_on_glide else glide + TONED[nucleus, tone]
    )
    return onset + placed + match["rest"]
