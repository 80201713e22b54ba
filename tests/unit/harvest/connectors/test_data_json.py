"""data.json feeds over HTTP."""

from __future__ import annotations

import contextlib
import json
import re
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import data, fetcher, identities, read, spoiled_json
from werkzeug import Response

from ckanext.hanoi.fetch import FetchError, NotModifiedError
from ckanext.hanoi.harvest.connectors import Record, SourceError
from ckanext.hanoi.harvest.connectors.data_json import DataJsonConnector

SAMPLES = {
    "education_small.data.json": 89,
    "datagov__dcatus_single_record.json": 1,
    "datagov__dcatus3_0_with_services.json": 3,
}


@pytest.fixture
def serve(httpserver):
    def serve(body, path="/data.json", content_type="application/json") -> DataJsonConnector:
        body = body if isinstance(body, (bytes, str)) else json.dumps(body, ensure_ascii=False)
        httpserver.expect_request(path).respond_with_data(body, content_type=content_type)
        return DataJsonConnector(httpserver.url_for(path))

    return serve


def catalog(*datasets) -> dict:
    return {"@type": "dcat:Catalog", "dataset": list(datasets)}


def draft(record: dict, url: str = "http://x.example/data.json") -> dict:
    return DataJsonConnector(url).to_dataset(Record("g", record, title="?"))


# --- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), SAMPLES.items())
def test_real_feeds_are_read_completely_and_the_same_at_every_read(serve, name, count):
    connector = serve(data(f"data_json/{name}"))
    records, unreadable = read(connector)
    assert len(records) == len({r.guid for r in records}) == count
    assert unreadable == []
    assert identities(connector) == identities(connector)
    for record in records:
        found = connector.to_dataset(record)
        assert found["title"]
        assert found["publisher"]["name"]


def test_two_datasets_of_a_real_feed_with_one_identifier_both_come(serve):
    records, _ = read(serve(data("data_json/education_small.data.json")))
    titles = ("National Teacher and Principal Survey, 2015", "Principal Follow-Up Survey, 2016")
    same = [r for r in records if r.title.startswith(titles)]
    assert len(same) == 2
    assert same[0].guid != same[1].guid
    assert len({r.guid.partition("#")[0] for r in same}) == 1


def test_the_order_of_a_feed_does_not_change_an_identity(serve):
    feed = json.loads(data("data_json/education_small.data.json"))
    first = identities(serve(feed, "/1/data.json"))
    feed["dataset"].reverse()
    assert sorted(identities(serve(feed, "/2/data.json"))) == sorted(first)


A, B = {"title": "A", "identifier": "a"}, {"title": "B", "identifier": "b"}


@pytest.mark.parametrize(
    "document",
    [
        catalog(A, B),
        [A, B],
        {"dataset": A, "x": 1},
        {"datasets": [A, B]},
        {"results": [A, B], "count": 2},
        {"dcat:dataset": [{"dct:title": "A", "dct:identifier": "a"}]},
        {"catalog": [catalog(A), {"title": "Inner", "catalog": [catalog(B)]}]},
        {"dataset": [{"@type": "Catalog", "title": "C", "dataset": [A, B]}]},
    ],
    ids=["list", "bare list", "single", "datasets", "results", "prefixed", "nested", "nested too"],
)
def test_datasets_are_found_wherever_a_feed_has_them(serve, document):
    records, unreadable = read(serve(document))
    assert {r.guid for r in records} <= {"a", "b"}
    assert {r.title for r in records} >= {"A"}
    assert len(records) == str(document).count("'title': 'A'") + str(document).count(
        "'title': 'B'"
    ) + str(document).count("dct:title")
    assert unreadable == []


def test_a_series_and_its_members_are_datasets(serve):
    members = [{"title": f"{year}", "identifier": f"m{year}"} for year in (2023, 2024)]
    series = {"@type": "DatasetSeries", "title": "S", "identifier": "s", "seriesMember": members}
    connector = serve({"dataset": [A], "datasetSeries": [series]})
    records = {r.guid: connector.to_dataset(r) for r in read(connector)[0]}
    assert set(records) == {"a", "s", "m2023", "m2024"}
    assert records["s"]["related"] == ["m2023", "m2024"]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("ợ", "é").encode("latin-1"),
        lambda text: json.dumps(json.loads(text)).encode(),
    ],
    ids=["BOM", "UTF-16", "latin-1", "escaped"],
)
def test_a_feed_in_another_encoding_is_read(serve, encode):
    (record,), _ = read(serve(encode(json.dumps(catalog({"title": "Chợ"}), ensure_ascii=False))))
    assert record.title in ("Chợ", "Ché")


