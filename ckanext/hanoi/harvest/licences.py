"""The licence that a longer text names. Knows no CKAN."""

from __future__ import annotations

import re

from ckanext.hanoi.harvest.clean import plain_text
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
