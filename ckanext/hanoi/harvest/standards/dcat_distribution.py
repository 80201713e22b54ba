"""Distributions and data services of a DCAT dataset as resources of a draft. Pure."""

from __future__ import annotations

import re
from typing import Any

from ckanext.hanoi.harvest.standards import dcat_rest
from ckanext.hanoi.harvest.standards.dcat_records import (
    Tree,
    first_id,
    first_text,
    ids,
    label,
    literals,
    said,
    trees,
    values,
    words,
)
from ckanext.hanoi.harvest.standards.dcat_values import coded, first_coded, licence, types
from ckanext.hanoi.harvest.standards.source_dataset import (
    absolute,
    cleaned,
    copies,
    earliest,
    is_file,
    latest,
    read,
)
from ckanext.hanoi.parsing import lenient_json
from ckanext.hanoi.parsing.addresses import Addresses

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
    access = _addresses(part, "dcat:accessURL")
    files = _addresses(part, "dcat:downloadURL")
    resource = _resource(part, access, files)
    further = [{**one, "download_url": one["url"]} for one in copies(resource, files.urls)[1:]]
    of_file = ("download_url", "format", "mimetype")
    page = {key: value for key, value in resource.items() if key not in of_file}
    known = {resource.get("url"), resource.get("download_url")}
    pages = [one for one in copies(page, access.urls)[1:] if one["url"] not in known]
    return [resource, *further, *pages]


def _addresses(part: Tree, *names: str) -> Addresses:
    """What the properties say of where something is, as addresses and as text."""
    return read("\n".join([*ids(part, *names), *literals(part, *names)]))


def _resource(part: Tree, access: Addresses, files: Addresses) -> dict[str, Any]:
    other = _addresses(part, "dcat:endpointURL") if not access.urls else Addresses()
    page = Addresses() if access.urls or other.urls else _addresses(part, "foaf:page")
    visited = access.first or other.first or page.first
    url = visited or files.first
    download = files.first
    address = str(part.get("@id") or "")
    if not download and is_file(url):
        download = url
    # one that is only pointed to: its own address is all that there is
    alone = is_file(address) or "dcat:DataService" in types(part) or not set(part) - {"@id"}
    if not url and alone:
        url = absolute(address)
        download = url if is_file(url) or "dcat:DataService" in types(part) else ""
    services = trees(part, "dcat:accessService")
    checksum: Tree = next(iter(trees(part, "spdx:checksum")), {})
    algorithm = first_id(checksum, "spdx:algorithm") or first_text(checksum, "spdx:algorithm")
    resource = {
        "id": address,
        "url": url or next((u for s in services if (u := first_id(s, "dcat:endpointURL"))), ""),
        "download_url": download,
        "name": lenient_json.one_line(
            words(part, "dct:title", "dc:title", "rdfs:label", "foaf:name")
        ),
        "description": words(part, "dct:description", "dc:description", joined=True),
        "format": first_coded(part, "format", "dct:format", "dc:format"),
        "mimetype": first_coded(part, "media_type", "dcat:mediaType"),
        "size": lenient_json.integer(first_text(part, "dcat:byteSize")),
        "encoding": first_text(part, _ENCODING),
        "data_dictionary": _documentation(part) if visited else "",
        "hash": first_text(checksum, "spdx:checksumValue"),
        "hash_algorithm": _algorithm(algorithm),
        "status": first_coded(part, "status", "adms:status"),
        "issued": earliest(literals(part, "dct:issued")),
        "modified": latest(literals(part, "dct:modified")),
        "license": licence(part, "dct:license"),
        "rights": "\n".join(said(part, "dct:rights", "dct:accessRights")),
        "conforms_to": said(part, "dct:conformsTo"),
        "language": [coded(v, "language") for v in values(part, "dct:language")],
        "access_service": _service(part, services),
    }
    used = {*_USED_RESOURCE, _ENCODING, *(["foaf:page"] if visited else [])}
    beside = dcat_rest.beside(part)
    more = dcat_rest.others(part, [resource, beside])
    if url_text := "\n".join(filter(None, (access.rest, files.rest, other.rest))):
        more["url_text"] = url_text
    resource["extras"] = {**more, **beside, **dcat_rest.rest(part, used)}
    return cleaned(resource)


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
