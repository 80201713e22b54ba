"""DCAT catalogues over HTTP."""

from __future__ import annotations

import contextlib
import re
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from portal import data, fetcher, identities, read, spoiled_xml
from werkzeug import Request, Response

from ckanext.hanoi.fetch import Fetcher, FetchError, NotModifiedError
from ckanext.hanoi.harvest.connectors import Record, SourceError
from ckanext.hanoi.harvest.connectors.dcat import DcatConnector

SAMPLE = data("dcat/civitavecchia__catalog.rdf")
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix dcatap: <http://data.europa.eu/r5r/> . @prefix prov: <http://www.w3.org/ns/prov#> .
"""
CATALOG = '<http://portal.example/> a dcat:Catalog ; dct:title "Cổng" .\n'


@pytest.fixture
def serve(httpserver):
    def serve(body: str | bytes, content_type="text/turtle", path="/catalog") -> DcatConnector:
        if isinstance(body, str) and content_type == "text/turtle":
            body = PREFIXES + body
        httpserver.expect_request(path).respond_with_data(body, content_type=content_type)
        return DcatConnector(httpserver.url_for(path))

    return serve


def collect(items, into: list) -> None:
    """Into a list, so that what came before an error is there."""
    for item in items:
        into.append(item)


def drafts(connector: DcatConnector) -> list[dict]:
    return [connector.to_dataset(record) for record in read(connector)[0]]


def draft(connector: DcatConnector) -> dict:
    (found,) = drafts(connector)
    return found


# --- reading -----------------------------------------------------------------------------------


def test_the_catalogue_of_a_town_is_read_completely_and_the_same_at_every_read(serve):
    connector = serve(SAMPLE, "application/rdf+xml")
    records, unreadable = read(connector)
    assert len(records) == 10
    assert unreadable == []
    assert identities(connector) == identities(connector)
    found = {d["identifier"]: d for d in map(connector.to_dataset, records)}
    budget = found["c_c773:bilancio-preventivo-e-consuntivo"]
    assert budget["title"] == "Bilancio preventivo e consuntivo"
    assert budget["publisher"] == {"name": "Comune di Civitavecchia", "identifier": "c_c773"}
    assert budget["themes"] == ["http://publications.europa.eu/resource/authority/data-theme/ECON"]
    assert budget["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert budget["issued"] == "2021-04-05"
    assert budget["keywords"] == ["bilancio", "consuntivo", "preventivo"]
    assert budget["access_level"].endswith("/PUBLIC")
    assert budget["contact"] == {
        "name": "Comune di Civitavecchia",
        "phone": "+39 0766 5901",
        "email": "servizi.informatici@comune.civitavecchia.rm.it",
    }
    (resource,) = budget["resources"]
    assert resource["format"] == "CSV"
    assert resource["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert "id_sezione=731" in resource["url"]
    assert budget["extras"]["subject"] == "2441 bilancio (http://eurovoc.europa.eu/100205)"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">'
            '<dcat:Dataset rdf:about="http://x.example/d"><dct:title>Chợ</dct:title></dcat:Dataset>'
            "</rdf:RDF>",
            "application/rdf+xml",
        ),
        ('<http://x.example/d> a dcat:Dataset ; dct:title "Chợ" .', "text/turtle"),
        (
            "<http://x.example/d> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
            " <http://www.w3.org/ns/dcat#Dataset> .\n"
            '<http://x.example/d> <http://purl.org/dc/terms/title> "Chợ" .',
            "application/n-triples",
        ),
        (
            '{"@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},'
            '"@graph": [{"@id": "http://x.example/d", "@type": "dcat:Dataset",'
            ' "dct:title": "Chợ"}]}',
            "application/ld+json",
        ),
    ],
    ids=["RDF/XML", "Turtle", "N-Triples", "JSON-LD"],
)
def test_every_serialisation_gives_the_same_record(serve, body, content_type):
    (record,), _ = read(serve(body, content_type))
    assert (record.guid, record.title) == ("http://x.example/d", "Chợ")
    assert record.content["dct:title"] == ["Chợ"]


def test_rdf_is_asked_for(httpserver):
    accepts = []

    def answer(request: Request) -> Response:
        accepts.append(request.headers["Accept"])
        return Response(PREFIXES + CATALOG, content_type="text/turtle")

    httpserver.expect_request("/").respond_with_handler(answer)
    read(DcatConnector(httpserver.url_for("/")))
    assert accepts[0].startswith("text/turtle, application/ld+json")


def test_the_rdf_that_a_web_page_names_is_read_instead(serve, httpserver):
    serve('<d> a dcat:Dataset ; dct:title "Chợ" .', path="/catalog.ttl")
    page = '<!doctype html><link rel="alternate" type="text/turtle" href="catalog.ttl">'
    assert len(read(serve(page, "text/html", path="/"))[0]) == 1


def test_datasets_that_a_catalogue_only_points_to_are_fetched(serve, httpserver):
    links = ", ".join(f"<{httpserver.url_for(f'/d{n}')}>" for n in range(3))
    for n in range(3):
        serve(f'<> a dcat:Dataset ; dct:title "Tập {n}" .', path=f"/d{n}")
    connector = serve(f"<> a dcat:Catalog ; dcat:dataset {links} .")
    assert {r.title for r in read(connector)[0]} == {"Tập 0", "Tập 1", "Tập 2"}


# --- identity ----------------------------------------------------------------------------------


def test_blank_datasets_are_known_by_their_identifier_else_by_their_content(serve):
    body = (
        CATALOG + '[] a dcat:Dataset ; dct:title "A" ; dct:identifier "id-a" .'
        '[] a dcat:Dataset ; dct:title "B" ; dcat:landingPage <http://x.example/b> .'
        '<http://portal.example/.well-known/genid/8> a dcat:Dataset ; dct:title "C" .'
    )
    connector = serve(body)
    found = {r.title: r.guid for r in read(connector)[0]}
    assert found["A"] == "id-a"
    assert found["B"].startswith("hash:")
    assert found["C"].startswith("hash:")
    assert identities(connector) == identities(connector)


def test_repeated_identifiers_of_blank_datasets_lose_none(serve):
    body = "".join(f'[] a dcat:Dataset ; dct:title "{t}" ; dct:identifier "1" .' for t in "ABC")
    assert len({r.guid for r in read(serve(CATALOG + body))[0]}) == 3


def test_neither_order_nor_labels_of_blank_nodes_change_a_record(serve, httpserver):
    parts = [
        '<d> a dcat:Dataset ; dct:title "A"@en ; dct:title "B"@vi ; dcat:keyword "x", "y" .',
        '<d> dcat:contactPoint _:c . _:c vcard:fn "C" ; vcard:hasEmail <mailto:c@x.vn> .',
        '<d> dcat:distribution _:e, _:f . _:e dct:title "E" . _:f dct:title "F" .',
    ]
    first = identities(serve("\n".join(parts), path="/d/1"))
    renamed = "\n".join(reversed(parts)).replace("_:e", "_:zz").replace("_:c", "_:f2")
    second = identities(serve(renamed, path="/d/2"))
    assert [fingerprint for _, fingerprint in first] == [fingerprint for _, fingerprint in second]


# --- paging ------------------------------------------------------------------------------------


class Pages:
    """A catalogue in pages, as ckanext-dcat makes them (old and new)."""

    def __init__(self, url: str, count: int, size: int = 10, style: str = "old") -> None:
        self.url, self.count, self.size, self.style = url, count, size, style
        self.total = count
        self.asked: list[int] = []
        self.spoil = lambda page: None
        self.shown = lambda page: page

    def __call__(self, request: Request) -> Response:
        page = int(request.args.get("page", 1))
        self.asked.append(page)
        if (spoiled := self.spoil(page)) is not None:
            return spoiled
        start = (self.shown(page) - 1) * self.size
        datasets = "".join(
            f'<http://x.example/{n}> a dcat:Dataset ; dct:title "Tập {n}" .\n'
            for n in range(start, min(start + self.size, self.count))
        )
        more = page * self.size < self.total
        body = PREFIXES + CATALOG + datasets + self._links(page, more)
        headers = {}
        if self.style == "link" and more:
            headers["Link"] = f'<{self.url}?page={page + 1}>; rel="next", <{self.url}>; rel="first"'
        return Response(body, content_type="text/turtle", headers=headers)

    def _links(self, page: int, more: bool) -> str:
        here, following = f"<{self.url}?page={page}>", f"{self.url}?page={page + 1}"
        if self.style == "old":
            next_ = f' ; hydra:nextPage "{following}"' if more else ""
            return (
                f"{here} a hydra:PagedCollection ; hydra:itemsPerPage {self.size} ;"
                f' hydra:totalItems {self.total} ; hydra:lastPage "x"{next_} .'
            )
        if self.style == "new":
            next_ = f" ; hydra:next <{following}>" if more else ""
            return (
                f"{here} a hydra:PartialCollectionView ; hydra:first <{self.url}?page=1>{next_} ."
            )
        return ""


@pytest.fixture
def paged(httpserver):
    def paged(count: int, **options) -> tuple[DcatConnector, Pages]:
        pages = Pages(httpserver.url_for("/catalog.ttl"), count, **options)
        httpserver.expect_request("/catalog.ttl").respond_with_handler(pages)
        return DcatConnector(pages.url), pages

    return paged


@pytest.mark.parametrize("style", ["old", "new", "link"])
@pytest.mark.parametrize("count", [1, 10, 11, 45])
def test_pages_are_followed_to_the_end(paged, style, count):
    connector, pages = paged(count, style=style)
    assert len(read(connector)[0]) == count
    assert len(pages.asked) == (count + 9) // 10
    assert identities(connector) == identities(connector)


def test_a_page_that_comes_twice_doubles_nothing_and_hides_nothing(paged):
    connector, pages = paged(40, style="new")
    pages.total = 50
    pages.shown = lambda page: page if page < 3 else page - 1
    records, _ = read(connector)
    assert len(records) == len({r.guid for r in records}) == 40


def test_a_page_that_leads_in_a_circle_ends(paged):
    connector, pages = paged(20, style="new")
    pages._links = lambda page, more: (
        f"<{pages.url}?page={page}> a hydra:PartialCollectionView ;"
        f" hydra:next <{pages.url}?page={3 - page}> ."
    )
    assert len(read(connector)[0]) == 20


def test_a_dataset_that_changes_while_pages_are_read_is_still_one(httpserver):
    url = httpserver.url_for("/c")
    for n, title in ((1, "Trước"), (2, "Sau")):
        more = f"<{url}?page=1> a hydra:PartialCollectionView ; hydra:next <{url}?page=2> ."
        body = f'<http://x.example/d> a dcat:Dataset ; dct:title "{title}" ; dcat:keyword "k" .'
        httpserver.expect_request("/c", query_string=f"page={n}").respond_with_data(
            PREFIXES + body + (more if n == 1 else ""), content_type="text/turtle"
        )
    (record,), _ = read(DcatConnector(f"{url}?page=1"))
    assert (record.guid, record.title) == ("http://x.example/d", "Trước")


def test_a_dataset_that_an_earlier_page_only_mentions_is_read_from_the_later_one(httpserver):
    url = httpserver.url_for("/c")
    series = '<http://x.example/s> a dcat:DatasetSeries ; dct:title "Chuỗi" '
    bodies = {
        1: '<http://x.example/d> a dcat:Dataset ; dct:title "D" ; dct:description "x" ;'
        f" dcat:inSeries <http://x.example/s> . {series} ."
        f"<{url}?page=1> a hydra:PartialCollectionView ; hydra:next <{url}?page=2> .",
        2: f'{series} ; dct:description "Mô tả" .',
    }
    for n, body in bodies.items():
        httpserver.expect_request("/c", query_string=f"page={n}").respond_with_data(
            PREFIXES + body, content_type="text/turtle"
        )
    connector = DcatConnector(f"{url}?page=1")
    found = {d["title"]: d for d in drafts(connector)}
    assert set(found) == {"D", "Chuỗi"}
    assert found["Chuỗi"]["notes"] == "Mô tả"


def test_the_same_page_under_ever_new_addresses_is_an_error(paged):
    connector, pages = paged(10, style="new")
    pages.total = 10**9
    pages.shown = lambda page: 1
    with pytest.raises(SourceError, match="again and again"):
        read(connector)
    assert len(pages.asked) < 10


def test_fewer_datasets_than_announced_are_an_incomplete_read(paged):
    connector, pages = paged(45)
    pages.total = 60
    got: list = []
    with pytest.raises(SourceError, match="announced 60") as e, fetcher() as fetch:
        got.extend(connector.records(fetch))
    assert e.value.params["seen"] == 45


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda: Response("", 500), "500"),
        (lambda: Response("<!DOCTYPE html><html>Bảo trì"), "web page"),
        (lambda: Response(PREFIXES + '<d> dct:title "A'), "can't be read"),
        (lambda: Response("[]", content_type="application/ld+json"), "no DCAT"),
    ],
    ids=["500", "html", "half a page", "nothing"],
)
def test_a_broken_page_ends_the_read_with_an_error(paged, answer, message):
    connector, pages = paged(45)
    pages.spoil = lambda page: answer() if page == 3 else None
    got = []
    with pytest.raises(SourceError, match=message), fetcher() as fetch:
        collect(connector.records(fetch), got)
    assert len(got) == 20


def test_a_server_that_hangs_is_left(httpserver):
    httpserver.expect_request("/").respond_with_handler(lambda r: time.sleep(1.5) or Response(""))
    with pytest.raises(FetchError), fetcher(timeout=0.3) as fetch:
        list(DcatConnector(httpserver.url_for("/")).records(fetch))


def test_an_empty_catalogue_is_empty(serve):
    assert read(serve(CATALOG)) == ([], [])


@pytest.mark.parametrize("body", ["", "<a> <b> <c> .", "# nothing"])
def test_rdf_that_is_no_catalogue_is_an_error(serve, body):
    with pytest.raises(SourceError, match="no DCAT"):
        read(serve(body))


# --- unchanged ---------------------------------------------------------------------------------


def _again(first: Fetcher) -> Fetcher:
    again = fetcher()
    again.validators, again.known_hashes = first.remember, first.hashes
    return again


def test_a_catalogue_in_one_document_that_did_not_change_is_not_read_again(serve):
    connector = serve(SAMPLE, "application/rdf+xml")
    with fetcher() as first:
        assert len(list(connector.records(first))) == 10
    with _again(first) as again, pytest.raises(NotModifiedError):
        list(connector.records(again))


def test_the_first_of_many_pages_being_unchanged_says_nothing(paged):
    connector, pages = paged(25)
    with fetcher() as first:
        assert len(list(connector.records(first))) == 25
    assert (first.remember, first.hashes) == ({}, {})
    with _again(first) as again:
        assert len(list(connector.records(again))) == 25


# --- mapping -----------------------------------------------------------------------------------


def test_several_languages_with_tags_in_any_case(serve):
    found = draft(
        serve(
            '<d> a dcat:Dataset ; dct:title "Chợ"@VI, "Markets"@en-GB, "Marchés"@Fr ;'
            ' dct:description "Một"@vi, "Hai"@vi, "One"@en .'
        )
    )
    assert found["title"] == {"vi": "Chợ", "en-gb": "Markets", "fr": "Marchés"}
    assert found["notes"]["vi"] in ("Một\n\nHai", "Hai\n\nMột")


def test_a_distribution_without_a_dataset_is_a_dataset(serve):
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">'
        '<dcat:Distribution rdf:about="ds/1"><dct:title>Danh sách chợ</dct:title>'
        '<dcat:downloadURL rdf:resource="\\uploads\\danh muc\\cho.xlsx"/>'
        "<dcat:accessURL>~\\du-lieu\\1</dcat:accessURL><dct:format>xlsx</dct:format>"
        '<dct:issued rdf:datatype="http://www.w3.org/2001/XMLSchema#dateTime">2023-05-06</dct:issued>'
        "</dcat:Distribution></rdf:RDF>"
    )
    connector = serve(body, "application/rdf+xml", path="/data/catalog.rdf")
    found = draft(connector)
    root = connector.url.removesuffix("/data/catalog.rdf")
    assert found["title"] == "Danh sách chợ"
    assert found["issued"] == "2023-05-06"
    (resource,) = found["resources"]
    assert resource["download_url"] == f"{root}/data/uploads/danh%20muc/cho.xlsx"
    assert resource["url"] == f"{root}/data/~/du-lieu/1"
    assert resource["format"] == "xlsx"


def test_a_distribution_that_names_its_dataset_belongs_to_it(serve):
    found = draft(
        serve(
            '<d> a dcat:Dataset ; dct:title "D" . <r> a dcat:Distribution ; dct:title "R" ;'
            " dct:isPartOf <d> ; dcat:accessURL <http://x.example/r.csv> ."
        )
    )
    assert [r["name"] for r in found["resources"]] == ["R"]


def test_services_are_resources_of_what_they_serve_or_datasets(serve):
    found = {
        d["title"]: d
        for d in drafts(
            serve(
                '<d> a dcat:Dataset ; dct:title "D" .'
                '<s> a dcat:DataService ; dct:title "S" ; dcat:servesDataset <d> ;'
                " dcat:endpointURL <http://x.example/api> ."
                '<t> a dcat:DataService ; dct:title "T" ; dcat:endpointURL <http://x.example/wms> .'
            )
        )
    }
    assert set(found) == {"D", "T"}
    assert found["D"]["resources"][0]["url"] == "http://x.example/api"
    assert found["T"]["resources"][0]["access_service"] == "http://x.example/wms"


def test_a_series_and_its_members_point_to_each_other(serve):
    found = {
        d["title"]: d
        for d in drafts(
            serve(
                '<s> a dcat:DatasetSeries ; dct:title "Chuỗi" .'
                '<d> a dcat:Dataset ; dct:title "2024" ; dcat:inSeries <s> .'
            )
        )
    }
    assert set(found) == {"Chuỗi", "2024"}
    assert found["2024"]["related"][0].endswith("/s")


def test_everything_of_a_rich_dataset_finds_its_place(serve):
    found = draft(
        serve("""
