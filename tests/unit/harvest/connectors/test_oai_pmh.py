"""OAI-PMH repositories over HTTP."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import data, fetcher, identities, read, spoiled_xml
from werkzeug import Request, Response

from ckanext.hanoi.fetch import FetchError
from ckanext.hanoi.harvest.connectors import Record, SourceError
from ckanext.hanoi.harvest.connectors.oai_pmh import OaiPmhConnector
from ckanext.hanoi.parsing import xml

SAMPLE = data("oai_pmh/sickle__ListRecords.xml").decode()
DAY, SECOND = "YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"

DATACITE = """<resource xmlns="http://datacite.org/schema/kernel-4">
 <identifier identifierType="DOI">10.5072/hn.1</identifier>
 <creators><creator><creatorName>Trần, Văn A</creatorName><nameIdentifier nameIdentifierScheme="ORCID">0000-0001</nameIdentifier></creator></creators>
 <titles><title xml:lang="vi">Chất lượng không khí</title><title xml:lang="en" titleType="TranslatedTitle">Air quality</title><title titleType="Subtitle">2024</title></titles>
 <publisher>Đại học Hà Nội</publisher><publicationYear>2024</publicationYear>
 <subjects><subject>không khí</subject><subject>PM2.5</subject></subjects>
 <contributors><contributor contributorType="ContactPerson"><contributorName>Lê B</contributorName><affiliation>Khoa Môi trường</affiliation></contributor></contributors>
 <dates><date dateType="Issued">2024-06-01</date><date dateType="Updated">2025-01-01</date><date dateType="Collected">2023-01-01/2023-12-31</date><date dateType="Created">2024-05-01</date></dates>
 <language>vi</language><resourceType resourceTypeGeneral="Dataset">CSV</resourceType>
 <alternateIdentifiers><alternateIdentifier alternateIdentifierType="URL">https://kho.example.vn/pm25.csv</alternateIdentifier><alternateIdentifier alternateIdentifierType="local">HN-1</alternateIdentifier></alternateIdentifiers>
 <relatedIdentifiers><relatedIdentifier relatedIdentifierType="DOI" relationType="IsCitedBy">10.5072/other</relatedIdentifier></relatedIdentifiers>
 <sizes><size>2.5 MB</size></sizes><formats><format>text/csv</format></formats><version>3</version>
 <rightsList><rights rightsURI="info:eu-repo/semantics/openAccess">Open Access</rights><rights rightsURI="https://creativecommons.org/licenses/by/4.0/" rightsIdentifier="CC-BY-4.0">Creative Commons</rights></rightsList>
 <descriptions><description descriptionType="Abstract" xml:lang="vi">Đo bụi</description><description descriptionType="TechnicalInfo">Trạm</description></descriptions>
 <geoLocations><geoLocation><geoLocationPlace>Hà Nội</geoLocationPlace><geoLocationBox>{box}</geoLocationBox></geoLocation></geoLocations>
</resource>"""  # noqa: E501
BOX_4 = "<westBoundLongitude>105.3</westBoundLongitude><eastBoundLongitude>106.0</eastBoundLongitude><southBoundLatitude>20.5</southBoundLatitude><northBoundLatitude>21.4</northBoundLatitude>"  # noqa: E501
BOX_3 = "20.5 105.3 21.4 106.0"

DC = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
 <dc:title>Tập dữ liệu {n}</dc:title><dc:creator>Phạm C</dc:creator><dc:publisher>Sở Y tế</dc:publisher>
 <dc:subject>y tế; bệnh viện</dc:subject><dc:description>Mô tả</dc:description><dc:date>2024-01-02</dc:date><dc:date>2023-05-06T07:08:09Z</dc:date>
 <dc:identifier>https://kho.example.vn/handle/{n}</dc:identifier><dc:identifier>doi:10.5072/{n}</dc:identifier>
 <dc:relation>https://kho.example.vn/files/{n}.csv</dc:relation><dc:relation>ISBN 978</dc:relation>
 <dc:coverage>2019-2021</dc:coverage><dc:coverage>northlimit=21.4; southlimit=20.5; westlimit=105.3; eastlimit=106.0; name=Hà Nội</dc:coverage>
 <dc:language>vie</dc:language><dc:type>Dataset</dc:type>
 <dc:rights>info:eu-repo/semantics/openAccess</dc:rights><dc:rights>http://creativecommons.org/licenses/by-sa/4.0/</dc:rights>
</oai_dc:dc>"""  # noqa: E501


