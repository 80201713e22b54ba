"""ISO 19139 (gmd, gmi) and ISO 19115-3 (mdb) records as draft datasets."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from ckanext.hanoi.harvest.standards.iso_resources import resources
from ckanext.hanoi.harvest.standards.iso_values import IsoReader, Party
from ckanext.hanoi.harvest.standards.source_dataset import (
    Extras,
    absolute,
    cleaned,
    earliest,
    first,
    identifier_url,
    is_file,
    latest,
    licences,
    links,
    plain,
    unique,
)
from ckanext.hanoi.parsing import geometry, xml
from ckanext.hanoi.vocabulary import vocabulary

Element = etree._Element

#: The roots of ISO 19139, its imagery extension and the Swiss profile, and of ISO 19115-3.
ROOTS = frozenset({"MD_Metadata", "MI_Metadata", "CHE_MD_Metadata"})

#: Who provides a dataset, the best role first.
_PROVIDERS = ("publisher", "owner", "custodian", "resourceProvider", "originator", "author",
              "pointOfContact", "distributor", "")  # fmt: skip
_ISSUED = ("publication", "released")
_MODIFIED = ("revision", "lastRevision", "lastUpdate")
_NO_LICENCE = re.compile(r"LimitationsOnPublicAccess|ConditionsApplyingToAccessAndUse", re.I)
_KNOWN_LICENCE = re.compile(
    r"creativecommons\.org|opendatacommons\.org|opendefinition\.org|spdx\.org|licen[cs]e|giay-?phep",
    re.I,
)
_SPEAKS_OF_LICENCE = re.compile(
    r"licen[cs]|giấy phép|creative commons|\bcc[ -]?(?:by|0)\b|odbl|open data", re.I
)
_WITHHELD = frozenset({"confidential", "secret", "topSecret", "restricted", "sensitive",
                       "forOfficialUseOnly", "protected", "limitedDistribution"})  # fmt: skip
_FREQUENCIES = {"continual": "continuous", "unknow": "unknown"}


def summary(root: Element) -> tuple[str, str, str]:
    """(identifier, title, date of the metadata) of a record; '' for what it lacks."""
    reader = IsoReader(root)
    identifier = reader.value(
        xml.path(root, "fileIdentifier", "metadataIdentifier/MD_Identifier/code")
    )
    title = plain(
        reader.localised(xml.path(root, "identificationInfo/*/citation/CI_Citation/title"))
    )
    return identifier, title, _metadata_date(reader)


def _metadata_date(reader: IsoReader) -> str:
    dates = [reader.value(e) for e in xml.paths(reader.root, "dateStamp", "dateInfo/CI_Date/date")]
    return latest(dates)


def to_draft(root: Element, base: str = "") -> dict[str, Any]:
    """The record as a draft dataset (docs/connectors.md); ``base`` is the record's address."""
    return _Mapping(root, base).draft()


