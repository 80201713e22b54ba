"""The tree of a DCAT dataset (DCAT-AP 1 to 3, and what it is mistaken for) as a draft. Pure.

ckanext-dcat's profiles read the same vocabulary, but into CKAN's own dictionaries: one language,
only the properties they know, licences through CKAN's register and so a running CKAN. Here every
language and every property is kept, and nothing but the tree is needed.
"""

from __future__ import annotations

from typing import Any

from ckanext.hanoi import dates
from ckanext.hanoi.harvest.standards import dcat_distribution, dcat_rest
from ckanext.hanoi.harvest.standards.dcat_records import (
    Tree,
    first_id,
    first_text,
    ids,
    label,
    literals,
    said,
    tail,
    trees,
    values,
    words,
)
from ckanext.hanoi.harvest.standards.dcat_values import coded, first_coded, licence, types
from ckanext.hanoi.harvest.standards.source_dataset import (
    absolute,
    cleaned,
    earliest,
    latest,
    page,
    read,
    unique,
)
from ckanext.hanoi.parsing import geometry, lenient_json
from ckanext.hanoi.parsing.extent_text import place
from ckanext.hanoi.vocabulary import Term, vocabulary

_RELATED = (
    "dcat:inSeries",
    "dct:relation",
    "dct:isPartOf",
    "dct:hasPart",
    "dct:source",
    "dct:hasVersion",
    "dct:isVersionOf",
    "dcat:hasVersion",
    "dcat:isVersionOf",
    "dcat:previousVersion",
    "dct:replaces",
    "dct:isReplacedBy",
    "dcat:seriesMember",
    "dct:references",
    "dcat:qualifiedRelation",
    "prov:wasDerivedFrom",
)
#: GeoDCAT-AP, ELI and "content in RDF": what our own export says with them.
_CUSTODIAN = "http://data.europa.eu/930/custodian"
_LAW = "dcatap:applicableLegislation"
_ELI_NUMBER = "http://data.europa.eu/eli/ontology#number"
_USED = frozenset(
    "@id @context rdf:type dct:title dc:title rdfs:label skos:prefLabel foaf:name schema:name "
    "dct:description dc:description dct:abstract "
    "dct:identifier dc:identifier dct:publisher dc:publisher "
    "dcat:theme dcat:keyword dc:subject dct:accrualPeriodicity dct:language dc:language "
    "dct:license "
    "dct:issued dct:modified dct:temporal dct:spatial dcat:contactPoint adms:contactPoint "
    "dcat:landingPage dct:conformsTo dcat:version owl:versionInfo adms:versionNotes "
    "dcat:distribution services dct:accessRights dct:rights dc:rights dcat:accessURL "
    "dcat:downloadURL dcat:endpointURL "
    "dcatap:applicableLegislation".split()
)


def to_draft(tree: Tree) -> dict[str, Any]:
    """The draft of a record's content (see ``dcat_records``)."""
    alone = types(tree) & {"dcat:Distribution", "dcat:DataService"} and not trees(
        tree, "dcat:distribution"
    )
    parts = [tree] if alone else [*trees(tree, "dcat:distribution"), *trees(tree, "services")]
    resources = [resource for part in parts for resource in dcat_distribution.resources(part)]
    draft: dict[str, Any] = {
        "title": lenient_json.one_line(
            words(
                tree,
                "dct:title",
                "dc:title",
                "rdfs:label",
                "skos:prefLabel",
                "foaf:name",
                "schema:name",
            )
        ),
        "notes": words(
            tree, "dct:description", "dc:description", "dct:abstract", "rdfs:comment", joined=True
        ),
        "identifier": first_text(tree, "dct:identifier", "dc:identifier")
        or first_id(tree, "dct:identifier")
        or tree.get("@id", ""),
        "publisher": _agent(tree, "dct:publisher", "dc:publisher", "dct:creator"),
        "managing_agency": next(iter(said(tree, _CUSTODIAN)), ""),
        "themes": _themes(tree),
        "plan_objective": [term.code for term in _objectives(tree)],
        "keywords": unique(
            k
            for text in literals(tree, "dcat:keyword", "dc:subject")
            for k in (text.split(",") if text.count(",") > 2 else [text])
        ),
        "frequency": first_coded(tree, "frequency", "dct:accrualPeriodicity"),
        "language": [coded(v, "language") for v in values(tree, "dct:language", "dc:language")],
        "license": licence(tree, "dct:license"),
        "issued": earliest(literals(tree, "dct:issued")),
        "modified": latest(literals(tree, "dct:modified")),
        "contact": _contact(tree),
        "url": "",
        "conforms_to": said(tree, "dct:conformsTo"),
        "version": first_text(tree, "dcat:version", "owl:versionInfo", "schema:version"),
        "version_notes": first_text(tree, "adms:versionNotes"),
        "related": unique([*ids(tree, *_RELATED), *_qualified(tree), *literals(tree, *_RELATED)]),
        "legal_basis": _legal_basis(tree),
        "decision_number": next(
            (n for law in trees(tree, _LAW) if (n := first_text(law, _ELI_NUMBER))), ""
        ),
        "resources": resources,
        "extras": dcat_rest.rest(tree, _used(tree)),
    }
    pages: dict[str, str] = {}
    draft["url"] = _page(tree, pages)
    _access(tree, draft)
    _period(tree, draft)
    _place(tree, draft)
    if not draft["license"]:
        stated = {tuple(r.get("license") or ()) for r in resources}
        draft["license"] = list(stated.pop()) if len(stated) == 1 else []
    beside = dcat_rest.beside(tree, bool(draft["spatial"]))
    told = dcat_rest.others(tree, [{**draft, "extras": {}}, beside])
    draft["extras"] = {**pages, **told, **beside, **draft["extras"]}
    return cleaned(draft)


