"""Lists of datasets, served as agencies send them: nothing lost, nothing invented."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import spreadsheets as books
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import data, fetcher, identities, read
from werkzeug import Request, Response

from ckanext.hanoi.fetch import FetchError, NotModifiedError
from ckanext.hanoi.harvest.connectors import Record, Unreadable
from ckanext.hanoi.harvest.connectors.inventory import InventoryConnector
from ckanext.hanoi.messages import SourceError

HEAD = ["STT", "Tên dữ liệu", "Mô tả", "Cơ quan cung cấp", "Đường dẫn"]


@pytest.fixture
def harvest(httpserver):
    """Serve a file and read it: (drafts by guid, unreadable pieces)."""

    def run(content: bytes, path: str = "/danh-muc", **config: Any):
        httpserver.clear()
        httpserver.expect_request(path).respond_with_data(content)
        connector = InventoryConnector(httpserver.url_for(path), config)
        records, problems = read(connector)
        return {r.guid: connector.to_dataset(r) for r in records}, problems

    return run


def said(problems: list[Unreadable]) -> list[str]:
    return [problem.message % problem.params for problem in problems]


# -- samples ---------------------------------------------------------------------------------------


def test_all_datasets_and_distributions_of_argentinas_justice_catalogue_are_read(harvest):
    drafts, problems = harvest(data("inventory/ar_justicia__catalogo_justicia.xlsx"))
    assert problems == []
    assert len(drafts) == 16
    assert sum(len(draft["resources"]) for draft in drafts.values()) == 56
    dictionaries = [r.get("data_dictionary", "") for d in drafts.values() for r in d["resources"]]
    assert sum(len(text.splitlines()) for text in dictionaries) == 53
    infoleg = drafts["d9a963ea-8b1d-4ca3-9dd9-07a4773e8c23"]
    assert infoleg["title"] == "Base de datos legislativos Infoleg"
    assert infoleg["modified"] == "2016-12-19T18:19:32.496552"
    assert infoleg["themes"] == ["JUST", "Información Jurídica"]
    assert infoleg["frequency"] == "R/P1M"
    assert infoleg["contact"]["email"] == "datosabiertos@saij.gob.ar"
    assert infoleg["keywords"][:2] == ["acordadas", "boletín oficial"]
    first = infoleg["resources"][0]
    assert first["id"] == "1"
    assert first["name"] == "Base Infoleg de Normativa Nacional"
    assert first["url"].endswith("/archivo/8db246a2-48dd-4f2f-b08e-ab6293747882")
    assert first["download_url"].endswith("/download/baseinfolegnormativanacional.csv")
    assert first["issued"] == "2016-09-29T11:17:50.274309"


def test_all_datasets_of_the_hdx_list_are_read(harvest):
    drafts, problems = harvest(data("inventory/hdx_samples_for_mapping.csv"))
    assert problems == []
    assert len(drafts) == 440
    ireland = drafts["edac1807-f0f6-4f07-b6e0-712ecfed95f0"]
    assert ireland["title"] == "GAR15 Global Exposure Dataset for Ireland"
    assert ireland["publisher"] == "United Nations Office for Disaster Risk Reduction (UNDRR)"
    assert ireland["keywords"] == ["disaster risk reduction-drr", "geodata", "hazards and risk"]
    assert ireland["license"] == "Other"
    assert ireland["extras"] == {"dataset_source": "UNISDR", "formats": "shp"}


@pytest.mark.parametrize(
    "name", ["ar_justicia__catalogo_justicia.xlsx", "hdx_samples_for_mapping.csv"]
)
def test_a_second_reading_gives_the_same_identities_and_fingerprints(httpserver, name):
    httpserver.expect_request("/x").respond_with_data(data(f"inventory/{name}"))
    connector = InventoryConnector(httpserver.url_for("/x"))
    first = identities(connector)
    assert first
    assert identities(connector) == first


# -- a danh mục as agencies write it ---------------------------------------------------------------

DANH_MUC = [
    ["ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["SỞ GIAO THÔNG VẬN TẢI", None, None, "Độc lập - Tự do - Hạnh phúc"],
    ["DANH MỤC DỮ LIỆU MỞ"],
    ["(Kèm theo Quyết định số 804/QĐ-SGTVT ngày 05/03/2025)"],
    [],
    [
        "STT",
        "Tập dữ liệu",
        None,
        "Tần suất\ncập nhật",
        "Ngày cập nhật",
        "Liên hệ",
        "Tệp dữ liệu",
        None,
        "Ghi chú",
    ],
    [None, "Tên\n(Name)", "Mã định danh", None, None, None, "Định dạng", "Đường dẫn", None],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
    ["I", "Lĩnh vực giao thông"],
    [
        1,
        "Tuyến xe buýt",
        "GT-01",
        "Hằng năm",
        "31/12/2025",
        "Nguyễn Văn A - 024 3825 1234 - a@hanoi.gov.vn",
        "CSV",
        "https://a.vn/1.csv",
        "đã công bố",
    ],
    [None, None, None, None, None, None, "XLSX", "https://a.vn/1.xlsx", None],
    [
        2,
        "Bến xe",
        "GT-02",
        "Hàng quý",
        "Quý IV/2025",
        None,
        "CSV; XLSX",
        "https://a.vn/2.csv\nhttps://a.vn/2.xlsx",
        None,
    ],
    ["II", "Sở Y tế"],
    [
        3,
        "Bệnh viện",
        None,
        "Hằng tháng",
        "12/2025",
        "Phòng Kế hoạch, yte@hanoi.gov.vn",
        "API",
        "đang cập nhật",
        None,
    ],
    [4, None, "YT-09", "Hằng tháng", None, None, None, "https://a.vn/4.csv", None],
    [None, "Tổng cộng", None, None, None, None, None, None, 4],
    [],
    [None, "Hà Nội, ngày 5 tháng 3 năm 2025"],
    ["Người lập biểu", None, None, "TM. ỦY BAN NHÂN DÂN"],
]
MERGED = [
    (5, 0, 6, 0),
    (5, 1, 5, 2),
    (5, 3, 6, 3),
    (5, 4, 6, 4),
    (5, 5, 6, 5),
    (5, 6, 5, 7),
    (5, 8, 6, 8),
]


@pytest.mark.parametrize("make", [books.xlsx, books.xls, books.ods])
def test_a_danh_muc_with_everything_that_such_files_have_is_read(harvest, make):
    drafts, problems = harvest(make({"Danh mục": DANH_MUC}, merged=MERGED))
    assert list(drafts) == ["GT-01", "GT-02", "so y te/benh vien"]
    bus, station, hospital = drafts.values()
    assert bus["title"] == "Tuyến xe buýt"
    assert bus["publisher"] == "SỞ GIAO THÔNG VẬN TẢI"
    assert bus["themes"] == ["giao thông"]
    assert bus["decision_number"] == "804/QĐ-SGTVT"
    assert bus["legal_basis"] == "Quyết định số 804/QĐ-SGTVT ngày 05/03/2025"
    assert bus["modified"] == "2025-12-31"
    assert bus["contact"] == {
        "name": "Nguyễn Văn A",
        "email": "a@hanoi.gov.vn",
        "phone": "024 3825 1234",
    }
    assert bus["extras"] == {"Ghi chú": "đã công bố"}
    assert [(r["url"], r["format"]) for r in bus["resources"]] == [
        ("https://a.vn/1.csv", "CSV"),
        ("https://a.vn/1.xlsx", "XLSX"),
    ]
    assert station["modified"] == "2025-10"
    assert [(r["url"], r["format"]) for r in station["resources"]] == [
        ("https://a.vn/2.csv", "CSV"),
        ("https://a.vn/2.xlsx", "XLSX"),
    ]
    assert hospital["publisher"] == "Sở Y tế"
    assert hospital["contact"] == {"unit": "Phòng Kế hoạch", "email": "yte@hanoi.gov.vn"}
    assert "resources" not in hospital
    assert hospital["extras"]["Tệp dữ liệu Đường dẫn"] == "đang cập nhật"
    assert said(problems) == [
        "Sheet Danh mục, row 15, column B (Tập dữ liệu Tên (Name)): the name of the dataset is "
        "missing. Write it there."
    ]
    assert problems[0].guid == "YT-09"


def test_a_csv_of_the_same_list_gives_the_same_datasets(harvest):
    import csv
    import io

    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(DANH_MUC)
    workbook, _ = harvest(books.xlsx({"Danh mục": DANH_MUC}, merged=MERGED))
    text, problems = harvest(stream.getvalue().encode(), path="/tai/danh-muc.csv")
    assert text == workbook
    assert problems[0].params["sheet"] == "danh-muc.csv"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("31/12/2025", "2025-12-31"),
        ("2025-12-31", "2025-12-31"),
        ("Quý IV/2025", "2025-10"),
        ("12/2025", "2025-12"),
        ("năm 2025", "2025"),
        (46022, "2025-12-31"),
        (datetime.date(2025, 12, 31), "2025-12-31"),
        ("chưa rõ", "chưa rõ"),
    ],
)
def test_dates_are_read_in_every_spelling_and_others_passed_on(harvest, written, iso):
    book = books.xlsx({"A": [["Tên dữ liệu", "Ngày công bố"], ["a", written]]})
    drafts, _ = harvest(book)
    assert [draft["issued"] for draft in drafts.values()] == [iso]


def test_a_frequency_in_a_column_of_dates_is_a_frequency(harvest):
    grid = [["Tên dữ liệu", "Thời gian cập nhật"], ["a", "Hằng năm"], ["b", "12/2025"]]
    drafts, _ = harvest(books.xlsx({"A": grid}))
    first, second = drafts.values()
    assert (first.get("frequency"), first.get("modified")) == ("Hằng năm", None)
    assert (second.get("frequency"), second.get("modified")) == (None, "2025-12")


# -- agencies --------------------------------------------------------------------------------------


def test_the_name_of_a_sheet_gives_the_agency(harvest):
    rows = [["Tên dữ liệu", "Mô tả"], ["Danh sách", "x"]]
    drafts, problems = harvest(
        books.xlsx({"Sở Y tế": rows, "Sở Tài chính": rows, "Tổng hợp": rows})
    )
    assert [draft.get("publisher") for draft in drafts.values()] == [
        "Sở Y tế",
        "Sở Tài chính",
        None,
    ]
    assert len(set(drafts)) == 3
    assert problems == []


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("Cơ quan cung cấp: Sở Nội vụ", "Sở Nội vụ"),
        ("Đơn vị: UBND phường Hoàn Kiếm", "UBND phường Hoàn Kiếm"),
        ("DANH MỤC DỮ LIỆU MỞ CỦA SỞ XÂY DỰNG", "SỞ XÂY DỰNG"),
        ("SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "SỞ THÔNG TIN VÀ TRUYỀN THÔNG"),
        ("UBND THÀNH PHỐ HÀ NỘI", None),
        ("Số liệu của năm 2025", None),
    ],
)
def test_a_title_row_gives_the_agency(harvest, title, agency):
    drafts, _ = harvest(books.xlsx({"DS": [[title], ["Tên dữ liệu", "Mô tả"], ["a", "x"]]}))
    assert [draft.get("publisher") for draft in drafts.values()] == [agency]


def test_an_agency_in_the_row_wins_over_all_around_it_and_the_default_comes_last(harvest):
    grid = [
        ["Sở Y tế"],
        HEAD,
        [1, "a", None, "Sở Nội vụ"],
        [2, "b"],
        ["II", "Sở Tài chính"],
        [3, "c"],
    ]
    drafts, _ = harvest(books.xlsx({"DS": grid}), agency="Văn phòng")
    assert [d["publisher"] for d in drafts.values()] == ["Sở Nội vụ", "Sở Nội vụ", "Sở Tài chính"]
    drafts, _ = harvest(books.xlsx({"DS": [["Tên dữ liệu"], ["a"]]}), agency="Sở Y tế")
    assert {guid: d["publisher"] for guid, d in drafts.items()} == {"so y te/a": "Sở Y tế"}


# -- datasets and resources ------------------------------------------------------------------------


def test_a_merged_title_over_several_rows_is_one_dataset_with_several_resources(harvest):
    grid = [
        HEAD,
        [1, "a", "mô tả", "Sở Y tế", "https://a.vn/1"],
        [None, None, None, None, "https://a.vn/2"],
        [2, "b", None, "Sở Y tế", "https://a.vn/3"],
    ]
    drafts, _ = harvest(books.xlsx({"A": grid}, merged=[(1, 0, 2, 0), (1, 1, 2, 1)]))
    assert [[r["url"] for r in d["resources"]] for d in drafts.values()] == [
        ["https://a.vn/1", "https://a.vn/2"],
        ["https://a.vn/3"],
    ]


def test_repeated_rows_of_a_flat_list_are_resources_of_one_dataset(harvest):
    text = (
        "Mã,Tên dữ liệu,Mô tả,Tên tài nguyên,Đường dẫn\n"
        "A,x,m,tệp 1,https://a.vn/1\nB,y,n,tệp 2,https://a.vn/2\nA,x,m,tệp 3,https://a.vn/3\n"
    )
    drafts, _ = harvest(text.encode())
    assert [[r["name"] for r in d["resources"]] for d in drafts.values()] == [
        ["tệp 1", "tệp 3"],
        ["tệp 2"],
    ]


def test_repeated_titles_and_identifiers_lose_no_dataset(harvest):
    text = "Mã dữ liệu,Tên dữ liệu,Mô tả\nA,x,một\nA,x,hai\nA,y,ba\n,z,bốn\n,z,năm\n"
    drafts, problems = harvest(text.encode())
    assert len(drafts) == 5
    assert sorted(d["notes"] for d in drafts.values()) == ["ba", "bốn", "hai", "một", "năm"]
    assert problems == []


def test_numbered_rows_with_one_title_are_datasets_of_their_own(harvest):
    grid = [
        HEAD,
        [1, "a", None, "Sở Y tế", "https://a.vn/1"],
        [2, "a", None, "Sở Y tế", "https://a.vn/2"],
    ]
    drafts, _ = harvest(books.xlsx({"A": grid}))
    assert [[r["url"] for r in d["resources"]] for d in drafts.values()] == [
        ["https://a.vn/1"],
        ["https://a.vn/2"],
    ]


def test_a_sheet_of_resources_is_joined_by_identifier_or_title(harvest):
    sheets = {
        "Dữ liệu": [
            ["Mã dữ liệu", "Tên dữ liệu", "Mô tả"],
            ["A", "Bệnh viện", "x"],
            ["B", "Trường", "y"],
        ],
        "Tài nguyên": [
            [
                "Mã dữ liệu",
                "Tên tập dữ liệu",
                "Tên",
                "Mô tả",
                "Định dạng",
                "Đường dẫn",
                "Ngày cập nhật",
            ],
            ["A", None, "tệp 1", "m1", "CSV", "https://a.vn/1", "01/02/2025"],
            [None, "Trường", "tệp 2", None, "CSV", "https://a.vn/2", None],
            ["C", None, "tệp 3", None, "CSV", "https://a.vn/3", None],
        ],
    }
    drafts, problems = harvest(books.xlsx(sheets))
    assert drafts["A"]["resources"] == [
        {
            "url": "https://a.vn/1",
            "name": "tệp 1",
            "description": "m1",
            "format": "CSV",
            "modified": "2025-02-01",
        }
    ]
    assert [r["name"] for r in drafts["B"]["resources"]] == ["tệp 2"]
    assert said(problems) == [
        "Sheet Tài nguyên, row 4, column A (Mã dữ liệu): “C” is no dataset of this workbook. Write "
        "the identifier or the name of a dataset there as its own sheet has it."
    ]


def test_sheets_without_a_list_are_reported_and_notes_and_hidden_ones_are_not(harvest):
    rows = [["Tên dữ liệu", "Mô tả"], ["a", "x"]]
    sheets = {
        "DS": rows,
        "Bảng phụ": [["2020", "1"], ["2021", "2"], ["2022", "3"]],
        "Ghi chú": [["một dòng"], ["hai dòng"]],
        "Ẩn": [["Tên dữ liệu", "Mô tả"], ["b", "y"]],
    }
    drafts, problems = harvest(books.xlsx(sheets, hidden=["Ẩn"]))
    assert len(drafts) == 1
    assert [problem.params for problem in problems] == [{"sheet": "Bảng phụ"}]
    assert harvest(books.xlsx(sheets, hidden=["Ẩn"]), exclude_sheets=["bang*"])[1] == []


# -- options ---------------------------------------------------------------------------------------


def test_the_configuration_names_columns_that_are_not_recognised(harvest):
    text = "Ký tự;Tên gọi nội bộ;Nội dung\nA;x;y\n".encode()
    with pytest.raises(SourceError, match="No list of datasets"):
        harvest(text)
    drafts, _ = harvest(text, columns={"title": "ten goi noi bo", "identifier": "Ký tự"})
    assert {guid: d["title"] for guid, d in drafts.items()} == {"A": "x"}
    with pytest.raises(SourceError, match="No sheet has the column “Tên khác”"):
        harvest(text, columns={"title": "Tên gọi nội bộ", "notes": "Tên khác"})


def test_the_configuration_says_where_the_header_is(harvest):
    grid = [
        ["Tên dữ liệu", "Mô tả"],
        ["(mẫu)", "(mẫu)"],
        ["Tên dữ liệu", "Lĩnh vực"],
        ["a", "Y tế"],
    ]
    drafts, _ = harvest(books.xlsx({"A": grid}), header_row=3)
    assert [(d["title"], d["themes"]) for d in drafts.values()] == [("a", ["Y tế"])]


def test_the_configuration_chooses_sheets(harvest):
    sheets = {name: [["Tên dữ liệu"], [name]] for name in ("Quý I", "Quý II", "Năm")}
    assert len(harvest(books.xlsx(sheets), sheets=["Quý *"])[0]) == 2
    assert len(harvest(books.xlsx(sheets), sheets="Quý I\nNăm")[0]) == 2
    assert len(harvest(books.xlsx(sheets), exclude_sheets=["nam"])[0]) == 2


def test_encoding_and_delimiter_may_be_given(harvest):
    text = "Tên dữ liệu|Mô tả\na;b;c|x;y;z\n"
    drafts, _ = harvest(text.encode("utf-16-le"), encoding="utf-16-le", delimiter="|")
    assert [d["title"] for d in drafts.values()] == ["a;b;c"]
    with pytest.raises(SourceError, match="not known"):
        harvest(text.encode(), encoding="khong-co")
    assert len(harvest("Tên dữ liệu\tMô tả\na\tb\n".encode(), delimiter="tab")[0]) == 1


def test_relative_links_are_completed_with_the_address_of_the_list_or_the_base(harvest, httpserver):
    paths = ["tep/1.csv", "\\\\may\\tep.csv", "javascript:alert(1)", "www.a.vn/4", "C:\\tep.csv"]
    lines = ["Tên dữ liệu,Đường dẫn", *(f"{path[-9:]},{path}" for path in paths)]
    text = "\n".join(lines).encode()
    drafts, _ = harvest(text, path="/mo/danh-muc.csv")
    links = [[r["url"] for r in d.get("resources", [])] for d in drafts.values()]
    assert links[0] == [httpserver.url_for("/mo/tep/1.csv")]
    assert links[1:] == [[], [], ["http://www.a.vn/4"], []]
    assert list(drafts.values())[2]["extras"] == {"Đường dẫn": "javascript:alert(1)"}
    drafts, _ = harvest(text, base_url="https://b.vn/goc/")
    assert next(iter(drafts.values()))["resources"][0]["url"] == "https://b.vn/goc/tep/1.csv"


def test_every_option_has_labels_and_help_in_both_languages():
    for option in InventoryConnector.options:
        assert set(option.label) == set(option.help) == {"vi", "en"}
        assert all(option.label.values())
        assert all(option.help.values())
    with pytest.raises(SourceError, match="header_row"):
        InventoryConnector("http://a.vn", {"header_row": "năm"})._settings()


# -- transport -------------------------------------------------------------------------------------


def test_an_unchanged_document_is_not_read_again(httpserver):
    content = books.xlsx({"A": [["Tên dữ liệu"], ["a"]]})

    def serve(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"1"':
            return Response(status=304)
        return Response(content, headers={"ETag": '"1"'})

    httpserver.expect_request("/x").respond_with_handler(serve)
    connector = InventoryConnector(httpserver.url_for("/x"))
    with fetcher() as first:
        assert len(list(connector.records(first))) == 1
        remembered, hashes = first.remember, first.hashes
    with fetcher() as second:
        second.validators = remembered
        with pytest.raises(NotModifiedError):
            list(connector.records(second))
    with fetcher() as third:
        third.known_hashes = hashes
        with pytest.raises(NotModifiedError):
            list(connector.records(third))


def test_a_local_file_is_read_only_where_that_is_allowed(tmp_path: Path):
    path = tmp_path / "danh mục.xlsx"
    path.write_bytes(books.xlsx({"A": [["Tên dữ liệu", "Đường dẫn"], ["a", "tep/1.csv"]]}))
    connector = InventoryConnector(path.as_uri())
    with fetcher() as closed, pytest.raises(FetchError):
        list(connector.records(closed))
    with fetcher(allow_local=True) as opened:
        (record,) = connector.records(opened)
    assert isinstance(record, Record)
    draft = connector.to_dataset(record)
    assert "resources" not in draft
    assert draft["extras"] == {"Đường dẫn": "tep/1.csv"}


def test_a_failing_server_and_a_login_page_are_errors_of_the_source(httpserver):
    httpserver.expect_request("/500").respond_with_data("", status=500)
    httpserver.expect_request("/login").respond_with_data("<!doctype html><html></html>")
    for path in ("/500", "/login", "/404"):
        with pytest.raises(SourceError):
            read(InventoryConnector(httpserver.url_for(path)))


def test_where_a_row_stands_does_not_change_what_it_says(harvest, httpserver):
    rows = [HEAD, [1, "a", "x"], [2, "b", "y"]]
    httpserver.expect_ordered_request("/x").respond_with_data(books.xlsx({"A": rows}))
    moved = [["Tiêu đề mới"], [], *[rows[0], [1, "mới", "z"], [2, "a", "x"], [3, "b", "y"]]]
    httpserver.expect_ordered_request("/x").respond_with_data(books.xlsx({"Trang": moved}))
    connector = InventoryConnector(httpserver.url_for("/x"))
    first = identities(connector)
    assert set(first) < set(identities(connector))


# -- hostile ---------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(-10, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            "Tên dữ liệu",
            "STT",
            "I",
            "II.",
            "Tổng cộng",
            "http://[::1",
            "như trên",
            '"',
            "#REF!",
            "file:///etc/passwd",
            "(1)",
            "a@b",
            "0" * 40,
            "http://a.vn/" + "x" * 3000,
            "=1+1",
            "12/2025",
        ]
    ),
)


class Served:
    """A fetcher that answers with given bytes, so that a thousand mutations need no server."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def get(self, url: str, *, conditional: bool = False):
        import io

        class Answer:
            def open(_self):
                return io.BytesIO(self.content)

        return Answer()