class _Mapping:
    def __init__(self, root: Element, base: str) -> None:
        self.root = root
        self.read = IsoReader(root, base)
        self.extras = Extras()
        self.info = xml.paths(root, "identificationInfo/*")

    def _paths(self, *steps: str) -> list[Element]:
        return [e for info in self.info for e in xml.paths(info, *steps)]

    def _path(self, *steps: str) -> Element | None:
        return first(*self._paths(*steps))

    def _extra(self, key: str, *values: Any) -> None:
        for value in values:
            self.extras.add(key, plain(value) if isinstance(value, dict) else value)

    def draft(self) -> dict[str, Any]:
        read = self.read
        identifier, title, stamp = summary(self.root)
        parties = self._parties()
        draft = {
            "identifier": identifier,
            "title": read.localised(self._path("citation/CI_Citation/title")) or title,
            "notes": read.localised(self._path("abstract")),
            "publisher": self._publisher(parties),
            "contact": self._contact(parties),
            "frequency": self._frequency(),
            "language": self._language(),
            "version": read.value(self._path("citation/CI_Citation/edition")),
            "url": self._landing_page(),
            "conforms_to": self._conformity(),
            "related": self._related(),
            **self._dates(),
            **self._keywords(),
            **self._extent(),
            **self._constraints(),
        }
        draft["resources"] = resources(read, self.info, self.extras)
        draft["url"] = draft["url"] or _page_among(draft["resources"])
        self._facts(stamp)
        if title:
            read.take(*self._paths("citation/CI_Citation/title"))
        read.take(
            *xml.paths(
                self.root, "fileIdentifier", "metadataIdentifier", "language", "defaultLocale"
            ),
            *self._paths("defaultLocale"),
        )
        for section, text in read.rest().items():
            self._extra(section, text)
        return cleaned({**draft, "extras": self.extras.texts()})

    # -- people ------------------------------------------------------------------------------

    def _parties(self) -> list[Party]:
        """Of the data first, then who distributes it, then who describes it."""
        elements = self._paths(
            "citation/CI_Citation/citedResponsibleParty", "pointOfContact"
        ) + xml.paths(
            self.root,
            "distributionInfo/MD_Distribution/distributor/MD_Distributor/distributorContact",
            "contact",
        )
        parties = [self.read.party(element) for element in elements]
        self._extra("parties", "\n".join(unique(party.line() for party in parties)))
        return parties

    def _publisher(self, parties: list[Party]) -> dict[str, Any] | None:
        for role in _PROVIDERS:
            for party in parties:
                if party.organisation and role in (party.role, ""):
                    return cleaned({"name": plain(party.organisation), "url": party.url})
        return None

    def _contact(self, parties: list[Party]) -> dict[str, str]:
        reachable = [p for p in parties if p.email or p.phone] or parties
        chosen = first(*(p for p in reachable if p.role == "pointOfContact"), *reachable)
        if chosen is None:
            return {}
        return cleaned({
            "name": chosen.person or chosen.position, "email": chosen.email,
            "phone": chosen.phone, "unit": plain(chosen.organisation), "url": chosen.url,
        })  # fmt: skip

    # -- words -------------------------------------------------------------------------------

    def _keywords(self) -> dict[str, list[str]]:
        keywords, places, addresses = [], [], []
        for group in self._paths("descriptiveKeywords/MD_Keywords"):
            kind = self.read.code(xml.path(group, "type"))
            words = self.read.values(xml.paths(group, "keyword"))
            addresses += self.read.anchors(xml.paths(group, "keyword"))
            thesaurus = self.read.value(xml.path(group, "thesaurusName/CI_Citation/title"))
            if thesaurus and thesaurus.lower() != "none":
                self._extra("thesaurus", thesaurus)
            self.read.take(group)
            keywords += words
            if kind == "place":
                places += words
        for extent in self._paths("extent/EX_Extent"):
            places += self.read.values(xml.paths(extent, "description"))
            for code in xml.paths(
                extent, "geographicElement/EX_GeographicDescription/geographicIdentifier/*/code"
            ):
                places += self.read.values([code])
        self._extra("keyword_address", *addresses)
        themes = [a for a in addresses if vocabulary("theme").find(a)]
        return {
            "keywords": unique(keywords), "spatial_text": unique(places),
            "themes": unique([*self.read.codes(self._paths("topicCategory")), *themes]),
        }  # fmt: skip

    def _frequency(self) -> str:
        base = "resourceMaintenance/MD_MaintenanceInformation/"
        code = self.read.code(self._path(base + "maintenanceAndUpdateFrequency"))
        own = self.read.value(self._path(base + "userDefinedMaintenanceFrequency"))
        if re.fullmatch(r"P(?:\d+(?:\.\d+)?[YMWD])+", own):
            return f"R/{own}"
        self._extra("maintenance_frequency", own)
        self._extra("maintenance_note", *self.read.values(self._paths(base + "maintenanceNote")))
        return _FREQUENCIES.get(code, code)

    def _language(self) -> list[str]:
        codes = self.read.codes(self._paths("language", "defaultLocale/PT_Locale/language"))
        return codes or ([self.read.language] if self.read.language else [])

    def _conformity(self) -> list[str]:
        """Specifications that the data is said to meet; those not met are an extra."""
        met = []
        for result in xml.descendants(self.root, "DQ_ConformanceResult"):
            title = self.read.value(xml.path(result, "specification/CI_Citation/title"))
            said = self.read.value(xml.path(result, "pass")).lower()
            self.read.take(result)
            about = self.read.value(xml.path(result, "explanation"))
            self._extra("conformity_explanation", f"{title}: {about}" if about else "")
            if said in ("true", "1"):
                met.append(title)
            elif title:
                self._extra("conformity", f"{title}: {said or 'not evaluated'}")
        for profile in xml.paths(self.root, "distributionInfo/MD_Distribution/distributionFormat"
                                 "/MD_Format/specification"):  # fmt: skip
            self._extra("format_specification", self.read.value(profile))
        return unique(met)

    def _related(self) -> list[str]:
        parent = self.read.values(xml.paths(
            self.root, "parentIdentifier", "parentMetadata/*/identifier/*/code",
            "parentMetadata/CI_Citation/title",
        ))  # fmt: skip
        parent += [xml.attribute(e, "uuidref") for e in xml.paths(self.root, "parentMetadata")]
        self._extra("parent_identifier", *unique(parent))
        others = []
        for element in self._paths("aggregationInfo/*", "associatedResource/*", "operatesOn"):
            found = [self.read.value(e) for e in xml.descendants(element, "code")]
            for inner in element.iter():
                found += [xml.attribute(inner, "uuidref")]
            if xml.local(element) == "operatesOn":
                address = absolute(xml.attribute(element, "href"), self.read.base)
                found.append(address if not any(found) else "")
                self._extra("operates_on", address)
            others += found
        return unique(parent + others)

    # -- time and place ----------------------------------------------------------------------

    def _dates(self) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for date in self._paths("citation/CI_Citation/date/CI_Date"):
            kind = self.read.code(xml.path(date, "dateType"))
            if value := self.read.value(xml.path(date, "date")):
                found.setdefault(kind or "unknown", []).append(value)
            self.read.take(date)
        issued = [v for kind in _ISSUED for v in found.pop(kind, [])]
        modified = [v for kind in _MODIFIED for v in found.pop(kind, [])]
        for kind, values in found.items():
            self._extra(f"date_{kind}", *values)
        chosen = {"issued": earliest(issued), "modified": latest(modified)}
        self._extra("date_publication", *(text for text in issued if text != chosen["issued"]))
        self._extra("date_revision", *(text for text in modified if text != chosen["modified"]))
        return chosen

    def _extent(self) -> dict[str, Any]:
        spatial, starts, ends = [], [], []
        for extent in self._paths("extent/EX_Extent"):
            elements = xml.paths(extent, "geographicElement")
            boxes = [
                self.read.box(e)
                for g in elements
                for e in xml.children(g, "EX_GeographicBoundingBox")
            ]
            box = geometry.joined(boxes)
            polygons = [self.read.polygon(e, box) for g in elements
                        for e in xml.children(g, "EX_BoundingPolygon")]  # fmt: skip
            spatial.append(geometry.joined(polygons) or box)
            for element in xml.descendants(extent, "EX_TemporalExtent", "EX_SpatialTemporalExtent"):
                start, end, unsure = self.read.period(element)
                starts.append(start)
                ends.append(end)
                for name, position in unsure.items():
                    self._extra(f"{name}_position", position)
        return {
            "spatial": geometry.joined(spatial),
            "temporal_start": earliest(starts),
            "temporal_end": latest(ends),
        }

    # -- conditions --------------------------------------------------------------------------

    def _constraints(self) -> dict[str, Any]:
        addresses: list[str] = []
        texts: list[str] = []
        named: list[str] = []
        private = None
        for block in self._paths("resourceConstraints/*"):
            codes = self.read.codes(xml.paths(block, "useConstraints"))
            access = self.read.codes(xml.paths(block, "accessConstraints"))
            self._extra("use_constraints", *codes)
            self._extra("access_constraints", *access)
            secret = self.read.code(xml.path(block, "classification"))
            self._extra("classification", secret)
            private = private or secret in _WITHHELD or None
            said = xml.paths(
                block, "otherConstraints", "useLimitation", "reference/CI_Citation/title"
            )
            for element in said:
                addresses += [self.read.link(element), *links(xml.text(element))]
                words = self.read.values([element])
                texts += words
                if "license" in codes or _SPEAKS_OF_LICENCE.search(" ".join(words)):
                    named += words
            for online in xml.paths(block, "reference/CI_Citation/onlineResource"):
                addresses.append(self.read.online(online).url)
        self._extra("constraint_address", *(a for a in addresses if _NO_LICENCE.search(a)))
        addresses = [a for a in unique(addresses) if not _NO_LICENCE.search(a)]
        addresses.sort(key=lambda a: not _KNOWN_LICENCE.search(a))
        return {
            "license": licences(*addresses, *named),
            "rights": "\n".join(unique(texts)),
            "private": private,
        }

    # -- where the data is -------------------------------------------------------------------

    def _landing_page(self) -> str:
        described = [self.read.online(e) for e in xml.paths(self.root, "metadataLinkage")]
        for online in described:
            if online.url:
                return online.url
        uri = xml.path(self.root, "dataSetURI")
        url = absolute(xml.text(uri), self.read.base)
        if url and not is_file(url):
            self.read.take(uri)
            return url
        for identifier in self.read.values(self._paths("citation/CI_Citation/identifier/*/code")):
            self._extra("resource_identifier", identifier)
            if url := identifier_url(identifier):
                return url
        return ""

    # -- everything else that has a name -----------------------------------------------------

    def _facts(self, stamp: str) -> None:
        """Extras that deserve a name of their own."""
        self._extra("metadata_date", stamp)
        self.read.take(*xml.paths(self.root, "dateStamp", "dateInfo"))
        scopes = ("hierarchyLevel", "metadataScope/MD_MetadataScope/resourceScope")
        self._extra("metadata_type", *self.read.codes(xml.paths(self.root, *scopes)))
        for name, steps in {
            "purpose": ("purpose",), "credit": ("credit",),
            "supplemental_information": ("supplementalInformation",),
            "alternative_title": ("citation/CI_Citation/alternateTitle",),
            "resource_identifier": ("citation/CI_Citation/identifier/*/code",),
            "thumbnail": ("graphicOverview/MD_BrowseGraphic/fileName",),
        }.items():  # fmt: skip
            self._extra(name, *self.read.values(self._paths(*steps)))
        self._extra("progress", *self.read.codes(self._paths("status")))
        representations = self.read.codes(self._paths("spatialRepresentationType"))
        self._extra("spatial_representation", *representations)
        lineages = xml.descendants(self.root, "LI_Lineage")
        statements = [e for lineage in lineages for e in xml.children(lineage, "statement")]
        self._extra("lineage", *self.read.values(statements))
        for scale in self._paths("spatialResolution"):
            for e in xml.descendants(scale, "denominator"):
                if value := self.read.value(e):
                    self._extra("spatial_scale", f"1:{value}")
            for e in xml.descendants(scale, "distance"):
                if value := self.read.value(e):
                    unit = xml.attribute(first(*xml.children(e)), "uom")
                    self._extra("spatial_resolution", f"{value} {unit.rpartition('#')[2]}".strip())
        for system in xml.paths(self.root, "referenceSystemInfo/MD_ReferenceSystem"
                                "/referenceSystemIdentifier/*"):  # fmt: skip
            code = self.read.value(xml.path(system, "code"))
            space = self.read.value(xml.path(system, "codeSpace"))
            if code:
                self._extra("reference_system", f"{space}:{code}" if space else code)


def _page_among(found: list[dict[str, Any]]) -> str:
    """The first resource that is a page about the data rather than the data."""
    for resource in found:
        extras = resource.get("extras", {})
        is_page = extras.get("protocol", "").upper().startswith("WWW:LINK")
        is_page = is_page or extras.get("function", "") == "information"
        if is_page and not any(key in resource for key in ("download_url", "format", "mimetype")):
            return resource["url"]
    return ""