def _legal_basis(tree: Tree) -> str:
    """The laws by name or address, without those that are a number alone."""
    named = [
        law
        for law in values(tree, _LAW)
        if not isinstance(law, dict) or label(law) or not first_text(law, _ELI_NUMBER)
    ]
    return "; ".join(said({_LAW: named}, _LAW))


def _themes(tree: Tree) -> list[str]:
    """The themes; one that another theme names as its broader match says nothing more."""
    found = values(tree, "dcat:theme")
    broader = {b for t in trees(tree, "dcat:theme") for b in ids(t, "skos:broadMatch")}
    return [
        coded(t, "theme")
        for t in found
        if not (isinstance(t, dict) and str(t.get("@id") or "") in broader)
    ]


def _qualified(tree: Tree) -> list[str]:
    """What is related in a stated role."""
    return [a for relation in trees(tree, "dcat:qualifiedRelation")
            for a in ids(relation, "dct:relation")]  # fmt: skip


def _objectives(tree: Tree) -> list[Term]:
    """Objectives of the city's plan among the subjects."""
    found = (coded(v, "plan_objective") for v in trees(tree, "dct:subject"))
    return [term for text in found if (term := vocabulary("plan_objective").find(text))]


def _used(tree: Tree) -> set[str]:
    """The properties that found a field; subjects that are no objective are kept as an extra."""
    subjects = {"dct:subject"} if _objectives(tree) else set()
    return {*_USED, *_RELATED, _CUSTODIAN, *subjects}


def _agent(tree: Tree, *names: str) -> dict[str, str]:
    for value in values(tree, *names):
        if not isinstance(value, dict) or "@value" in value:
            name = lenient_json.text(value.get("@value") if isinstance(value, dict) else value)
            return {"name": name} if name else {}
        address = str(value.get("@id") or "")
        name = label(value)
        if not name and not address:
            continue
        found = {
            "name": name or address,
            "identifier": first_text(value, "dct:identifier") or ("" if name else tail(address)),
            "uri": address if name else "",
            "email": _mail(value, "foaf:mbox", "vcard:hasEmail", "schema:email"),
            "url": first_id(value, "foaf:homepage", "schema:url"),
            "type": next(iter(said(value, "dct:type")), ""),
        }
        return {key: text for key, text in found.items() if text}
    return {}


def _contact_value(tree: Tree, *names: str) -> str:
    """An e-mail or a number: text, address, or a node that has it as its value."""
    for name in names:
        for value in values(tree, name):
            if not isinstance(value, dict):
                return str(value)
            inner = _contact_value(value, "vcard:hasValue", "vcard:value", "rdf:value")
            if text := inner or str(value.get("@value") or value.get("@id") or ""):
                return text
    return ""


def _mail(tree: Tree, *names: str) -> str:
    """An e-mail address; one given as a relative address has become the end of an absolute one."""
    text = lenient_json.mail(_contact_value(tree, *names))
    return tail(text) if text.startswith("http") and "@" in tail(text) else text


