"""CKAN portals, look-alikes and portals that misbehave, over HTTP."""
from __future__ import annotations

import contextlib
import json
import random
import re
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import data, fetcher, identities, read, spoiled_json
from werkzeug import Request, Response

from ckanext.hanoi.fetch import FetchError
from ckanext.hanoi.harvest.connectors import Record, SourceError
from ckanext.hanoi.harvest.connectors.ckan import CkanConnector
from ckanext.hanoi.harvest.standards.ckan_api import site

SAMPLES = {
    name: json.loads(data(f"ckan/{name}__package_search.json"))["result"]["results"]
    for name in ("datagovuk", "envidat")
}


def package(n: int, **fields) -> dict:
    return {"id": f"id-{n:04d}", "name": f"tap-{n:04d}", "title": f"Tập dữ liệu {n}", **fields}


class Portal:
    """A CKAN as they are, with ways to misbehave."""

    base = "/api/3/action"
    actions = {"package_search", "package_list", "package_show"}

    def __init__(self, packages: list[dict]) -> None:
        self.packages = list(packages)
        self.asked: list[tuple[str, dict]] = []
        self.count: int | None = None
        self.cap = 1000
        self.sorts = ("id asc", "name asc")
        self.wrap = lambda result: {"success": True, "result": result}
        self.before_page = lambda portal, start: None

    def searches(self) -> list[dict]:
        return [args for action, args in self.asked if action == "package_search"]

    def __call__(self, request: Request) -> Response:
        base, _, action = request.path.rpartition("/")
        if base != self.base or action not in self.actions:
            return Response("<html>Not found</html>", 404)
        self.asked.append((action, request.args.to_dict()))
        return getattr(self, action)(request.args)

    def json(self, result) -> Response:
        return Response(json.dumps(self.wrap(result)), content_type="application/json")

    def package_search(self, args) -> Response:
        sort = args.get("sort", "")
        if sort and sort not in self.sorts:
            error = {"success": False, "error": {"__type": "Search Query Error"}}
            return Response(json.dumps(error), 409)
        start, rows = int(args.get("start", 0)), min(int(args.get("rows", 10)), self.cap)
        spoiled = self.before_page(self, start)
        if spoiled is not None:
            return spoiled
        found = self.packages
        if sort:
            found = sorted(found, key=lambda p: p[sort.split()[0]])
        count = len(found) if self.count is None else self.count
        return self.json({"count": count, "results": found[start : start + rows]})

    def package_list(self, args) -> Response:
        return self.json([p["name"] for p in self.packages])

    def package_show(self, args) -> Response:
        for p in self.packages:
            if args["id"] in (p["id"], p["name"]):
                return self.json(p)
        return Response(json.dumps({"success": False, "error": {}}), 404)

    def current_package_list_with_resources(self, args) -> Response:
        start = int(args.get("offset", 0))
        return self.json([self.packages[start : start + int(args["limit"])]])


@pytest.fixture
def serve(httpserver):
    def serve(portal: Portal, **config) -> CkanConnector:
        httpserver.expect_request(re.compile("/.*")).respond_with_handler(portal)
        return CkanConnector(httpserver.url_for("/"), {"page_size": 10, **config})

    return serve


# --- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), [("datagovuk", 4), ("envidat", 2)])
def test_real_portals_are_read_completely_and_the_same_at_every_read(serve, name, count):
    connector = serve(Portal(SAMPLES[name]))
    records, unreadable = read(connector)
    assert len(records) == count
    assert unreadable == []
    assert {r.guid for r in records} == {p["id"] for p in SAMPLES[name]}
    assert all(r.title and r.modified for r in records)
    assert identities(connector) == identities(connector)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 28, 95])
def test_pages_are_read_to_their_end_by_ascending_id(serve, count):
    portal = Portal([package(n) for n in range(count)])
    random.Random(1).shuffle(portal.packages)
    records, _ = read(serve(portal))
    assert [r.guid for r in records] == [f"id-{n:04d}" for n in range(count)]
    assert all(args["sort"] == "id asc" for args in portal.searches())
    assert len(portal.searches()) <= count // 9 + 2


def test_a_portal_that_gives_fewer_rows_than_asked_for_is_read_completely(serve):
    portal = Portal([package(n) for n in range(57)])
    portal.cap = 4
    assert len(read(serve(portal))[0]) == 57


