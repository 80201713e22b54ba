"""The look at a file: encodings, headers, types, errors in words; hostile files get a reason."""

from __future__ import annotations

import datetime
import hashlib
import json
import random
from pathlib import Path

import legacy
import pytest
import spreadsheets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.hanoi.tables.inspect_file import InspectionLimits, inspect

SOURCES = Path(__file__).parents[3] / "devstack" / "samples" / "sources"
WARDS = "Mã,Tên phường,Số dân,Diện tích (ha)\n"


_QUICK = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@pytest.fixture
def see(tmp_path):
    def see(content: str | bytes, claimed: str = "", **wishes):
        path = tmp_path / "tep"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return inspect(str(path), claimed, InspectionLimits(**wishes))

    return see


def types(report):
    return [column["type"] for column in report["columns"]]


def said(findings):
    return [finding["message"] % finding["params"] for finding in findings]


def codes(findings):
    return [finding["code"] for finding in findings]


# -- what it is ------------------------------------------------------------------------------


def test_a_plain_csv_is_described_completely(see):
    content = WARDS + "00070,Hoàn Kiếm,105301,191.2\n00082,Cửa Nam,52751,168\n00004,Ba Đình,,297\n"
    report = see(content)
    assert (report["kind"], report["encoding"], report["delimiter"]) == ("csv", "utf-8", ",")
    assert (report["rows"], report["checked"], report["cut"]) == (3, 3, False)
    assert report["header_rows"] == [1]
    assert (report["size"], report["hash"]) == (
        len(content.encode()), hashlib.sha256(content.encode()).hexdigest(),
    )  # fmt: skip
    code, name, people, area = report["columns"]
    assert code["type"] == "string", "codes with a leading zero are no numbers"
    assert (name["type"], name["examples"], name["distinct"]) == (
        "string", ["Hoàn Kiếm", "Cửa Nam", "Ba Đình"], 3,
    )  # fmt: skip
    assert (people["type"], people["empty"], people["filled"]) == ("integer", 1, 2)
    assert (people["min"], people["max"]) == ("52751", "105301")
    assert (area["type"], area["min"], area["max"]) == ("number", "168", "297")
    assert report["preview"][2] == ["00004", "Ba Đình", "", "297"]
    assert report["errors"] == [] == report["remarks"]


@pytest.mark.parametrize("name", sorted(legacy.ENCODERS))
def test_old_vietnamese_encodings_are_read_and_remarked_upon(see, name):
    encoding, encode = legacy.ENCODERS[name]
    rows = "".join(f"{ward};{n}\n" for n, ward in enumerate(
        ["Hoàn Kiếm", "Cửa Nam", "Ngọc Hà", "Giảng Võ", "Hai Bà Trưng", "Vĩnh Tuy"]))  # fmt: skip
    report = see(encode(f"Tên phường xã;Số người dân\n{rows}"))
    assert report["encoding"] == encoding
    assert [column["name"] for column in report["columns"]] == ["Tên phường xã", "Số người dân"]
    assert report["preview"][4][0] == "Hai Bà Trưng"
    assert codes(report["remarks"]) == ["old-encoding"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_workbooks_are_read_whatever_the_catalog_says_they_are(see, kind):
    grid = [["Tên", "Số trẻ", "Ngày"], ["Mầm non A", 120, datetime.date(2025, 9, 30)],
            ["Mầm non B", 98.0, datetime.date(2025, 9, 1)]]  # fmt: skip
    report = see(getattr(spreadsheets, kind)({"Bảng 1": grid}), "CSV")
    assert report["kind"] == kind
    assert report["sheet"] == "Bảng 1"
    assert types(report) == ["string", "integer", "date"]
    assert report["columns"][2]["max"] == "2025-09-30"


def test_of_several_sheets_the_largest_visible_one_is_shown_and_the_others_named(see):
    long, short_ = [["A", "B"], *[["x", n] for n in range(9)]], [["Ghi chú"], ["x"]]
    report = see(spreadsheets.xlsx({"Đọc": short_, "Dữ liệu": long, "Ẩn": long * 2}, hidden=["Ẩn"]))
    assert report["sheet"] == "Dữ liệu"
    assert "Đọc" in said(report["remarks"])[0]


@pytest.mark.parametrize("name", ["json", "geojson"])
def test_lists_of_records_in_json_are_tables_too(see, name):
    records = [{"ten": "A", "so": 1}, {"ten": "B", "so": 2, "them": None}]
    content = records if name == "json" else {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": record,
                      "geometry": {"type": "Point", "coordinates": [105, 21]}}
                     for record in records],
    }  # fmt: skip
    report = see(json.dumps(content))
    assert report["kind"] == name
    assert types(report)[:2] == ["string", "integer"]
    assert {c["name"]: c["type"] for c in report["columns"]}["them"] == ""
    assert report["preview"][0][:2] == ["A", "1"]