def record(n, metadata=DC, status="", sets=("du-lieu",)):
    mark = f' status="{status}"' if status else ""
    specs = "".join(f"<setSpec>{s}</setSpec>" for s in sets)
    body = "" if status == "deleted" else f"<metadata>{metadata.format(n=n, box=BOX_4)}</metadata>"
    return f"<record><header{mark}><identifier>oai:kho.example.vn:{n}</identifier><datestamp>2025-01-0{n % 9 + 1}</datestamp>{specs}</header>{body}</record>"  # noqa: E501


def envelope(inner: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-01-01T00:00:00Z</responseDate><request/>{inner}</OAI-PMH>"
    )


def error(code: str, text: str = "") -> Response:
    return Response(envelope(f'<error code="{code}">{text}</error>'), mimetype="text/xml")


class Repository:
    """An OAI-PMH server: strict where the protocol is, with ways to misbehave."""

    def __init__(self, items, page=2, granularity=DAY, formats=("oai_dc",)):
        self.items, self.page, self.granularity, self.formats = items, page, granularity, formats
        self.asked: list[dict] = []
        self.fault = None

    def __call__(self, request: Request) -> Response:
        ask = request.args.to_dict()
        self.asked.append(ask)
        if ask.get("verb") == "Identify":
            return Response(
                envelope(f"<Identify><granularity>{self.granularity}</granularity></Identify>")
            )
        if ask.get("verb") == "ListMetadataFormats":
            return self._formats()
        if ask.get("verb") != "ListRecords":
            return error("badVerb")
        if "resumptionToken" in ask and len(ask) != 2:
            return error("badArgument", "resumptionToken is exclusive")
        if self.fault and (answer := self.fault(self, ask)):
            return answer
        return self.answer(ask)

    def answer(self, ask) -> Response:
        start = int(ask.get("resumptionToken", "0"))
        wanted = f"<setSpec>{ask['set']}</setSpec>" if "set" in ask else ""
        items = [item for item in self.items if wanted in item]
        some = items[start : start + self.page]
        if not items:
            return error("noRecordsMatch")
        after = start + self.page
        token = f'<resumptionToken completeListSize="{len(items)}">{after if after < len(items) else ""}</resumptionToken>'  # noqa: E501
        return Response(
            envelope(f"<ListRecords>{''.join(some)}{token}</ListRecords>"), mimetype="text/xml"
        )

    def _formats(self) -> Response:
        spaces = {
            "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
            "oai_datacite": "http://datacite.org/schema/kernel-4",
            "iso19139": "http://www.isotc211.org/2005/gmd",
        }
        listed = "".join(
            f"<metadataFormat><metadataPrefix>{f}</metadataPrefix><metadataNamespace>{spaces[f]}</metadataNamespace></metadataFormat>"  # noqa: E501
            for f in self.formats
        )
        return Response(envelope(f"<ListMetadataFormats>{listed}</ListMetadataFormats>"))

    def lists(self) -> list[dict]:
        return [ask for ask in self.asked if ask.get("verb") == "ListRecords"]


@pytest.fixture
def repository(httpserver):
    def serve(items, **options) -> tuple[Repository, str]:
        server = Repository(items, **options)
        httpserver.expect_request("/oai").respond_with_handler(server)
        return server, httpserver.url_for("/oai")

    return serve


def draft(found: Record) -> dict:
    return OaiPmhConnector("http://x.vn/oai").to_dataset(found)


# --- samples -----------------------------------------------------------------------------------


def test_the_sample_list_gives_its_record_and_its_deleted_record(httpserver):
    def serve(request):
        if request.args["verb"] == "ListMetadataFormats":
            return Response(data("oai_pmh/sickle__ListMetadataFormats.xml"))
        if "resumptionToken" in request.args:
            assert request.args["resumptionToken"] == "ListRecords2.xml"
            return Response(SAMPLE.replace(">ListRecords2.xml<", "><").replace(":15853", ":99"))
        assert request.args["metadataPrefix"] == "oai_dc"
        return Response(SAMPLE)

    httpserver.expect_request("/oai").respond_with_handler(serve)
    found, unreadable = read(OaiPmhConnector(httpserver.url_for("/oai")))
    assert [(r.guid.rpartition(":")[2], r.deleted) for r in found] == [
        ("1585310", True), ("1585322", False), ("9910", True), ("9922", False),
    ]  # fmt: skip
    assert not unreadable
    dataset = draft(found[1])
    assert dataset["title"] == "Sample Title"
    assert dataset["publisher"] == "Sample Publisher"
    assert dataset["language"] == ["en"]
    assert dataset["issued"] == "2010"
    assert dataset["url"] == "http://test.example.com/publication/1585322"
    assert dataset["notes"].startswith("Lorem ipsum")
    assert dataset["extras"]["creator"] == "John Doe"
    assert dataset["extras"]["source"] == "Sample Source"