def test_the_next_page_is_asked_for_while_one_is_looked_at(serve):
    portal = Portal([package(n) for n in range(40)])
    with fetcher() as fetch:
        records = serve(portal).records(fetch)
        next(records)
        deadline = time.monotonic() + 5
        while len(portal.searches()) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [int(args["start"]) for args in portal.searches()] == [0, 9]
        assert len(list(records)) == 39


def test_who_stops_reading_does_not_wait_for_the_next_page(serve):
    portal = Portal([package(n) for n in range(40)])
    go_on = threading.Event()
    portal.before_page = lambda portal, start: go_on.wait(10) and None if start else None
    connector = serve(portal)
    with fetcher() as fetch:
        records = connector.records(fetch)
        next(records)
        began = time.monotonic()
        records.close()
    assert time.monotonic() - began < 2
    go_on.set()


@pytest.mark.parametrize("sorts", [("name asc",), ("",)])
def test_an_order_that_the_portal_does_not_know_is_not_insisted_on(serve, sorts):
    portal = Portal([package(n) for n in range(25)])
    portal.sorts = sorts
    assert len(read(serve(portal))[0]) == 25


@pytest.mark.parametrize(
    "path",
    ["", "/", "/dataset", "/api/3", "/api/3/action/package_search?q=x", "/api/action/",
     "/datasets/"],  # fmt: skip
)
@pytest.mark.parametrize("root", ["", "/data"])
@pytest.mark.parametrize("version", ["/api/3/action", "/api/action"])
def test_the_api_is_found_from_any_address_of_the_portal(httpserver, path, root, version):
    portal = Portal([package(1)])
    portal.base = root + version
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(portal)
    records, _ = read(CkanConnector(httpserver.url_for(root + path)))
    assert [r.guid for r in records] == ["id-0001"]


def test_an_api_at_the_root_is_found_from_an_address_below_it(httpserver):
    portal = Portal([package(1)])
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(portal)
    assert len(read(CkanConnector(httpserver.url_for("/vi/du-lieu-mo")))[0]) == 1


@pytest.mark.parametrize(
    "wrap",
    [
        lambda result: result,
        lambda result: {"result": result},
        lambda result: {"help": "…", "success": True, "result": result},
        lambda result: result["results"] if isinstance(result, dict) else result,
    ],
    ids=["bare", "without success", "with help", "bare list"],
)
def test_answers_come_in_any_envelope(serve, wrap):
    portal = Portal([package(n) for n in range(23)])
    portal.wrap = wrap
    assert len(read(serve(portal))[0]) == 23


def test_a_portal_that_breaks_on_an_order_is_asked_without(serve):
    portal = Portal([package(n) for n in range(25)])
    search = portal.package_search
    portal.package_search = lambda args: Response("", 500) if args.get("sort") else search(args)
    assert len(read(serve(portal))[0]) == 25


def test_a_portal_that_is_down_is_an_error(serve):
    portal = Portal([package(1)])
    portal.package_search = lambda args: Response("", 500)
    with pytest.raises(FetchError) as e:
        read(serve(portal))
    assert e.value.status == 500


def test_a_count_as_text_is_a_count(serve):
    portal = Portal([package(n) for n in range(12)])
    portal.count = "12"  # type: ignore[assignment]
    assert len(read(serve(portal))[0]) == 12


def test_only_what_changed_is_asked_for(serve):
    portal = Portal([package(1)])
    read(serve(portal), since="2026-03-01T07:00:00+07:00")
    assert "metadata_modified:[2026-03-01T00:00:00Z TO *]" in portal.searches()[0]["fq"]


def test_the_search_is_limited_to_organizations_and_a_filter(serve):
    packages = [package(n, organization={"name": name}) for n, name in enumerate("abca")]
    portal = Portal(packages)
    records, _ = read(serve(portal, organizations=["a", "b"], exclude_organizations=["b"],
                            filter="groups:x OR groups:y"))  # fmt: skip
    assert [r.guid for r in records] == ["id-0000", "id-0003"]
    fq = portal.searches()[0]["fq"]
    assert fq == '+(groups:x OR groups:y) +(organization:("a" OR "b")) -organization:("b")'


def test_an_api_key_is_sent_in_headers_only(httpserver):
    seen = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return Portal([package(1, private=True)])(request)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(answer)
    config = {"api_key": "bí-mật-1".encode("ascii", "ignore").decode(), "include_private": True}
    connector = CkanConnector(httpserver.url_for("/"), config)
    (record,), _ = read(connector)
    assert seen[0].headers["Authorization"] == config["api_key"]
    assert config["api_key"] not in seen[0].url
    assert seen[0].args["include_private"] == "true"
    assert connector.to_dataset(record)["private"] is True


