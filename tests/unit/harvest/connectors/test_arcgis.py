"""ArcGIS Hub sites and portals over HTTP."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import data, fetcher, identities, read, spoiled_json
from werkzeug import Request, Response

from ckanext.hanoi.fetch import FetchError
from ckanext.hanoi.harvest.connectors import Record, SourceError, Unreadable
from ckanext.hanoi.harvest.connectors.arcgis import ArcgisConnector
from ckanext.hanoi.harvest.standards import arcgis_item

FEATURE = json.loads(data("arcgis/koop__mock-dataset.json"))
SITE = json.loads(data("arcgis/koop__mock-site-model.json"))
ITEMS = "/api/search/v1/collections/dataset/items"


def replied(payload, status=200) -> Response:
    return Response(json.dumps(payload), status, mimetype="application/json")


def feature(number: int, **more) -> dict:
    """An item as Hub's search gives it, after its interface definition."""
    identifier = f"{number:032x}"
    return {
        "id": identifier, "type": "Feature",
        "links": [{"rel": "self", "href": f"{ITEMS}/{identifier}"}],
        "geometry": {"type": "Polygon",
                     "coordinates": [[[105, 20], [106, 20], [106, 21], [105, 20]]]},
        "properties": {
            "id": identifier, "title": f"Cây xanh {number}", "type": "Feature Service",
            "owner": "so_xd",
            "description": "<p>Mô tả</p>", "snippet": "Tóm tắt", "tags": ["cây", "đô thị"],
            "categories": ["/Categories/Môi trường/Cây xanh"], "created": 1700000000000,
            "modified": 1714521600000, "extent": [[105.3, 20.5], [106.0, 21.4]], "access": "public",
            "url": "https://gis.example.vn/arcgis/rest/services/CayXanh/FeatureServer",
            "licenseInfo": "<a href='https://creativecommons.org/licenses/by/4.0/'>CC BY 4.0</a>",
            "accessInformation": "Sở Xây dựng", "source": "Thành phố Hà Nội", "culture": "vi-vn",
            "numViews": number * 7, "orgId": "org1", **more,
        },
    }  # fmt: skip


class Hub:
    """The search of a Hub, with ways to misbehave."""

    def __init__(self, items, links=True, fault=None, size=2):
        self.items, self.links, self.fault, self.size = items, links, fault, size
        self.matched: int | None = len(items)

    def __call__(self, request: Request) -> Response:
        start = int(request.args.get("startindex", 1))
        if self.fault and start > 1 and (answer := self.fault(self, start)):
            return answer
        return replied(self.page(start))

    def page(self, start: int) -> dict:
        after = start + self.size
        follow = [{"rel": "next", "href": f"{ITEMS}?limit={self.size}&startindex={after}"}]
        page = {
            "type": "FeatureCollection", "features": self.items[start - 1 : after - 1],
            "links": [{"rel": "self", "href": ITEMS}]
            + (follow if self.links and after <= len(self.items) else []),
        }  # fmt: skip
        return page if self.matched is None else {**page, "numberMatched": self.matched}


@pytest.fixture
def hub(httpserver):
    def serve(items, path=ITEMS, **options) -> tuple[Hub, str]:
        server = Hub(items, **options)
        httpserver.expect_request(path).respond_with_handler(server)
        return server, httpserver.url_for("/").rstrip("/")

    return serve


def draft(record: Record) -> dict:
    return ArcgisConnector("https://x.vn").to_dataset(record)


