"""Small pieces that every mapping to a draft dataset needs. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from ckanext.hanoi import dates
from ckanext.hanoi.parsing import xml
from ckanext.hanoi.parsing.addresses import Addresses, absolute, read
from ckanext.hanoi.vocabulary import vocabulary

__all__ = [
    "Extras", "Reader", "absolute", "cleaned", "copies", "earliest", "first", "identifier_url",
    "is_file", "language", "languages", "latest", "licences", "links", "page", "plain", "read",
    "unique",
]  # fmt: skip

_URL = re.compile(r"(?:https?|ftp)://[^\s<>\"'’”“|\\^`{}\]]+", re.I)
_TRAILING = ".,;:!?)’'\""
#: What holds for one file and not for the others that a source names beside it.
_OF_ONE_FILE = frozenset(
    "id size hash hash_algorithm extras download_url access_service".split()
)
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.|www\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.I)
_HANDLE = re.compile(r"(?:hdl|handle):\s*(\S+/\S+)", re.I)


#: Codes of ISO 19115 that say that there are conditions, not which: no licence is named by them.
RESTRICTION_CODES = frozenset({
    "copyright", "patent", "patentpending", "trademark", "license", "licence", "restricted",
    "intellectualpropertyrights", "otherrestrictions", "unrestricted", "private", "statutory",
    "confidential", "sensitivebutunclassified", "in-confidence", "licenceunrestricted",
    "licenceenduser", "licencedistributor", "none",
})  # fmt: skip


def licences(*candidates: str) -> list[str]:
    """The candidates for a licence, in order, without those that name none."""
    return [text for text in unique(candidates) if text.lower() not in RESTRICTION_CODES]


class Extras:
    """Texts by key: several of one key stand behind one another, none twice."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}
        self._separators: dict[str, str] = {}

    def add(self, key: str, *values: Any, separator: str = "; ") -> None:
        """Add values to the extra ``key``; those that say nothing are passed over."""
        for value in values:
            if text := "" if value is None else str(value).strip():
                self._found.setdefault(key, {})[text] = None
                self._separators.setdefault(key, separator)

    def pop(self, key: str) -> str:
        """Take the extra out; '' where there is none."""
        return self._joined(key, self._found.pop(key, {}))

    def texts(self) -> dict[str, str]:
        """``{key: text}``."""
        return {key: self._joined(key, values) for key, values in self._found.items()}

    def _joined(self, key: str, values: Iterable[str]) -> str:
        return self._separators.get(key, "").join(values)


def first(*values: Any) -> Any:
    """The first value that says something, or None."""
    return next((value for value in values if value not in (None, "", [], {})), None)


def earliest(texts: Iterable[str]) -> str:
    """The text that names the earliest date; the first of all where none names a date."""
    found = [text for text in texts if text]
    known = [(date.start, text) for text in found if (date := dates.parse(text))]
    return min(known)[1] if known else next(iter(found), "")


def latest(texts: Iterable[str]) -> str:
    """The text that names the latest date; the first of all where none names a date."""
    found = [text for text in texts if text]
    known = [(date.end, text) for text in found if (date := dates.parse(text))]
    return max(known)[1] if known else next(iter(found), "")


def unique(values: Iterable[str]) -> list[str]:
    """Without empty and repeated texts, in order."""
    return list(dict.fromkeys(v.strip() for v in values if v and v.strip()))


def language(code: str) -> str:
    """``vie``, ``vi_VN``, ``#VI``, ``Vietnamese`` or the EU address as ``vi``; an unknown code in
    lower case; '' for what is no code."""
    code = code.strip().lstrip("#")
    code = re.sub(r"^(?:locale|lang|language)[-_]", "", code, flags=re.I)
    if not code:
        return ""
    for candidate in (code, re.split(r"[-_;,/ ]", code)[0]):
        if term := vocabulary("language").find(candidate):
            return term.code
    found = _CODE.fullmatch(code)
    return re.split(r"[-_]", code)[0].lower() if found else ""