# --- portals without a search ------------------------------------------------------------------


@pytest.mark.parametrize(
    "actions",
    [
        {"package_list", "package_show"},
        {"package_list", "package_show", "current_package_list_with_resources"},
    ],
)
def test_a_portal_without_search_is_read_by_its_list(serve, actions):
    portal = Portal([package(n) for n in range(120)])
    portal.actions = actions
    connector = serve(portal)
    records, _ = read(connector)
    assert {r.guid for r in records} == {p["id"] for p in portal.packages}
    assert len(records) == 120
    shown = sum(action == "package_show" for action, _ in portal.asked)
    assert shown == (0 if len(actions) == 3 else 120)


def test_a_dataset_that_vanished_between_list_and_look_is_not_an_error(serve):
    portal = Portal([package(n) for n in range(5)])
    portal.actions = {"package_list", "package_show"}
    portal.package_list = lambda args: portal.json(["tap-0001", "gone", "tap-0003"])
    assert {r.guid for r in read(serve(portal))[0]} == {"id-0001", "id-0003"}


def test_a_dataset_that_fails_makes_the_read_incomplete_but_the_others_come(serve):
    portal = Portal([package(n) for n in range(5)])
    portal.actions = {"package_list", "package_show"}
    show = portal.package_show
    portal.package_show = lambda a: Response("", 500) if a["id"] == "tap-0002" else show(a)
    got = []
    with pytest.raises(FetchError) as e:
        _collect(serve(portal), got)
    assert e.value.status == 500
    assert len(got) == 4


def test_a_page_that_is_no_portal_is_said_to_be_none(httpserver):
    httpserver.expect_request(re.compile("/.*")).respond_with_data("no", status=404)
    with pytest.raises(SourceError, match="No CKAN API"):
        read(CkanConnector(httpserver.url_for("/")))


# --- portals that misbehave --------------------------------------------------------------------


def _collect(connector: CkanConnector, got: list) -> None:
    from portal import fetcher

    with fetcher() as fetch:
        for item in connector.records(fetch):
            got.append(item)


def test_datasets_removed_while_the_portal_is_read_make_none_be_missed(serve):
    portal = Portal([package(n) for n in range(60)])
    doomed = {9: ["id-0001"], 18: [f"id-{n:04d}" for n in range(2, 16)], 36: ["id-0035"]}

    def remove(portal, start):
        gone = doomed.pop(start, [])
        portal.packages = [p for p in portal.packages if p["id"] not in gone]

    portal.before_page = remove
    records, _ = read(serve(portal))
    assert {p["id"] for p in portal.packages} <= {r.guid for r in records}
    assert len({r.guid for r in records}) == len(records)


def test_datasets_added_while_the_portal_is_read_double_none(serve):
    portal = Portal([package(n) for n in range(40)])

    def add(portal, start):
        portal.packages.insert(0, package(-start - 1, id=f"a-{start}"))

    portal.before_page = add
    records, _ = read(serve(portal))
    guids = [r.guid for r in records]
    assert len(set(guids)) == len(guids)
    assert {f"id-{n:04d}" for n in range(40)} <= set(guids)


def test_an_order_that_changes_with_every_page_loses_nothing(serve):
    portal = Portal([package(n) for n in range(80)])
    portal.sorts = ("",)
    chance = random.Random(7)
    portal.before_page = lambda portal, start: chance.shuffle(portal.packages)
    records, _ = read(serve(portal))
    assert {r.guid for r in records} == {p["id"] for p in portal.packages}
    assert len(records) == 80


@pytest.mark.parametrize("count", [95, 1_000_000])
def test_a_count_that_promises_too_much_is_an_incomplete_read_that_ends(serve, count):
    portal = Portal([package(n) for n in range(90)])
    portal.count = count
    portal.actions = {"package_search"}
    got: list = []
    with pytest.raises(SourceError, match="announced") as e:
        _collect(serve(portal), got)
    assert len(got) == 90
    assert e.value.params["seen"] == 90
    assert len(portal.asked) < 40


def test_a_count_that_the_list_of_names_corrects_is_a_complete_read(serve):
    portal = Portal([package(n) for n in range(30)])
    portal.count = 33
    assert len(read(serve(portal))[0]) == 30


