"""Datasets and the catalog as schema.org describes them."""
from __future__ import annotations

import json

import rdflib
from rdflib.namespace import SDO

from ckanext.hanoi import schemaorg
from ckanext.hanoi.schemaorg import Catalog, Party

CATALOG = Catalog("https://data.example.org", "Cổng dữ liệu", "Mô tả",
                  "https://data.example.org/dataset/?q={search_term_string}")  # fmt: skip
AGENCY = Party("https://data.example.org/organization/so-y-te", "Sở Y tế", "Department of Health",
               "H26.1", "https://soyte.example.org")  # fmt: skip
FULL = {
    "id": "1", "name": "cay", "type": "dataset", "title": "Cây xanh", "title_en": "Trees",
    "notes": "Cây của thành phố", "notes_en": "", "identifier": "CX-1", "theme": ["moi-truong"],
    "tags": [{"name": "cây"}], "language": ["vi"], "license_id": "vn-luat-gddt-2023",
    "access_level": "open", "issued": "2024", "modified": "2025-09-30", "temporal_start": "2020",
    "temporal_end": "", "spatial_coverage": ["00082"], "version": "2", "url": "https://example.org/",
    "metadata_modified": "2026-01-01T00:00:00",
    "resources": [{"name": "Tệp", "name_en": "File", "url": "https://example.org/a.csv",
                   "mimetype": "text/csv", "size": 12, "license_id": "cc-by-4.0"}],
}  # fmt: skip


def described(**changes):
    return schemaorg.dataset({**FULL, **changes}, "https://data.example.org/dataset/cay", AGENCY,
                             CATALOG)  # fmt: skip


def graph(said):
    """The statements; the context is read as schema.org's, which no test fetches."""
    text = json.dumps({**said, "@context": {"@vocab": str(SDO)}})
    return rdflib.Graph().parse(data=text, format="json-ld")


def keys(value):
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from keys(part)
    for part in value if isinstance(value, list) else ():
        yield from keys(part)


def test_every_property_and_class_is_one_of_schema_org():
    site = schemaorg.site(CATALOG, AGENCY, ["vi", "en"])
    known = set(SDO.__annotations__) | {"query-input", "license"}
    for said in (described(), site):
        used = {key for key in keys(said) if not key.startswith("@")}
        assert used <= known
        assert {node.fragment or str(node).rpartition("/")[2]
                for node in graph(said).objects(None, rdflib.RDF.type)} <= known  # fmt: skip


def test_texts_carry_their_language_in_both_where_there_are_two():
    said = graph(described())
    dataset = rdflib.URIRef("https://data.example.org/dataset/cay")
    titles = {(str(name), name.language) for name in said.objects(dataset, SDO.name)}
    assert titles == {("Cây xanh", "vi"), ("Trees", "en")}
    assert [(str(text), text.language) for text in said.objects(dataset, SDO.description)] == [
        ("Cây của thành phố", "vi")
    ]


def test_a_dataset_says_who_when_where_and_on_which_terms():
    said = described()
    assert said["publisher"]["identifier"] == "H26.1"
    assert said["dateModified"] == "2025-09-30"
    assert said["temporalCoverage"] == "2020/.."
    assert said["spatialCoverage"][0]["identifier"] == "00082"
    assert said["license"]["@type"] == "CreativeWork"
    assert "Điều 43" in said["license"]["name"][0]["@value"]
    assert said["distribution"][0]["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["distribution"][0]["contentSize"] == "12 B"


def test_what_is_not_known_is_not_said():
    said = described(
        license_id="notspecified", temporal_start="", spatial_coverage=[], resources=[],
        url="javascript:alert(1)", version="", access_level="shared",
    )  # fmt: skip
    for absent in ("license", "temporalCoverage", "spatialCoverage", "distribution", "sameAs",
                   "version", "isAccessibleForFree"):  # fmt: skip
        assert absent not in said
    assert None not in said.values()


def test_a_dataset_without_description_or_agency_is_still_described():
    said = schemaorg.dataset({"id": "1", "name": "x"}, "https://x.example/dataset/x", None, CATALOG)
    assert said["name"] == said["description"] == {"@language": "vi", "@value": "x"}
