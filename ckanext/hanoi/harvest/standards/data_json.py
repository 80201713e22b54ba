"""One dataset of a data.json feed (DCAT-US 1.0, 1.1 and 3.0, DKAN, Socrata, ArcGIS Hub, Argentina)
as a draft. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.hanoi import dates
from ckanext.hanoi.harvest.standards.data_json_feed import PREFIX, link
from ckanext.hanoi.harvest.standards.source_dataset import (
    absolute,
    cleaned,
    copies,
    earliest,
    is_file,
    latest,
    page,
    read,
    unique,
)
from ckanext.hanoi.parsing import geometry, lenient_json
from ckanext.hanoi.parsing.addresses import Addresses
from ckanext.hanoi.parsing.extent_text import place
from ckanext.hanoi.vocabulary import vocabulary

_SHAPES = ("geometry", "locn:geometry", "bbox", "dcat:bbox", "centroid", "dcat:centroid")
_USED = frozenset(
    "@type @id @context title description keyword modified issued publisher contactPoint "
    "identifier accessLevel license rights temporal accrualPeriodicity language theme superTheme "
    "landingPage isPartOf inSeries references relation conformsTo distribution accessURL "
    "downloadURL webService endpointURL version versionNotes versionInfo accessRights "
    "seriesMember dataset service catalog accrualperiodicity mbox format mediaType "
    "applicableLegislation".split()
)
#: Of these a field holds one value; the others are kept as extras.
_ONCE = ("identifier", "contactPoint", "publisher", "landingPage", "issued", "modified")
_PAGES = "landingPage_other"
_USED_PART = frozenset(
    "@type @id identifier title name description accessURL downloadURL format mediaType byteSize "
    "fileSize checksum describedBy describedByType field conformsTo license rights issued modified "
    "language status endpointURL accessService characterEncoding webService".split()
)


def to_draft(record: Mapping[str, Any], base: str = "") -> dict[str, Any]:
    """The draft of one dataset; relative addresses are relative to ``base``."""
    licence = _licence(record.get("license"))
    resources = [r for part in _parts(record) for r in _resources(part, base) if r]
    if not licence:
        stated = {tuple(r.get("license") or ()) for r in resources}
        licence = [*stated.pop()] if len(stated) == 1 else []
    extras = lenient_json.leftovers(
        {key: value for key, value in record.items() if not key.startswith("%")},
        _USED | {"spatial"},
    )
    beside: dict[str, str] = {}
    url = page(read("\n".join(_links(record.get("landingPage"))), base), beside, _PAGES)
    draft: dict[str, Any] = {
        "title": lenient_json.one_line(lenient_json.multilingual(record.get("title"))),
        "notes": lenient_json.multilingual(record.get("description")),
        "identifier": lenient_json.text(record.get("identifier"))
        or lenient_json.text(record.get("@id")),
        "publisher": _publisher(record.get("publisher")),
        "themes": unique(
            lenient_json.texts(record.get("theme")) + lenient_json.texts(record.get("superTheme"))
        ),
        "keywords": lenient_json.texts(record.get("keyword"), ",;"),
        "frequency": _frequency(record),
        "language": lenient_json.texts(record.get("language"), ",;"),
        "license": licence,
        "rights": "\n".join(unique(lenient_json.texts(record.get("rights")))),
        "issued": earliest(lenient_json.texts(record.get("issued"))),
        "modified": latest(lenient_json.texts(record.get("modified"))),
        "contact": _contact(record.get("contactPoint")),
        "url": url,
        "conforms_to": lenient_json.texts(record.get("conformsTo")),
        "version": lenient_json.text(record.get("version"))
        or lenient_json.text(record.get("versionInfo")),
        "version_notes": lenient_json.text(record.get("versionNotes")),
        "legal_basis": "; ".join(lenient_json.texts(record.get("applicableLegislation"))),
        "related": unique(
            text for key in ("isPartOf", "inSeries", "references", "relation", "seriesMember")
            for text in _references(record.get(key))
        ),
        "resources": resources,
        "extras": extras,
    }  # fmt: skip
    if draft["modified"].startswith("R/"):
        # an interval is how often it is updated, not when it was
        draft["extras"]["modified"] = draft.pop("modified")
    _access(record, draft)
    _period(record.get("temporal"), draft)
    _place(record.get("spatial"), draft)
    once = {key: record.get(key) for key in _ONCE}
    once["license"] = _unknown_licences(record.get("license"), licence)
    once["temporal"] = lenient_json.items(record.get("temporal"))
    parents = draft["publisher"].get("parents", "").split(" > ")
    beyond = lenient_json.beyond(once, [draft, parents], once)
    if not lenient_json.items(record.get("landingPage")):
        beyond.pop(_PAGES, None)
    draft["extras"] = {**beside, **beyond, **extras}
    return cleaned(draft)


def _unknown_licences(value: Any, chosen: Sequence[str]) -> list[Any]:
    """The licences that were not chosen, where one was."""
    value = lenient_json.unpacked(value)
    given = value if isinstance(value, list) else [value]
    return [item for item in given if not set(_licence(item)) & set(chosen)] if chosen else []


def _references(value: Any) -> list[str]:
    value = lenient_json.unpacked(value)
    return [
        link(item) or lenient_json.text(item)
        for item in (value if isinstance(value, list) else [value])
    ]


def _frequency(record: Mapping[str, Any]) -> str:
    stated = lenient_json.text(record.get("accrualPeriodicity"))
    modified = lenient_json.text(record.get("modified"))
    return stated or (modified if modified.startswith("R/") else "")


def _licence(value: Any) -> list[str]:
    found: list[str] = []
    value = lenient_json.unpacked(value)
    for item in value if isinstance(value, list) else [value]:
        found += (
            [link(item), lenient_json.text(item)]
            if isinstance(item, Mapping)
            else [lenient_json.text(item)]
        )
    found = unique(found)
    known = [text for text in found if vocabulary("license").find(text)]
    return known[:1] or found


def _publisher(value: Any) -> dict[str, str]:
    agents = lenient_json.items(value)
    if not agents:
        name = lenient_json.text(value)
        return {"name": name} if name else {}
    agent, above = agents[0], []
    higher = agent.get("subOrganizationOf")
    while (more := lenient_json.items(higher)) and len(above) < 10:
        above.append(lenient_json.text(more[0]))
        higher = more[0].get("subOrganizationOf")
    found = {
        "name": lenient_json.headline(
            lenient_json.multilingual(agent.get("name"), agent.get("prefLabel"), agent)
        ),
        "identifier": lenient_json.text(agent.get("identifier")),
        "email": lenient_json.mail(
            agent.get("mbox") or agent.get("hasEmail") or agent.get("email")
        ),
        "url": link(agent.get("homepage") or agent.get("url")),
        "parents": " > ".join(filter(None, above)),
        "uri": lenient_json.text(agent.get("@id")),
    }
    return {key: text for key, text in found.items() if text}


def _contact(value: Any) -> dict[str, str]:
    points = lenient_json.items(value)
    if not points:
        words = lenient_json.text(value)
        return {"email" if "@" in words else "name": lenient_json.mail(words)} if words else {}
    point = points[0]
    found = {
        "name": lenient_json.text(point.get("fn")) or lenient_json.text(point.get("name")),
        "email": lenient_json.mail(
            point.get("hasEmail") or point.get("email") or point.get("mbox")
        ),
        "phone": lenient_json.phone(
            point.get("hasTelephone") or point.get("tel") or point.get("telephone")
            or point.get("phone")
        ),
        "unit": lenient_json.text(point.get("organization-name"))
        or lenient_json.text(point.get("organization")),
        "url": link(point.get("hasURL") or point.get("url")),
    }  # fmt: skip
    return {key: text for key, text in found.items() if text}


def _access(record: Mapping[str, Any], draft: dict[str, Any]) -> None:
    """``accessLevel`` has a code, known here or not; ``accessRights`` may say anything."""
    for level, value in ((True, record.get("accessLevel")), (False, record.get("accessRights"))):
        for text in (
            *([link(value)] if isinstance(value, Mapping) else ()),
            *lenient_json.texts(value),
        ):
            if text and (level or vocabulary("access_level").find(text)):
                draft.setdefault("access_level", text)
            elif text and text not in draft["rights"] and not isinstance(value, Mapping):
                draft["rights"] = "\n".join(filter(None, (draft["rights"], text)))


def _period(value: Any, draft: dict[str, Any]) -> None:
    value = lenient_json.unpacked(value)
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            start, end = (
                lenient_json.text(item.get("startDate")),
                lenient_json.text(item.get("endDate")),
            )
            draft.setdefault("temporal_start", start)
            draft.setdefault("temporal_end", end)
            continue
        text = lenient_json.text(item)
        if text and "temporal_start" in draft:
            known = draft["extras"].get("temporal_other")
            draft["extras"]["temporal_other"] = f"{known}; {text}" if known else text
            continue
        first, _, last = text.partition("/")
        if last and not dates.parse_period(text) and dates.parse(first):
            draft.setdefault("temporal_start", first)
            draft["extras"].setdefault("temporal", text)
        elif period := dates.parse_period(text):
            draft.setdefault("temporal_start", period[0].iso)
            draft.setdefault("temporal_end", period[1].iso_end)
        elif text:
            draft["extras"].setdefault("temporal", text)


def _place(value: Any, draft: dict[str, Any]) -> None:
    value = lenient_json.unpacked(value)
    found, names = [], []
    alone = isinstance(value, list) and value and not isinstance(value[0], (str, Mapping, list))
    for item in [value] if alone or not isinstance(value, list) else value:
        shape = place(item)
        if isinstance(item, Mapping) and not shape:
            inner = [item.get(key) for key in _SHAPES]
            shape = next((g for i in inner if (g := place(lenient_json.text(i)) or place(i))), None)
            names.append(
                lenient_json.text({k: item.get(k) for k in ("prefLabel", "title", "name", "@id")})
            )
        elif not shape:
            names.append(lenient_json.text(item))
        found.append(shape)
    draft["spatial"] = geometry.joined(found)
    draft["spatial_text"] = unique(names)


def _parts(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts = lenient_json.items(record.get("distribution"))
    own = ("accessURL", "downloadURL", "webService", "endpointURL")
    if any(record.get(key) for key in own):
        keys = (*own, "format", "mediaType", "endpointDescription")
        parts = [{key: record[key] for key in keys if key in record}, *parts]
    return parts


def _resources(raw: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """The resource of a distribution, and one for each further file or page that it names."""
    part = {PREFIX.sub("", str(key)): value for key, value in raw.items()}
    part = {key: value for key, value in part.items() if not key.startswith("%")}
    access = read("\n".join(_links(part.get("accessURL"))), base)
    files = read("\n".join(_links(part.get("downloadURL"))), base)
    first = _resource(part, base, access, files)
    if not first:
        return []
    further = [
        {**resource, "download_url": resource["url"]} for resource in copies(first, files.urls)[1:]
    ]
    return [first, *further, *copies(first, access.urls)[1:]]


def _links(value: Any) -> list[str]:
    """The addresses, as they are written, of one value or a list."""
    value = lenient_json.unpacked(value)
    return list(filter(None, map(link, value if isinstance(value, list) else [value])))


def _resource(
    part: Mapping[str, Any], base: str, access: Addresses, files: Addresses
) -> dict[str, Any]:
    download = files.first
    services = part.get("accessService") or part.get("webService") or part.get("endpointURL")
    service = link(services) or lenient_json.text(services)
    url = access.first or download or absolute(service, base)
    if not download and is_file(url):
        download = url
    checksum = next(iter(lenient_json.items(part.get("checksum"))), {})
    extras = lenient_json.leftovers(part, _USED_PART)
    extras.update({key: found.rest for key, found in (("accessURL", access), ("downloadURL", files))
                   if found.rest})  # fmt: skip
    resource = {
        "id": lenient_json.text(part.get("identifier")) or lenient_json.text(part.get("@id")),
        "url": url,
        "download_url": download,
        "name": lenient_json.one_line(
            lenient_json.multilingual(part.get("title"), part.get("name"))
        ),
        "description": lenient_json.multilingual(part.get("description")),
        "format": lenient_json.text(part.get("format")),
        "mimetype": lenient_json.text(part.get("mediaType")),
        "encoding": lenient_json.text(part.get("characterEncoding")),
        "size": lenient_json.integer(part.get("byteSize") or part.get("fileSize")),
        "hash": lenient_json.text(checksum.get("checksumValue")),
        "hash_algorithm": lenient_json.text(checksum.get("algorithm")),
        "status": lenient_json.text(part.get("status")),
        "issued": lenient_json.text(part.get("issued")),
        "modified": lenient_json.text(part.get("modified")),
        "license": _licence(part.get("license")),
        "rights": "\n".join(lenient_json.texts(part.get("rights"))),
        "conforms_to": lenient_json.texts(part.get("conformsTo")),
        "language": lenient_json.texts(part.get("language"), ",;"),
        "data_dictionary": _dictionary(part, base),
        "access_service": service,
    }
    pages = part.get("accessURL")
    once = {"checksum": part.get("checksum"), "accessURL": pages}
    if resource["size"] is None:
        once["byteSize"] = part.get("byteSize") or part.get("fileSize")
    resource["extras"] = {**lenient_json.beyond(once, [resource, _links(pages)], once), **extras}
    return cleaned(resource)


def _dictionary(part: Mapping[str, Any], base: str) -> str:
    """Where the columns are described, or their description (Argentina's ``field``)."""
    described = link(part.get("describedBy"))
    fields = lenient_json.unpacked(part.get("field"))
    lines = [_column(field) for field in (fields if isinstance(fields, list) else [fields])]
    return absolute(described, base) or described or "\n".join(filter(None, lines))


def _column(field: Any) -> str:
    """One column in a line: title, type, description, and whatever else is said of it."""
    if not isinstance(field, Mapping):
        return lenient_json.text(field)
    kind, about = lenient_json.text(field.get("type")), lenient_json.text(field.get("description"))
    named = lenient_json.text(field.get("title")) or lenient_json.text(field.get("name"))
    more = lenient_json.leftovers(field, ("title", "name", "type", "description"))
    about = "; ".join(filter(None, [about, *(f"{key}: {text}" for key, text in more.items())]))
    name = named + (f" ({kind})" if kind else "")
    return f"{name}: {about}" if about else name