# --- samples -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "FeatureCollection", "features": [FEATURE], "numberMatched": 1, "links": []},
        {"data": [{"id": FEATURE["properties"]["id"], "type": "dataset",
                   "attributes": FEATURE["properties"]}],
         "meta": {"stats": {"totalCount": 1}, "next": None}},
        FEATURE,
    ],
)  # fmt: skip
def test_the_sample_item_is_read_in_every_envelope(httpserver, payload):
    httpserver.expect_request(ITEMS).respond_with_json(payload)
    (record,), unreadable = read(ArcgisConnector(httpserver.url_for(ITEMS)))
    assert not unreadable
    assert record.guid == "f4bcc1035b7d46cba95e977f4affb6be_0"
    assert record.modified == "2021-07-27T20:25:19.723Z"
    dataset = draft(record)
    site = httpserver.url_for("/").rstrip("/")
    assert dataset["title"] == "Tahoe places of interest"
    assert dataset["publisher"] == {"name": "QA Premium Alpha Hub"}
    assert dataset["url"] == f"{site}/datasets/qa-pre-a-hub::tahoe-places-of-interest"
    assert dataset["issued"] == "2021-04-19T13:30:24.055-04:00"
    assert dataset["keywords"][:3] == ["Data collection", "just modified", "some"]
    assert dataset["language"] == ["ger"]
    assert dataset["spatial"]["coordinates"][0][0] == [-121.118, 38.7754032]
    assert "license" not in dataset
    assert "private" not in dataset
    downloads = [r for r in dataset["resources"] if "/api/download/v1/" in r["url"]]
    assert [r["format"] for r in downloads] == ["CSV", "GeoJSON", "SHP", "KML"]
    assert downloads[0]["url"].endswith("/items/f4bcc1035b7d46cba95e977f4affb6be/csv?layers=0")
    service = dataset["resources"][0]
    assert service["url"].endswith("/Tahoe_Things/FeatureServer/0")
    assert "somethingg [String]: this is a field description" in service["data_dictionary"]
    assert len(dataset["resources"]) == 8
    assert dataset["extras"]["owner"] == "thervey_qa_pre_a_hub"
    assert dataset["extras"]["credit"].startswith("Myndigheten")


def test_the_sample_site_is_an_item_too(httpserver):
    httpserver.expect_request("/site.json").respond_with_json(SITE)
    (record,), _ = read(ArcgisConnector(httpserver.url_for("/site.json")))
    assert record.guid == "6250d80d445740cc83e03a15d72229b5"
    dataset = draft(record)
    assert dataset["title"] == "download test"
    assert dataset["extras"]["item_type"] == "Hub Site Application"
    assert "numViews" not in dataset["extras"]
    assert [r["url"] for r in dataset["resources"]] == [
        "https://download-test-qa-pre-a-hub.hubqa.arcgis.com"
    ]


# --- mapping -----------------------------------------------------------------------------------


def item(**more) -> dict:
    found = ArcgisConnector("https://hub.vn")._item(
        feature(1, **more), "https://hub.vn", "https://p.vn"
    )
    return arcgis_item.to_draft(found.content)


def test_an_item_of_hub_search_finds_all_its_fields(hub):
    _, url = hub([feature(1)])
    record = read(ArcgisConnector(url))[0][0]
    dataset = draft(record)
    assert (record.guid, record.modified) == (f"{1:032x}", "2024-05-01T00:00:00Z")
    assert dataset["title"] == "Cây xanh 1"
    assert dataset["notes"] == "<p>Mô tả</p>"
    assert dataset["publisher"] == {"name": "Thành phố Hà Nội"}
    assert dataset["keywords"] == ["cây", "đô thị"]
    assert dataset["themes"] == ["Môi trường", "Cây xanh"]
    assert (dataset["issued"], dataset["modified"]) == (
        "2023-11-14T22:13:20Z",
        "2024-05-01T00:00:00Z",
    )
    assert dataset["license"] == ["https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"]
    assert dataset["rights"].startswith("<a href=")
    assert dataset["language"] == ["vi-vn"]
    assert dataset["spatial"]["coordinates"][0][2] == [106.0, 21.4]
    assert dataset["extras"]["attribution"] == "Sở Xây dựng"
    assert dataset["extras"]["snippet"] == "Tóm tắt"
    assert dataset["extras"]["owner"] == "so_xd"


def test_layers_and_their_downloads_become_resources():
    layers = [{"id": 0, "name": "Cây"}, {"id": 3, "name": "Thảm cỏ", "fields": [{"name": "LOAI"}]}]
    resources = item(layers=layers)["resources"]
    services = [r["url"] for r in resources if r["format"] == "ArcGIS"]
    assert [url.rpartition("FeatureServer")[2] for url in services] == ["", "/0", "/3"]
    assert sum("/api/download/v1/" in r["url"] for r in resources) == 8
    assert next(r for r in resources if r["url"].endswith("/3"))["data_dictionary"] == "LOAI"


def test_downloads_are_only_those_the_item_allows():
    layers = [{"id": 0, "name": "Cây"}]
    exports = {"layers": layers, "supportedExportFormats": "csv,shapefile"}
    formats = {r["format"] for r in item(**exports)["resources"]}
    assert formats == {"ArcGIS", "CSV", "SHP", "KML"}
    assert {r["format"] for r in item(layers=layers, downloadable=False)["resources"]} == {"ArcGIS"}
    assert {r["format"] for r in item(layers=layers, type="Table")["resources"]} == {
        "ArcGIS",
        "CSV",
    }