def test_the_feed_of_a_portal_is_found_from_its_address(serve, httpserver):
    serve(catalog(A))
    page = serve("<!doctype html><title>Cổng</title>", "/", "text/html")
    assert [r.guid for r in read(page)[0]] == ["a"]


def test_an_empty_feed_is_empty_and_another_document_is_an_error(serve):
    assert read(serve({"dataset": []}, "/1.json")) == ([], [])
    for n, other in enumerate(({"error": "bảo trì"}, {"data": None}, "7", {"results": []})):
        with pytest.raises(SourceError, match="no list"):
            read(serve(other, f"/other{n}.json"))


def test_what_is_no_dataset_is_reported_and_the_others_come(serve):
    records, unreadable = read(serve(catalog(A, None, "x", 7, [], {}, {"keyword": ["k"]}, B)))
    assert [r.guid for r in records] == ["a", "b"]
    assert len(unreadable) == 6


def test_datasets_without_identifiers_and_with_repeated_ones_are_all_kept(serve):
    datasets = [
        {"title": "Một"}, {"title": "Hai", "identifier": None}, {"title": "Ba", "identifier": "x"},
        {"title": "Bốn", "identifier": "x"}, {"title": "Bốn", "identifier": "x"}, {"title": "Một"},
    ]  # fmt: skip
    records, _ = read(serve(catalog(*datasets)))
    assert sorted(r.title for r in records) == sorted(["Một", "Hai", "Ba", "Bốn"])
    assert len({r.guid for r in records}) == 4


def test_a_timestamp_of_dkan_is_no_change(serve):
    before = identities(serve(catalog({**A, "%modified": "1"}), "/1/data.json"))
    assert identities(serve(catalog({**A, "%modified": "2"}), "/2/data.json")) == before


def test_a_big_feed_is_streamed(serve):
    record = {"title": "Tập", "description": "chữ " * 1500}
    body = json.dumps(catalog(*({**record, "identifier": str(n)} for n in range(1000))))
    connector = serve(body)
    assert len(body) > 6_000_000
    count = 0
    with fetcher() as fetch:
        tracemalloc.start()
        for item in connector.records(fetch):
            count += 1
            del item
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 1000
    assert peak < len(body)


# --- feeds that misbehave ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (json.dumps(catalog(A, B))[:40], "middle"),
        (json.dumps(catalog(A, B))[:-1], "middle"),
        ("<!DOCTYPE html><html>Bảo trì", "web page"),
        ("{'dataset': []}", "not valid JSON"),
        ("", "middle"),
        ('{"dataset": [' + "[" * 200_000, "JSON"),
    ],
    ids=["half a page", "last byte", "html", "quotes", "nothing", "deep"],
)
def test_a_broken_feed_is_an_error(serve, body, message):
    with pytest.raises(SourceError, match=message):
        read(serve(body))


def test_a_server_that_fails_or_hangs_is_an_error(httpserver):
    httpserver.expect_request("/500").respond_with_data(status=500)
    httpserver.expect_request("/hang").respond_with_handler(lambda r: time.sleep(1) or Response())
    for path in ("/500", "/hang"):
        with pytest.raises(FetchError), fetcher(timeout=0.3) as fetch:
            list(DataJsonConnector(httpserver.url_for(path)).records(fetch))


def test_a_feed_that_did_not_change_is_not_read_again(serve):
    connector = serve(data("data_json/education_small.data.json"))
    with fetcher() as first:
        assert len(list(connector.records(first))) == 89
    with fetcher() as again:
        again.validators, again.known_hashes = first.remember, first.hashes
        with pytest.raises(NotModifiedError):
            list(connector.records(again))


# --- mapping -----------------------------------------------------------------------------------


