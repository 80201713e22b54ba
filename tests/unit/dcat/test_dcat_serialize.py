"""What is said of a dataset: valid DCAT-AP 3, and enough to make the same dataset again."""
from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from dcat_samples import BASE, SITE, URI, full
from pyshacl import validate
from rdflib import Graph
from rdflib.namespace import DCTERMS

from ckanext.hanoi.dcat import serialize
from ckanext.hanoi.dcat.triples import PREFIXES, address, date
from ckanext.hanoi.harvest.config import SourceConfig
from ckanext.hanoi.harvest.mapping.dataset import to_dataset
from ckanext.hanoi.harvest.standards import dcat_dataset, dcat_records
from ckanext.hanoi.parsing import rdf as graph

SHAPES = Path(__file__).parents[2] / "data" / "shacl"
BARE = {"id": "d-2", "name": "trong", "title": "Chỉ có tên", "owner_org": "org-1"}
FIELDS = sorted(set(full()) - {"id", "name", "owner_org", "tags", "resources", "extras"})


def rdf(package, uri=URI):
    return ox.serialize(serialize.dataset(package, uri, SITE), format=ox.RdfFormat.TURTLE,
                        prefixes=PREFIXES).decode()  # fmt: skip


def harvested(package, uri=URI):
    """The dataset that a harvest of what we say of ``package`` makes."""
    found = graph.parse(rdf(package, uri).encode(), BASE + "/catalog.ttl", "text/turtle")
    [candidate] = dcat_records.candidates(found, BASE + "/catalog.ttl")
    draft = dcat_dataset.to_draft(candidate.content)

    def agency(text):
        return ("org-1", ["Sở Tài chính"]) if text in ("Sở Tài chính", "H26.99") else (None, [])

    return to_dataset(draft, SourceConfig(), agency, None).dataset


@pytest.mark.parametrize("package", [
    full(), BARE, full(contact_name="", contact_unit="", contact_phone=""),
    full(license_id="cc-by-4.0", theme=["la-gi"], url="khong phai dia chi"),
], ids=["full", "bare", "without a person", "odd values"])  # fmt: skip
@pytest.mark.parametrize("shapes", ["shapes", "range"])
def test_a_dataset_and_its_catalog_are_valid_dcat_ap_3(package, shapes):
    data = Graph().parse(data=rdf(package), format="turtle")
    head = [*serialize.catalog(SITE), ox.Triple(ox.NamedNode(BASE), ox.NamedNode(
        PREFIXES["dcat"] + "dataset"), ox.NamedNode(URI))]  # fmt: skip
    data.parse(data=ox.serialize(head, format=ox.RdfFormat.TURTLE).decode(), format="turtle")
    rules = Graph().parse(SHAPES / f"dcat-ap-3.0.1-{shapes}.ttl")
    _conforms, report, text = validate(data, shacl_graph=rules, advanced=True)
    violations = text.split("Constraint Violation")[1:]
    assert not violations, text


def test_the_shapes_find_what_is_missing():
    data = Graph().parse(data=rdf(full()), format="turtle")
    data.remove((None, DCTERMS.title, None))
    rules = Graph().parse(SHAPES / "dcat-ap-3.0.1-shapes.ttl")
    assert validate(data, shacl_graph=rules, advanced=True)[0] is False


@pytest.mark.parametrize("name", FIELDS)
def test_a_harvest_brings_every_field_back(name):
    again = harvested(full())
    defaults = {"sensitivity": "other", "personal_data": False}
    got, wanted = again.get(name, defaults.get(name)), full()[name]
    if name == "spatial":
        got, wanted = json.loads(got), json.loads(wanted)
    if isinstance(wanted, list):
        got, wanted = sorted(got), sorted(wanted)
    assert got == wanted


def test_a_harvest_brings_agency_keywords_and_provenance_back():
    again = harvested(full())
    assert again["owner_org"] == "org-1"
    assert sorted(t["name"] for t in again["tags"]) == ["ngân sách", "quyết toán"]
    assert {"key": "provenance", "value": "Kho bạc Nhà nước lập"} in again["extras"]


@pytest.mark.parametrize("name", sorted(set(full()["resources"][0]) - {"id", "package_id"}))
def test_a_harvest_brings_every_field_of_a_resource_back(name):
    [resource] = harvested(full())["resources"]
    assert str(resource.get(name)) == str(full()["resources"][0][name])


def test_a_contact_without_a_person_gets_none_by_the_way():
    again = harvested(full(contact_name=""))
    assert "contact_name" not in again
    assert again["contact_unit"] == "Văn phòng Sở"