@pytest.mark.parametrize(("name", "rows", "header", "first"), [
    ("hanoi_wards.csv", 126, [1], ["00070", "Phường", "Hoàn Kiếm"]),
    ("hanoi_weather_compare.csv", 366, [1], ["VMM00048825"]),
    ("mof_budget_final.csv", 633, [1], ["3", "Quang Ninh"]),
    ("mof_Plan_2008.xls", 82, [8, 9, 10, 11], ["", "Tổng Số - Total", "339400000"]),
    ("papi_2011-2016.xlsx", 64, [1, 2], ["1", "Ha Noi", "Hà Nội"]),
])  # fmt: skip
def test_real_files_are_read_as_a_person_reads_them(name, rows, header, first):
    report = inspect(str(SOURCES / name))
    assert (report["rows"], report["header_rows"]) == (rows, header)
    assert report["preview"][0][: len(first)] == first


# -- headers ---------------------------------------------------------------------------------


def test_titles_above_and_numbers_of_columns_beneath_a_header_are_no_data(see):
    report = see(spreadsheets.xlsx({"S": [
        ["UBND THÀNH PHỐ HÀ NỘI"], ["Danh sách trường"], [],
        ["STT", "Tên trường", "Số lớp", "Số trẻ"], ["(1)", "(2)", "(3)", "(4)"],
        [1, "Mầm non A", 9, 200], [2, "Mầm non B", 5, 99]]}))  # fmt: skip
    assert report["header_rows"] == [4]
    assert report["first_row"] == 6
    assert types(report) == ["integer", "string", "integer", "integer"]
    assert codes(report["remarks"]) == ["titles-above"]


def test_a_header_of_two_rows_is_joined(see):
    grid = [["Tên trường", "Số trẻ", None], [None, "Nam", "Nữ"], ["A", 1, 2], ["B", 3, 4]]
    report = see(spreadsheets.xlsx({"S": grid}, merged=[(0, 0, 1, 0), (0, 1, 0, 2)]))
    assert [c["name"] for c in report["columns"]] == ["Tên trường", "Số trẻ Nam", "Số trẻ Nữ"]
    assert types(report) == ["string", "integer", "integer"]


def test_a_table_of_texts_alone_has_a_header_of_one_row(see):
    report = see("Tên,Quận,Loại\nA,Ba Đình,Công lập\nB,Tây Hồ,Tư thục\n")
    assert report["header_rows"] == [1]
    assert report["rows"] == 2


def test_without_a_header_columns_go_by_their_letters(see):
    report = see("1,2.5\n2,3.5\n3,4.5\n")
    assert [column["name"] for column in report["columns"]] == ["A", "B"]
    assert report["rows"] == 3
    assert codes(report["remarks"]) == ["no-header"]


def test_columns_without_a_name_or_with_the_same_one_are_errors(see):
    report = see("Tên,Số,,Số\nA,1,2,3\nB,1,2,3\n")
    assert codes(report["errors"]) == ["blank-label", "duplicate-label"]
    assert "B and D" in said(report["errors"])[1]


