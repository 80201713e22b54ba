"""PX-Web databases and PX files over HTTP."""

from __future__ import annotations

import io
import json
import random
import re
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import data, fetcher, identities, read, spoiled_json
from werkzeug import Request, Response

from ckanext.hanoi.fetch import FetchError
from ckanext.hanoi.harvest.connectors import Record, SourceError, Unreadable
from ckanext.hanoi.harvest.connectors.pxweb import PxwebConnector
from ckanext.hanoi.harvest.standards import periods, px

LIST = json.loads(data("pxweb/pxwebapi__ListAllTables.json"))
FILE = data("pxweb/pxwebapi__TAB001.px")


def draft(record: Record) -> dict:
    return PxwebConnector("http://x.vn/api/v2").to_dataset(record)


# --- PX files ----------------------------------------------------------------------------------


def test_the_sample_file_gives_its_table(httpserver):
    httpserver.expect_request("/PO/TAB001.px").respond_with_data(FILE)
    url = httpserver.url_for("/PO/TAB001.px")
    (record,), unreadable = read(PxwebConnector(url))
    assert not unreadable
    assert (record.guid, record.modified) == ("TAB001", "2023-05-25T15:42:00")
    dataset = draft(record)
    assert dataset["title"] == {
        "en": "Population by region, sex, age, contents and year",
        "sv": "Befolkning efter region, kön, ålder, tabellinnehåll och år",
    }
    assert dataset["publisher"] == "Eurostat"
    assert dataset["contact"] == {
        "name": "Test Testsson", "unit": "SCB", "email": "test.testsson@scb.se",
        "phone": "08-111 222 33",
    }  # fmt: skip
    assert dataset["notes"] == ".. = Data not available"
    assert dataset["themes"] == ["Population", "Befolkning"]
    assert dataset["language"] == ["en", "sv"]
    assert dataset["frequency"] == "ANNUAL"
    assert (dataset["temporal_start"], dataset["temporal_end"]) == ("1981-01-01", "2001-12-31")
    (resource,) = dataset["resources"]
    assert (resource["url"], resource["name"], resource["format"]) == (url, "TAB001.px", "PC-Axis")
    assert resource["size"] == len(FILE)
    assert "age (AGE) [22]: Total … Unknown" in resource["data_dictionary"]
    assert dataset["extras"]["units"] == "amount\nantal"
    assert "test2.testsson2@scb.se" in dataset["extras"]["contacts"]
    assert dataset["extras"]["creation_date"] == "20230703 15:54"


def px_file(head: str, encoding: str = "utf-8") -> bytes:
    return f"{head}DATA=\n1 2 3;\n".encode(encoding)


VIETNAMESE = (
    'CHARSET="ANSI";\nAXIS-VERSION="2013";\n{codepage}LANGUAGE="vi";\nMATRIX="V02.01";\n'
    'SUBJECT-AREA="Dân số";\nTITLE="Dân số trung bình chia theo "\n"thành thị; nông thôn";\n'
    'CONTENTS="Dân số";\nUNITS="Nghìn người";\nSTUB="Tỉnh";\nHEADING="Năm";\n'
    'VALUES("Tỉnh")="Hà Nội","Huế";\nVALUES("Năm")="2019","2020","Sơ bộ 2021";\n'
    'SOURCE="Cục Thống kê";\nLAST-UPDATED="20240131 08:00";\nNOTE="Dòng một#Dòng hai";\n'
    'CONTACT="Vụ Dân số, Cục Thống kê#Điện thoại: 024 3846 3483#danso@example.vn";\n'
    'LINK="https://pxweb.example.vn/v0201";\n'
)


@pytest.mark.parametrize(
    ("codepage", "encoding"),
    [('CODEPAGE="utf-8";\n', "utf-8"), ('CODEPAGE="iso-8859-1";\n', "utf-8"), ("", "utf-8-sig"),
     ("", "utf-16")],
)  # fmt: skip
def test_a_file_is_read_in_its_character_set_whatever_it_declares(codepage, encoding):
    file = io.BytesIO(px_file(VIETNAMESE.format(codepage=codepage), encoding))
    table = px.to_draft(px.table(px.read(file)))
    assert table["title"] == "Dân số trung bình chia theo thành thị; nông thôn"
    assert table["publisher"] == "Cục Thống kê"
    assert table["notes"] == "Dòng một\nDòng hai"
    assert (table["temporal_start"], table["temporal_end"]) == ("2019-01-01", "2021-12-31")
    assert table["frequency"] == "ANNUAL"
    assert table["modified"] == "2024-01-31T08:00:00"
    assert table["url"] == "https://pxweb.example.vn/v0201"
    assert table["contact"] == {
        "name": "Vụ Dân số", "unit": "Cục Thống kê", "phone": "024 3846 3483",
        "email": "danso@example.vn",
    }  # fmt: skip


