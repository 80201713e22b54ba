"""What is said of the use of a dataset or file: a known licence, and what the source says in its
own words. Knows no CKAN.

A harvest keeps words that name no licence of the vocabulary (or more than that) as
``license_text``. Where there are such words, nothing else may promise more than they do.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.hanoi.vocabulary import Term, vocabulary

#: The extra or field with the source's own words.
WORDS = "license_text"
#: What a source says of a licence that is none of ours, where it has no more to say.
_NAMED = ("license_title", "license_url")
_NONE = frozenset({"", "notspecified"})


@dataclass(frozen=True)
class TermsOfUse:
    """``term``: of the vocabulary. ``name`` and ``link``: of a licence that only this CKAN's
    register has. ``words``: the source's own. ``summary``: what the licence allows, by language;
    empty where other words stand beside it."""

    term: Term | None = None
    name: str = ""
    link: str = ""
    words: tuple[str, ...] = ()
    rights: str = ""

    @property
    def summary(self) -> Mapping[str, str]:
        if self.term is None or self.words or self.rights:
            return {}
        return self.term.extra.get("terms") or {}

    @property
    def is_stated(self) -> bool:
        return bool(self.term or self.name or self.words or self.rights)

    @property
    def is_only_words(self) -> bool:
        """Whether nobody knows what the source's words allow."""
        return bool(self.words or self.rights) and not (self.term or self.name)


def of_dataset(package: Mapping[str, Any]) -> TermsOfUse:
    """The terms of a dataset as ``package_show`` gives it: its own; the words of its files, which
    hold for it too as long as it says nothing else."""
    extras = {extra.get("key"): extra.get("value") for extra in package.get("extras") or ()}
    of_files = [file.get(WORDS) for file in package.get("resources") or ()]
    found = _terms(package, _each([package.get(WORDS), extras.get(WORDS), *of_files]))
    if found.is_stated:
        return found
    return _terms(package, _each(extras.get(key) for key in _NAMED))


def of_resource(resource: Mapping[str, Any], package: Mapping[str, Any]) -> TermsOfUse:
    """The terms of a file: its own where it says anything of a licence, else the dataset's."""
    own = _terms(resource, _each([resource.get(WORDS)]))
    if own.term or own.name or own.words:
        return own
    plain = of_dataset({**package, "resources": ()})
    return TermsOfUse(plain.term, plain.name, plain.link, plain.words, own.rights or plain.rights)


def _terms(holder: Mapping[str, Any], words: tuple[str, ...]) -> TermsOfUse:
    code = str(holder.get("license_id") or "")
    term = None if code in _NONE else vocabulary("license").get(code)
    unknown = code not in _NONE and term is None
    return TermsOfUse(
        term,
        str(holder.get("license_title") or code) if unknown else "",
        str(holder.get("license_url") or "") if unknown else "",
        words,
        str(holder.get("rights") or ""),
    )


def _each(words: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for word in words if (text := str(word or "").strip())))