def test_a_file_is_given_by_the_portal():
    (resource,) = item(type="Microsoft Excel", url=None, name="cay.xlsx", size=2048)["resources"]
    assert resource == {
        "url": f"https://p.vn/sharing/rest/content/items/{1:032x}/data",
        "download_url": f"https://p.vn/sharing/rest/content/items/{1:032x}/data",
        "name": "cay.xlsx", "format": "XLSX", "size": 2048,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"structuredLicense": {"type": "CC-BY-4.0", "abbr": "CC BY 4.0", "url": "https://l.org/by"}},
         ["https://l.org/by", "CC BY 4.0", "CC-BY-4.0"]),
        ({"structuredLicense": {"type": "none"}, "license": "none"}, None),
        ({"license": "custom", "licenseInfo": "Dùng tự do, ghi nguồn"}, ["Dùng tự do, ghi nguồn"]),
    ],
)  # fmt: skip
def test_a_licence_is_passed_on_and_never_invented(more, expected):
    assert item(**{"licenseInfo": None, **more}).get("license") == expected


@pytest.mark.parametrize(
    "extent",
    [
        [[105.3, 20.5], [106.0, 21.4]],
        {"type": "envelope", "coordinates": [[105.3, 20.5], [106.0, 21.4]]},
        {"xmin": 105.3, "ymin": 20.5, "xmax": 106.0, "ymax": 21.4,
         "spatialReference": {"wkid": 4326}},
        {"xmin": 11721942.38, "ymin": 2332357.81, "xmax": 11799866.02, "ymax": 2439260.67,
         "spatialReference": {"wkid": 102100, "latestWkid": 3857}},
        {"type": "Polygon",
         "coordinates": [
             [[105.3, 20.5], [106.0, 20.5], [106.0, 21.4], [105.3, 21.4], [105.3, 20.5]]]},
    ],
)  # fmt: skip
def test_an_extent_is_a_polygon_however_it_is_written(extent):
    ring = item(extent=extent)["spatial"]["coordinates"][0]
    assert [[round(x, 1), round(y, 1)] for x, y in ring] == [
        [105.3, 20.5], [106.0, 20.5], [106.0, 21.4], [105.3, 21.4], [105.3, 20.5],
    ]  # fmt: skip


def test_an_extent_that_is_none_leaves_the_geometry_of_the_feature():
    assert item(extent=[])["spatial"]["coordinates"][0][1] == [106.0, 20.0]


def test_an_item_that_is_shared_with_few_stays_private():
    assert item(access="org")["private"] is True


def test_a_counter_does_not_change_the_fingerprint(hub):
    server, url = hub([feature(1)])
    before = identities(ArcgisConnector(url))
    server.items = [feature(1, numViews=99999)]
    assert identities(ArcgisConnector(url)) == before
    server.items = [feature(1, title="Khác")]
    assert identities(ArcgisConnector(url)) != before


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1714521600000, "2024-05-01T00:00:00Z"), ("1714521600000", "2024-05-01T00:00:00Z"), (-1, ""),
     (0, ""), (None, ""), ("2024-05-01", "2024-05-01"), (1e300, ""), (float("nan"), "nan")],
)  # fmt: skip
def test_a_moment_is_read_or_left_out(value, expected):
    assert arcgis_item.moment(value) in (expected, "")


# --- Hub ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("path", ["", "/", "/search?tags=a", ITEMS, "/api/search/v1"])
def test_all_pages_are_read_by_link_or_by_position(hub, links, path):
    _, url = hub([feature(n) for n in range(5)], links=links)
    found = identities(ArcgisConnector(url + path))
    assert [guid for guid, _ in found] == [f"{n:032x}" for n in range(5)]
    assert identities(ArcgisConnector(url + path)) == found


def test_a_collection_and_keywords_can_be_chosen(hub, httpserver):
    _, url = hub([feature(1)], path="/api/search/v1/collections/all/items")
    read(ArcgisConnector(url, {"collection": "all", "query": "cây"}))
    assert httpserver.log[0][0].args["q"] == "cây"