def test_a_declared_single_byte_character_set_is_used():
    head = 'CHARSET="ANSI";CODEPAGE="iso-8859-2";MATRIX="A";TITLE="Łódź";'
    entries = px.read(io.BytesIO(px_file(head, "iso-8859-2")))
    assert entries["TITLE"][0].values == ("Łódź",)


def test_semicolons_quotes_and_data_within_texts_do_not_end_a_statement():
    head = 'MATRIX="A";TITLE="a; DATA=1; b";NOTE("x","y")="(c)";UNITS=5;'
    entries = px.read(io.BytesIO(px_file(head)))
    assert entries["TITLE"][0].values == ("a; DATA=1; b",)
    assert entries["NOTE"][0].keys == ("x", "y")
    assert entries["NOTE"][0].values == ("(c)",)


@pytest.mark.parametrize(
    ("scale", "values", "unit", "start", "end"),
    [
        ("Q1", '"20201","20204"', "QUARTERLY", "2020-01-01", "2020-12-31"),
        ("H1", '"20201","20202"', "ANNUAL_2", "2020-01-01", "2020-12-31"),
        ("W1", '"202001","202053"', "WEEKLY", "2019-12-30", "2021-01-03"),
        ("A1", '"2020"-"2022"', "ANNUAL", "2020-01-01", "2022-12-31"),
        ("Q1", '"2020Q1","2020Q4"', "QUARTERLY", "2020-01-01", "2020-12-31"),
        ("M1", '"2020M01","2020M03"', "MONTHLY", "2020-01-01", "2020-03-31"),
        ("W1", '"2020W01","2020W02"', "WEEKLY", "2019-12-30", "2020-01-12"),
    ],
)
def test_the_declared_time_scale_is_the_frequency(scale, values, unit, start, end):
    time = f'VALUES("t")={values};TIMEVAL("t")=TLIST({scale}),{values};'
    head = f'MATRIX="A";TITLE="T";HEADING="t";{time}'
    draft = px.to_draft(px.table(px.read(io.BytesIO(px_file(head)))))
    assert draft["frequency"] == unit
    assert (draft.get("temporal_start", ""), draft.get("temporal_end", "")) == (start, end)


def test_the_data_of_a_big_file_is_not_read():
    class Watched(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            self.taken += size
            return super().read(size)

    file = Watched(px_file('MATRIX="A";TITLE="T";') + b"1 2 3 " * 2_000_000)
    assert px.identifier(px.read(file)) == "A"
    assert file.taken < 1_000_000


@pytest.mark.parametrize(
    "content",
    [b"", b"DATA=", b'TITLE="a', FILE[:1500], b"\x00\xff" * 500, b"<html></html>", b'TITLE="a";'],
)
def test_a_file_that_is_cut_off_or_none_is_an_error(httpserver, content):
    httpserver.expect_request("/a.px").respond_with_data(content)
    with pytest.raises(SourceError):
        read(PxwebConnector(httpserver.url_for("/a.px")))


def test_a_folder_of_files_is_read_and_what_is_unreadable_is_reported(httpserver):
    listing = '<html><body><a href="a.px">a</a><a href="sub/">s</a><a href="bad.px">b</a><a href="gone.px">g</a><a href="x.txt">x</a></body></html>'  # noqa: E501
    for path, content in {
        "/px/": listing, "/px/sub/": '<html><a href="b.PX">b</a></html>', "/px/a.px": FILE,
        "/px/sub/b.PX": px_file('MATRIX="TAB001";TITLE="Khác";'), "/px/bad.px": "TITLE",
    }.items():  # fmt: skip
        kind = "text/html" if path.endswith("/") else "application/octet-stream"
        httpserver.expect_request(path).respond_with_data(content, content_type=kind)
    httpserver.expect_request("/px/gone.px").respond_with_data("", status=404)
    found, unreadable = read(PxwebConnector(httpserver.url_for("/px/")))
    assert [r.title for r in found] == ["Population by region, sex, age, contents and year", "Khác"]
    assert len({r.guid for r in found}) == 2
    assert [u.guid.rpartition("/")[2] for u in unreadable] == ["bad.px", "gone.px"]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_spoiled_file_is_read_or_refused(seed):
    chance = random.Random(seed)
    spoiled = bytearray(FILE[: 9000 if seed % 3 else chance.randrange(9000)] + b";DATA=1;")
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(spoiled))
        spoiled[at : at + chance.randrange(4)] = chance.choice(
            [b'"', b";", b"", b"\xff", b"\x00", b"(", b"DATA=", b",", b'""', b"=", b"[en]"]
        )
    try:
        content = px.table(px.read(io.BytesIO(bytes(spoiled))))
    except px.PxError:
        return
    json.dumps(px.to_draft(json.loads(json.dumps(content))))


