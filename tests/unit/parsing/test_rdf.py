"""RDF from strangers."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.parsing.rdf import Graph, Literal, RdfError, compact, parse

BASE = "http://portal.example/catalog"
RDF = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"'
)
DCT_TITLE = "<http://purl.org/dc/terms/title>"


def entity_bomb(levels: int = 9) -> bytes:
    """A billion laughs in RDF/XML, a few hundred bytes long."""
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">'
        for n in range(levels)
    )
    return (
        f"<?xml version='1.0'?><!DOCTYPE rdf:RDF [{entities}]><rdf:RDF {RDF}><rdf:Description>"
        f"<dct:title>&e{levels - 1};</dct:title></rdf:Description></rdf:RDF>"
    ).encode()


def titles(graph: Graph) -> list[Literal]:
    return [t for said in graph.by_subject.values() for t in said.get("dct:title", ())]


DOCUMENTS = {
    "RDF/XML": f'<rdf:RDF {RDF}><rdf:Description rdf:about="d">'
    '<dct:title xml:lang="VI">Chợ</dct:title>'
    "</rdf:Description></rdf:RDF>",
    "Turtle": '@prefix dct: <http://purl.org/dc/terms/> . <d> dct:title "Chợ"@vi .',
    "Turtle, SPARQL style": 'PREFIX dct: <http://purl.org/dc/terms/> <d> dct:title "Chợ"@VI .',
    "N-Triples": f'<http://portal.example/d> {DCT_TITLE} "Ch\\u1EE3"@vi .',
    "JSON-LD": '{"@context": {"dct": "http://purl.org/dc/terms/"}, "@id": "d",'
    ' "dct:title": {"@value": "Chợ", "@language": "vi"}}',
    "expanded JSON-LD": '[{"@id": "d", "http://purl.org/dc/terms/title":'
    ' [{"@value": "Chợ", "@language": "vi"}]}]',
}


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("declared", ["", "text/plain", "application/octet-stream"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_document_is_known_by_what_it_looks_like(kind, declared, bom):
    graph = parse(bom + DOCUMENTS[kind].encode(), BASE, declared)
    assert list(graph.by_subject) == ["http://portal.example/d"]
    assert graph.values("http://portal.example/d", "dct:title") == [Literal("Chợ", "vi")]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://www.w3.org/ns/dcat#Dataset", "dcat:Dataset"),
        ("https://www.w3.org/ns/dcat#Dataset", "dcat:Dataset"),
        ("http://www.w3.org/ns/dcat/Dataset", "dcat:Dataset"),
        ("https://schema.org/startDate", "schema:startDate"),
        ("http://purl.org/dc/elements/1.1/title", "dc:title"),
        ("http://data.europa.eu/r5r/availability", "dcatap:availability"),
        ("http://www.w3.org/ns/dcatx#Dataset", "http://www.w3.org/ns/dcatx#Dataset"),
        ("urn:x", "urn:x"),
    ],
)
def test_namespaces_are_known_in_any_spelling(address, name):
    assert compact(address) == name


def test_an_entity_bomb_is_refused_at_once():
    bomb = entity_bomb()
    assert len(bomb) < 1000
    start = time.process_time()
    with pytest.raises(RdfError):
        parse(bomb, BASE)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_an_entity_bomb_in_another_encoding_is_refused_too(encoding):
    start = time.process_time()
    with pytest.raises(RdfError):
        parse(entity_bomb().decode().encode(encoding), BASE, "application/rdf+xml")
    assert time.process_time() - start < 0.5


def test_an_external_entity_is_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("bí mật")
    document = (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rdf:RDF {RDF}><rdf:Description>'
        "<dct:title>&x;</dct:title></rdf:Description></rdf:RDF>"
    )
    with pytest.raises(RdfError):
        parse(document.encode(), BASE)


def test_a_bomb_inside_a_literal_stays_text():
    bomb = entity_bomb().decode().replace("\\", "").replace('"', '\\"').replace("\n", "")
    type_ = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>"
    start = time.process_time()
    graph = parse(f'<d> {DCT_TITLE} "{bomb}"^^{type_} .'.encode(), BASE)
    assert time.process_time() - start < 0.5
    assert titles(graph)[0].text.startswith("<?xml")


@pytest.mark.parametrize(
    "context",
    [
        '"{0}"',
        '["{0}", {{"x": "http://x/"}}]',
        '{{"@import": "{0}"}}',
        '[{{"dct": "http://purl.org/dc/terms/", "dct:title": {{"@context": "{0}"}}}}]',
        '"file:///etc/passwd"',
        "[[[]]]",
        "null",
        "7",
    ],
)
def test_no_context_is_fetched(httpserver, context):
    url = httpserver.url_for("/context.jsonld")
    document = f'{{"@context": {context.format(url)}, "@id": "d", "dct:title": "Chợ", "dcat:x": 1}}'
    with contextlib.suppress(RdfError):
        parse(document.encode(), BASE)
    assert httpserver.log == []


def test_the_terms_of_a_context_that_is_not_fetched_are_understood():
    graph = parse(
        b'{"@context": "https://semiceu.github.io/DCAT-AP/context.jsonld", "@id": "d",'
        b'"@type": "Dataset", "title": "T", "distribution": {"@type": "dcat:Distribution",'
        b'"accessURL": "http://x/a.csv"}}',
        BASE,
    )
    assert graph.by_type["dcat:Dataset"] == ["http://portal.example/d"]
    (distribution,) = graph.values("http://portal.example/d", "dcat:distribution")
    assert graph.values(distribution, "dcat:accessURL") == ["http://x/a.csv"]


def test_bad_addresses_and_language_tags_in_turtle_are_mended():
    graph = parse(
        f'<d> {DCT_TITLE} "a <b c>"@vi_VN ; <p> <tệp dữ\\liệu {{1}}.csv> .'.encode(), BASE
    )
    assert titles(graph) == [Literal("a <b c>", "vi-vn")]
    assert graph.values("http://portal.example/d", "http://portal.example/p") == [
        "http://portal.example/tệp%20dữ/liệu%20%7B1%7D.csv"
    ]


def test_backslashes_in_addresses_become_slashes():
    graph = parse(
        f'<rdf:RDF {RDF}><rdf:Description rdf:about="d">'
        '<dct:relation rdf:resource="\\dl\\a b.csv"/>'
        "</rdf:Description></rdf:RDF>".encode(),
        BASE,
    )
    assert graph.values("http://portal.example/d", "dct:relation") == [
        "http://portal.example/dl/a b.csv"
    ]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_half_a_document_is_an_error(kind):
    document = DOCUMENTS[kind].encode()
    with pytest.raises(RdfError):
        parse(document[: len(document) * 4 // 5], BASE)


@pytest.mark.parametrize(
    "document", [b"\x00\x01\x02", b"hello world", b"{" * 5000, b"[" * 100_000, b"<a>" * 5000]
)
def test_what_is_no_rdf_is_an_error(document):
    with pytest.raises(RdfError):
        parse(document, BASE)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(DOCUMENTS)), st.integers(0, 400), st.binary(max_size=4))
def test_spoiled_documents_give_a_graph_or_an_error(kind, where, what):
    document = DOCUMENTS[kind].encode()
    where %= len(document)
    with contextlib.suppress(RdfError):
        parse(document[:where] + what + document[where + len(what) // 2 :], BASE)


def test_members_of_a_list_stand_where_the_list_stands():
    data = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> .
    <http://a.vn/1> a dcat:dataset ; dcat:Distribution ( <http://a.vn/f> <http://a.vn/g> ) , () ;
      dcat:downloadUrl "x" ."""
    graph = parse(data, "http://a.vn/", "text/turtle")
    assert graph.values("http://a.vn/1", "dcat:distribution") == ["http://a.vn/f", "http://a.vn/g"]
    assert graph.by_type["dcat:Dataset"] == ["http://a.vn/1"]
    assert graph.text("http://a.vn/1", "dcat:downloadURL") == "x"
    assert set(graph.by_subject) == {"http://a.vn/1"}