FAULTS = {
    "an error": lambda s, n: Response("", 500),
    "a web page": lambda s, n: Response("<!DOCTYPE html><html></html>", mimetype="text/html"),
    "half a page": lambda s, n: Response(json.dumps(s.page(n))[:200], mimetype="application/json"),
    "an empty page": lambda s, n: replied({**s.page(n), "features": []}),
    "the first page": lambda s, n: replied({**s.page(n), "features": s.items[:2]}),
    "no features": lambda s, n: replied({"type": "FeatureCollection"}),
    "an error with status 200": lambda s, n: replied({"error": {"code": 500, "message": "x"}}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("links", [True, False])
def test_an_incomplete_read_ends_as_an_error(hub, fault, links):
    _, url = hub([feature(n) for n in range(5)], links=links, fault=FAULTS[fault])
    with pytest.raises(SourceError):
        read(ArcgisConnector(url))


def test_a_hub_that_counts_more_than_it_gives_ends_as_an_error(hub):
    server, url = hub([feature(n) for n in range(3)])
    server.matched = 50
    with pytest.raises(SourceError, match=r"announced 50|same page|list of items"):
        read(ArcgisConnector(url))


def test_pages_without_an_end_are_given_up(httpserver):
    def endless(request):
        number = int(request.args.get("n", 0)) + 1
        return replied({"features": [], "links": [{"rel": "next", "href": f"{ITEMS}?n={number}"}]})

    httpserver.expect_request(ITEMS).respond_with_handler(endless)
    with pytest.raises(SourceError):
        read(ArcgisConnector(httpserver.url_for(ITEMS)))
    assert len(httpserver.log) < 40


def test_an_empty_hub_is_empty(hub):
    _, url = hub([])
    assert read(ArcgisConnector(url)) == ([], [])


def test_repeated_ids_and_missing_ids_lose_no_item(hub):
    twice = feature(1, title="Khác")
    nameless = {"type": "Feature", "properties": {"title": "Không mã"}}
    _, url = hub([feature(1), twice, feature(1), nameless, {"properties": {}}, "x"], size=10)
    found, unreadable = read(ArcgisConnector(url))
    assert [r.title for r in found] == ["Cây xanh 1", "Khác", "Không mã"]
    assert len({r.guid for r in found}) == 3
    assert len(unreadable) == 2


def test_the_older_interface_is_read_by_its_pages(httpserver):
    items = [{"id": f"{n:032x}_0", "type": "dataset", "attributes": {
        "name": f"Lớp {n}", "hubType": "Feature Layer", "modified": 1714521600000,
        "url": f"https://gis.example.vn/arcgis/rest/services/A/FeatureServer/{n}",
    }} for n in range(5)]  # fmt: skip

    def serve(request):
        number, size = int(request.args["page[number]"]), 2
        following = httpserver.url_for(f"/api/v3/datasets?page[number]={number + 1}&page[size]=2")
        return replied({
            "data": items[(number - 1) * size : number * size],
            "meta": {"stats": {"totalCount": 5}, "next": following if number < 3 else None},
        })  # fmt: skip

    httpserver.expect_request("/api/v3/datasets").respond_with_handler(serve)
    found, _ = read(ArcgisConnector(httpserver.url_for("/api/v3/datasets?filter[owner]=so_xd")))
    assert [r.title for r in found] == [f"Lớp {n}" for n in range(5)]
    assert httpserver.log[0][0].args["filter[owner]"] == "so_xd"
    assert draft(found[1])["resources"][1]["url"].endswith(f"/items/{1:032x}/csv?layers=1")


def test_the_older_interface_is_never_asked_by_itself(httpserver):
    httpserver.expect_request(re.compile("/api/v3.*")).respond_with_json({"data": [feature(1)]})
    with pytest.raises(FetchError):
        read(ArcgisConnector(httpserver.url_for("/")))


# --- portal ------------------------------------------------------------------------------------


class Portal:
    def __init__(self, count=5, organization="abc"):
        self.items = [feature(n)["properties"] for n in range(count)]
        self.organization, self.total, self.asked = organization, count, []

    def __call__(self, request: Request) -> Response:
        path = request.path.partition("/sharing/rest")[2]
        if not request.path.startswith("/portal/sharing/rest"):
            return Response("", 404)
        if path == "":
            return replied({"currentVersion": "11.1"})
        if path == "/portals/self":
            return replied({"id": self.organization})
        self.asked.append(request.args.to_dict())
        start = int(request.args["start"])
        some = self.items[start - 1 : start + 1]
        after = start + 2 if start + 2 <= len(self.items) else -1
        return replied(
            {"total": self.total, "start": start, "num": 2, "nextStart": after, "results": some}
        )


@pytest.mark.parametrize(
    "path",
    ["/portal", "/portal/home/", "/portal/sharing/rest", "/portal/sharing/rest/search?f=json"],
)
def test_a_portal_is_read_to_its_end(httpserver, path):
    server = Portal()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(server)
    found, _ = read(ArcgisConnector(httpserver.url_for(path)))
    assert [r.guid for r in found] == [f"{n:032x}" for n in range(5)]
    assert server.asked[0]["q"] == "orgid:abc"
    dataset = draft(found[0])
    assert dataset["url"] == httpserver.url_for(f"/portal/home/item.html?id={0:032x}")
    assert not any("/api/download/" in r["url"] for r in dataset["resources"])


def test_a_portal_is_searched_as_configured_or_as_its_address_says(httpserver):
    server = Portal()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(server)
    read(ArcgisConnector(httpserver.url_for("/portal/sharing/rest/search?q=owner:a&f=json")))
    read(ArcgisConnector(httpserver.url_for("/portal"), {"query": "owner:b"}))
    assert [ask["q"] for ask in server.asked if ask["start"] == "1"] == ["owner:a", "owner:b"]


def test_a_portal_without_an_organization_must_be_told_what_to_search(httpserver):
    httpserver.expect_request(re.compile(".*")).respond_with_handler(Portal(organization=""))
    with pytest.raises(SourceError, match="say in the options"):
        read(ArcgisConnector(httpserver.url_for("/portal")))


def test_a_portal_that_gives_fewer_items_than_it_counts_ends_as_an_error(httpserver):
    server = Portal()
    server.total = 9
    httpserver.expect_request(re.compile(".*")).respond_with_handler(server)
    with pytest.raises(SourceError, match="announced 9"):
        read(ArcgisConnector(httpserver.url_for("/portal/sharing/rest")))


def test_an_error_of_the_portal_with_status_200_is_an_error(httpserver):
    httpserver.expect_request(re.compile(".*")).respond_with_json({"error": {"code": 498}})
    with pytest.raises(SourceError):
        read(ArcgisConnector(httpserver.url_for("/sharing/rest/search?q=a")))


# --- whatever comes ----------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_only_a_source_error_leaves_the_reading_of_a_spoiled_answer(httpserver, seed):
    httpserver.clear()
    page = {"numberMatched": 3, "features": [FEATURE, feature(1), feature(2)], "links": []}
    spoiled = spoiled_json(page, seed, 6)
    httpserver.expect_request(ITEMS).respond_with_data(spoiled, content_type="application/json")
    items = []
    try:
        with fetcher() as fetch:
            for found in ArcgisConnector(httpserver.url_for(ITEMS)).records(fetch):
                items.append(found)
    except SourceError:
        pass
    for found in items:
        assert isinstance(found, (Record, Unreadable))
        if isinstance(found, Record):
            assert draft(found)["identifier"]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_content_that_was_tampered_with_never_breaks_the_mapping(seed):
    layers = [{"id": 0, "name": "A", "fields": [{"name": "x", "type": "y", "description": "{}"}]}]
    base = {**FEATURE["properties"], "layer": None, "layers": layers, "_hub": "https://h.vn",
            "_portal": "https://p.vn", "_geometry": FEATURE["geometry"]}  # fmt: skip
    content = json.loads(spoiled_json(base, seed, 12))
    content = content if isinstance(content, dict) else {}
    json.dumps(draft(Record("g", content)))


def test_other_names_of_the_organization_and_resources_without_address_are_kept():
    found = arcgis_item.to_draft({
        "id": "a", "title": "Cây", "source": "Hà Nội", "orgName": "Sở Xây dựng",
        "additionalResources": [{"name": "Bản in"}, {"name": "PDF", "url": "https://x.vn/a.pdf"}],
    })  # fmt: skip
    assert found["publisher"] == {"name": "Hà Nội"}
    assert found["extras"]["organization_name"] == "Sở Xây dựng"
    assert json.loads(found["extras"]["additional_resource"]) == {"name": "Bản in"}
    assert [r["url"] for r in found["resources"]] == ["https://x.vn/a.pdf"]