# --- interface v2 ------------------------------------------------------------------------------


def test_the_sample_list_gives_its_five_tables(httpserver):
    httpserver.expect_request("/api/v2/tables").respond_with_json(LIST)
    found, unreadable = read(PxwebConnector(httpserver.url_for("/api/v2/tables?lang=en")))
    assert [r.guid for r in found] == ["TAB004", "TAB005", "TAB003", "TAB001", "TAB002"]
    assert not unreadable
    dataset = draft(found[0])
    assert dataset["identifier"] == "TAB004"
    assert dataset["title"].startswith("Total air emissions by sector")
    assert dataset["publisher"] == "Statistics Sweden"
    assert dataset["modified"] == "2023-05-25T13:42:00Z"
    assert dataset["frequency"] == "ANNUAL"
    assert (dataset["temporal_start"], dataset["temporal_end"]) == ("1990-01-01", "2017-12-31")
    assert dataset["themes"] == ["Environment"]
    assert dataset["keywords"] == ["Environment", "Miscellaneous"]
    assert dataset["language"] == ["en"]
    assert "private" not in dataset
    assert [r["format"] for r in dataset["resources"]] == ["CSV", "JSON-stat", "PC-Axis"]
    assert dataset["resources"][0]["url"] == httpserver.url_for(
        "/api/v2/tables/TAB004/data?lang=en&outputFormat=csv"
    )
    assert dataset["extras"]["folders"] == "Environment > Miscellaneous"
    assert dataset["extras"]["variableNames"] == "sector; greenhouse gas; contents; year"


def test_a_list_in_a_file_is_read_too(httpserver):
    httpserver.expect_request("/saved.json").respond_with_json(LIST)
    assert len(read(PxwebConnector(httpserver.url_for("/saved.json")))[0]) == 5


def table(number: int, **more) -> dict:
    return {"id": f"T{number}", "label": f"Bảng {number}", "category": "public", **more}


