"""CSW catalogues and folders of metadata, over HTTP."""

from __future__ import annotations

import functools
import time

import geo_records
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from portal import data, identities, read, spoiled_xml
from werkzeug import Request, Response

from ckanext.hanoi.fetch import FetchError
from ckanext.hanoi.harvest.connectors import Record, SourceError
from ckanext.hanoi.harvest.connectors.csw import CswConnector
from ckanext.hanoi.harvest.standards import csw, records
from ckanext.hanoi.parsing import xml

SAMPLE = "csw/geodatagov__sample3_getrecords2.xml"
WAF_SAMPLE = "csw/geodatagov__waf-collection1_tl_2013_us_county.shp.iso.xml"
ATOM_SAMPLE = "csw/owslib__csw_10entries.xml"


class Catalogue:
    """A CSW server as they are: asked by GET or POST, paged, with ways to misbehave."""

    def __init__(self, items, edition="2.0.2", methods=("Get", "Post"), schemas=(csw.GMD,)):
        self.items, self.edition, self.methods, self.schemas = items, edition, methods, schemas
        self.asked: list[dict] = []
        self.matched = len(items)
        self.sorts = True
        self.spoil = None

    def __call__(self, request: Request) -> Response:
        parameters = {key.lower(): value for key, value in request.args.items()}
        if parameters.get("request") == "GetCapabilities":
            return self._capabilities()
        if request.method.title() not in self.methods:
            return Response("no", 405)
        if request.method == "POST":
            root = etree.fromstring(request.data)
            parameters = {key.lower(): value for key, value in root.attrib.items()}
            if root.find(".//{*}SortBy") is not None:
                parameters["sortby"] = "dc:identifier"
        if "startposition" not in parameters:
            return Response(
                geo_records.EXCEPTION.format(code="MissingParameterValue", text="request")
            )
        self.asked.append(parameters)
        if "sortby" in parameters and not self.sorts:
            return Response(
                geo_records.EXCEPTION.format(code="NoApplicableCode", text="no sorting")
            )
        if parameters["outputschema"] not in (
            *self.schemas,
            csw.RECORD["2.0.2"],
            csw.RECORD["3.0.0"],
        ):
            return Response(
                geo_records.EXCEPTION.format(code="InvalidParameterValue", text="outputSchema")
            )
        if self.spoil:
            return self.spoil(self, int(parameters["startposition"]), int(parameters["maxrecords"]))
        return self.page(int(parameters["startposition"]), int(parameters["maxrecords"]))

    def _capabilities(self) -> Response:
        return Response(
            geo_records.CAPABILITIES.format(
                edition="3.0" if self.edition == "3.0" else "2.0.2",
                version="3.0.0" if self.edition == "3.0" else "2.0.2",
                methods="".join(
                    f'<ows:{m} xlink:href="http://localhost/csw"/>' for m in self.methods
                ),
                schemas="".join(f"<ows:Value>{s}</ows:Value>" for s in self.schemas),
            ),
            mimetype="application/xml",
        )

    def page(self, start: int, size: int) -> Response:
        some = self.items[start - 1 : start - 1 + size]
        after = start + len(some)
        following = after if after <= len(self.items) else 0
        return Response(
            geo_records.answer(some, self.matched, following, self.edition), mimetype="text/xml"
        )


def many(count: int) -> list[str]:
    return [geo_records.GMD.format(guid=f"id-{n}", title=f"Cây xanh {n}") for n in range(count)]


@pytest.fixture
def catalogue(httpserver):
    def serve(items, **options) -> tuple[Catalogue, str]:
        server = Catalogue(items, **options)
        httpserver.expect_request("/csw").respond_with_handler(server)
        return server, httpserver.url_for("/csw")

    return serve


def draft_of(text: str, base: str = "https://geo.example.vn/waf/a.xml") -> dict:
    content = {"xml": xml.canonical(xml.parse(text)), "base": base}
    return CswConnector("http://x.vn").to_dataset(Record("g", content))


# --- samples -----------------------------------------------------------------------------------