def test_texts_have_their_language():
    text = rdf(full())
    assert '"Ngân sách thành phố “2025” & kế hoạch <2026>"@vi' in text
    assert '"City budget 2025"@en' in text
    assert '"UBND thành phố Hà Nội"@vi' in text


def test_a_dataset_in_english_alone_is_not_called_vietnamese():
    text = rdf(full(title="Rainfall", notes="Daily", title_en="", notes_en="", language=["en"]))
    assert '"Rainfall"@en' in text
    assert '"Rainfall"@vi' not in text


def test_controlled_values_are_said_by_address():
    text = rdf(full())
    for tail in ("frequency/QUARTERLY", "access-right/PUBLIC", "language/VIE", "file-type/CSV",
                 "data-theme/ECON", "distribution-status/COMPLETED"):  # fmt: skip
        assert f"<http://publications.europa.eu/resource/authority/{tail}>" in text
    assert "<https://www.iana.org/assignments/media-types/text/csv>" in text
    assert "dct:license <https://creativecommons.org/licenses/by/4.0/>" in text


def test_the_terms_of_the_law_are_never_another_licence():
    package = full(resources=[{**full()["resources"][0], "license_id": ""}])
    text = rdf(package)
    assert "creativecommons" not in text
    assert text.count('"vn-luat-gddt-2023"') == 2  # of the dataset, and of its distribution


def test_the_words_of_a_source_are_said_as_rights_and_never_as_a_licence_beside_them():
    words = "Chỉ dùng cho nghiên cứu"
    file = {**full()["resources"][0], "license_id": ""}
    said = rdf({**BARE, "license_id": "notspecified", "resources": [file],
                "extras": [{"key": "license_text", "value": words}]})  # fmt: skip
    assert "dct:license" not in said
    assert said.count(f'rdfs:label "{words}"') == 2  # of the dataset, and of its distribution
    said = rdf(full(rights="", resources=[{**file, "rights": "", "license_text": words}]))
    assert said.count("dct:license") == 1  # of the dataset alone
    assert said.count(words) == 1


def test_a_ward_has_its_code_and_no_invented_address():
    places = [t for t in serialize.dataset(full(), URI, SITE)
              if t.predicate.value == "http://purl.org/dc/terms/spatial"]
    assert len(places) == 3
    assert all(isinstance(t.object, ox.BlankNode) for t in places)
    assert 'dct:identifier "00070"' in rdf(full())


def test_addresses_that_are_none_are_left_out():
    for text in ("javascript:alert(1)", "không có", "", None, "//x", "mailto:a@b.vn"):
        assert address(text) is None
    assert address("https://x.vn/a b<c>\"d\"").value == "https://x.vn/a%20b%3Cc%3E%22d%22"


@pytest.mark.parametrize(("text", "kind"), [
    ("2025", "gYear"), ("2025-09", "gYearMonth"), ("2025-09-30", "date"),
    ("2025-09-30T10:00:00", "dateTime"), ("hằng năm", "string"),
])  # fmt: skip
def test_a_date_is_as_exact_as_it_is_written(text, kind):
    assert date(text).datatype.value.endswith("#" + kind)


def test_blank_nodes_of_two_datasets_never_meet_and_stay_the_same():
    def blanks(uri):
        return {t.subject.value for t in serialize.dataset(full(), uri, SITE)
                if isinstance(t.subject, ox.BlankNode)}  # fmt: skip

    assert blanks(URI) == blanks(URI)
    assert not blanks(URI) & blanks(BASE + "/dataset/d-2")


@pytest.mark.parametrize(
    "odd", ["không có", "", " ", "urn:x:1", "http://a b", "x:\x00", "//host", 5]
)
def test_no_odd_value_makes_a_dataset_unreadable(odd):
    package = {
        "id": "d", "name": "d", "title": odd, "url": odd, "theme": [str(odd)], "issued": odd,
        "temporal_start": odd, "license_id": odd, "license_url": odd, "frequency": odd,
        "author_email": str(odd), "maintainer": "Ai", "maintainer_email": str(odd),
        "language": [str(odd)], "spatial_coverage": [str(odd)], "related": [str(odd)],
        "resources": [{"id": "r", "uri": odd, "url": odd, "download_url": odd, "issued": odd,
                       "format": odd, "mimetype": odd, "size": odd, "hash": odd,
                       "conforms_to": [str(odd)], "license_id": odd}],
    }
    triples = serialize.dataset(package, str(odd), SITE)
    assert any("r" in str(triple.object) for triple in triples)
    assert ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