class Second:
    """Interface v2 of seven tables, with ways to misbehave."""

    def __init__(self, links=True, fault=None):
        self.links, self.fault, self.size = links, fault, 3
        self.tables = [table(n) for n in range(7)]

    def __call__(self, request: Request) -> Response:
        number = int(request.args.get("pageNumber", 1))
        if self.fault and number > 1 and (answer := self.fault(self, number)):
            return answer
        return Response(json.dumps(self.page(number)), mimetype="application/json")

    def page(self, number: int) -> dict:
        pages = -(-len(self.tables) // self.size)
        follow = [{"rel": "next", "href": f"/api/v2/tables?pageNumber={number + 1}"}]
        return {
            "language": "vi",
            "tables": self.tables[(number - 1) * self.size : number * self.size],
            "page": {
                "pageNumber": number, "pageSize": self.size, "totalElements": len(self.tables),
                "totalPages": pages, "links": follow if self.links and number < pages else [],
            },
        }  # fmt: skip


@pytest.mark.parametrize("links", [True, False])
def test_pages_are_followed_by_link_or_by_number(httpserver, links):
    httpserver.expect_request("/api/v2/tables").respond_with_handler(Second(links))
    connector = PxwebConnector(httpserver.url_for("/api/v2"))
    assert [guid for guid, _ in identities(connector)] == [f"T{n}" for n in range(7)]
    assert identities(connector) == identities(connector)


def replied(payload) -> Response:
    return Response(json.dumps(payload), mimetype="application/json")


FAULTS = {
    "an error": lambda s, n: Response("", 500),
    "a web page": lambda s, n: Response("<html></html>", mimetype="text/html"),
    "half a page": lambda s, n: Response(json.dumps(s.page(n))[:60], mimetype="application/json"),
    "no tables": lambda s, n: replied({"page": {}}),
    "an empty page": lambda s, n: replied({**s.page(n), "tables": []}),
    "the first page": lambda s, n: replied({**s.page(1), "page": s.page(n)["page"]}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("links", [True, False])
def test_an_incomplete_read_ends_as_an_error(httpserver, fault, links):
    httpserver.expect_request("/api/v2/tables").respond_with_handler(Second(links, FAULTS[fault]))
    with pytest.raises(SourceError):
        read(PxwebConnector(httpserver.url_for("/api/v2")))


def test_a_table_that_is_not_public_stays_private(httpserver):
    tables = [table(1, category="internal"), table(2), {"label": None}, "x", table(2, label="Khác")]
    httpserver.expect_request("/api/v2/tables").respond_with_json({"tables": tables})
    found, unreadable = read(PxwebConnector(httpserver.url_for("/api/v2")))
    assert [draft(r).get("private", False) for r in found] == [True, False, False]
    assert len({r.guid for r in found}) == 3
    assert len(unreadable) == 2


def test_one_table_can_be_a_source(httpserver):
    httpserver.expect_request("/api/v2/tables/TAB005").respond_with_json(LIST["tables"][1])
    found, _ = read(PxwebConnector(httpserver.url_for("/api/v2/tables/TAB005")))
    assert [r.guid for r in found] == ["TAB005"]


# --- interface v1 ------------------------------------------------------------------------------

METADATA = {
    "title": "Dân số theo Tỉnh và Năm",
    "variables": [
        {"code": "Tỉnh", "text": "Tỉnh", "values": ["0", "1"], "valueTexts": ["Hà Nội", "Huế"]},
        {"code": "Năm", "text": "Năm", "values": ["0", "1", "2"],
         "valueTexts": ["2019", "2020", "Sơ bộ 2021"], "time": True},
    ],
}  # fmt: skip
MONTHS = {
    "title": "CPI", "variables": [{"code": "T", "text": "Kỳ", "values": ["2020M01", "2020M12"]}],
}  # fmt: skip
DATABASE = "Dân số và lao động"
TREE: dict[str, object] = {
    "": [{"dbid": DATABASE, "text": DATABASE}, {"dbid": "Gia", "text": "Giá"}],
    f"/{DATABASE}": [
        {"id": "", "type": "h", "text": "Tiêu đề"},
        {"id": "Nam", "type": "l", "text": "Hằng năm"},
        {"id": "V02.01.px", "type": "t", "text": "Dân số", "updated": "2024-01-31T08:00:00"},
    ],
    f"/{DATABASE}/Nam": [{"id": "V02.02.px", "type": "t", "text": "Dân số 2"}],
    "/Gia": [{"id": "V02.01.px", "type": "t", "text": "CPI", "updated": "2025-01-01T00:00:00"}],
    f"/{DATABASE}/V02.01.px": METADATA,
    f"/{DATABASE}/Nam/V02.02.px": METADATA,
    "/Gia/V02.01.px": MONTHS,
}


@pytest.fixture
def database(httpserver):
    def serve(root="/pxweb/api/v1", language="vi", **changes):
        tree = {**TREE, **changes}

        def answer(request: Request) -> Response:
            path = unquote(request.path).removeprefix(f"{root}/{language}").rstrip("/")
            if path not in tree or not request.path.startswith(f"{root}/{language}"):
                return Response("not found", 404)
            found = tree[path]
            return found if isinstance(found, Response) else replied(found)

        httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
        return httpserver.url_for(root)

    return serve


def test_all_folders_of_a_database_are_walked(database, httpserver):
    url = database()
    found, unreadable = read(PxwebConnector(f"{url}/vi/"))
    assert [r.guid for r in found] == [
        f"{DATABASE}/V02.01.px", f"{DATABASE}/Nam/V02.02.px", "Gia/V02.01.px",
    ]  # fmt: skip
    assert not unreadable
    assert found[0].modified == "2024-01-31T08:00:00"
    assert identities(PxwebConnector(f"{url}/vi")) == [(r.guid, r.fingerprint()) for r in found]


def test_a_table_finds_all_its_fields(database):
    url = database()
    found, _ = read(PxwebConnector(f"{url}/vi"))
    dataset = draft(found[1])
    assert dataset["title"] == "Dân số theo Tỉnh và Năm"
    assert dataset["themes"] == [DATABASE]
    assert dataset["keywords"] == [DATABASE, "Hằng năm"]
    assert dataset["frequency"] == "ANNUAL"
    assert (dataset["temporal_start"], dataset["temporal_end"]) == ("2019-01-01", "2021-12-31")
    assert dataset["language"] == ["vi"]
    assert unquote(dataset["url"]).endswith(f"/pxweb/vi/{DATABASE}/{DATABASE}__Nam/V02.02.px/")
    csv, json_stat, page = dataset["resources"]
    assert (csv["format"], json_stat["format"], page["format"]) == ("CSV", "JSON-stat", "HTML")
    assert csv["access_service"] == json_stat["access_service"]
    assert unquote(csv["access_service"]).endswith("/vi/Dân số và lao động/Nam/V02.02.px")
    assert '"format": "csv"' in csv["description"]["vi"]
    assert len({r["url"] for r in dataset["resources"]}) == 3
    assert "Tỉnh (Tỉnh) [2]: Hà Nội … Huế" in csv["data_dictionary"]
    assert dataset["extras"]["table_text"] == "Dân số 2"
    prices = draft(found[2])
    assert prices["frequency"] == "MONTHLY"
    assert prices["temporal_end"] == "2020-12-31"


@pytest.mark.parametrize(
    ("root", "page"),
    [
        ("/api/v1", f"/pxweb/vi/{DATABASE}/{DATABASE}/V02.01.px/"),
        ("/pxweb/api/v1", f"/pxweb/vi/{DATABASE}/"),
    ],
)
def test_the_interface_behind_a_page_is_found(database, httpserver, root, page):
    database(root)
    found, _ = read(PxwebConnector(httpserver.url_for(page), {"page_url": "https://px.vn/pxweb"}))
    assert [r.guid for r in found] == [f"{DATABASE}/V02.01.px", f"{DATABASE}/Nam/V02.02.px"]
    assert draft(found[0])["url"].startswith("https://px.vn/pxweb/vi/D%C3%A2n")


def test_without_a_language_vietnamese_is_tried_before_english(database):
    url = database(language="en")
    found, _ = read(PxwebConnector(url))
    assert len(found) == 3
    assert draft(found[0])["language"] == ["en"]


def test_a_server_that_fails_is_not_read_in_another_language(httpserver):
    httpserver.expect_request("/api/v1/vi").respond_with_data("", status=503)
    httpserver.expect_request("/api/v1/en").respond_with_json([])
    with pytest.raises(FetchError):
        read(PxwebConnector(httpserver.url_for("/api/v1")))


def test_the_page_of_a_table_is_not_invented(database):
    url = database("/api/v1")
    assert "url" not in draft(read(PxwebConnector(f"{url}/vi"))[0][0])


def test_a_table_without_metadata_is_reported_under_its_identity(database):
    url = database(**{
        f"/{DATABASE}/V02.01.px": Response("broken", 400), "/Gia/V02.01.px": {"error": "x"},
    })  # fmt: skip
    found, unreadable = read(PxwebConnector(f"{url}/vi"))
    assert [r.guid for r in found] == [f"{DATABASE}/Nam/V02.02.px"]
    assert [u.guid for u in unreadable] == [f"{DATABASE}/V02.01.px", "Gia/V02.01.px"]
    assert [u.title for u in unreadable] == ["Dân số", "CPI"]


@pytest.mark.parametrize(
    "answer",
    [
        Response("", 500),
        Response("", 404),
        Response("<html></html>", mimetype="text/html"),
        {"a": 1},
    ],
)
def test_a_folder_that_can_not_be_listed_ends_the_read(database, answer):
    url = database(**{f"/{DATABASE}/Nam": answer})
    with pytest.raises(SourceError):
        read(PxwebConnector(f"{url}/vi"))


def test_folders_without_an_end_are_given_up(httpserver):
    httpserver.expect_request(re.compile("/api/v1/.*")).respond_with_json(
        [{"id": "x", "type": "l", "text": "x"}]
    )
    with pytest.raises(SourceError):
        read(PxwebConnector(httpserver.url_for("/api/v1/vi/a")))
    assert len(httpserver.log) < 60


def test_a_server_without_metadata_at_all_is_given_up(database):
    nodes = [{"id": f"T{n}", "type": "t", "text": "x"} for n in range(50)]
    url = database(**{"/Gia": nodes})
    with pytest.raises(SourceError):
        read(PxwebConnector(f"{url}/vi/Gia"))


def test_a_site_that_is_no_px_web_is_an_error(httpserver):
    httpserver.expect_request("/").respond_with_data("<html><body>Xin chào</body></html>")
    httpserver.expect_request("/x.json").respond_with_json({"a": 1})
    for path in ("/", "/x.json"):
        with pytest.raises(FetchError if path == "/" else SourceError):
            read(PxwebConnector(httpserver.url_for(path)))


# --- whatever comes ----------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_only_a_source_error_leaves_the_reading_of_spoiled_answers(httpserver, seed):
    httpserver.clear()
    payload = [LIST, TREE[""], TREE[f"/{DATABASE}"], METADATA][seed % 4]
    spoiled = spoiled_json(payload, seed)

    def answer(request: Request) -> Response:
        deep = request.path.count("/") > 4
        return Response(json.dumps(METADATA) if deep else spoiled, mimetype="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    url = httpserver.url_for("/api/v2" if seed % 4 == 0 else "/api/v1/vi/a")
    items = []
    try:
        with fetcher() as fetch:
            for item in PxwebConnector(url).records(fetch):
                items.append(item)
    except SourceError:
        return
    for item in items:
        assert isinstance(item, (Record, Unreadable))
        if isinstance(item, Record):
            assert draft(item)["identifier"]


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(["v1", "v2", "file"]))
def test_content_that_was_tampered_with_never_breaks_the_mapping(seed, kind):
    contents = {
        "v1": {"api": "http://x.vn/api/v1/vi/a.px", "title": "T", "time": ["2020"],
               "folders": ["a"], "more": {"a": "b"},
               "variables": [{"name": "n", "code": "c", "count": 2}]},
        "v2": {"base": "http://x.vn/api/v2/tables", "language": "vi", "table": LIST["tables"][0]},
        "file": {"url": "http://x.vn/a.px", **px.table(px.read(io.BytesIO(FILE)))},
    }  # fmt: skip
    content = json.loads(spoiled_json({"kind": kind, **contents[kind]}, seed, 6))
    content = content if isinstance(content, dict) else {}
    json.dumps(draft(Record("g", content)))


@pytest.mark.parametrize(
    ("text", "start", "end", "unit"),
    [
        ("2019", "2019-01-01", "2019-12-31", "year"),
        ("2020Q1", "2020-01-01", "2020-03-31", "quarter"),
        ("2020K4", "2020-10-01", "2020-12-31", "quarter"),
        ("Quý I/2020", "2020-01-01", "2020-03-31", "quarter"),
        ("Q2 2021", "2021-04-01", "2021-06-30", "quarter"),
        ("2020M02", "2020-02-01", "2020-02-29", "month"),
        ("Tháng 3/2020", "2020-03-01", "2020-03-31", "month"),
        ("202007", "2020-07-01", "2020-07-31", "month"),
        ("2020-07", "2020-07-01", "2020-07-31", "month"),
        ("2020W53", "2020-12-28", "2021-01-03", "week"),
        ("2020H2", "2020-07-01", "2020-12-31", "half"),
        ("2010/11", "2010-01-01", "2011-12-31", "year"),
        ("2015-2020", "2015-01-01", "2020-12-31", "year"),
        ("Sơ bộ 2023", "2023-01-01", "2023-12-31", "year"),
        ("2023 (p)", "2023-01-01", "2023-12-31", "year"),
        ("31/12/2020", "2020-12-31", "2020-12-31", "day"),
    ],
)
def test_a_time_code_is_read(text, start, end, unit):
    found = periods.period(text)
    assert (found.start.isoformat(), found.end.isoformat(), found.unit) == (start, end, unit)


@pytest.mark.parametrize(
    "text", ["", "Tổng số", "2020Q5", "2020M13", "2021W53", "12", "x" * 200, "0"]
)
def test_what_is_no_time_code_is_none(text):
    assert periods.period(text) is None


@settings(deadline=None)
@given(st.text(max_size=70))
def test_any_text_is_a_period_that_ends_after_it_begins_or_none(text):
    found = periods.period(text)
    assert found is None or found.start <= found.end


def test_a_quotation_mark_too_many_is_named_with_its_keyword():
    text = 'CHARSET="ANSI";\nTITLE="Dân số";\nTIMEVAL("năm")=TLIST(A1),""2019";\nDATA=\n1;\n'
    with pytest.raises(px.UnclosedError, match="TIMEVAL"):
        px.read(io.BytesIO(text.encode()))