# -- types -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "type_", "least", "most"), [
    (["1.234.567", "12.000", "3.000"], "number", "3000", "1234567"),
    (["12,5", "7,25", "1.000,5"], "number", "7.25", "1000.5"),
    (["1,234,567", "12,000"], "number", "12000", "1234567"),
    (["12.5", "7"], "number", "7", "12.5"),
    (["30/09/2025", "01/02/2025"], "date", "2025-02-01", "2025-09-30"),
    (["2025-09-30", "2025-02-01"], "date", "2025-02-01", "2025-09-30"),
    (["20250930", "20240101"], "date", "2024-01-01", "2025-09-30"),
    (["30/09/2025 08:15", "01/02/2025 23:00"], "datetime", "2025-02-01T23:00:00",
     "2025-09-30T08:15:00"),
    (["07:30", "21:05"], "time", "07:30:00", "21:05:00"),
    (["Có", "Không", "Có"], "boolean", None, None),
    (["0912345678", "0987654321"], "string", None, None),
    (["2024", "2025"], "integer", "2024", "2025"),
    (["-", "n/a", "5"], "integer", "5", "5"),
])  # fmt: skip
def test_types_are_told_as_vietnamese_agencies_write(see, cells, type_, least, most):
    report = see("Tên;Giá trị\n" + "".join(f"x;{cell}\n" for cell in cells))
    column = report["columns"][1]
    assert (column["type"], column["min"], column["max"]) == (type_, least, most)
    assert report["errors"] == []


def test_a_dot_with_three_digits_behind_it_is_pointed_out(see):
    report = see("Tên;Tiền\nA;1.500\nB;2.750\nC;3.000\n")
    assert codes(report["remarks"]) == ["ambiguous-number"]
    assert "Tiền" in said(report["remarks"])[0]


def test_numbers_in_a_column_of_texts_are_no_errors(see):
    grid = [["Số hiệu", "Tên"], *[[n if n % 2 else f"A{n}", "x"] for n in range(20)]]
    report = see(spreadsheets.xlsx({"S": grid}))
    assert types(report)[0] == "string"
    assert report["errors"] == []


# -- errors ----------------------------------------------------------------------------------


def test_errors_name_row_and_column_as_the_file_counts(see):
    rows = [f"Trường {n},{n},12/05/2025" for n in range(30)]
    rows[3] = "Trường 3,không có,12/05/2025"
    rows[5] = "Trường 5,5,31/02/2025"
    rows[7] = ""
    rows[9] = "Trường 9,9"
    rows[11] = "Trường 11,11,12/05/2025,thừa"
    report = see("Tên,Số trẻ,Ngày\n" + "\n".join(rows))
    assert codes(report["errors"]) == [
        "type-error", "type-error", "blank-row", "missing-cell", "extra-cell",
    ]  # fmt: skip
    assert [error["row"] for error in report["errors"]] == [5, 7, 9, 11, 13]
    assert [error["column"] for error in report["errors"]] == [2, 3, None, 3, 4]
    assert said(report["errors"])[0] == (
        "Row 5, column Số trẻ: “không có” is not a whole number."
    )
    assert report["errors_total"] == 5


def test_formulas_that_failed_and_lost_characters_are_pointed_out(see):
    rows = "".join(f"{n};trường\n" for n in range(20))
    report = see(f"Số;Tên\n#REF!;tr\ufffdng\n{rows}")
    assert codes(report["errors"]) == ["formula-error"]
    assert "lost-characters" in codes(report["remarks"])


def test_only_so_many_errors_are_kept_but_all_are_counted(see):
    rows = "".join(f"{n},{'x' if n % 10 == 0 else n}\n" for n in range(500))
    report = see("A,B\n" + rows, errors=7)
    assert len(report["errors"]) == 7
    assert report["errors_total"] == 50 == report["error_counts"]["type-error"]