def _contact(tree: Tree) -> dict[str, str]:
    for point in trees(tree, "dcat:contactPoint", "adms:contactPoint"):
        unit = next(iter(said(point, "vcard:organization-name", "vcard:hasOrganizationName")), "")
        found = {
            "name": next(
                iter(
                    said(point, "vcard:fn", "vcard:hasFN", "foaf:name", "rdfs:label", "schema:name")
                ),
                "",
            ),
            "email": _mail(point, "vcard:hasEmail", "foaf:mbox", "vcard:email", "schema:email"),
            "phone": lenient_json.phone(
                _contact_value(
                    point,
                    "vcard:hasTelephone",
                    "foaf:phone",
                    "vcard:tel",
                    "vcard:hasTel",
                    "schema:telephone",
                )
            ),
            "unit": unit,
            "url": _contact_value(
                point, "vcard:hasURL", "vcard:hasUrl", "vcard:url", "foaf:homepage", "foaf:page",
                "schema:url",
            ),
        }
        if found["name"] in (unit, found["email"], found["phone"]):
            found["name"] = ""  # a name must be said: without a person it repeats the rest
        if not any(found.values()):
            found["url"] = str(point.get("@id") or "")
        if any(found.values()):
            return {key: text for key, text in found.items() if text}
    name = first_text(tree, "dcat:contactPoint", "adms:contactPoint")
    return ({"email": lenient_json.mail(name)} if "@" in name else {"name": name}) if name else {}


def _page(tree: Tree, extras: dict[str, str]) -> str:
    """The page about the dataset; what is said of pages beside its address goes to ``extras``."""
    for names in (("dcat:landingPage",), ("foaf:page", "foaf:homepage")):
        written = [*ids(tree, *names), *literals(tree, *names)]
        if url := page(read("\n".join(written)), extras, "landing_page_other"):
            return url
    address = str(tree.get("@id") or "")
    return absolute(address) if address.startswith(("http://", "https://")) else ""


#: The EU's list of access rights: whatever is in it is an access level, known here or not.
_ACCESS_RIGHT = "/authority/access-right/"


def _access(tree: Tree, draft: dict[str, Any]) -> None:
    rights = said(tree, "dct:rights", "dc:rights")
    for value in values(tree, "dct:accessRights"):
        text = coded(value, "access_level")
        address = str(value.get("@id") or "") if isinstance(value, dict) else text
        known = vocabulary("access_level").find(text)
        if (known or _ACCESS_RIGHT in address) and "access_level" not in draft:
            draft["access_level"] = text if known else address
        else:
            rights.append(text)
    draft["rights"] = "\n".join(unique(rights))


def _period(tree: Tree, draft: dict[str, Any]) -> None:
    starts, ends = [], []
    for value in trees(tree, "dct:temporal"):
        starts += literals(value, "dcat:startDate", "schema:startDate")
        ends += literals(value, "dcat:endDate", "schema:endDate")
        for name, found in (("time:hasBeginning", starts), ("time:hasEnd", ends)):
            for moment in trees(value, name):
                found += literals(
                    moment,
                    "time:inXSDDate",
                    "time:inXSDDateTimeStamp",
                    "time:inXSDDateTime",
                    "time:inXSDgYear",
                )
        if not starts and not ends and (text := label(value)):
            _written_period(text, draft)
    if starts:
        draft["temporal_start"] = earliest(starts)
    if ends:
        draft["temporal_end"] = latest(ends)
    for text in literals(tree, "dct:temporal", "dc:coverage"):
        if not starts and not ends:
            _written_period(text, draft)


def _written_period(text: str, draft: dict[str, Any]) -> None:
    period = dates.parse_period(text)
    if period:
        draft["temporal_start"], draft["temporal_end"] = period[0].iso, period[1].iso_end
    else:
        draft["extras"]["temporal_text"] = text


def _place(tree: Tree, draft: dict[str, Any]) -> None:
    found, names = [], literals(tree, "dct:spatial")
    for value in trees(tree, "dct:spatial"):
        geometries = [
            place(text)
            for text in literals(
                value,
                "locn:geometry",
                "dcat:bbox",
                "geo:asWKT",
                "dcat:centroid",
                "schema:box",
                "geo:asGeoJSON",
                "geo:asGML",
            )
        ]
        for inner in trees(value, "locn:geometry", "geo:hasGeometry", "schema:geo", "dcat:bbox"):
            geometries += [
                place(t) for t in literals(inner, "geo:asWKT", "geo:asGeoJSON", "rdf:value")
            ]
        point = geometry.point(first_text(value, "wgs:long"), first_text(value, "wgs:lat"))
        found.append(next((g for g in (*geometries, point) if g), None))
        address = str(value.get("@id") or "")
        if name := label(value) or ("" if found[-1] and not address else address):
            names.append(name)
    shapes = [(name, place(name)) for name in names]
    draft["spatial"] = geometry.joined([*found, *(shape for _, shape in shapes)])
    draft["spatial_text"] = unique(name for name, shape in shapes if not shape)