def read_all(content: bytes, **config: Any) -> int:
    """Nothing but SourceError may leave ``records``, nothing at all ``to_dataset``."""
    connector = InventoryConnector("https://a.vn/danh-muc", config)
    try:
        items = list(connector.records(Served(content)))  # type: ignore[arg-type]
    except SourceError:
        return -1
    records = [item for item in items if isinstance(item, Record)]
    assert len({record.guid for record in records}) == len(records)
    assert all(record.guid for record in records)
    for record in records:
        assert connector.to_dataset(record)["title"] or record.title == ""
    for problem in items:
        if isinstance(problem, Unreadable):
            assert problem.message % problem.params
    return len(records)


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_spoiled_cells_never_break_the_reading(payload):
    grid = [list(row) + [None] * (9 - len(row)) for row in DANH_MUC]
    for _ in range(payload.draw(st.integers(1, 15))):
        row = payload.draw(st.integers(0, len(grid) - 1))
        grid[row][payload.draw(st.integers(0, 8))] = payload.draw(CELLS)
    merged = MERGED if payload.draw(st.booleans()) else []
    read_all(books.xlsx({"Danh mục": grid}, merged=merged))


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_spoiled_bytes_of_a_csv_never_break_the_reading(payload):
    content = bytearray(data("inventory/hdx_samples_for_mapping.csv")[:6000])
    for _ in range(payload.draw(st.integers(1, 10))):
        at = payload.draw(st.integers(0, len(content) - 1))
        content[at : at + payload.draw(st.integers(0, 3))] = payload.draw(st.binary(max_size=4))
    read_all(bytes(content))