def test_the_sample_page_of_a_catalogue_gives_both_of_its_records(httpserver):
    httpserver.expect_request("/page.xml").respond_with_data(data(SAMPLE), content_type="text/xml")
    found, unreadable = read(CswConnector(httpserver.url_for("/page.xml")))
    assert [r.guid for r in found] == [
        "c540e08e-015c-11e5-853f-22000b8e85d8",
        "11ea3390-1143-11e5-8c2b-22000b8e85d8",
    ]
    assert not unreadable
    assert found[0].modified == "2015-10-27T20:53:47Z"
    draft = CswConnector("http://x").to_dataset(found[0])
    assert draft["title"] == "Syria_RefugeeSites_2015Apr16_HIU_USDoS"
    assert draft["url"].startswith("http://geonode.state.gov/layers/geonode%3ASyria_Refugee")
    assert draft["issued"] == "2015-04-16T12:00:00Z"
    assert draft["contact"] == {
        "email": "HIU_DATA@state.gov", "unit": "Humanitarian Information Unit",
    }  # fmt: skip
    assert draft["spatial"]["coordinates"][0][0] == [35.489627, 31.904955]
    formats = {r.get("format", "").upper() for r in draft["resources"]}
    assert {"WMS", "WFS", "CSV", "GEOJSON", "KML", "SHP", "GML", "XLS"} <= formats
    assert len(draft["resources"]) == 18


def test_the_same_page_is_read_as_the_answer_of_a_service(httpserver):
    httpserver.expect_request("/csw").respond_with_data(data(SAMPLE), content_type="text/xml")
    assert len(read(CswConnector(httpserver.url_for("/csw")))[0]) == 2


def test_the_sample_folder_record_in_latin_1_is_read(httpserver):
    listing = '<!DOCTYPE html><html><body><h1>Index of /waf</h1><a href="#NO">Parent Directory</a><a href="r.xml">r.xml</a></body></html>'  # noqa: E501
    httpserver.expect_request("/waf/").respond_with_data(listing, content_type="text/html")
    httpserver.expect_request("/waf/r.xml").respond_with_data(data(WAF_SAMPLE))
    found, unreadable = read(CswConnector(httpserver.url_for("/waf/")))
    assert [r.guid for r in found] == ["tl_2013_us_county.shp.xml"]
    assert not unreadable
    draft = CswConnector("http://x").to_dataset(found[0])
    assert draft["frequency"] == "notPlanned"
    assert "url" not in draft
    assert draft["extras"]["dataSetURI"].endswith("tl_2013_us_county.zip")
    assert (draft["temporal_start"], draft["temporal_end"]) == ("2012-06", "2013-05")
    assert draft["publisher"]["name"].startswith("U.S. Department of Commerce, U.S. Census Bureau")
    assert draft["resources"][0]["url"].endswith("tl_2013_us_county.zip")
    assert "license" not in draft
    assert "acknowledgment must be given" in draft["rights"]


def test_the_sample_feed_gives_its_ten_entries(httpserver):
    httpserver.expect_request("/feed.xml").respond_with_data(data(ATOM_SAMPLE))
    found, unreadable = read(CswConnector(httpserver.url_for("/feed.xml")))
    assert len({r.guid for r in found}) == len(found) == 10
    assert not unreadable
    draft = CswConnector("http://x").to_dataset(found[1])
    assert draft["title"] == "tds:AircraftHangarGeopoint"
    assert draft["publisher"] == "Compusult Limited"
    assert [r.get("format") for r in draft["resources"][:3]] == ["CSW", "CSW", "WFS"]


# --- mapping -----------------------------------------------------------------------------------


def test_an_iso_19139_record_finds_all_its_fields():
    draft = draft_of(geo_records.GMD.format(guid="id-1", title="Cây xanh"))
    assert draft["identifier"] == "id-1"
    assert draft["title"] == {"vi": "Cây xanh", "en": "Green trees"}
    assert draft["notes"] == "Cây xanh đường phố"
    assert draft["publisher"] == {"name": "Sở Xây dựng"}
    assert draft["contact"] == {
        "name": "Nguyễn Thị Hoa", "email": "hatang@example.vn", "phone": "024 1234 5678",
        "unit": "Phòng Hạ tầng",
    }  # fmt: skip
    assert (draft["issued"], draft["modified"], draft["version"]) == (
        "2024-05-01",
        "2025-09-30",
        "2.1",
    )
    assert draft["themes"] == ["environment"]
    assert draft["keywords"] == ["cây xanh", "Hà Nội"]
    assert draft["spatial_text"] == ["Hà Nội"]
    assert draft["frequency"] == "quarterly"
    assert draft["language"] == ["vie"]
    assert draft["related"] == ["series-1"]
    assert draft["temporal_start"] == "2020-01-01"
    assert "temporal_end" not in draft
    assert draft["spatial"]["coordinates"][0][2] == [106.02, 21.39]


