"""Nothing of a DCAT catalogue is lost, also where it says more than the fields can hold."""

from __future__ import annotations

import pytest

from ckanext.hanoi.harvest.standards import dcat_dataset, dcat_records
from ckanext.hanoi.parsing import rdf

URL = "https://portal.example/catalog"
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
"""
RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/" '
    'xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">'
    '<dcat:Dataset rdf:about="https://portal.example/d">{}</dcat:Dataset></rdf:RDF>'
)


def draft(text: str, content_type: str = "text/turtle") -> dict:
    whole = PREFIXES + text if content_type == "text/turtle" else text
    (found,) = dcat_records.candidates(rdf.parse(whole.encode(), URL, content_type), URL)
    return dcat_dataset.to_draft(found.content)


def dataset(text: str) -> dict:
    return draft(f'<d> a dcat:Dataset ; dct:title "Chợ" ; {text} .')


def test_text_beside_an_address_becomes_its_label_where_rdf_allows_no_text():
    theme = '<dcat:theme rdf:resource="https://x.example/nuoc">Nước mặt</dcat:theme>'
    title = "<dct:title>Quan trắc</dct:title>chữ lạc"
    found = draft(RDF_XML.format(title + theme), "application/rdf+xml")
    assert (found["title"], found["themes"]) == ("Quan trắc", ["Nước mặt"])


def test_a_prefix_that_nobody_declared_does_not_hide_the_catalogue():
    found = dataset('adms:versionNotes "sửa" ; la:rieng "x"')
    assert found["version_notes"] == "sửa"
    assert found["extras"]["urn:prefix:la#rieng"] == "x"


def test_an_abstract_describes_where_there_is_no_description():
    assert dataset('dct:abstract "Tóm tắt"')["notes"] == "Tóm tắt"


def test_further_contacts_publishers_pages_and_identifiers_are_kept():
    found = dataset("""
      dcat:contactPoint [ vcard:fn "An" ; vcard:hasEmail <mailto:an@x.vn> ],
                        [ vcard:fn "Bình" ; vcard:hasEmail <mailto:binh@x.vn> ] ;
      dct:publisher [ foaf:name "Sở A" ; org:subOrganizationOf [ foaf:name "UBND" ] ],
                    [ foaf:name "Sở B" ] ;
      dcat:landingPage <https://x.example/1>, <https://x.example/2> ;
      dct:identifier "a", "b" ; dct:title "Chợ quê" ; dct:issued "2020-01-01", "2021-01-01"
    """)
    extras = found["extras"]
    assert found["contact"]["email"] in ("an@x.vn", "binh@x.vn")
    other = {"an@x.vn": "Bình", "binh@x.vn": "An"}[found["contact"]["email"]]
    assert other in extras["contact_other"]
    assert found["contact"]["name"] not in extras["contact_other"]
    agencies = {"Sở A", "Sở B"} - {found["publisher"]["name"]}
    assert extras["publisher_other"].startswith(agencies.pop())
    assert extras["publisher_part_of"] == "UBND"
    pages = {found["url"], extras["landing_page_other"]}
    assert pages == {"https://x.example/1", "https://x.example/2"}
    assert {found["identifier"], extras["identifier_other"]} == {"a", "b"}
    assert {found["title"], extras["title_other"]} == {"Chợ", "Chợ quê"}
    assert {found["issued"], extras["issued_other"]} == {"2020-01-01", "2021-01-01"}


def test_what_publisher_and_contact_say_beside_their_fields_is_kept():
    found = dataset("""dct:publisher [ foaf:name "Sở Y tế"@vi, "Department of Health"@en ] ;
      dcat:contactPoint [ vcard:fn "An" ; vcard:hasAddress [ vcard:locality "Hà Nội" ] ]""")
    assert "Department of Health" in found["extras"]["publisher_other"]
    assert "Hà Nội" in found["extras"]["contact_other"]


def test_what_is_told_once_is_not_told_again():
    found = dataset("""dct:identifier "mã" ; dcat:contactPoint [ vcard:fn "An" ] ;
      dct:publisher [ foaf:name "Sở A" ] ; dct:temporal [ dcat:startDate "2020" ]""")
    assert "extras" not in found


def test_standards_services_and_relations_are_told_in_full():
    found = dataset("""
      dct:conformsTo [ a dct:Standard ; rdfs:label "VN-2000" ],
        <https://x.example/qcvn> ;
      dcat:qualifiedRelation [ dct:relation <https://x.example/khac> ;
        dcat:hadRole <https://x.example/role> ] ;
      dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://x.example/api> ;
        dcat:accessService [ a dcat:DataService ; dcat:endpointURL <https://x.example/wfs> ;
          dct:title "WFS" ; dct:description "Lấy theo lớp" ] ]
    """)
    assert set(found["conforms_to"]) == {"VN-2000", "https://x.example/qcvn"}
    assert found["related"] == ["https://x.example/khac"]
    assert "https://x.example/role" in found["extras"]["qualifiedRelation"]
    assert "Lấy theo lớp" in found["resources"][0]["extras"]["service"]


def test_each_file_of_a_distribution_is_a_resource():
    found = dataset("""dcat:distribution [ a dcat:Distribution ; dct:title "Bảng" ;
      dcat:accessURL <https://x.example/p> ;
      dcat:downloadURL <https://x.example/1.csv>, <https://x.example/2.csv> ]""")
    assert [r.get("download_url") for r in found["resources"]] == [
        "https://x.example/1.csv", "https://x.example/2.csv",
    ]  # fmt: skip
    assert {r["name"] for r in found["resources"]} == {"Bảng"}


@pytest.mark.parametrize(
    "geometry", ["wrong wkt", '{\\"type\\": \\"Polygon\\", \\"coordinates\\": [[[4, NaN]]]}']
)
def test_a_place_that_can_not_be_used_is_kept_as_it_is_written(geometry):
    found = dataset(f'dct:spatial [ locn:geometry "{geometry}" ]')
    assert "spatial" not in found
    assert found["extras"]["spatial_written"] == geometry.replace("\\", "")


@pytest.mark.parametrize(
    ("algorithm", "code"),
    [
        ("http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "sha256"),
        ("http://dcat-ap.de/def/hashAlgorithms/sha/256", "sha256"),
        ("http://dcat-ap.de/def/hashAlgorithms/md/5", "md5"),
    ],
)
def test_the_algorithm_of_a_checksum_is_known_by_its_address(algorithm, code):
    found = dataset(f"""dcat:distribution [ dcat:accessURL <https://x.example/p> ;
      spdx:checksum [ spdx:checksumValue "ab" ; spdx:algorithm <{algorithm}> ] ]""")
    assert found["resources"][0]["hash_algorithm"] == code
