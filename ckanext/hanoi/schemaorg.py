"""Datasets and the catalog as schema.org describes them, for search engines. Pure.

Texts carry their language, both where there are two. What schema.org has no property for is left
to DCAT-AP. https://schema.org/Dataset, https://schema.org/DataCatalog
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.hanoi.dataset import terms_of_use
from ckanext.hanoi.dataset.terms_of_use import TermsOfUse
from ckanext.hanoi.dates import parse
from ckanext.hanoi.vocabulary import Term, vocabulary

_CONTEXT = "https://schema.org/"


@dataclass(frozen=True, slots=True)
class Party:
    """An agency or the catalog's publisher; '' where something is not known."""

    url: str
    title: str
    title_en: str = ""
    code: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The catalog: its address without a slash at the end, its texts, where it is searched
    (``{search_term_string}`` in the place of the words)."""

    url: str
    title: str
    description: str = ""
    search: str = ""


def dataset(
    package: Mapping[str, Any], url: str, agency: Party | None, catalog: Catalog
) -> dict[str, Any]:
    """A package, as ``package_show`` gives it, at ``url``; its notes are plain text."""
    named = _texts(package.get("title") or package.get("name"), package.get("title_en"))
    start, end = _date(package.get("temporal_start")), _date(package.get("temporal_end"))
    terms = terms_of_use.of_dataset({**package, "resources": ()})
    is_open = package.get("access_level") in (None, "", "open")
    said = {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "@id": url,
        "url": url,
        "name": named,
        "description": _texts(package.get("notes"), package.get("notes_en")) or named,
        "identifier": package.get("identifier") or package.get("id"),
        "keywords": _keywords(package),
        "inLanguage": package.get("language") or None,
        "license": _license(terms),
        "isAccessibleForFree": None if terms.is_only_words else is_open or None,
        "creator": _party(agency),
        "publisher": _party(agency),
        "datePublished": _date(package.get("issued")),
        "dateModified": _date(package.get("modified")) or package.get("metadata_modified"),
        "temporalCoverage": f"{start or '..'}/{end or '..'}" if start or end else None,
        "spatialCoverage": [_place(code) for code in package.get("spatial_coverage") or ()],
        "version": package.get("version"),
        "sameAs": _address(package.get("url")),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": catalog.url, "url": catalog.url,
                                  "name": catalog.title},
        "distribution": [_download(one, package) for one in package.get("resources") or ()],
    }  # fmt: skip
    return _filled(said)


def site(catalog: Catalog, publisher: Party, languages: Iterable[str]) -> dict[str, Any]:
    """The catalog itself, and how it is searched."""
    described = _filled({
        "@type": "DataCatalog", "@id": catalog.url, "url": catalog.url, "name": catalog.title,
        "description": catalog.description, "inLanguage": list(languages),
        "publisher": _party(publisher), "isAccessibleForFree": True,
    })  # fmt: skip
    searched = {
        "@type": "WebSite", "@id": f"{catalog.url}/#site", "url": f"{catalog.url}/",
        "name": catalog.title,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": catalog.search},
            "query-input": "required name=search_term_string",
        },
    }  # fmt: skip
    return {"@context": _CONTEXT, "@graph": [described, searched]}


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value not in (None, "", [], {})}


def _date(value: Any) -> Any:
    """A date that exists: old datasets have others."""
    return value if value and parse(str(value)) is not None else None


def _texts(own: Any, english: Any) -> Any:
    """A text in its language; a list where there are two."""
    values = [
        {"@language": lang, "@value": str(text)}
        for lang, text in (("vi", own), ("en", english)) if text
    ]  # fmt: skip
    return values[0] if len(values) == 1 else values or None


def _labels(term: Term) -> Any:
    return _texts(term.vi, term.en)


def _party(party: Party | None) -> dict[str, Any] | None:
    return party and _filled({
        "@type": "GovernmentOrganization", "@id": party.url, "url": party.url,
        "name": _texts(party.title, party.title_en), "identifier": party.code,
        "sameAs": _address(party.website),
    })  # fmt: skip


def _keywords(package: Mapping[str, Any]) -> list[Any]:
    words = [_texts(tag.get("name"), None) for tag in package.get("tags") or ()]
    for code in package.get("theme") or ():
        term = vocabulary("theme").get(code)
        words += [{"@language": "vi", "@value": term.vi},
                  {"@language": "en", "@value": term.en}] if term else []  # fmt: skip
    return [word for word in words if word]


def _license(terms: TermsOfUse) -> Any:
    """The address of the licence; where it has none, its name. Beside it, or alone, what the source
    says of it in its own words."""
    term = terms.term
    found: list[Any] = [
        {"@type": "CreativeWork", "name": words} for words in (*terms.words, terms.rights) if words
    ]
    link = term.uri if term else _address(terms.link)
    if term or terms.name:
        code = {"identifier": term.code} if term else {}
        named = {"@type": "CreativeWork", "name": _labels(term) if term else terms.name, **code}
        found.insert(0, link or named)
    return found[0] if len(found) == 1 else found or None


def _place(code: str) -> dict[str, Any]:
    term = vocabulary("ward").get(code)
    name = _labels(term) if term else code
    return {"@type": "AdministrativeArea", "name": name, "identifier": code}


def _download(resource: Mapping[str, Any], package: Mapping[str, Any]) -> dict[str, Any]:
    size = str(resource.get("size") or "")
    return _filled({
        "@type": "DataDownload",
        "name": _texts(resource.get("name"), resource.get("name_en")),
        "description": _texts(resource.get("description"), None),
        "contentUrl": _address(resource.get("download_url")) or _address(resource.get("url")),
        "encodingFormat": resource.get("mimetype") or resource.get("format"),
        "contentSize": f"{size} B" if size.isdigit() else None,
        "dateModified": _date(resource.get("modified")),
        "license": _license(terms_of_use.of_resource(resource, {})),
    })  # fmt: skip


def _address(text: Any) -> str | None:
    return text if isinstance(text, str) and text.startswith(("http://", "https://")) else None