def test_a_table_with_more_rows_than_are_read_says_so(see):
    report = see("A,B\n" + "1,2\n" * 100, max_rows=51)
    assert (report["rows"], report["cut"]) == (50, True)


def test_when_time_is_up_the_rows_checked_so_far_count(see):
    report = see("A,B\n" + "1,2\n" * 20_000, seconds=0)
    assert 0 < report["checked"] < report["rows"] == 20_000


# -- hostile files ---------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "words"), [
    (b"", "empty"),
    (b"%PDF-1.7 ...", "PDF"),
    (b"\0" * 5000, "neither text nor a spreadsheet"),
    (b"PK\x03\x04 broken", "damaged"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "damaged"),
    (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
    (b"<?xml version='1.0'?><a/>", "HTML or XML"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a": NaN}', "not valid JSON"),
    (b'{"a": 1}', "not a list of records"),
    (b'A,B\n"' + b"x" * 200_000, "quotation mark"),
    (b"A,B\n", "no rows of data"),
    (b"," * 10_000, "more than"),
])  # fmt: skip
def test_what_is_no_table_has_a_report_with_the_reason(see, content, words):
    report = see(content)
    assert words in report["message"] % report["params"]
    assert report["size"] == len(content)


def test_a_web_page_counts_as_a_table_where_it_claims_to_be_a_workbook(see):
    page = "<html><table><tr><th>Tên</th><th>Số</th></tr>" + "".join(
        f"<tr><td>A</td><td>{n}</td></tr>" for n in range(3)
    )
    assert see(page + "</table></html>", "XLS")["rows"] == 3


def test_a_bomb_is_refused(see):
    bomb = spreadsheets.with_part(
        spreadsheets.xlsx({"S": [["A"], [1]]}), "xl/theme/theme1.xml", b"<a/>" * 10_000_000
    )
    assert len(bomb) < 100_000
    report = see(bomb, max_bytes=1_000_000)
    assert "unpacks to more than" in report["message"]


def test_a_file_that_is_not_there_or_too_large_has_a_reason(see, tmp_path):
    assert "can't be read" in inspect(str(tmp_path / "none"))["message"]
    assert "larger than" in see("A,B\n1,2\n", max_bytes=3)["message"]


@_QUICK
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_any_bytes_have_a_report_that_can_be_kept(see, content):
    report = json.loads(json.dumps(see(content)))
    assert ("columns" in report) != ("message" in report)


_WORKBOOK = spreadsheets.xlsx({"S": [["Tên", "Số"], ["A", 1], ["B", 2]]})


@_QUICK
@given(st.data())
def test_a_workbook_damaged_anywhere_has_a_report(see, data):
    place = data.draw(st.integers(0, len(_WORKBOOK) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=20))
    report = see(_WORKBOOK[:place] + junk + _WORKBOOK[place + len(junk) :])
    assert "size" in report


_CELLS = st.one_of(
    st.just(""), st.integers(-999, 10**6).map(str), st.sampled_from(["Hà Nội", "x", "12/5/2025"])
)


@_QUICK
@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=30))
def test_each_cell_is_either_filled_or_empty(see, rows):
    rows = [["a", "b", "c"], *rows, ["x", "1", "y"]]
    report = see("\n".join(",".join(row) for row in rows))
    if "columns" in report:
        for column in report["columns"]:
            assert column["filled"] + column["empty"] == report["checked"] == report["rows"]


def test_shuffled_columns_have_the_same_findings(see):
    names = ["Mã", "Tên", "Số", "Ngày"]
    rows = [[f"0{n}", f"T{n}", str(n), f"{n % 28 + 1:02}/01/2025"] for n in range(50)]
    order = random.Random(5).sample(range(4), 4)
    lines = [[row[i] for i in order] for row in [names, *rows]]
    plain, shuffled = (
        {c["name"]: c for c in see("\n".join(map(",".join, grid)))["columns"]}
        for grid in ([names, *rows], lines)
    )
    assert plain == shuffled