def test_a_count_that_promises_too_little_hides_nothing(serve):
    portal = Portal([package(n) for n in range(45)])
    portal.count = 3
    assert len(read(serve(portal))[0]) == 45


def test_a_portal_that_gives_the_same_page_again_and_again_is_read_by_name(serve):
    portal = Portal([package(n) for n in range(30)])
    search = portal.package_search
    portal.package_search = lambda args: search({**args, "start": 0})
    records, _ = read(serve(portal))
    assert len(records) == 30
    assert len(portal.searches()) < 12


def test_the_same_page_again_and_again_without_a_list_is_an_incomplete_read(serve):
    portal = Portal([package(n) for n in range(30)])
    search = portal.package_search
    portal.package_search = lambda args: search({**args, "start": 0})
    portal.actions = {"package_search"}
    with pytest.raises(SourceError, match="announced"):
        read(serve(portal))
    assert len(portal.asked) < 20


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda: Response("<!DOCTYPE html><html>Bảo trì</html>"), "web page"),
        (lambda: Response('{"success": true, "result": {"count": 90, "resul'), "middle"),
        (lambda: Response("gone wrong", 404), "404"),
        (lambda: Response('{"success": false, "error": {"message": "hết giờ"}}'), "hết giờ"),
        (lambda: Response('{"success": true, "result": "x"}'), "no list"),
    ],
    ids=["html", "half a page", "404", "refusal", "no list"],
)
def test_a_broken_page_ends_the_read_with_an_error(serve, answer, message):
    portal = Portal([package(n) for n in range(90)])
    portal.before_page = lambda portal, start: answer() if start > 20 else None
    got: list = []
    with pytest.raises(SourceError, match=message):
        _collect(serve(portal), got)
    assert len(got) >= 19


def test_a_page_that_is_broken_once_is_asked_for_again(serve):
    portal = Portal([package(n) for n in range(30)])
    broken = [Response("<html>", 200), Response("", 503)]
    portal.before_page = lambda portal, start: broken.pop() if start and broken else None
    assert len(read(serve(portal))[0]) == 30


def test_a_server_that_can_not_build_a_big_page_is_asked_for_smaller_ones(serve):
    portal = Portal([package(n) for n in range(120)])
    portal.before_page = lambda portal, start: Response("", 500) if (
        start == 49 and int(portal.searches()[-1]["rows"]) > 10) else None  # fmt: skip
    assert len(read(serve(portal, page_size=50))[0]) == 120


def test_an_empty_portal_is_empty(serve):
    assert read(serve(Portal([]))) == ([], [])


def test_what_is_no_dataset_is_reported_and_the_others_come(serve):
    odd = [None, "x", {}, {"title": "Không tên"}, package(2, type="harvest")]
    portal = Portal([package(1), *odd, package(3)])
    portal.sorts = ("",)
    records, unreadable = read(serve(portal))
    assert [r.guid for r in records] == ["id-0001", "id-0003"]
    assert len(unreadable) == 4
    assert unreadable[-1].title == "Không tên"


def test_different_datasets_with_one_id_both_come(serve):
    portal = Portal([package(1), package(1, name="khac", title="Khác"), package(2)])
    records, _ = read(serve(portal))
    assert len({r.guid for r in records}) == len(records) == 3
    assert identities(serve(portal)) == identities(serve(portal))


def test_characters_that_can_not_be_stored_do_not_reach_a_record(serve):
    (record,), _ = read(serve(Portal([package(1, notes="a\x00b\ud800", id="x\x00")])))
    assert record.content["notes"] == "ab"
    assert record.guid == "x"


def test_a_view_counter_is_no_change(serve):
    def viewed(times: int) -> dict:
        views = {"tracking_summary": {"total": times}}
        return package(1, **views, resources=[{"id": "r", **views}])

    portal = Portal([viewed(1)])
    connector = serve(portal)
    before = identities(connector)
    portal.packages = [viewed(2)]
    assert identities(connector) == before
    portal.packages = [package(1, notes="mới")]
    assert identities(connector) != before


# --- mapping -----------------------------------------------------------------------------------


def draft(raw: dict, url: str = "https://data.example.vn/api/3/action/") -> dict:
    return CkanConnector(url).to_dataset(Record(str(raw.get("id", "g")), raw, title="?"))