def test_the_sample_of_no_matching_records_is_an_empty_source(httpserver):
    httpserver.expect_request("/oai").respond_with_data(data("oai_pmh/sickle__noRecordsMatch.xml"))
    assert read(OaiPmhConnector(httpserver.url_for("/oai"))) == ([], [])


def test_the_granularity_of_the_sample_is_honoured(httpserver):
    asked = []

    def serve(request):
        asked.append(request.args.to_dict())
        name = request.args["verb"]
        return Response(
            data(f"oai_pmh/sickle__{name}.xml")
            if name == "Identify"
            else envelope('<error code="noRecordsMatch"/>')
        )  # noqa: E501

    httpserver.expect_request("/oai").respond_with_handler(serve)
    connector = OaiPmhConnector(httpserver.url_for("/oai"), {"metadata_prefix": "oai_dc"})
    assert read(connector, since="2025-03-04T22:30:00+07:00") == ([], [])
    assert asked[-1]["from"] == "2025-03-04"


# --- mapping -----------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [BOX_3, BOX_4])
def test_a_datacite_record_finds_all_its_fields(repository, box):
    payload = f'<oai_datacite xmlns="http://schema.datacite.org/oai/oai-1.1/"><payload>{DATACITE}</payload></oai_datacite>'  # noqa: E501
    _, url = repository([record(1, payload.replace("{box}", box))])
    dataset = draft(read(OaiPmhConnector(url))[0][0])
    assert dataset["identifier"] == "10.5072/hn.1"
    assert dataset["url"] == "https://doi.org/10.5072/hn.1"
    assert dataset["title"] == {"vi": "Chất lượng không khí", "en": "Air quality"}
    assert dataset["notes"] == "Đo bụi"
    assert dataset["publisher"] == "Đại học Hà Nội"
    assert dataset["contact"] == {"name": "Lê B", "unit": "Khoa Môi trường"}
    assert dataset["keywords"] == ["không khí", "PM2.5"]
    assert (dataset["issued"], dataset["modified"]) == ("2024-06-01", "2025-01-01")
    assert (dataset["temporal_start"], dataset["temporal_end"]) == ("2023-01-01", "2023-12-31")
    assert dataset["license"] == [
        "https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", "Creative Commons",
    ]  # fmt: skip
    assert dataset["spatial"]["coordinates"][0][0] == [105.3, 20.5]
    assert dataset["spatial_text"] == ["Hà Nội"]
    assert dataset["related"] == ["https://doi.org/10.5072/other"]
    assert dataset["version"] == "3"
    assert dataset["resources"] == [
        {"url": "https://kho.example.vn/pm25.csv", "download_url": "https://kho.example.vn/pm25.csv",
         "mimetype": "text/csv", "size": 2_500_000},
    ]  # fmt: skip
    extras = dataset["extras"]
    assert extras["alternate_identifier"] == "local: HN-1"
    assert extras["technical_info"] == "Trạm"
    assert extras["subtitle"] == "2024"
    assert extras["date_created"] == "2024-05-01"
    assert extras["oai_set"] == "du-lieu"
    assert extras["oai_identifier"] == "oai:kho.example.vn:1"


def test_a_dublin_core_record_finds_all_its_fields(repository):
    _, url = repository([record(7)])
    found = read(OaiPmhConnector(url))[0][0]
    dataset = draft(found)
    assert (found.guid, found.modified) == ("oai:kho.example.vn:7", "2025-01-08")
    assert dataset["url"] == "https://kho.example.vn/handle/7"
    assert dataset["keywords"] == ["y tế", "bệnh viện"]
    assert dataset["issued"] == "2023-05-06T07:08:09Z"
    assert dataset["license"] == ["http://creativecommons.org/licenses/by-sa/4.0/"]
    assert "info:eu-repo/semantics/openAccess" in dataset["rights"]
    assert dataset["language"] == ["vi"]
    assert (dataset["temporal_start"], dataset["temporal_end"]) == ("2019", "2021")
    assert dataset["spatial"]["type"] == "Polygon"
    assert dataset["spatial_text"] == ["Hà Nội"]
    assert [r["url"] for r in dataset["resources"]] == [
        "https://kho.example.vn/files/7.csv", "https://kho.example.vn/handle/7",
        "https://doi.org/10.5072/7",
    ]  # fmt: skip
    assert dataset["extras"]["relation"] == "ISBN 978"
    assert dataset["extras"]["creator"] == "Phạm C"


# --- the protocol ------------------------------------------------------------------------------


