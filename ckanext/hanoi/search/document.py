"""The Solr document of a dataset: CKAN's, and what makes it found in Vietnamese. Knows no CKAN.

Beside CKAN's own fields it has

- ``extras_hanoi_title`` and, in CKAN's ``text``, everything else as the terms of ``words``;
- ``vocab_theme``, ``vocab_ward``, ``vocab_agency`` (the organization and all above it) for facets;
- in ``title_string``, which CKAN sorts by, the key of Vietnamese order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from ckanext.hanoi.search import synonyms, terms
from ckanext.hanoi.vietnamese import nfc, sort_key

TITLE_FIELD = "extras_hanoi_title"

#: Lucene refuses a longer term, and with it the whole document (bytes of UTF-8).
_LONGEST_TERM = 32_766
#: Fields of CKAN's Solr schema that are cut into words or not indexed: they may be of any length.
_ANY_LENGTH = frozenset({"data_dict", "validated_data_dict", "notes", "title", "text", "urls"})
_ANY_LENGTH_PREFIXES = ("extras_", "res_extras_")
_LONGEST_TEXT = 200_000
_SHORT = 120
#: Fields of CKAN's Solr schema that are no text.
_TYPED = frozenset(
    "views_total views_recent resources_accessed_total resources_accessed_recent "
    "indexed_ts".split()
)
_TITLES = ("title", "title_en")
_TEXTS = (
    "name",
    "notes",
    "notes_en",
    "identifier",
    "managing_agency",
    "contact_unit",
    "contact_name",
    "legal_basis",
    "decision_number",
    "rights",
    "version_notes",
)
_RESOURCE_TEXTS = ("name", "name_en", "description", "format")
_VOCABULARIES = {
    "theme": "theme",
    "frequency": "frequency",
    "access_level": "access_level",
    "spatial_coverage": "ward",
}


def for_index(document: dict[str, Any], above: Iterable[str] = ()) -> dict[str, Any]:
    """The document of a dataset as Solr takes it.

    ``above``: names of the organizations above its own.
    """
    dataset = _dataset(document)
    if dataset:
        document = {**document, **_fields(document, dataset, above)}
    return {name: _within_limits(name, value) for name, value in _taken_by_solr(document)}


def _taken_by_solr(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """CKAN puts each extra also under its own name, where Solr's schema may want a number or a
    moment in UTC. What is none stays away from there: it is found as ``extras_…``."""
    for name, value in document.items():
        if name.endswith("_date") and not name.startswith(_ANY_LENGTH_PREFIXES):
            if moment := _moment(value):
                yield name, moment
        elif name and not (name in _TYPED and f"extras_{name}" in document):
            yield name, value


def _moment(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        if moment.tzinfo:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return ""
    return moment.isoformat(timespec="milliseconds") + "Z"


def _dataset(document: Mapping[str, Any]) -> dict[str, Any]:
    """The dataset as its schema shows it, which CKAN puts into the document as JSON."""
    try:
        found = json.loads(document.get("validated_data_dict") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fields(
    document: Mapping[str, Any], dataset: Mapping[str, Any], above: Iterable[str]
) -> dict[str, Any]:
    organization = dataset.get("organization") or {}
    name = organization.get("name") or ""
    text = document.get("text") or []
    fields = {
        TITLE_FIELD: _terms(_strings(dataset, _TITLES)),
        "text": [
            *([text] if isinstance(text, str) else text),
            _terms(_texts(dataset)),
            _terms(synonyms.of_agency(name, organization.get("title") or "")),
        ],
        "vocab_theme": _codes(dataset, "theme"),
        "vocab_ward": _codes(dataset, "spatial_coverage"),
        "vocab_agency": list(dict.fromkeys([name, *above])) if name else [],
        "title_string": sort_key(dataset.get("title") or ""),
        "tags": [nfc(text) for text in document.get("tags") or () if isinstance(text, str)],
    }
    return {key: value for key, value in fields.items() if value}


def _terms(texts: Iterable[str]) -> str:
    return " ".join(
        _again(text) if len(text) <= _SHORT else _terms_of(text[:_LONGEST_TEXT]) for text in texts
    )


def _terms_of(text: str) -> str:
    return " ".join((*terms.folded(text), terms.GAP, *terms.exact(text), terms.GAP))


#: Titles stand in a document twice; agencies, keywords and names of files in many.
_again = lru_cache(maxsize=5_000)(_terms_of)


def _strings(data: Mapping[str, Any], fields: Iterable[str]) -> Iterator[str]:
    values = (data.get(name) for name in fields)
    return (value for value in values if isinstance(value, str) and value)


def _texts(dataset: Mapping[str, Any]) -> Iterator[str]:
    yield from _strings(dataset, _TEXTS)
    for tag in dataset.get("tags") or ():
        yield from _strings(tag, ("name",))
    for resource in dataset.get("resources") or ():
        yield from _strings(resource, _RESOURCE_TEXTS)
    for extra in dataset.get("extras") or ():
        yield from _strings(extra, ("value",))
    for field, name in _VOCABULARIES.items():
        for code in _codes(dataset, field):
            yield from synonyms.of_term(name, code)


def _codes(dataset: Mapping[str, Any], field: str) -> list[str]:
    value = dataset.get(field) or []
    values = value if isinstance(value, list) else [value]
    return [code for code in values if isinstance(code, str)]


def _within_limits(name: str, value: Any) -> Any:
    if name in _ANY_LENGTH or name.startswith(_ANY_LENGTH_PREFIXES):
        return value
    if isinstance(value, str) and len(value) > _LONGEST_TERM // 4:
        return value.encode()[:_LONGEST_TERM].decode("utf-8", "ignore")
    if isinstance(value, list):
        return [_within_limits(name, item) for item in value]
    return value