def test_a_real_package_of_data_gov_uk():
    found = draft(SAMPLES["datagovuk"][0])
    assert found["publisher"]["name"] == "Environmental Information Data Centre"
    assert found["license"] == ["http://reference.data.gov.uk/id/open-government-licence"]
    assert found["contact"] == {"email": "m.p.garratt@reading.ac.uk"}
    assert found["temporal_start"] == "2015-01-01"
    assert found["temporal_end"] == "2015-12-31"
    assert found["spatial"]["type"] == "Polygon"
    assert "hoverfly" in found["keywords"]
    assert found["frequency"] == "notPlanned"
    assert found["extras"]["responsible-party"].startswith("The James Hutton")
    assert len(found["resources"]) == 2
    assert found["resources"][0]["url"].startswith("https://data-package.ceh.ac.uk/")


def test_a_real_package_of_envidat():
    found = draft(SAMPLES["envidat"][0])
    assert found["contact"] == {
        "name": "Elizaveta Sharaborova", "email": "elizaveta.sharaborova@epfl.ch"
    }  # fmt: skip
    assert found["spatial"] == {"type": "Point", "coordinates": [7.834626, 46.558292]}
    assert found["license"][0] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["identifier"] == "10.16904/envidat.792"
    assert "MeteoSwiss" in found["extras"]["author"]
    assert found["resources"][0]["size"] == 10004794304


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": "Chợ"}, "Chợ"),
        ({"title": {"vi": "Chợ", "en": "Markets"}}, {"vi": "Chợ", "en": "Markets"}),
        ({"title": '{"vi": "Chợ", "en": "Markets"}'}, {"vi": "Chợ", "en": "Markets"}),
        ({"title": "Chợ", "title_translated": {"vi": "Chợ", "en": "Markets"}},
         {"vi": "Chợ", "en": "Markets"}),
        ({"title_translated-vi": "Chợ", "title_translated-en": "Markets", "title": ""},
         {"vi": "Chợ", "en": "Markets"}),
        ({"title": "Chợ", "title_en": "Markets"}, {"vi": "Chợ", "en": "Markets"}),
        ({"title": [{"lang": "VI", "value": "Chợ"}, {"lang": "en_US", "value": "Markets"}]},
         {"vi": "Chợ", "en-us": "Markets"}),
        ({"title": "<b>Chợ</b> &amp; siêu thị"}, "Chợ & siêu thị"),
        ({"title": None, "name": "cho"}, "cho"),
    ],
)  # fmt: skip
def test_titles_come_in_many_shapes(fields, title):
    assert draft({"id": "1", **fields})["title"] == title


@pytest.mark.parametrize(
    "extras",
    [
        [{"key": "nguon", "value": "Sở"}, {"key": "x", "value": '"2012"'}],
        {"nguon": "Sở", "x": "2012"},
        [["nguon", "Sở"], ["x", "2012"]],
        '{"nguon": "Sở", "x": "2012"}',
    ],
)
def test_extras_come_in_many_shapes(extras):
    assert draft({"id": "1", "extras": extras})["extras"] == {"nguon": "Sở", "x": "2012"}


def test_what_has_no_field_is_kept_and_bookkeeping_is_not():
    found = draft({"id": "1", "name": "a", "mã số": 7, "list": ["a", "b"], "deep": {"b": [1]},
                   "revision_id": "r", "num_tags": 3, "empty": "", "author": "Bà An",
                   "maintainer": "Ông Bình"})  # fmt: skip
    assert found["extras"] == {
        "mã số": "7", "list": "a; b", "deep": '{"b": [1]}', "author": "Bà An"
    }  # fmt: skip
    assert found["contact"] == {"name": "Ông Bình"}


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"license_id": "cc-by", "license_title": "CC BY"}, ["cc-by"]),
        ({"license_id": "notspecified", "license_title": "License not specified"}, None),
        ({"license_id": ""}, None),
        ({"license_id": "gfvn", "license_title": "Giấy phép riêng"}, ["gfvn", "Giấy phép riêng"]),
    ],
)
def test_licences_are_passed_through_and_never_invented(fields, licence):
    assert draft({"id": "1", **fields}).get("license") == licence


@pytest.mark.parametrize(
    ("fields", "state", "private"),
    [
        ({"state": "active", "private": False}, None, False),
        ({"state": "draft"}, "draft", False),
        ({"state": "deleted"}, "deleted", False),
        ({"private": "True"}, None, True),
    ],
)
def test_private_drafts_and_deleted_stay_what_they_are(fields, state, private):
    found = draft({"id": "1", **fields})
    assert (found.get("state"), found["private"]) == (state, private)