def test_a_list_is_followed_by_its_tokens_to_the_empty_token(repository):
    server, url = repository([record(n) for n in range(5)])
    found, _ = read(OaiPmhConnector(url))
    assert [r.guid[-1] for r in found] == ["0", "1", "2", "3", "4"]
    assert [a.get("resumptionToken") for a in server.lists()] == [None, "2", "4"]


def test_a_second_read_gives_the_same_identities_and_contents(repository):
    _, url = repository([record(n) for n in range(5)])
    assert identities(OaiPmhConnector(url)) == identities(OaiPmhConnector(url))


@pytest.mark.parametrize(
    ("formats", "chosen"),
    [
        (("oai_dc", "oai_datacite"), "oai_datacite"),
        (("oai_dc", "oai_datacite", "iso19139"), "iso19139"),
        ((), "oai_dc"),
    ],
)
def test_the_richest_known_format_is_asked_for(repository, formats, chosen):
    server, url = repository([record(1)], formats=formats)
    read(OaiPmhConnector(url))
    assert server.lists()[0]["metadataPrefix"] == chosen


def test_the_configured_format_and_the_sets_are_asked_for(repository):
    items = [
        record(1, sets=("a",)),
        record(2, sets=("b",)),
        record(3, sets=("a", "b")),
        record(4, sets=("c",)),
    ]
    server, url = repository(items)
    connector = OaiPmhConnector(url, {"metadata_prefix": "oai_dc", "sets": ["a", "b"]})
    found, _ = read(connector)
    assert sorted(r.guid[-1] for r in found) == ["1", "2", "3"]
    assert all(a["verb"] == "ListRecords" for a in server.asked)


def test_a_set_in_the_address_is_asked_for(repository):
    server, url = repository([record(1, sets=("a",)), record(2, sets=("b",))])
    found, _ = read(OaiPmhConnector(f"{url}?verb=ListRecords&metadataPrefix=oai_dc&set=b&key=9"))
    assert [r.guid[-1] for r in found] == ["2"]
    assert server.asked[0]["key"] == "9"


@pytest.mark.parametrize(
    ("granularity", "expected"), [(DAY, "2025-02-03"), (SECOND, "2025-02-03T04:05:06Z")]
)
def test_reading_by_date_speaks_the_granularity_of_the_repository(
    repository, granularity, expected
):
    server, url = repository([record(1)], granularity=granularity)
    read(OaiPmhConnector(url), since="2025-02-03T04:05:06Z")
    assert server.lists()[0]["from"] == expected


def expire_once(server, ask):
    if ask.get("resumptionToken") == "4" and not getattr(server, "expired", False):
        server.expired = True
        return error("badResumptionToken", "expired")
    return None


def test_an_expired_token_makes_the_list_begin_again_once(repository):
    server, url = repository([record(n) for n in range(6)])
    server.fault = expire_once
    found, _ = read(OaiPmhConnector(url))
    assert [r.guid[-1] for r in found] == ["0", "1", "2", "3", "4", "5"]
    assert [a.get("resumptionToken") for a in server.lists()] == [None, "2", "4", None, "2", "4"]


def page_two_is_page_one(server, ask):
    if ask.get("resumptionToken") != "2":
        return None
    first = "".join(server.items[:2])
    return Response(
        envelope(f"<ListRecords>{first}<resumptionToken>4</resumptionToken></ListRecords>")
    )


def test_a_list_that_repeats_a_page_under_a_new_token_is_read_to_its_end(repository):
    server, url = repository([record(0), record(1, status="deleted"), *map(record, range(2, 6))])
    server.fault = page_two_is_page_one
    found, _ = read(OaiPmhConnector(url))
    assert [(r.guid[-1], r.deleted) for r in found] == [
        ("0", False), ("1", True), ("4", False), ("5", False),
    ]  # fmt: skip


def always_expired(server, ask):
    return error("badResumptionToken") if "resumptionToken" in ask else None


def same_token(server, ask):
    return Response(
        envelope(
            f"<ListRecords>{record(len(server.asked))}<resumptionToken>t</resumptionToken></ListRecords>"
        )
    )  # noqa: E501


def new_tokens_for_the_same_page(server, ask):
    return Response(
        envelope(
            f"<ListRecords>{record(1)}<resumptionToken>{len(server.asked)}</resumptionToken></ListRecords>"
        )
    )  # noqa: E501


def new_tokens_for_empty_pages(server, ask):
    return Response(
        envelope(
            f"<ListRecords><resumptionToken>{len(server.asked)}</resumptionToken></ListRecords>"
        )
    )  # noqa: E501