@given(st.lists(st.lists(CELLS, max_size=6), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_rows_beneath_a_header_are_read(rows):
    read_all(books.xlsx({"A": [[*HEAD, "Liên hệ"], *rows]}))


@given(
    st.recursive(
        st.none() | st.text(max_size=8) | st.integers(),
        lambda s: st.lists(s, max_size=3) | st.dictionaries(st.text(max_size=5), s, max_size=3),
        max_leaves=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_a_stored_record_of_another_shape_still_becomes_a_draft(value):
    content = {
        "fields": {"title": value, "themes": value},
        "extras": {"a": value},
        "resources": [{"fields": {"resource.url": value, "resource.size": value}}],
    }
    assert isinstance(InventoryConnector("http://a.vn").to_dataset(Record("g", content)), dict)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_publishers_workbook_can_be_harvested_too(harvest, lang):
    import io

    from ckanext.hanoi.workbook import write_template

    stream = io.BytesIO()
    resource = {
        "id": "r",
        "url": "https://a.vn/1.csv",
        "name": "Tệp",
        "format": "CSV",
        "issued": "2025",
    }
    dataset = {
        "id": "d",
        "identifier": "YT-1",
        "title": "Bệnh viện",
        "notes": "Mô tả",
        "frequency": "ANNUAL",
        "license_id": "cc-by-4.0",
        "contact_email": "a@hanoi.gov.vn",
        "language": ["vi"],
        "issued": "2025-12-31",
        "resources": [resource],
    }
    write_template(stream, [dataset], lang=lang)
    drafts, problems = harvest(stream.getvalue())
    assert problems == []
    draft = drafts["YT-1"]
    assert (draft["title"], draft["notes"], draft["issued"]) == ("Bệnh viện", "Mô tả", "2025-12-31")
    assert draft["contact"] == {"email": "a@hanoi.gov.vn"}
    assert draft["resources"][0]["url"] == "https://a.vn/1.csv"
    assert draft["resources"][0]["name"] == "Tệp"
    assert draft["resources"][0]["issued"] == "2025"
