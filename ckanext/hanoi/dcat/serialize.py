"""A dataset of the schema as DCAT-AP 3, and the catalog itself. Pure.

Where the vocabularies know an address it is used; a value without one is a node with its code and
labels. What has no property in DCAT-AP: ``managing_agency`` is GeoDCAT-AP's custodian,
``plan_objective`` a ``dct:subject``, ``decision_number`` the ELI number of a legal resource.
``sensitivity`` and ``personal_data`` are not said: a dataset that has another value than the
default can't be public. Free extras are not said either, but ``provenance``.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from ckanext.hanoi.dataset import terms_of_use
from ckanext.hanoi.dcat import resources
from ckanext.hanoi.dcat.terms import coded, language_of, license_of, rights_of, standards
from ckanext.hanoi.dcat.triples import Node, Statements, address, date, iri, name
from ckanext.hanoi.vocabulary import vocabulary

#: Changes whenever the same dataset would be described otherwise: kept fragments are then dropped.
VERSION = "3"

_EU_THEMES = "http://publications.europa.eu/resource/authority/data-theme"
#: English labels of the EU data-theme authority table.
_EU_LABELS = {
    "AGRI": "Agriculture, fisheries, forestry and food", "ECON": "Economy and finance",
    "EDUC": "Education, culture and sport", "ENER": "Energy", "ENVI": "Environment",
    "GOVE": "Government and public sector", "HEAL": "Health", "INTR": "International issues",
    "JUST": "Justice, legal system and public safety", "REGI": "Regions and cities",
    "SOCI": "Population and society", "TECH": "Science and technology", "TRAN": "Transport",
}  # fmt: skip
_GEOJSON = name("geo:geoJSONLiteral")


@dataclass(frozen=True, slots=True)
class Agent:
    """A publisher: ``uri`` is its page; ``code`` its e-identifier; texts are '' where unknown."""

    uri: str
    title: str
    title_en: str = ""
    code: str = ""
    website: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """The catalog: its address, its texts and who publishes it."""

    base: str
    title: str
    description: str
    publisher: Agent
    agents: Mapping[str, Agent] = field(default_factory=dict)


def dataset(package: Mapping[str, Any], uri: str, site: Site) -> list[ox.Triple]:
    """What is said of a package as ``package_show`` gives it; ``uri`` is its address."""
    uri = dataset_address(package, uri, site)
    said = Statements(uri)
    node = ox.NamedNode(uri)
    said.typed(node, "dcat:Dataset")
    main = language_of(package)
    _texts(said, node, package, main)
    _codes(said, node, package, site)
    _people(said, node, package, site, main)
    _time_and_place(said, node, package)
    _law_and_links(said, node, package, site, main)
    for one in package.get("resources") or ():
        page = f"{site.base}/dataset/{package.get('id')}/resource/{one.get('id')}"
        link = known.value if (known := iri(one.get("uri"))) else page
        said.say(node, "dcat:distribution", resources.describe(said, one, link, package, main))
    return said.triples


def dataset_address(package: Mapping[str, Any], uri: str, site: Site) -> str:
    """``uri``, as an address in RDF; that of the dataset's page where it is none."""
    known = iri(uri)
    return known.value if known else f"{site.base}/dataset/{package.get('id')}"


def catalog(site: Site) -> list[ox.Triple]:
    """What is said of the catalog, without its datasets."""
    said = Statements(site.base)
    node = said.typed(ox.NamedNode(site.base), "dcat:Catalog")
    said.text(node, "dct:title", site.title, "vi")
    said.text(node, "dct:description", site.description or site.title, "vi")
    said.say(node, "dct:publisher", agent(said, site.publisher))
    said.say(node, "foaf:homepage", said.typed(ox.NamedNode(site.base + "/"), "foaf:Document"))
    scheme = said.typed(ox.NamedNode(_EU_THEMES), "skos:ConceptScheme")
    said.text(scheme, "dct:title", "Data theme", "en")
    said.say(node, "dcat:themeTaxonomy", scheme)
    for code in ("vi", "en"):
        said.say(node, "dct:language", coded(said, "language", code, "dct:LinguisticSystem"))
    return said.triples


def agent(said: Statements, who: Agent) -> Node:
    """The node of an agency."""
    node = said.typed(address(who.uri) or said.node(), "foaf:Agent", "foaf:Organization")
    said.labels(node, "foaf:name", who.title, who.title_en)
    said.text(node, "dct:identifier", who.code)
    if page := address(who.website):
        said.say(node, "foaf:homepage", said.typed(page, "foaf:Document"))
    if who.email:
        said.say(node, "foaf:mbox", _mailto(who.email))
    return node


def _texts(said: Statements, node: Node, package: Mapping[str, Any], main: str) -> None:
    title = package.get("title") or package.get("name")
    said.text(node, "dct:title", title, main)
    said.text(node, "dct:title", package.get("title_en"), "en")
    said.text(node, "dct:description", package.get("notes") or title, main)
    said.text(node, "dct:description", package.get("notes_en"), "en")
    said.text(node, "dct:identifier", package.get("identifier") or package.get("id"))
    for tag in package.get("tags") or ():
        said.text(node, "dcat:keyword", tag.get("name"), main)
    said.text(node, "dcat:version", package.get("version"))
    said.text(node, "adms:versionNotes", package.get("version_notes"), main)


