"""A resource as a distribution of DCAT-AP 3. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from ckanext.hanoi.dataset import terms_of_use
from ckanext.hanoi.dcat.terms import coded, license_of, rights_of, standards
from ckanext.hanoi.dcat.triples import Node, Statements, address, date, name
from ckanext.hanoi.vocabulary import vocabulary


def describe(
    said: Statements,
    resource: Mapping[str, Any],
    uri: str,
    package: Mapping[str, Any],
    main: str,
) -> Node:
    """Say what is known of ``resource`` at ``uri``; its licence is the dataset's unless it has one
    of its own, or says something else in words."""
    node = said.typed(ox.NamedNode(uri), "dcat:Distribution")
    said.text(node, "dct:title", resource.get("name"), main)
    said.text(node, "dct:title", resource.get("name_en"), "en")
    said.text(node, "dct:description", resource.get("description"), main)
    said.say(node, "dcat:accessURL", _document(said, resource.get("url") or uri))
    if resource.get("download_url"):
        said.say(node, "dcat:downloadURL", _document(said, resource["download_url"]))
    own = resource.get("license_id") or resource.get(terms_of_use.WORDS)
    said.say(node, "dct:license", license_of(said, resource if own else package))
    _file(said, node, resource)
    for key in ("issued", "modified"):
        if resource.get(key):
            said.say(node, f"dct:{key}", date(str(resource[key])))
    for code in resource.get("language") or ():
        said.say(node, "dct:language", coded(said, "language", code, "dct:LinguisticSystem"))
    terms = terms_of_use.of_resource(resource, {**package, "rights": ""})
    rights_of(said, node, terms, main)
    standards(said, node, resource.get("conforms_to"))
    _service(said, node, resource, main)
    _documentation(said, node, resource.get("data_dictionary"), main)
    return node


def _document(said: Statements, url: str) -> Node | None:
    link = address(url)
    return said.typed(link, "rdfs:Resource") if link else None


def _file(said: Statements, node: Node, resource: Mapping[str, Any]) -> None:
    if code := resource.get("format"):
        said.say(node, "dct:format", coded(said, "format", code, "dct:MediaTypeOrExtent"))
    if code := resource.get("mimetype"):
        said.say(node, "dcat:mediaType", coded(said, "media_type", code, "dct:MediaType"))
    if code := resource.get("status"):
        said.say(node, "adms:status", coded(said, "status", code, "skos:Concept"))
    if str(resource.get("size") or "").isdigit():
        size = ox.Literal(str(resource["size"]), datatype=name("xsd:nonNegativeInteger"))
        said.say(node, "dcat:byteSize", size)
    said.text(node, "cnt:characterEncoding", resource.get("encoding"))
    if resource.get("hash"):
        checksum = said.node("spdx:Checksum")
        said.say(node, "spdx:checksum", checksum)
        value = ox.Literal(str(resource["hash"]), datatype=name("xsd:hexBinary"))
        said.say(checksum, "spdx:checksumValue", value)
        term = vocabulary("hash_algorithm").find(resource.get("hash_algorithm"))
        if term and (algorithm := address(term.uri)):
            said.typed(algorithm, "spdx:ChecksumAlgorithm")
            said.say(checksum, "spdx:algorithm", algorithm)


def _service(said: Statements, node: Node, resource: Mapping[str, Any], main: str) -> None:
    written = resource.get("access_service")
    if not written:
        return
    endpoint = address(written) or address(resource.get("url"))
    if endpoint is None:
        return
    service = said.node("dcat:DataService")
    said.text(service, "dct:title", written, main)
    said.say(service, "dcat:endpointURL", said.typed(endpoint, "rdfs:Resource"))
    said.say(node, "dcat:accessService", service)


def _documentation(said: Statements, node: Node, text: Any, main: str) -> None:
    if not text:
        return
    link = address(text)
    page = said.typed(link or said.node(), "foaf:Document")
    if link is None:
        said.text(page, "dct:description", text, main)
    said.say(node, "foaf:page", page)