def no_such_format(server, ask):
    return error("cannotDisseminateFormat")


def no_sets(server, ask):
    return error("noSetHierarchy")


def a_web_page(server, ask):
    return Response("<!DOCTYPE html><html><body>maintenance</body></html>", mimetype="text/html")


def half_a_page(server, ask):
    return Response(server.answer(ask).get_data()[:300])


def another_document(server, ask):
    return Response("<rss/>")


def no_list(server, ask):
    return Response(envelope(""))


def broken(server, ask):
    return Response("oops", 500)


@pytest.mark.parametrize(
    "fault",
    [
        always_expired, same_token, new_tokens_for_the_same_page, new_tokens_for_empty_pages,
        no_such_format, no_sets, a_web_page, half_a_page, another_document, no_list, broken,
    ],
)  # fmt: skip
def test_an_incomplete_read_ends_as_an_error(repository, fault):
    server, url = repository([record(n) for n in range(6)])
    server.fault = fault
    with pytest.raises(SourceError):
        read(OaiPmhConnector(url))
    assert len(server.asked) < 60


def test_an_error_of_the_protocol_sent_with_an_http_error_is_understood(repository):
    server, url = repository([])
    server.fault = lambda s, ask: Response(envelope('<error code="noRecordsMatch"/>'), 404)
    assert read(OaiPmhConnector(url)) == ([], [])


def test_a_server_that_fails_at_the_formats_is_an_error_and_not_dublin_core(httpserver):
    httpserver.expect_request("/oai").respond_with_data("down", status=503)
    with pytest.raises(FetchError):
        read(OaiPmhConnector(httpserver.url_for("/oai")))


def test_a_record_without_usable_metadata_is_reported_under_its_identity(repository):
    mods = '<mods xmlns="http://www.loc.gov/mods/v3"><title>x</title></mods>'
    _, url = repository([record(1, mods), record(2)])
    found, unreadable = read(OaiPmhConnector(url))
    assert [r.guid[-1] for r in found] == ["2"]
    assert unreadable[0].guid == "oai:kho.example.vn:1"
    assert unreadable[0].params["element"] == "mods"


def test_a_control_character_does_not_hide_a_page(repository):
    _, url = repository([record(1).replace("Tập dữ liệu", "Tập\x0b dữ&#x1F; liệu"), record(2)])
    found, _ = read(OaiPmhConnector(url))
    assert [r.title for r in found] == ["Tập dữ liệu 1", "Tập dữ liệu 2"]


def test_the_same_identifier_with_another_content_loses_no_record(repository):
    _, url = repository([record(1), record(1).replace("Tập dữ liệu", "Khác"), record(1)], page=5)
    found, _ = read(OaiPmhConnector(url))
    assert [r.title for r in found] == ["Tập dữ liệu 1", "Khác 1"]
    assert len({r.guid for r in found}) == 2


def test_a_document_type_is_refused(repository):
    server, url = repository([])
    server.fault = lambda s, ask: Response('<!DOCTYPE a [<!ENTITY e "x">]><OAI-PMH>&e;</OAI-PMH>')
    with pytest.raises(SourceError):
        read(OaiPmhConnector(url))


# --- whatever comes ----------------------------------------------------------------------------


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), kind=st.sampled_from([DC, DATACITE]))
def test_only_a_source_error_leaves_the_reading_of_a_spoiled_list(httpserver, seed, kind):
    httpserver.clear()
    page = envelope(
        f"<ListRecords>{record(1, kind)}{record(2, status='deleted')}{record(3)}</ListRecords>"
    )
    httpserver.expect_request("/oai").respond_with_data(spoiled_xml(page.encode(), seed, 6))
    connector = OaiPmhConnector(httpserver.url_for("/oai"), {"metadata_prefix": "x"})
    items = []
    try:
        with fetcher() as fetch:
            for item in connector.records(fetch):
                items.append(item)
    except SourceError:
        return
    for item in items:
        if isinstance(item, Record) and not item.deleted:
            assert draft(item)["identifier"]


@pytest.mark.parametrize("since", ["", "yesterday", "2025-13-01"])
def test_a_date_that_is_none_is_an_error_or_not_used(repository, since):
    server, url = repository([record(1)])
    if since:
        with pytest.raises(SourceError):
            read(OaiPmhConnector(url), since=since)
    else:
        assert len(read(OaiPmhConnector(url), since=since)[0]) == 1
        assert "from" not in server.lists()[0]


def test_the_parser_gives_up_on_entities_before_expanding_them():
    bomb = '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><z k="&b;">&b;</z>'
    with pytest.raises(xml.XmlError):
        xml.parse(bomb)