def test_a_licence_is_passed_on_and_a_limitation_of_access_is_none():
    draft = draft_of(geo_records.GMD.format(guid="id-1", title="Cây xanh"))
    assert draft["license"] == ["https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"]
    assert draft["rights"] == "no limitations\nCC BY 4.0"


def test_what_has_no_field_is_kept_as_extras():
    extras = draft_of(geo_records.GMD.format(guid="id-1", title="Cây xanh"))["extras"]
    assert extras["purpose"] == "Quản lý cây xanh"
    assert extras["lineage"] == "Khảo sát thực địa"
    assert extras["spatial_scale"] == "1:2000"
    assert extras["reference_system"] == "EPSG:5899"
    assert extras["date_creation"] == "2023-01-01"
    assert extras["parent_identifier"] == "series-1"
    assert extras["temporal_end_position"] == "now"
    assert extras["metadata_date"] == "2025-10-02T03:04:05"
    assert extras["link"] == "D:\\du-lieu\\cay.shp"
    assert "owner: Sở Xây dựng" in extras["parties"]


def test_online_resources_become_absolute_and_get_their_format():
    file, service = draft_of(geo_records.GMD.format(guid="id-1", title="x"))["resources"]
    assert file["url"] == "https://geo.example.vn/waf/tai-ve/cay%20xanh.zip"
    assert file["download_url"] == file["url"]
    assert (file["format"], file["size"]) == ("ESRI Shapefile", 1_500_000)
    assert (service["format"], service["access_service"]) == ("WMS", service["url"])


def test_an_iso_19115_3_record_finds_all_its_fields():
    draft = draft_of(geo_records.MDB.format(guid="m-1"))
    assert draft["identifier"] == "m-1"
    assert draft["title"] == {"en": "Flood map", "vi": "Bản đồ ngập"}
    assert draft["publisher"] == {"name": "Sewerage Company"}
    assert draft["contact"] == {
        "name": "Anh Tran", "email": "a@example.vn", "phone": "+84 24 11",
        "unit": "Sewerage Company",
    }  # fmt: skip
    assert draft["url"] == "https://geo.example.vn/record/m-1"
    assert draft["frequency"] == "R/P6M"
    assert draft["license"][0] == "http://creativecommons.org/publicdomain/zero/1.0/"
    assert draft["related"] == ["parent-9"]
    assert (draft["temporal_start"], draft["temporal_end"]) == ("2021-07-01", "2021-07-01")
    assert draft["spatial"]["coordinates"][0][0] == [105.7, 20.9]
    assert draft["resources"][0]["download_url"] == "https://geo.example.vn/flood.gpkg"
    assert draft["extras"]["lineage"] == "Radar images"


