"""The header is found wherever it stands, and only entries of the list come out beneath it."""

from __future__ import annotations

import pytest
import spreadsheets as books

from ckanext.hanoi.tabular import Sheet, read
from ckanext.hanoi.tabular.columns import Columns
from ckanext.hanoi.tabular.mapped_header import Header, find_header
from ckanext.hanoi.tabular.rows import Row, read_rows


def sheet(grid, merged=()) -> Sheet:
    return Sheet("A", [list(row) for row in grid], merged=list(merged))


def header_of(grid, merged=()) -> Header:
    header = find_header(sheet(grid, merged), Columns())
    assert header is not None
    return header


def entries(grid, merged=()) -> list[Row]:
    made = sheet(grid, merged)
    header = find_header(made, Columns())
    assert header is not None
    return list(read_rows(made, header, Columns()))


def titles(grid, merged=()) -> list[str]:
    return [row.get("title") for row in entries(grid, merged)]


HEAD = ["STT", "Tên dữ liệu", "Mô tả", "Cơ quan cung cấp", "Đường dẫn"]


def line(number, title, *more):
    return [number, title, *more] + [None] * (len(HEAD) - 2 - len(more))


# -- header ----------------------------------------------------------------------------------------


def test_a_header_beneath_the_letterhead_of_an_agency_is_found():
    grid = [
        ["ỦY BAN NHÂN DÂN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["SỞ Y TẾ", None, None, "Độc lập - Tự do - Hạnh phúc"],
        [],
        ["DANH MỤC DỮ LIỆU MỞ"],
        ["(Kèm theo Quyết định số 12/QĐ-SYT ngày 01/02/2025)"],
        HEAD,
        line(1, "Bệnh viện"),
    ]
    header = header_of(grid)
    assert (header.top, header.bottom) == (5, 6)
    assert header.keys == {0: "number", 1: "title", 2: "notes", 3: "publisher", 4: "resource.url"}


@pytest.mark.parametrize("kind", ["merged", "unmerged"])
def test_a_header_of_two_rows_is_joined(kind):
    grid = [
        ["STT", "Tên dữ liệu", "Thông tin liên hệ", None, None, "Cập nhật", None],
        [None, None, "Họ tên", "Điện thoại", "Email", "Tần suất", "Ngày"],
        ["1", "Bệnh viện", "A", "0243", "a@b.vn", "Hằng năm", "2025"],
    ]
    merged = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 4), (0, 5, 0, 6)] if kind == "merged" else []
    header = header_of(grid, merged)
    assert header.bottom == 2
    assert list(header.keys.values()) == [
        "number",
        "title",
        "contact_name",
        "contact_phone",
        "contact_email",
        "frequency",
        "modified",
    ]
    assert header.label(3) == "Thông tin liên hệ Điện thoại"


@pytest.mark.parametrize("make", [books.xlsx, books.xls, books.ods])
def test_a_header_of_two_rows_is_joined_from_a_file_of_each_format(make):
    grid = [
        ["Danh mục", None, None, None],
        ["TT", "Tập dữ liệu", None, "Lĩnh vực"],
        [None, "Tên", "Mã", None],
        [1, "Bệnh viện", "YT-1", "Y tế"],
    ]
    book = read(make({"A": grid}, merged=[(0, 0, 0, 3), (1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 2, 3)]))
    header = find_header(book.sheets[0], Columns())
    assert header is not None
    assert list(header.keys.values()) == ["number", "title", "identifier", "themes"]
    rows = list(read_rows(book.sheets[0], header, Columns()))
    assert [(row.index, row.get("identifier")) for row in rows] == [(3, "YT-1")]


def test_a_header_of_three_rows_is_joined():
    grid = [
        ["STT", "Thông tin", None, None, None],
        [None, "Tập dữ liệu", None, "Liên hệ", None],
        [None, "Tên", "Mã", "Email", "Điện thoại"],
        ["1", "Bệnh viện", "a", "b", "c"],
    ]
    merged = [(0, 0, 2, 0), (0, 1, 0, 4), (1, 1, 1, 2), (1, 3, 1, 4)]
    header = header_of(grid, merged)
    assert header.bottom == 3
    assert list(header.keys.values()) == [
        "number",
        "title",
        "identifier",
        "contact_email",
        "contact_phone",
    ]


def test_a_bilingual_header_with_line_breaks_is_recognised():
    header = header_of(
        [["Tên dữ liệu\n(Dataset name)", "Mô tả\n(Description)", "Cột lạ\n(Odd)"], ["a", "b", "c"]]
    )
    assert header.keys == {0: "title", 1: "notes"}
    assert header.label(2) == "Cột lạ (Odd)"


