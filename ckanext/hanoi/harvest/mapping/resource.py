"""A file of a connector's draft becomes a resource of the schema. Pure: no CKAN, no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.hanoi.dataset.formats import file_name, media_type_of, term_of_format
from ckanext.hanoi.harvest.mapping import constraints
from ckanext.hanoi.harvest.mapping.source_values import (
    iso_of,
    languages_of,
    mapping_of,
    printable,
    text_of,
    texts_of,
    written,
)
from ckanext.hanoi.harvest.standards.source_dataset import copies
from ckanext.hanoi.parsing import addresses
from ckanext.hanoi.parsing.sanitize import clean_html, is_html, plain_text
from ckanext.hanoi.vocabulary import vocabulary

_TEXTS = (
    "name_en encoding size hash hash_algorithm rights access_service download_url data_dictionary"
).split()
_PROSE = ("rights", "data_dictionary")
#: Keys by which CKAN keeps a resource, and by which it tells an upload from a link.
_RESERVED = frozenset(
    "id package_id position state created last_modified metadata_modified cache_url "
    "cache_last_updated mimetype_inner url_type resource_type tracking_summary upload clear_upload "
    "datastore_active datastore_contains_all_records_of_source_file on_same_domain ckan_url "
    "revision_timestamp".split()
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that found no place in the vocabularies: shown by the preview, kept as an extra."""

    field: str
    value: str


def taken_apart(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The resource with its addresses fit to be opened; one for each where a connector left
    several in a value. Words beside them are kept as ``url_text``."""
    resource, further, rest = dict(draft), [], []
    for name in ("url", "download_url"):
        text = text_of(draft.get(name))
        found = addresses.read(text)
        if not text or (found.first == text and not found.rest):
            continue
        if found.urls or (name == "url" and " " in text):
            resource[name] = found.first
            further += found.urls[1:]
            rest += [found.rest] if found.rest else []
    if rest:
        extras = mapping_of(resource.get("extras"))
        resource["extras"] = {**extras, "url_text": "\n".join(dict.fromkeys(rest))}
    return copies(resource, further)


@dataclass
class ResourceMapper:
    """Maps the files of one dataset.

    ``notes`` gets what found no place. ``terms`` looks up codes (vocabulary, texts, the dataset's
    extra for those that are unknown); ``licence`` puts the licence of a draft into a target.
    """

    notes: list[Note]
    terms: Callable[[str, Any, str], list[str]]
    licence: Callable[[Mapping[str, Any], dict[str, Any]], None]

    def map(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        """The resource; its ``id`` is the source's own."""
        resource: dict[str, Any] = {}
        _texts(draft, resource)
        _coded(draft, resource)
        if languages := self.terms("language", draft.get("language"), "language_text"):
            resource["language"] = languages
        if conforms := texts_of(draft.get("conforms_to")):
            resource["conforms_to"] = conforms
        self.licence(draft, resource)
        self._format(draft, resource)
        resource["url"] = text_of(draft.get("url")) or text_of(draft.get("download_url"))
        resource.setdefault("name", file_name(resource["url"]))
        for name, value in constraints.resource(resource):
            resource[f"{name}_text"] = str(value)
            self.notes.append(Note(name, str(value)))
        if draft.get("id"):
            resource["id"] = str(draft["id"])
        for key, value in mapping_of(draft.get("extras")).items():
            if text := written(value):
                key = printable(str(key))
                resource.setdefault(f"source_{key}" if key in _RESERVED else key, text)
        return {
            key: value
            for key, value in resource.items()
            if key == "url" or value not in ("", [], None)
        }

    def _format(self, draft: Mapping[str, Any], resource: dict[str, Any]) -> None:
        given, media = text_of(draft.get("format")), text_of(draft.get("mimetype"))
        url = text_of(draft.get("download_url")) or text_of(draft.get("url"))
        term = term_of_format(given, media, url)
        if term:
            resource["format"] = term.code
        if given and not (term and vocabulary("format").find(given) is term):
            resource["format_text"] = given
            if not term:
                self.notes.append(Note("format", given))
        code = media_type_of(media, term)
        if code:
            resource["mimetype"] = code
        elif media:
            resource["mimetype_text"] = media


def _texts(draft: Mapping[str, Any], resource: dict[str, Any]) -> None:
    for name in ("name", "description"):
        main, english, rest = languages_of(draft.get(name))
        if name == "description":
            main, english = clean_html(main), clean_html(english)
            rest = {language: clean_html(text) for language, text in rest.items()}
        else:
            main, english = plain_text(main), plain_text(english)
            rest = {language: plain_text(text) for language, text in rest.items()}
        if main:
            resource[name] = main
        if english and english != main:
            resource[f"{name}_en"] = english
        resource.update({f"{name}_{language}": text for language, text in rest.items()})
    for name in _TEXTS:
        if text := text_of(draft.get(name)):
            resource[name] = clean_html(text) if name in _PROSE or is_html(text) else text
    if "name_en" in resource:
        resource["name_en"] = plain_text(resource["name_en"])


def _coded(draft: Mapping[str, Any], resource: dict[str, Any]) -> None:
    for name in ("issued", "modified"):
        if text := text_of(draft.get(name)):
            iso = iso_of(text)
            resource[name if iso else f"{name}_text"] = iso or text
    for name in ("status", "encoding"):
        if text := text_of(draft.get(name)):
            term = vocabulary(name).find(text)
            resource[name if term else f"{name}_text"] = term.code if term else text
            if not term:
                resource.pop(name, None)
