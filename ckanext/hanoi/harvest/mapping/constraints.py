"""Whether a mapped value is one that the dataset schema takes: by the schema's own rules. Pure.

A form refuses a bad value and somebody corrects it. A harvest has nobody to ask: the value is
taken out, so that the dataset is not lost for the sake of it, and handed back to be kept as an
extra. Values come out as they are stored, so that comparing them a second time finds no change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ckanext.hanoi.dataset import rules
from ckanext.hanoi.dataset.geojson import geojson
from ckanext.hanoi.parsing.active_links import is_active, leads_somewhere

Rule = Callable[[Any], Any]

#: CKAN's own limit, see its package_version_validator.
_LONGEST_VERSION = 100
#: Of a title that is none, so much is shown.
_SHOWN = 200
_ADDRESS = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")


def _text(value: Any) -> str:
    return rules.limited(rules.text(value))


def _version(value: Any) -> str:
    text = rules.short_text(value)
    if len(text) > _LONGEST_VERSION:
        raise rules.RuleError("Too long: at most %(limit)d characters", limit=_LONGEST_VERSION)
    return text


def _first_day(value: Any) -> str:
    return rules.date(value, time=False)


def _last_day(value: Any) -> str:
    return rules.date(value, end=True, time=False)


def _term(name: str) -> Rule:
    return lambda value: rules.term(name, value)


_DATASET: dict[str, Rule] = {
    "title": rules.title,
    **dict.fromkeys("title_en managing_agency identifier decision_number contact_unit "
                    "contact_name".split(), rules.short_text),
    **dict.fromkeys("notes_en rights legal_basis version_notes".split(), _text),
    "version": _version,
    "contact_email": rules.email,
    "contact_phone": rules.phone,
    "issued": rules.date,
    "modified": rules.date,
    "temporal_start": _first_day,
    "temporal_end": _last_day,
    "spatial": geojson,
    "url": rules.url,
}  # fmt: skip
_RESOURCE: dict[str, Rule] = {
    **dict.fromkeys("name name_en access_service hash".split(), rules.short_text),
    **dict.fromkeys("description rights data_dictionary".split(), _text),
    "download_url": rules.url,
    "mimetype": rules.media_type,
    "hash_algorithm": _term("hash_algorithm"),
    "size": rules.byte_size,
    "issued": rules.date,
    "modified": rules.date,
}  # fmt: skip
_LISTS: dict[str, Callable[[Any], list[str]]] = {
    "conforms_to": rules.text_list,
    "related": rules.related,
}

Unfit = Iterator[tuple[str, Any]]


def dataset(found: dict[str, Any]) -> Unfit:
    """Make the dataset's own values fit; (field, value) of what doesn't. A title that is too long
    is cut, a text that has an e-mail address in it leaves that."""
    for name, value in _each(found, _DATASET):
        if name == "title":
            found[name] = value[:_SHOWN].rpartition(" ")[0] + "…"
        elif name == "contact_email":
            address = _ADDRESS.search(str(value))
            found.update(dict(_fitting(address and address[0])))
        yield name, value
    yield from _period(found)


def resource(found: dict[str, Any]) -> Unfit:
    """Make a resource's values fit; (field, value) of what doesn't."""
    if found.get("download_url") == found.get("url") and not _web(found.get("url")):
        found.pop("download_url", None)  # ftp: the access address says the same
    yield from _each(found, _RESOURCE)
    address = str(found.get("url") or "")
    unsafe = is_active(rules.text(address)) or not leads_somewhere(rules.text(address))
    if unsafe or len(address.encode("utf-8", "replace")) > rules.MAX_INDEXED_BYTES:
        found["url"] = ""
        if not unsafe and _web(address) and len(address) <= rules.MAX_CHARACTERS:
            # no index of the database has this one
            found.setdefault("download_url", address)
        yield "url", address


def _each(found: dict[str, Any], known: Mapping[str, Rule]) -> Unfit:
    for name, rule in known.items():
        if name not in found:
            continue
        value = found.pop(name)
        try:
            if (kept := rule(value)) not in ("", None):
                found[name] = kept
        except rules.RuleError:
            yield name, value
    for name, rule in _LISTS.items():
        for value in found.pop(name, ()):
            try:
                if kept := rule([value]):
                    found.setdefault(name, []).extend(kept)
            except rules.RuleError:
                yield name, value


def _web(address: Any) -> bool:
    return str(address).lower().startswith(("http://", "https://"))


def _fitting(address: str | None) -> Unfit:
    try:
        if address:
            yield "contact_email", rules.email(address.rstrip("."))
    except rules.RuleError:
        return


def _period(found: dict[str, Any]) -> Unfit:
    start, end = found.get("temporal_start", ""), found.get("temporal_end", "")
    try:
        rules.check_period(start, end)
    except rules.RuleError:
        yield "temporal_start", found.pop("temporal_start")
        yield "temporal_end", found.pop("temporal_end")