def test_of_two_columns_that_say_the_same_the_plainer_one_is_taken():
    assert header_of([["Name", "Title", "Description"], ["a", "b", "c"]]).keys == {
        0: "name",
        1: "title",
        2: "notes",
    }
    assert header_of([["Name", "Description"], ["a", "b"]]).keys[0] == "title"


@pytest.mark.parametrize(
    "grid",
    [
        [["Ghi chú"], ["Số liệu là thật"]],
        [["Danh mục dữ liệu mở"], ["của Sở Y tế"]],
        [["DANH MỤC DỮ LIỆU MỞ (BẢN MẪU)"], ["Số liệu là thật"]],
        [["Năm", "Thu", "Chi"], ["2020", "1", "2"], ["2021", "3", "4"]],
        [["Mã", "Phường"], ["00070", "Hoàn Kiếm"]],
        [["STT", "Mã", "Tên"], ["1", "00070", "Hoàn Kiếm"]],
        [[], []],
    ],
)
def test_no_header_is_made_up(grid):
    assert find_header(sheet(grid), Columns()) is None


# -- rows ------------------------------------------------------------------------------------------


def test_numbers_of_columns_empty_rows_and_repeated_headers_are_skipped():
    grid = [
        HEAD,
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        line(1, "a"),
        [],
        [None, None],
        HEAD,
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        line(2, "b"),
    ]
    assert titles(grid) == ["a", "b"]
    assert titles([HEAD, ["A", "B", "1", "2", "3=1+2"], line(1, "a")]) == ["a"]


@pytest.mark.parametrize("marker", ["I", "II.", "A", "B."])
def test_a_row_with_a_marker_and_a_heading_opens_a_section(marker):
    rows = entries(
        [HEAD, line(marker, "Lĩnh vực y tế"), line(1, "a"), line("III", "Giáo dục"), line(2, "b")]
    )
    assert [(row.get("title"), row.sections[-1]) for row in rows] == [
        ("a", "Lĩnh vực y tế"),
        ("b", "Giáo dục"),
    ]


def test_sections_within_sections_end_with_the_outer_one():
    rows = entries(
        [
            HEAD,
            line("A", "Sở Y tế"),
            line("I", "Khám bệnh"),
            line(1, "a"),
            line("II", "Dược"),
            line(2, "b"),
            line("B", "Sở Tài chính"),
            line(3, "c"),
        ]
    )
    assert [row.sections for row in rows] == [
        ("Sở Y tế", "Khám bệnh"),
        ("Sở Y tế", "Dược"),
        ("Sở Tài chính",),
    ]


def test_a_heading_merged_across_the_list_opens_a_section():
    grid = [HEAD, ["Sở Y tế"], line(1, "a"), ["Sở Tài chính"], line(2, "b")]
    rows = entries(grid, merged=[(1, 0, 1, 4), (3, 0, 3, 4)])
    assert [row.sections for row in rows] == [("Sở Y tế",), ("Sở Tài chính",)]


def test_headings_numbered_with_digits_are_told_by_the_numbers_beneath():
    rows = entries(
        [
            HEAD,
            line("1", "Y tế"),
            line("1.1", "a"),
            line("1.2", "b"),
            line("2", "Thuế"),
            line("2.1", "c"),
        ]
    )
    assert [(row.get("title"), row.sections) for row in rows] == [
        ("a", ("Y tế",)),
        ("b", ("Y tế",)),
        ("c", ("Thuế",)),
    ]


def test_totals_are_skipped_and_datasets_that_begin_like_totals_are_not():
    grid = [
        HEAD,
        line(1, "Tổng số trẻ em"),
        line(None, "Cộng", 12),
        line(2, "b"),
        line(None, "Tổng cộng: 2 bộ dữ liệu"),
        line("Tổng", None, 14),
    ]
    assert titles(grid) == ["Tổng số trẻ em", "b"]
    plain = [
        ["Tên dữ liệu", "Mô tả"],
        ["Tổng hợp dữ liệu xây dựng", None],
        ["Cộng đồng doanh nghiệp", "2025"],
    ]
    assert titles(plain) == ["Tổng hợp dữ liệu xây dựng", "Cộng đồng doanh nghiệp"]