<d> a dcat:Dataset ; dct:title "D" ; dct:identifier "i" ; dct:issued "2020-01-02"^^xsd:dateTime ;
  dct:modified "2021-02-03T04:05:06"^^xsd:dateTime ; dcat:version "2" ; adms:versionNotes "mới" ;
  dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/ANNUAL> ;
  dct:language <http://publications.europa.eu/resource/authority/language/VIE>, "en" ;
  dct:publisher <http://x.example/org/so-y-te> ; dct:conformsTo <http://x.example/std> ;
  dcat:theme [ a skos:Concept ; skos:prefLabel "Y tế"@vi ] ;
  dcatap:applicableLegislation <http://x.example/law> ;
  dcat:contactPoint [ vcard:fn "Bà An" ; vcard:organization-name "Sở Y tế" ;
     vcard:hasEmail <mailto:an@x.vn> ; vcard:hasTelephone [ vcard:hasValue <tel:+842412345> ] ] ;
  dct:spatial [ locn:geometry "POINT(105.8 21.0)"^^geo:wktLiteral ; skos:prefLabel "Hà Nội" ] ;
  dct:temporal [ dcat:startDate "2020-01-01"^^xsd:date ; dcat:endDate "2020-12-31"^^xsd:date ] ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC> ;
  dct:rights [ a dct:RightsStatement ; <http://www.w3.org/2000/01/rdf-schema#label> "Ghi nguồn" ] ;
  dct:provenance [ <http://www.w3.org/2000/01/rdf-schema#label> "Đo đạc" ] ;
  <http://x.example/own> "riêng" ;
  dcat:distribution <r> .
<r> a dcat:Distribution ; dct:title "R"@vi ; dcat:accessURL <http://x.example/r> ;
  dcat:downloadURL <http://x.example/r.csv> ; dcat:byteSize "1024.0"^^xsd:decimal ;
  dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
  spdx:checksum [ spdx:checksumValue "abc" ; spdx:algorithm spdx:checksumAlgorithm_sha1 ] ;
  dct:license [ a dct:LicenseDocument ; dct:title "Giấy phép lạ" ] ;
  dcat:accessService [ dcat:endpointURL <http://x.example/api> ] ; dcatap:availability "stable" .
""")
    )
    assert found["publisher"]["identifier"] == "so-y-te"
    assert found["contact"] == {
        "name": "Bà An",
        "unit": "Sở Y tế",
        "email": "an@x.vn",
        "phone": "+842412345",
    }
    assert found["issued"] == "2020-01-02"
    assert found["spatial"] == {"type": "Point", "coordinates": [105.8, 21.0]}
    assert found["spatial_text"] == ["Hà Nội"]
    assert (found["temporal_start"], found["temporal_end"]) == ("2020-01-01", "2020-12-31")
    assert found["themes"] == ["Y tế"]
    assert found["access_level"].endswith("NON_PUBLIC")
    assert found["rights"] == "Ghi nguồn"
    assert found["legal_basis"] == "http://x.example/law"
    assert found["license"] == ["Giấy phép lạ"]
    assert found["extras"] == {"provenance": "Đo đạc", "http://x.example/own": "riêng"}
    (resource,) = found["resources"]
    assert resource["size"] == 1024
    assert (resource["hash"], resource["hash_algorithm"]) == ("abc", "sha1")
    assert resource["access_service"] == "http://x.example/api"
    assert resource["extras"] == {"dcatap:availability": "stable"}


def test_a_licence_is_never_invented(serve):
    found = draft(serve('<d> a dcat:Dataset ; dct:title "D" ; dct:license "" .'))
    assert "license" not in found


def test_a_place_or_period_in_words_is_kept(serve):
    found = draft(
        serve(
            '<d> a dcat:Dataset ; dct:title "D" ; dct:spatial "Quận Ba Đình" ;'
            ' dct:temporal "2015-2020", "thời Lý" .'
        )
    )
    assert found["spatial_text"] == ["Quận Ba Đình"]
    assert (found["temporal_start"], found["temporal_end"]) == ("2015", "2020")
    assert found["extras"]["temporal_text"] == "thời Lý"


# --- hostile -----------------------------------------------------------------------------------


def test_an_entity_bomb_is_an_error_at_once(serve):
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    bomb = (
        f"<!DOCTYPE r [{levels}]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description rdf:about='&e8;'/></rdf:RDF>"
    )
    start = time.process_time()
    with pytest.raises(SourceError, match="document type"):
        read(serve(bomb, "application/rdf+xml"))
    assert time.process_time() - start < 1


def test_a_context_is_not_fetched(serve, httpserver):
    remote = httpserver.url_for("/context")
    document = f'{{"@context": "{remote}", "@id": "d", "@type": "Dataset", "title": "T"}}'
    assert len(read(serve(document, "application/ld+json"))[0]) == 1
    assert [r.path for r, _ in httpserver.log] == ["/catalog"]


def test_nodes_that_point_at_each_other_do_not_unfold_for_ever(serve):
    nodes = " ".join(
        f"_:n{a} dct:provenance " + ", ".join(f"_:n{b}" for b in range(12)) + " ."
        for a in range(12)
    )
    start = time.process_time()
    records, _ = read(serve(f'<d> a dcat:Dataset ; dct:title "D" ; dct:provenance _:n0 . {nodes}'))
    assert len(records) == 1
    assert time.process_time() - start < 3


@pytest.fixture(scope="module")
def spoiled_server(make_httpserver):
    bodies: list[bytes] = [b""]
    handler = lambda request: Response(bodies[0], content_type="application/rdf+xml")  # noqa: E731
    make_httpserver.clear()
    make_httpserver.expect_request(re.compile("/.*")).respond_with_handler(handler)
    return make_httpserver, bodies


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**9))
def test_a_spoiled_catalogue_never_breaks_the_run(spoiled_server, seed):
    server, bodies = spoiled_server
    bodies[0] = spoiled_xml(SAMPLE, seed, 8)
    connector = DcatConnector(server.url_for("/catalog.rdf"))
    got: list = []
    with contextlib.suppress(SourceError), fetcher() as fetch:
        collect(connector.records(fetch), got)
    for item in got:
        assert isinstance(item, Record)
        assert item.guid
        assert isinstance(connector.to_dataset(item)["title"], (str, dict))


_TREE = st.recursive(
    st.one_of(
        st.none(),
        st.text(max_size=5),
        st.integers(),
        st.fixed_dictionaries({"@value": st.text(max_size=5), "@language": st.text(max_size=3)}),
        st.fixed_dictionaries({"@id": st.text(max_size=9)}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "@id",
                    "dct:title",
                    "dcat:distribution",
                    "dct:spatial",
                    "dcat:contactPoint",
                    "dct:license",
                    "dct:publisher",
                    "dct:temporal",
                    "dcat:theme",
                    "dct:rights",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "@id",
                "dct:title",
                "dcat:distribution",
                "dct:spatial",
                "dcat:contactPoint",
                "dct:license",
                "dct:publisher",
                "dct:temporal",
                "dcat:theme",
                "dct:rights",
                "dcat:keyword",
                "services",
                "dct:accessRights",
                "dcat:accessURL",
                "rdf:type",
                "dct:description",
            ]
        ),
        _TREE,
        max_size=8,
    )
)
@example({"dcat:theme": [{"@id": {"@value": "", "@language": ""}}]})
def test_no_content_breaks_the_mapping(content):
    assert "title" in DcatConnector("http://x.example/").to_dataset(Record("g", content))


@pytest.mark.parametrize("code", ["PUBLIC", "CONFIDENTIAL", "SENSITIVE"])
def test_an_access_right_of_the_eu_is_an_access_level_even_where_nobody_knows_it(serve, code):
    right = f"http://publications.europa.eu/resource/authority/access-right/{code}"
    found = draft(serve(f"""
<d> a dcat:Dataset ; dct:title "D" ; dct:identifier "i" ;
  dct:accessRights <{right}>, "Xin liên hệ" .
"""))
    assert found["access_level"] == right
    assert found["rights"] == "Xin liên hệ"


NOWHERE = [r"\\server\share\a b.csv", r"C:\data\a.csv", r"\\10.0.0.1\c$", "file://server/a.csv",
           "C:/data/a.csv"]  # fmt: skip
UNC_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">
<dcat:Dataset rdf:about="http://a.vn/d/1"><dct:title>T</dct:title>
<dcat:distribution><dcat:Distribution><dct:title>R</dct:title><dcat:accessURL rdf:resource="%s"/>
</dcat:Distribution></dcat:distribution></dcat:Dataset></rdf:RDF>"""
UNC_TURTLE = """<http://a.vn/d/1> a dcat:Dataset ; dct:title "T" ;
  dcat:distribution [ a dcat:Distribution ; dct:title "R" ; dcat:accessURL <%s> ] ."""


@pytest.mark.parametrize("address", NOWHERE)
@pytest.mark.parametrize("form", ["application/rdf+xml", "text/turtle"])
def test_what_lies_on_somebodys_own_disk_is_no_link(serve, address, form):
    body = UNC_XML if form.endswith("xml") else UNC_TURTLE
    (resource,) = draft(serve(body % address, form))["resources"]
    assert not resource.get("url")
    assert not resource.get("download_url")
    assert resource["extras"]["url_text"]