def test_a_real_dataset_of_the_education_feed(serve):
    connector = serve(data("data_json/education_small.data.json"))
    found = {
        d["identifier"]: d for d in map(connector.to_dataset, read(connector)[0])
    }["OCR_20140904_2"]  # fmt: skip
    assert found["publisher"] == {
        "name": "Office for Civil Rights",
        "parents": "U.S. Department of Education > U.S. Government",
    }
    assert found["contact"] == {"name": "Helen Boyer", "email": "Helen.Boyer@ed.gov"}
    assert found["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert found["access_level"] == "public"
    assert found["language"] == ["en-US"]
    assert found["spatial_text"] == ["United States"]
    assert found["extras"] == {
        "bureauCode": "018:00", "programCode": "018:000", "dataQuality": "true"
    }  # fmt: skip
    (resource,) = found["resources"]
    assert resource["mimetype"] == "application/xhtml+xml"


def test_an_interval_instead_of_a_date_is_the_frequency():
    found = draft(json.loads(data("data_json/datagov__dcatus_single_record.json"))["dataset"][0])
    assert found["frequency"] == "R/P1W"
    assert "modified" not in found
    assert found["extras"]["modified"] == "R/P1W"


def test_a_service_is_a_dataset_with_its_address(serve):
    connector = serve(data("data_json/datagov__dcatus3_0_with_services.json"))
    found = {r.guid: connector.to_dataset(r) for r in read(connector)[0]}
    service = found["https://example.gov/services/one"]
    assert service["resources"] == [
        {
            "url": "https://api.example.gov/climate/v1",
            "access_service": "https://api.example.gov/climate/v1",
        }
    ]
    assert service["contact"]["email"] == "svc-one@example.gov"


def test_nulls_everywhere_are_nothing():
    record = json.loads(data("data_json/education_small.data.json"))["dataset"][3]
    empty = dict.fromkeys([*record, "distribution", "spatial", "temporal", "theme"])
    found = draft({**empty, "title": "T"})
    assert found == {"title": "T", "identifier": "g"}


@pytest.mark.parametrize(
    ("spatial", "geometry", "words"),
    [
        ("105.3,20.5,106.0,21.4", "Polygon", None),
        ('{"type": "Point", "coordinates": [105.8, 21.0]}', "Point", None),
        ({"type": "Point", "coordinates": [105.8, 21.0]}, "Point", None),
        ([105.3, 20.5, 106.0, 21.4], "Polygon", None),
        ("Hà Nội", None, ["Hà Nội"]),
        (["Hà Nội", "Huế"], None, ["Hà Nội", "Huế"]),
        ([{"@type": "Location", "bbox": "POLYGON((105 20,106 20,106 21,105 20))",
           "prefLabel": "Hà Nội"}], "Polygon", ["Hà Nội"]),
    ],
)  # fmt: skip
def test_extents_come_in_many_shapes(spatial, geometry, words):
    found = draft({"title": "T", "spatial": spatial})
    assert found.get("spatial", {}).get("type") == geometry
    assert found.get("spatial_text") == words


@pytest.mark.parametrize(
    ("temporal", "period", "kept"),
    [
        ("2015-01-01/2015-12-31", ("2015-01-01", "2015-12-31"), None),
        ("2010/2012", ("2010", "2012"), None),
        ("2010/P1Y", ("2010", None), "2010/P1Y"),
        ([{"startDate": "2020-01-01", "endDate": "2021"}], ("2020-01-01", "2021"), None),
        ("không rõ", (None, None), "không rõ"),
    ],
)
def test_periods_come_in_many_shapes(temporal, period, kept):
    found = draft({"title": "T", "temporal": temporal})
    assert (found.get("temporal_start"), found.get("temporal_end")) == period
    assert found.get("extras", {}).get("temporal") == kept


def test_a_dataset_of_argentina_keeps_its_columns():
    found = draft({
        "title": "Compras", "identifier": "99", "superTheme": ["ECON"], "theme": ["compras"],
        "accrualPeriodicity": "R/P1Y", "language": ["spa"],
        "publisher": {"name": "Ministerio", "mbox": "datos@x.ar"},
        "distribution": [{
            "identifier": "99.1", "title": "Compras 2015", "downloadURL": "/c 1.csv",
            "fileName": "c.csv", "byteSize": "5120",
            "field": [{"title": "id", "type": "integer", "description": "Número"}, {"title": "a"}],
        }],
    })  # fmt: skip
    assert found["themes"] == ["compras", "ECON"]
    assert found["publisher"]["email"] == "datos@x.ar"
    (resource,) = found["resources"]
    assert resource["id"] == "99.1"
    assert resource["url"] == resource["download_url"] == "http://x.example/c%201.csv"
    assert resource["data_dictionary"] == "id (integer): Número\na"
    assert resource["size"] == 5120
    assert resource["extras"] == {"fileName": "c.csv"}


def test_a_dataset_of_dcat_us_3_has_objects_where_older_ones_have_text():
    found = draft({
        "@type": "Dataset", "@id": "http://x/1", "title": {"en": "Markets", "vi": "Chợ"},
        "license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "theme": [{"prefLabel": "Kinh tế", "inScheme": {}}], "keyword": "chợ, siêu thị",
        "contactPoint": [{"fn": "An", "hasEmail": "mailto:an@x.vn", "tel": "tel:+8424"}],
        "landingPage": {"@id": "http://x/page"}, "inSeries": [{"@id": "http://x/s"}],
        "conformsTo": [{"title": "Chuẩn"}], "version": "1", "accessRights": "Miễn phí",
        "distribution": {"accessURL": {"@id": "http://x/a"}, "checksum": {"checksumValue": "1f"}},
    })  # fmt: skip
    assert found["title"] == {"en": "Markets", "vi": "Chợ"}
    assert found["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert found["themes"] == ["Kinh tế"]
    assert found["keywords"] == ["chợ", "siêu thị"]
    assert found["contact"] == {"name": "An", "email": "an@x.vn", "phone": "+8424"}
    assert found["url"] == "http://x/page"
    assert found["related"] == ["http://x/s"]
    assert found["conforms_to"] == ["Chuẩn"]
    assert found["rights"] == "Miễn phí"
    assert found["resources"][0]["hash"] == "1f"
    assert "extras" not in found


def test_an_old_feed_has_its_address_at_the_dataset():
    found = draft({"title": "T", "accessURL": "http://x/a.csv", "format": "csv"})
    (resource,) = found["resources"]
    assert (resource["url"], resource["format"]) == ("http://x/a.csv", "csv")


# --- spoiled -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spoiled_server(make_httpserver):
    bodies: list[bytes] = [b""]
    handler = lambda request: Response(bodies[0], content_type="application/json")  # noqa: E731
    make_httpserver.clear()
    make_httpserver.expect_request(re.compile("/.*")).respond_with_handler(handler)
    return make_httpserver, bodies


_EDUCATION = json.loads(data("data_json/education_small.data.json"))
_PAYLOADS = [
    {**_EDUCATION, "dataset": _EDUCATION["dataset"][n : n + 3]} for n in (0, 20, 40, 86)
] + [json.loads(data("data_json/datagov__dcatus3_0_with_services.json"))]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**9), payload=st.sampled_from(range(len(_PAYLOADS))))
def test_a_spoiled_feed_never_breaks_the_run(spoiled_server, seed, payload):
    server, bodies = spoiled_server
    bodies[0] = spoiled_json(_PAYLOADS[payload], seed, 8)
    connector = DataJsonConnector(server.url_for("/data.json"))
    got: list = []
    with contextlib.suppress(SourceError), fetcher() as fetch:
        got.extend(connector.records(fetch))
    for item in got:
        if isinstance(item, Record):
            assert item.guid
            assert isinstance(connector.to_dataset(item)["title"], (str, dict))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "@id", "fn", "name", "coordinates", "type", "en", "vi", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
_KEYS = sorted(data_key for data_key in (
    "title description keyword modified publisher contactPoint identifier accessLevel license "
    "rights temporal spatial theme landingPage distribution language references isPartOf x"
).split())  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=8))
def test_no_content_breaks_the_mapping(record):
    assert "title" in draft(record)


@pytest.mark.parametrize("level", ["public", "non-public", "confidential", "chỉ cán bộ"])
def test_the_access_level_is_handed_on_even_where_nobody_knows_it(level):
    found = draft({"title": "A", "accessLevel": level, "accessRights": "Hỏi chủ quản"})
    assert found["access_level"] == level
    assert found["rights"] == "Hỏi chủ quản"