def test_groups_and_themes_tags_and_keywords_are_joined():
    found = draft({"id": "1", "groups": [{"title": "Giao thông", "name": "gt"}, "Y tế"],
                   "theme": '["http://x/TRAN"]', "tags": [{"name": "xe buýt"}, "vé"],
                   "keywords": "tàu, vé"})  # fmt: skip
    assert found["themes"] == ["Giao thông", "Y tế", "http://x/TRAN"]
    assert found["keywords"] == ["xe buýt", "vé", "tàu"]


@pytest.mark.parametrize(
    "spatial",
    [
        '{"type": "Point", "coordinates": [105.85, 21.02]}',
        {"type": "Point", "coordinates": [105.85, 21.02]},
        '{"type": "Point", "coordinates": [21.02, 105.85]}',
        "POINT (105.85 21.02)",
    ],
    ids=["text", "object", "latitude first", "WKT"],
)
def test_an_extent_is_kept_as_geojson(spatial):
    found = draft({"id": "1", "extras": [{"key": "spatial", "value": spatial}]})
    assert found["spatial"] == {"type": "Point", "coordinates": [105.85, 21.02]}
    assert "extras" not in found


def test_a_place_in_words_is_kept_in_words():
    assert draft({"id": "1", "spatial": "Hà Nội"})["spatial_text"] == ["Hà Nội"]


def test_a_resource_keeps_its_identity_and_its_own_fields():
    raw = {"id": "r1", "url": "/dl/a b.csv", "name": {"vi": "Tệp", "en": "File"}, "format": "csv",
           "size": "12", "created": "2020-01-01", "last_modified": None, "url_type": "upload",
           "position": 0, "ghi chú": "x", "hash": "ab"}  # fmt: skip
    (resource,) = draft({"id": "1", "resources": [raw, {"state": "deleted"}]})["resources"]
    assert resource == {
        "id": "r1", "url": "https://data.example.vn/dl/a%20b.csv", "hash": "ab", "format": "csv",
        "download_url": "https://data.example.vn/dl/a%20b.csv", "size": 12,
        "name": {"vi": "Tệp", "en": "File"}, "issued": "2020-01-01", "extras": {"ghi chú": "x"},
    }  # fmt: skip


def test_an_address_that_can_not_be_opened_is_kept_as_text():
    (resource,) = draft({"id": "1", "resources": [{"url": r"C:\du lieu\a.xls"}]})["resources"]
    assert "url" not in resource
    assert resource["extras"] == {"url_text": r"C:\du lieu\a.xls"}


@pytest.mark.parametrize(
    ("url", "portal"),
    [
        ("https://a.vn/api/3/action/package_search?x=1", "https://a.vn"),
        ("https://a.vn/data/dataset/", "https://a.vn/data"),
        ("https://a.vn", "https://a.vn"),
        ("https://a.vn/api", "https://a.vn"),
    ],
)
def test_the_portal_of_an_address(url, portal):
    assert site(url) == portal


# --- spoiled payloads --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spoiled_server(make_httpserver):
    bodies: list[bytes] = [b""]
    handler = lambda request: Response(bodies[0], content_type="application/json")  # noqa: E731
    make_httpserver.clear()
    make_httpserver.expect_request(re.compile("/.*")).respond_with_handler(handler)
    return make_httpserver, bodies


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**9), name=st.sampled_from(sorted(SAMPLES)))
def test_a_spoiled_payload_never_breaks_the_run(spoiled_server, seed, name):
    server, bodies = spoiled_server
    result = {"count": len(SAMPLES[name]), "results": SAMPLES[name]}
    bodies[0] = spoiled_json({"success": True, "result": result}, seed, 6)
    connector = CkanConnector(server.url_for("/"), {"page_size": 1000})
    got: list = []
    with contextlib.suppress(SourceError):
        _collect(connector, got)
    for item in got:
        if isinstance(item, Record):
            assert item.guid
            assert isinstance(connector.to_dataset(item)["title"], (str, dict))


def test_the_same_nameless_entries_on_every_page_do_not_make_the_read_endless(serve):
    portal = Portal([package(1), {"title": "a"}, {"title": "b"}])
    portal.sorts = ("",)
    portal.count = 9
    search = portal.package_search
    portal.package_search = lambda args: search({**args, "start": 0})
    portal.actions = {"package_search"}
    got: list = []
    with pytest.raises(SourceError, match="announced"):
        _collect(serve(portal), got)
    assert len(got) == 3