def languages(texts: Mapping[str, str]) -> dict[str, str] | str:
    """``{language: text}``, or the text alone where there is one language only."""
    kept = {key: value for key, value in texts.items() if value}
    if len(set(kept.values())) <= 1:
        return next(iter(kept.values()), "")
    return kept


def plain(value: Any) -> str:
    """One text of a text or ``{language: text}``: Vietnamese, else English, else the first."""
    if isinstance(value, Mapping):
        return str(first(value.get("vi"), value.get("en"), *value.values()) or "")
    return value if isinstance(value, str) else ""


def links(text: str) -> list[str]:
    """Addresses that stand in a text."""
    return unique(found.rstrip(_TRAILING) for found in _URL.findall(text))


def page(found: Addresses, extras: dict[str, str], key: str) -> str:
    """The first of the addresses; the others and the words beside them become an extra."""
    if other := "\n".join(filter(None, (*found.urls[1:], found.rest))):
        extras[key] = f"{extras[key]}\n{other}" if extras.get(key) else other
    return found.first


def copies(resource: Mapping[str, Any], urls: Iterable[str]) -> list[dict[str, Any]]:
    """The resource, and one like it for each of the ``urls`` that it does not have."""
    known = {resource.get("url"), resource.get("download_url")}
    common = {key: value for key, value in resource.items() if key not in _OF_ONE_FILE}
    return [dict(resource), *(
        {**common, "url": url, **({"download_url": url} if is_file(url) else {})}
        for url in unique(urls) if url not in known
    )]  # fmt: skip


def identifier_url(identifier: str) -> str:
    """The address of a DOI, a handle or an identifier that is an address; else ''."""
    text = identifier.strip()
    if found := _DOI.fullmatch(text):
        return f"https://doi.org/{found.group(1)}"
    if found := _HANDLE.fullmatch(text):
        return f"https://hdl.handle.net/{found.group(1)}"
    found = read(text)
    alone = len(found.urls) == 1 and not found.rest
    return found.first if alone and re.match(r"(?i)[a-z]+://|www\.", text) else ""


def is_file(url: str) -> bool:
    """Whether the address ends in the name of a file that isn't a web page."""
    try:
        name = urlsplit(url).path.rpartition("/")[2].lower()
    except ValueError:
        return False
    found = re.search(r"\.([a-z0-9]{2,8})$", name)
    return bool(found) and found.group(1) not in (
        "html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "do", "cgi",
    )  # fmt: skip


def cleaned(draft: dict[str, Any]) -> dict[str, Any]:
    """The draft without empty values."""
    return {key: value for key, value in draft.items() if value not in (None, "", [], {})}


class Reader:
    """Reads a document and remembers what was read, so that the rest can be kept as extras."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self._taken: set[etree._Element] = set()

    def take(self, *elements: etree._Element | None) -> None:
        """These elements and all within them have found their place."""
        self._taken.update(e for e in elements if e is not None)

    def text(self, element: etree._Element | None) -> str:
        """All text within the element, which is taken by this."""
        self.take(element)
        return xml.text(element)

    def texts(self, elements: Iterable[etree._Element]) -> list[str]:
        """The texts of the elements, without empty and repeated ones."""
        return unique(self.text(element) for element in elements)

    def rest(self) -> dict[str, str]:
        """What was not taken, as ``{section: "label: text" lines}``; a section is a child of the
        root (of the identification, for ISO records)."""
        found = Extras()
        self._collect(self.root, [], found)
        return found.texts()

    def _collect(self, element: etree._Element, route: list[str], found: Extras) -> None:
        for inner in xml.children(element):
            if inner in self._taken:
                continue
            name = xml.local(inner)
            here = [*route, name] if name[:1].islower() else route
            self._keep(inner, here, found)
            self._collect(inner, here, found)

    def _keep(self, element: etree._Element, route: list[str], found: Extras) -> None:
        value = "" if len(element) else xml.text(element)
        if not value:
            value = (
                first(*(xml.attribute(element, a) for a in ("codeListValue", "title", "href")))
                or ""
            )
        if not value or not route:
            return
        section, *label = route[1:] if route[0] == "identificationInfo" and route[1:] else route
        text = f"{'.'.join(label)}: {value}" if label else value
        found.add(section, text, separator="\n")