def test_a_list_without_an_end_is_read_once():
    data = b"""@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    <http://a.vn/1> <http://a.vn/p> _:a . _:a rdf:first "x" ; rdf:rest _:a ."""
    graph = parse(data, "http://a.vn/", "text/turtle")
    assert graph.text("http://a.vn/1", "http://a.vn/p") == "x"


def test_names_of_namespaces_in_a_document_type_are_taken():
    data = b"""<?xml version="1.0"?>
    <!DOCTYPE rdf:RDF [
      <!ENTITY dct "http://purl.org/dc/terms/" > <!ENTITY dcat "http://www.w3.org/ns/dcat#" >
    ]>
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="&dct;">
      <rdf:Description rdf:about="http://a.vn/1"><rdf:type rdf:resource="&dcat;Dataset"/>
      <dct:title>T\xc3\xaan</dct:title></rdf:Description></rdf:RDF>"""
    graph = parse(data, "http://a.vn/", "application/rdf+xml")
    assert graph.by_type["dcat:Dataset"] == ["http://a.vn/1"]
    assert graph.text("http://a.vn/1", "dct:title") == "Tên"
    plain = data.partition(b"]>")[2].replace(b"&dct;", b"http://purl.org/dc/terms/")
    plain = plain.replace(b"&dcat;", b"http://www.w3.org/ns/dcat#").strip()
    above = b"This XML file does not appear to have any style information associated with it.\n"
    assert parse(above + plain, "http://a.vn/").by_subject == graph.by_subject