def test_a_dublin_core_record_finds_all_its_fields():
    draft = draft_of(geo_records.DC.format(guid="d-1", title="Đường"))
    assert (draft["identifier"], draft["title"]) == ("d-1", "Đường")
    assert draft["keywords"] == ["đường", "giao thông", "cầu"]
    assert (draft["issued"], draft["modified"]) == ("2023-02-03", "2024-02-03")
    assert draft["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert draft["spatial"]["coordinates"][0][0] == [105.3, 20.5]
    wfs, csv = draft["resources"]
    assert (wfs["format"], wfs["url"]) == ("WFS", "https://gis.example.vn/wfs")
    assert (csv["name"], csv["description"]) == ("CSV", "Bảng")
    assert draft["extras"]["creator"] == "Sở Xây dựng"


def test_a_record_that_is_withheld_at_the_source_stays_private():
    secret = geo_records.GMD.format(guid="s", title="x").replace(
        "<gmd:spatialResolution>",
        '<gmd:resourceConstraints><gmd:MD_SecurityConstraints><gmd:classification><gmd:MD_ClassificationCode codeList="#" codeListValue="confidential"/></gmd:classification></gmd:MD_SecurityConstraints></gmd:resourceConstraints><gmd:spatialResolution>',  # noqa: E501
        1,
    )
    assert draft_of(secret)["private"] is True
    assert "private" not in draft_of(geo_records.GMD.format(guid="s", title="x"))


# --- service -----------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["2.0.2", "3.0"])
@pytest.mark.parametrize("methods", [("Get",), ("Post",)])
def test_a_catalogue_is_read_page_by_page_to_its_end(catalogue, edition, methods):
    server, url = catalogue(many(7), edition=edition, methods=methods)
    found, unreadable = read(CswConnector(url, {"page_size": 3}))
    assert [r.guid for r in found] == [f"id-{n}" for n in range(7)]
    assert not unreadable
    assert [int(a["startposition"]) for a in server.asked] == [1, 4, 7]
    assert {a["version"] for a in server.asked} == {"3.0.0" if edition == "3.0" else "2.0.2"}


def test_a_second_read_gives_the_same_identities_and_contents(catalogue):
    _, url = catalogue(many(5))
    connector = CswConnector(url, {"page_size": 2})
    assert identities(connector) == identities(connector)
    assert len(identities(connector)) == 5


def test_a_server_that_does_not_sort_or_know_the_schema_is_asked_otherwise(catalogue):
    server, url = catalogue([geo_records.DC.format(guid="d", title="Đường")], schemas=())
    server.sorts = False
    found, _ = read(CswConnector(url))
    assert [r.guid for r in found] == ["d"]
    assert server.asked[-1]["outputschema"] == csw.RECORD["2.0.2"]


def test_parameters_of_the_address_are_kept(httpserver):
    server = Catalogue(many(1))
    httpserver.expect_request("/cgi").respond_with_handler(server)
    read(
        CswConnector(
            httpserver.url_for("/cgi?map=/a.map&service=CSW&version=2.0.2&request=GetCapabilities")
        )
    )
    assert server.asked[0]["map"] == "/a.map"
    assert server.asked[0]["request"] == "GetRecords"


def test_an_empty_catalogue_gives_nothing_and_no_error(catalogue):
    _, url = catalogue([])
    assert read(CswConnector(url)) == ([], [])


def test_repeated_identifiers_and_titles_lose_no_record(catalogue):
    twice = [
        geo_records.GMD.format(guid="same", title="Một"),
        geo_records.GMD.format(guid="same", title="Hai"),
        geo_records.GMD.format(guid="other", title="Một"),
        geo_records.GMD.format(guid="", title="Không tên"),
    ]
    _, url = catalogue(twice)
    found, _ = read(CswConnector(url))
    assert len({r.guid for r in found}) == len(found) == 4
    assert identities(CswConnector(url)) == identities(CswConnector(url))


def ignore_the_position(server, start, size):
    return Response(geo_records.answer(server.items[:2], 100, 3))


def count_more_than_there_are(server, start, size):
    return Response(geo_records.answer(server.items if start == 1 else [], 100, 0))


def announce_the_next_record_forever(server, start, size):
    return Response(geo_records.answer([], 100000, start + 1))


def cut_the_second_page(server, start, size):
    whole = server.page(start, size)
    return whole if start == 1 else Response(whole.get_data()[:400])


def show_a_web_page(server, start, size):
    return server.page(start, size) if start == 1 else Response("<!DOCTYPE html><html>login</html>")


def break_down(server, start, size):
    return server.page(start, size) if start == 1 else Response("sorry", 500)


def refuse(server, start, size):
    text = geo_records.EXCEPTION.format(code="NoApplicableCode", text="database is down")
    return server.page(start, size) if start == 1 else Response(text)


@pytest.mark.parametrize(
    "fault",
    [
        ignore_the_position, count_more_than_there_are, announce_the_next_record_forever,
        cut_the_second_page, show_a_web_page, break_down, refuse,
    ],
)  # fmt: skip
def test_an_incomplete_read_ends_as_an_error(catalogue, fault):
    server, url = catalogue(many(5))
    server.spoil = fault
    with pytest.raises(SourceError):
        read(CswConnector(url, {"page_size": 2}))


def test_a_server_that_withholds_records_is_read_on_and_the_read_is_not_complete(catalogue):
    server, url = catalogue(many(5))
    server.spoil = lambda s, start, size: Response(
        geo_records.answer(s.items[start - 1 : start], 5, start + 2 if start < 4 else 0)
    )
    found = []
    with pytest.raises(SourceError, match="announced 5 records but gave 3"):
        found.extend(read_lazily(CswConnector(url, {"page_size": 2}), found))
    assert [r.guid for r in found] == ["id-0", "id-2", "id-4"]


def read_lazily(connector, into):
    from portal import fetcher

    with fetcher() as fetch:
        for item in connector.records(fetch):
            into.append(item)
    return []


def test_pages_that_overlap_give_each_record_once(catalogue):
    server, url = catalogue(many(5))
    pages = {1: (0, 3, 3), 3: (2, 5, 0)}
    server.spoil = lambda s, start, size: Response(
        geo_records.answer(s.items[pages[start][0] : pages[start][1]], 5, pages[start][2])
    )
    found, _ = read(CswConnector(url))
    assert [r.guid for r in found] == [f"id-{n}" for n in range(5)]


def test_a_record_of_an_unknown_kind_is_reported_and_the_others_are_read(catalogue):
    _, url = catalogue([*many(1), "<rim:ExtrinsicObject xmlns:rim='urn:rim' id='e'/>"])
    found, unreadable = read(CswConnector(url))
    assert [r.guid for r in found] == ["id-0"]
    assert unreadable[0].params == {"element": "ExtrinsicObject"}


def test_a_server_error_at_the_start_is_not_asked_in_twelve_ways(httpserver):
    httpserver.expect_request("/csw").respond_with_data("down", status=500)
    with pytest.raises(FetchError):
        read(CswConnector(httpserver.url_for("/csw")))
    assert len(httpserver.log) < 20


# --- folder ------------------------------------------------------------------------------------


def listing(*names: str) -> str:
    links = "".join(f'<li><a href="{name}">{name}</a></li>' for name in names)
    return f'<!DOCTYPE html><html><body><h1>Index of /waf</h1><a href="../">Parent Directory</a><a href="?C=M;O=A">Last modified</a>{links}</body></html>'  # noqa: E501


@pytest.fixture
def waf(httpserver):
    def serve(files: dict[str, object]) -> str:
        for path, content in files.items():
            if isinstance(content, int):
                httpserver.expect_request(path).respond_with_data("", status=content)
            else:
                kind = "text/html" if path.endswith("/") else "text/xml"
                httpserver.expect_request(path).respond_with_data(content, content_type=kind)
        return httpserver.url_for("/waf/")

    return serve


RECORD = functools.partial(geo_records.GMD.format, title="Cây xanh")


def test_a_folder_is_read_with_its_subfolders_and_nothing_above_it(waf, httpserver):
    url = waf({
        "/waf/": listing("a.xml", "/waf/b.xml", "sub/", "readme.txt", "/elsewhere/x.xml", "a.xml"),
        "/waf/sub/": listing("c.XML", "../"),
        "/waf/a.xml": RECORD(guid="a"), "/waf/b.xml": geo_records.MDB.format(guid="b"),
        "/waf/sub/c.XML": RECORD(guid="c"),
    })  # fmt: skip
    found, unreadable = read(CswConnector(url))
    assert [r.guid for r in found] == ["a", "b", "c"]
    assert not unreadable
    assert all(request.path.startswith("/waf/") for request, _ in httpserver.log)
    draft = CswConnector(url).to_dataset(found[0])
    assert draft["resources"][0]["url"].endswith("/waf/tai-ve/cay%20xanh.zip")


def test_subfolders_are_followed_only_so_deep_and_never_in_a_circle(waf):
    url = waf({
        "/waf/": listing("one/"), "/waf/one/": listing("two/", "/waf/", "/waf/one/", "a.xml"),
        "/waf/one/two/": listing("b.xml"), "/waf/one/a.xml": RECORD(guid="a"),
    })  # fmt: skip
    assert [r.guid for r in read(CswConnector(url, {"depth": 1}))[0]] == ["a"]


def test_an_unreadable_file_is_reported_with_the_identity_it_had(waf):
    url = waf({
        "/waf/": listing("good.xml", "cut.xml", "evil.xml", "other.xml", "gone.xml"),
        "/waf/good.xml": RECORD(guid="good"), "/waf/cut.xml": RECORD(guid="cut")[:900],
        "/waf/evil.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "/waf/other.xml": "<metadata><idinfo/></metadata>", "/waf/gone.xml": 404,
    })  # fmt: skip
    found, unreadable = read(CswConnector(url))
    assert [r.guid for r in found] == ["good"]
    assert [u.guid.rpartition("/")[2] for u in unreadable] == [
        "cut", "evil.xml", "other.xml", "gone.xml",
    ]  # fmt: skip
    assert all(u.message % u.params for u in unreadable)


def test_a_file_that_the_server_fails_to_give_makes_the_read_incomplete(waf):
    url = waf(
        {"/waf/": listing("a.xml", "b.xml"), "/waf/a.xml": 500, "/waf/b.xml": RECORD(guid="b")}
    )
    found: list = []
    with pytest.raises(SourceError, match="1 files"):
        read_lazily(CswConnector(url), found)
    assert [item.guid for item in found if isinstance(item, Record)] == ["b"]


def test_a_file_without_an_identifier_is_known_by_its_address(waf):
    url = waf({"/waf/": listing("a.xml"), "/waf/a.xml": RECORD(guid="")})
    assert read(CswConnector(url))[0][0].guid == f"{url}a.xml"


def test_an_empty_folder_is_empty_and_another_web_page_is_an_error(waf, httpserver):
    assert read(CswConnector(waf({"/waf/": listing()}), {"mode": "waf"})) == ([], [])
    httpserver.expect_request("/page").respond_with_data(
        "<html><body><a href='about'>x</a></body></html>", content_type="text/html"
    )
    with pytest.raises(SourceError):
        read(CswConnector(httpserver.url_for("/page"), {"mode": "waf"}))


def test_one_document_is_a_source_of_its_own(httpserver):
    httpserver.expect_request("/one").respond_with_data(geo_records.MDB.format(guid="m"))
    assert [r.guid for r in read(CswConnector(httpserver.url_for("/one")))[0]] == ["m"]


@pytest.mark.parametrize("content", ["", "{}", "<a", "<rss><channel/></rss>"])
def test_a_document_without_records_is_an_error(httpserver, content):
    httpserver.expect_request("/one.xml").respond_with_data(content)
    with pytest.raises(SourceError):
        read(CswConnector(httpserver.url_for("/one.xml")))


# --- whatever comes ----------------------------------------------------------------------------

DOCUMENTS = [
    data(SAMPLE), data(WAF_SAMPLE), data(ATOM_SAMPLE), geo_records.MDB.format(guid="m").encode(),
    geo_records.GMD.format(guid="g", title="Cây").encode(),
    geo_records.DC.format(guid="d", title="Đường").encode(),
]  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(which=st.integers(0, len(DOCUMENTS) - 1), seed=st.integers(0, 2**32))
def test_no_record_however_spoiled_breaks_the_mapping(which, seed):
    spoiled = spoiled_xml(DOCUMENTS[which], seed)
    try:
        root = xml.parse(spoiled)
    except xml.XmlError:
        return
    for element in records.records(root):
        module = records.standard(element)
        identifier, title, _ = module.summary(element)
        draft = CswConnector("http://x.vn").to_dataset(
            Record(
                identifier or "g",
                {"xml": xml.canonical(element), "base": "http://x.vn/a"},
                title=title,
            )
        )
        assert all(isinstance(key, str) for key in draft["extras"]) if "extras" in draft else draft
        assert all(r["url"].startswith(("http", "ftp")) for r in draft.get("resources", []))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(which=st.integers(0, len(DOCUMENTS) - 1), seed=st.integers(0, 2**32))
def test_only_a_source_error_leaves_the_reading_of_a_spoiled_source(httpserver, which, seed):
    httpserver.clear()
    spoiled = spoiled_xml(DOCUMENTS[which], seed)
    httpserver.expect_request("/a.xml").respond_with_data(spoiled, content_type="text/xml")
    try:
        found, unreadable = read(CswConnector(httpserver.url_for("/a.xml")))
    except SourceError:
        return
    assert all(r.guid for r in found)
    assert all(u.message % u.params for u in unreadable)


def test_a_record_of_tens_of_thousands_of_elements_is_mapped_in_seconds():
    def repeated(element: str, inner: str, count: int = 8_000) -> str:
        return "".join(f"<{element}>{inner.format(n)}</{element}>" for n in range(count))

    big = geo_records.GMD.format(guid="g", title="t").replace(
        "<gmd:topicCategory>",
        repeated("gmd:purpose", "p{}")
        + repeated(
            "gmd:descriptiveKeywords",
            "<gmd:MD_Keywords><gmd:keyword>k{}</gmd:keyword></gmd:MD_Keywords>",
        )
        + repeated("gmd:other", "<gmd:thing>{}</gmd:thing>")
        + "<gmd:topicCategory>",
        1,
    )
    started = time.monotonic()
    draft = draft_of(big)
    assert time.monotonic() - started < 10
    assert len(draft["keywords"]) == 8_002
    assert draft["extras"]["other"].count("thing: ") == 8_000


@pytest.mark.parametrize("content", [{}, {"xml": ""}, {"xml": "<a/>"}, {"xml": 5, "base": None}])
def test_content_that_was_tampered_with_gives_a_bare_draft(content):
    draft = CswConnector("http://x.vn").to_dataset(Record("g", content, title="T"))
    assert (draft["identifier"], draft["title"]) == ("g", "T")
