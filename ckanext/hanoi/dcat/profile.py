"""The DCAT-AP 3 profile ``hanoi_dcat`` for ckanext-dcat.

It says everything itself, so it stands alone in ``ckanext.dcat.rdf.profiles``: before it,
``euro_dcat_ap_3`` would say the codes of our vocabularies as plain texts and ask for the agency of
each dataset anew. Reading is the harvester's: what a harvest of the same RDF would create.
"""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pyoxigraph as ox
from ckanext.dcat.profiles import RDFProfile
from ckanext.dcat.utils import catalog_uri, resource_uri
from rdflib import BNode, Graph, Literal, URIRef

from ckanext.hanoi.agencies import store
from ckanext.hanoi.dcat import serialize
from ckanext.hanoi.dcat.serialize import Agent, Site
from ckanext.hanoi.dcat.triples import PREFIXES
from ckanext.hanoi.harvest.config import SourceConfig
from ckanext.hanoi.harvest.engine.source_context import OrganizationResolver
from ckanext.hanoi.harvest.mapping.dataset import to_dataset
from ckanext.hanoi.harvest.standards import dcat_dataset, dcat_records
from ckanext.hanoi.parsing import rdf

#: Where a graph comes from that has no address of its own.
_NOWHERE = "https://catalog.invalid/"


class HanoiProfile(RDFProfile):
    """Datasets of the schema as DCAT-AP 3, and back."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        here = site({dataset_dict.get("owner_org") or ""})
        self._add(serialize.dataset(prepared(dataset_dict), str(dataset_ref), here))

    def graph_from_catalog(self, catalog_dict: dict[str, Any], catalog_ref: URIRef) -> None:
        self._add(serialize.catalog(site(set())))

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> dict[str, Any]:
        """Fill ``dataset_dict`` with what a harvest would make of the dataset."""
        for candidate in dcat_records.candidates(self._document(), _NOWHERE):
            if candidate.content.get("@id") == str(dataset_ref):
                draft = dcat_dataset.to_draft(candidate.content)
                mapped = to_dataset(draft, SourceConfig(), OrganizationResolver(), None)
                dataset_dict.update(mapped.dataset)
        return dataset_dict

    def _document(self) -> rdf.Graph:
        """The graph as the harvester reads it; kept with the graph, for its other datasets."""
        kept = getattr(self.g, "hanoi_document", None)
        if kept is None or kept[0] != len(self.g):
            flat = Graph()
            for triple in self.g.triples((None, None, None)):
                flat.add(triple)
            text = flat.serialize(format="nt").encode()
            kept = (len(self.g), rdf.parse(text, _NOWHERE, "application/n-triples"))
            self.g.hanoi_document = kept
        return kept[1]

    def _add(self, triples: list[ox.Triple]) -> None:
        for prefix, namespace in PREFIXES.items():
            self.g.bind(prefix, namespace)
        for triple in triples:
            self.g.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))


def prepared(package: dict[str, Any]) -> dict[str, Any]:
    """The package with the addresses of its resources, as other plugins may want them."""
    found = [
        {**one, "uri": resource_uri({"package_id": package["id"], **one})}
        for one in package.get("resources") or ()
        if one.get("id") and package.get("id")
    ]
    return {**package, "resources": found or package.get("resources") or []}


def site(organizations: set[str]) -> Site:
    """The catalog with these organizations (ids), read in one question."""
    base = catalog_uri().rstrip("/")
    agents = {}
    if wanted := organizations - {""}:
        for row in store.rows(model.Group.id.in_(wanted)):
            agents[row.id] = Agent(
                f"{base}/organization/{row.id}", row.title or row.name,
                *(row.extras.get(key) or "" for key in ("title_en", "code", "website", "email")),
            )  # fmt: skip
    publisher = Agent(
        f"{base}/about",
        tk.config.get("ckanext.hanoi.dcat.publisher") or tk.config["ckan.site_title"],
        code=tk.config.get("ckanext.hanoi.dcat.publisher_code") or "",
    )
    about = tk.config.get("ckan.site_description") or ""
    return Site(base, tk.config["ckan.site_title"], about, publisher, agents)


def _term(term: Any) -> Any:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    return Literal(term.value, datatype=None if plain else URIRef(term.datatype.value),
                   normalize=False)  # fmt: skip