def _codes(said: Statements, node: Node, package: Mapping[str, Any], site: Site) -> None:
    for code in package.get("theme") or ():
        _theme(said, node, code, site)
    for prop, field_name, kind in (
        ("dct:accrualPeriodicity", "frequency", "dct:Frequency"),
        ("dct:accessRights", "access_level", "dct:RightsStatement"),
    ):
        if code := package.get(field_name):
            said.say(node, prop, coded(said, field_name, code, kind))
    for code in package.get("language") or ():
        said.say(node, "dct:language", coded(said, "language", code, "dct:LinguisticSystem"))
    for code in package.get("plan_objective") or ():
        said.say(node, "dct:subject", coded(said, "plan_objective", code, "skos:Concept"))
    if licence := license_of(said, package):
        said.say(node, "dct:license", licence)


def _theme(said: Statements, node: Node, code: str, site: Site) -> None:
    """The theme of our own list, and the EU theme that it belongs to."""
    term = vocabulary("theme").get(code)
    page = f"{site.base}/dataset?theme={quote(code, safe='')}"
    concept = said.typed(ox.NamedNode(page), "skos:Concept")
    said.say(node, "dcat:theme", concept)
    said.text(concept, "skos:notation", code)
    if term is None:
        said.text(concept, "skos:prefLabel", code)
        return
    said.labels(concept, "skos:prefLabel", term.vi, term.en)
    if broad := address(term.extra.get("eu")):
        said.say(concept, "skos:broadMatch", broad)
        said.say(node, "dcat:theme", said.typed(broad, "skos:Concept"))
        said.text(broad, "skos:prefLabel", _EU_LABELS.get(broad.value.rpartition("/")[2]), "en")


def _people(
    said: Statements, node: Node, package: Mapping[str, Any], site: Site, main: str
) -> None:
    if who := site.agents.get(package.get("owner_org") or ""):
        said.say(node, "dct:publisher", agent(said, who))
    if package.get("managing_agency"):
        custodian = said.node("foaf:Agent")
        said.text(custodian, "foaf:name", package["managing_agency"], main)
        said.say(node, "geodcatap:custodian", custodian)
    if package.get("author") or package.get("author_email"):
        creator = said.node("foaf:Agent")
        said.text(creator, "foaf:name", package.get("author") or package["author_email"], main)
        if package.get("author_email"):
            said.say(creator, "foaf:mbox", _mailto(package["author_email"]))
        said.say(node, "dct:creator", creator)
    unit, person, email, phone = (
        package.get(f"contact_{key}") for key in ("unit", "name", "email", "phone")
    )
    if not (unit or person or email or phone):
        person, email = package.get("maintainer"), package.get("maintainer_email")
    if not (shown := person or unit or email or phone):
        return
    point = said.node("vcard:Kind", "vcard:Individual" if person else "vcard:Organization")
    said.say(node, "dcat:contactPoint", point)
    said.text(point, "vcard:fn", shown)
    said.text(point, "vcard:organization-name", unit)
    if email:
        said.say(point, "vcard:hasEmail", _mailto(email))
    if phone:
        said.text(point, "vcard:hasTelephone", phone)


def _mailto(email: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(f"mailto:{email.strip()}")
    except ValueError:
        return None


def _time_and_place(said: Statements, node: Node, package: Mapping[str, Any]) -> None:
    for key in ("issued", "modified"):
        if package.get(key):
            said.say(node, f"dct:{key}", date(str(package[key])))
    start, end = package.get("temporal_start"), package.get("temporal_end")
    if start or end:
        period = said.node("dct:PeriodOfTime")
        said.say(node, "dct:temporal", period)
        for prop, value in (("dcat:startDate", start), ("dcat:endDate", end)):
            said.say(period, prop, date(str(value)) if value else None)
    for code in package.get("spatial_coverage") or ():
        said.say(node, "dct:spatial", coded(said, "ward", code, "dct:Location"))
    if shape := package.get("spatial"):
        place = said.node("dct:Location")
        said.say(node, "dct:spatial", place)
        text = shape if isinstance(shape, str) else json.dumps(shape)
        geometry = ox.Literal(text, datatype=_GEOJSON)
        said.say(place, "locn:geometry", geometry)


def _law_and_links(
    said: Statements, node: Node, package: Mapping[str, Any], site: Site, main: str
) -> None:
    if page := address(package.get("url")):
        said.say(node, "dcat:landingPage", said.typed(page, "foaf:Document"))
    standards(said, node, package.get("conforms_to"))
    for text in package.get("related") or ():
        link = address(text) or address(f"{site.base}/dataset/{text}")
        said.say(node, "dct:relation", link)
    for key, prop in (("legal_basis", "rdfs:label"), ("decision_number", "eli:number")):
        if package.get(key):  # DCAT-AP wants an address here, and the texts of the law have none
            law = said.typed(ox.NamedNode(f"{node.value}#{key}"), "eli:LegalResource")
            said.text(law, prop, package[key])
            said.say(node, "dcatap:applicableLegislation", law)
    rights_of(said, node, terms_of_use.of_dataset({**package, "resources": ()}), main)
    for extra in package.get("extras") or ():
        if extra.get("key") == "provenance" and extra.get("value"):
            history = said.node("dct:ProvenanceStatement")
            said.text(history, "rdfs:label", extra["value"], main)
            said.say(node, "dct:provenance", history)
