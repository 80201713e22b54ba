"""Distributions and data services of a DCAT dataset as resources of a draft. Pure."""

from __future__ import annotations

import re
from typing import Any

from ckanext.hanoi.harvest.parsing import loose
from ckanext.hanoi.harvest.standards import dcat_rest
from ckanext.hanoi.harvest.standards.dcat_records import (
    Tree,
    first_id,
    first_text,
    ids,
    label,
    said,
    trees,
    values,
    words,
)
from ckanext.hanoi.harvest.standards.dcat_values import coded, first_coded, licence, types
from ckanext.hanoi.harvest.standards.draft import absolute, cleaned, is_file

_ENCODING = "http://www.w3.org/2011/content#characterEncoding"
_USED_RESOURCE = frozenset(
    "@id rdf:type dct:title dc:title rdfs:label foaf:name dct:description dc:description "
    "dct:format "
    "dc:format dcat:mediaType dcat:byteSize spdx:checksum adms:status dct:issued dct:modified "
    "dct:license dct:rights dct:conformsTo dct:language dcat:accessURL dcat:downloadURL "
    "dcat:accessService dcat:endpointURL odrl:hasPolicy".split()
)


def resources(part: Tree) -> list[dict[str, Any]]:
    """The resource that a distribution or service is, and one for each further file of it."""
    resource = _resource(part)
    return [resource, *_further(part, resource)]


def _resource(part: Tree) -> dict[str, Any]:
    access = first_id(part, "dcat:accessURL", "dcat:endpointURL", "foaf:page")
    download = absolute(first_id(part, "dcat:downloadURL"))
    url = absolute(access) or download
    address = str(part.get("@id") or "")
    if not download and is_file(url):
        download = url
    if not url and (is_file(address) or "dcat:DataService" in types(part)):
        url = download = absolute(address)
    services = trees(part, "dcat:accessService")
    checksum: Tree = next(iter(trees(part, "spdx:checksum")), {})
    algorithm = first_id(checksum, "spdx:algorithm") or first_text(checksum, "spdx:algorithm")
    resource = {
        "id": address,
        "url": url or next((u for s in services if (u := first_id(s, "dcat:endpointURL"))), ""),
        "download_url": download,
        "name": loose.one_line(words(part, "dct:title", "dc:title", "rdfs:label", "foaf:name")),
        "description": words(part, "dct:description", "dc:description", joined=True),
        "format": first_coded(part, "format", "dct:format", "dc:format"),
        "mimetype": first_coded(part, "media_type", "dcat:mediaType"),
        "size": loose.integer(first_text(part, "dcat:byteSize")),
        "encoding": first_text(part, _ENCODING),
        "data_dictionary": _documentation(part) if access else "",
        "hash": first_text(checksum, "spdx:checksumValue"),
        "hash_algorithm": _algorithm(algorithm),
        "status": first_coded(part, "status", "adms:status"),
        "issued": first_text(part, "dct:issued"),
        "modified": first_text(part, "dct:modified"),
        "license": licence(part, "dct:license"),
        "rights": "\n".join(said(part, "dct:rights", "dct:accessRights")),
        "conforms_to": said(part, "dct:conformsTo"),
        "language": [coded(v, "language") for v in values(part, "dct:language")],
        "access_service": _service(part, services),
    }
    used = {*_USED_RESOURCE, _ENCODING, *(["foaf:page"] if access else [])}
    beside = dcat_rest.beside(part)
    more = dcat_rest.others(part, [resource, beside])
    resource["extras"] = {**more, **beside, **dcat_rest.rest(part, used)}
    return cleaned(resource)


def _further(part: Tree, resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a distribution with several files or pages, the others."""
    known = {resource.get("url"), resource.get("download_url")}
    of_one_file = ("id", "size", "hash", "hash_algorithm", "extras")
    common = {key: value for key, value in resource.items() if key not in of_one_file}
    found = []
    for url in map(absolute, ids(part, "dcat:downloadURL")):
        if url and url not in known:
            found.append({**common, "url": url, "download_url": url})
    of_file = ("download_url", "format", "mimetype")
    common = {key: value for key, value in common.items() if key not in of_file}
    for url in map(absolute, ids(part, "dcat:accessURL")):
        if url and url not in known:
            found.append({**common, "url": url})
    return found


def _documentation(part: Tree) -> str:
    """What explains the data: a text, or the address of a page."""
    return next(
        (text for page in trees(part, "foaf:page")
         if (text := first_text(page, "dct:description") or str(page.get("@id") or ""))), ""
    ) or first_text(part, "foaf:page")


def _algorithm(written: str) -> str:
    """``…#checksumAlgorithm_sha256`` and ``…/sha/256`` as ``sha256``."""
    parts = re.split(r"[/#]", written.rstrip("/#"))
    last = parts[-1].removeprefix("checksumAlgorithm_")
    return parts[-2] + last if last.isdigit() and len(parts) > 1 else last


def _service(part: Tree, services: list[Tree]) -> str:
    if "dcat:DataService" in types(part):
        return first_id(part, "dcat:endpointURL") or label(part)
    return next(
        (
            text
            for s in services
            if (text := first_id(s, "dcat:endpointURL") or label(s) or str(s.get("@id") or ""))
        ),
        "",
    )
