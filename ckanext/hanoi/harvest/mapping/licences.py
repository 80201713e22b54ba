"""Which licence a source means by what it says. Knows no CKAN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ckanext.hanoi.parsing.sanitize import clean_html, plain_text
from ckanext.hanoi.vietnamese import fold
from ckanext.hanoi.vocabulary import Term, vocabulary

_URL = re.compile(r"https?://[^\s<>\"'’”)\]]+", re.I)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{2,80})[)\]]")
_LABEL = re.compile(
    r"^(?:licen[cs]ed? under(?: the)?|licen[cs]e|giấy phép(?: sử dụng)?|cấp phép theo|"
    r"theo giấy phép)\s*:?\s+",
    re.I,
)
#: What says that there is no licence known, or only of what kind it is.
_NONE = ("notspecified", "other-")
_LONGEST = 20_000


def choose(texts: Iterable[str], own: Mapping[str, str]) -> tuple[Term | None, list[str]]:
    """The first licence that is known of those named in ``texts`` (the best first), and the texts
    that say it in other words, or name none. ``own``: folded text -> code, as configured."""
    known: Term | None = None
    words = []
    for text in texts:
        wanted = str(own.get(fold(text), text))
        term = vocabulary("license").find(wanted)
        known = known or term or licence_in(wanted)
        if term is None:
            words.append(clean_html(text))
    return known, words


def licence_in(text: str) -> Term | None:
    """The one known licence that ``text`` (plain or HTML) names: by its address anywhere in it, or
    by its name in brackets or behind "Licence:". None for no licence and for several."""
    if len(text) > _LONGEST:
        return None
    words = plain_text(text)
    without = " ".join(_BRACKETS.sub(" ", words).split())
    parts = [url.rstrip(".,;:") for url in _URL.findall(text)]
    parts += [*_BRACKETS.findall(words), without, _LABEL.sub("", words), _LABEL.sub("", without)]
    found = {term.code: term for part in parts if (term := vocabulary("license").find(part))}
    found = {code: term for code, term in found.items() if not code.startswith(_NONE)}
    return next(iter(found.values())) if len(found) == 1 else None