def test_the_signatures_at_the_end_are_skipped():
    grid = [
        HEAD,
        line(1, "a"),
        line(2, "b"),
        [],
        [None, None, None, "Hà Nội, ngày 12 tháng 5 năm 2025"],
        ["Người lập biểu", None, None, "TM. ỦY BAN NHÂN DÂN"],
        ["(Ký, ghi rõ họ tên)", None, None, "KT. CHỦ TỊCH"],
        [],
        [None, "Nguyễn Văn A", None, "Trần Thị B"],
    ]
    assert titles(grid) == ["a", "b"]
    assert titles(
        [["Tên dữ liệu", "Mô tả"], ["a", "x"], ["GIÁM ĐỐC", None], ["Nguyễn Văn A", None]]
    ) == ["a"]


def test_a_list_that_goes_on_behind_a_signature_is_read_on():
    assert titles([HEAD, line(1, "a"), ["Người lập"], ["Nguyễn Văn A"], line(2, "b", "c")]) == [
        "a",
        "b",
    ]


def test_remarks_behind_a_numbered_list_are_skipped():
    grid = [
        HEAD,
        line(1, "a"),
        ["Ghi chú: số liệu tạm tính"],
        line(2, "b"),
        ["Các đơn vị gửi trước ngày 5."],
    ]
    assert titles(grid) == ["a", "b"]


def test_a_dataset_behind_a_numbered_list_without_a_number_is_an_entry():
    assert titles([HEAD, line(1, "a"), line(None, "b")]) == ["a", "b"]


def test_a_dataset_with_nothing_but_a_title_is_an_entry():
    assert titles([["Tên dữ liệu", "Mô tả"], ["a", None], ["b", "c"]]) == ["a", "b"]
    assert titles([HEAD, line(1, "a"), line(2, "b")]) == ["a", "b"]


def test_rows_that_only_have_a_number_are_empty():
    assert titles([HEAD, line(1, "a"), line(2, None), line(3, None)]) == ["a"]


def test_a_merged_cell_holds_for_all_of_its_rows():
    grid = [
        HEAD,
        line(1, "a", "m", "Sở Y tế", "u1"),
        [None, None, None, None, "u2"],
        line(2, "b", "n", None, "u3"),
    ]
    rows = entries(grid, merged=[(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 3, 3)])
    assert [(r.get("title"), r.get("publisher"), r.get("resource.url")) for r in rows] == [
        ("a", "Sở Y tế", "u1"),
        ("a", "Sở Y tế", "u2"),
        ("b", "Sở Y tế", "u3"),
    ]
    assert 1 in rows[1].shared
    assert 1 not in rows[2].shared


def test_a_second_table_beneath_has_its_own_columns():
    grid = [
        ["STT", "Tên dữ liệu", "Mô tả"],
        ["1", "a", "x"],
        [],
        ["Bảng 2"],
        ["TT", "Mã dữ liệu", "Tên dữ liệu", "Lĩnh vực"],
        ["1", "m", "b", "Y tế"],
    ]
    rows = entries(grid)
    assert [(row.get("title"), row.get("notes"), row.get("themes")) for row in rows] == [
        ("a", "x", ""),
        ("b", "", "Y tế"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        [None, "Cộng (I)", None, 5],
        [None, "Tổng (I + II)"],
        ["Cộng Sở Y tế", None, None, 5],
        [None, "Total datasets: 12"],
        [None, "TỔNG CỘNG TOÀN THÀNH PHỐ", None, 120],
        ["Sub-total", None, None, "3"],
    ],
)
def test_sub_totals_are_skipped_also_beneath_a_merged_cell(row):
    assert titles([HEAD, line(1, "a"), row, line(2, "b")]) == ["a", "b"]
    head = ["Cơ quan cung cấp", "Tên dữ liệu", "Mô tả", "Số lượng"]
    grid = [head, ["Sở Y tế", "a", "x", 1], [None, *row[1:]], [None, "b", "y", 2]]
    if row[0] is None:
        assert titles(grid, merged=[(1, 0, 3, 0)]) == ["a", "b"]


def test_a_row_with_only_a_title_beneath_merged_cells_is_an_entry():
    head = ["STT", "Cơ quan cung cấp", "Tên dữ liệu", "Mô tả"]
    grid = [head, [1, "Sở Y tế", "a", "x"], [None, None, "b", None], [2, None, "c", None]]
    rows = entries(grid, merged=[(1, 1, 3, 1)])
    assert [(row.get("title"), row.get("publisher")) for row in rows] == [
        ("a", "Sở Y tế"),
        ("b", "Sở Y tế"),
        ("c", "Sở Y tế"),
    ]
