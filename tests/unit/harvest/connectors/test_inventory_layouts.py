"""Layouts of lists that agencies send: what each row becomes, and what is said of the others."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
import xlsxwriter
from portal import read

from ckanext.hanoi.harvest.connectors.inventory import InventoryConnector


@pytest.fixture
def harvest(httpserver):
    """Serve a file and read it: (drafts by title, what is said of the rest)."""

    def run(content: bytes):
        httpserver.expect_request("/danh-muc").respond_with_data(content)
        connector = InventoryConnector(httpserver.url_for("/danh-muc"))
        records, problems = read(connector)
        drafts = {r.title: connector.to_dataset(r) for r in records}
        return drafts, [problem.message % problem.params for problem in problems]

    return run


def workbook(fill) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book)
    book.close()
    return out.getvalue()


def sheet(book, name, *rows):
    made = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                made.write(number, column, value)
    return made


def test_resources_are_joined_by_the_only_identifier_that_their_sheet_has(harvest):
    def fill(book):
        sheet(book, "Tập dữ liệu", ["Mã định danh", "Tên tập dữ liệu", "Lĩnh vực"],
              ["DS1", "Giá đất", "Môi trường"], ["DS2", "Chợ", "Kinh tế"])  # fmt: skip
        sheet(book, "Tài nguyên", ["Mã định danh", "Tên tệp", "Định dạng", "Đường dẫn"],
              ["DS1", "2024", "CSV", "https://x.vn/1.csv"],
              ["DS1", "2025", "CSV", "https://x.vn/2.csv"],
              ["DS9", "?", "CSV", "https://x.vn/9.csv"],
              ["ds2", "chợ", None, "https://x.vn/c.json"])  # fmt: skip

    drafts, said = harvest(workbook(fill))
    assert [r["name"] for r in drafts["Giá đất"]["resources"]] == ["2024", "2025"]
    assert drafts["Chợ"]["resources"][0]["url"] == "https://x.vn/c.json"
    assert said == [
        "Sheet Tài nguyên, row 4, column A (Mã định danh): “DS9” is no dataset of this workbook. "
        "Write the identifier or the name of a dataset there as its own sheet has it."
    ]


def test_a_sum_is_no_dataset_whatever_stands_beside_it(harvest):
    rows = (
        "STT,Tên dữ liệu,Mô tả,Đường dẫn\n1,Bệnh viện,x,https://x.vn/1\n,Cộng,,2 tập\n"
        ",Tổng cộng,12 bộ dữ liệu,xem phụ lục\n2,Tổng số trẻ em,y,https://x.vn/2\n"
    )
    drafts, said = harvest(rows.encode())
    assert set(drafts) == {"Bệnh viện", "Tổng số trẻ em"}
    assert said == []


def test_the_content_is_the_description_where_another_column_has_the_title(harvest):
    drafts, _ = harvest("Tên bộ dữ liệu,Nội dung\nChợ,Các chợ trong thành phố\n".encode())
    assert drafts["Chợ"]["notes"] == "Các chợ trong thành phố"
    drafts, _ = harvest("STT,Nội dung,Cơ quan cung cấp\n1,Chợ,Sở Công Thương\n".encode())
    assert set(drafts) == {"Chợ"}


def test_a_bilingual_header_of_two_rows_in_row_eight_beneath_merged_titles(harvest):
    def fill(book):
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        made = sheet(book, "Danh mục", ["ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"], ["SỞ Y TẾ"])
        made.merge_range("A4:H4", "DANH MỤC DỮ LIỆU MỞ")
        made.merge_range("A5:H5", "(Kèm theo Quyết định số 1234/QĐ-SYT ngày 05/6/2025)")
        made.merge_range("A8:A9", "STT\n(No.)")
        made.merge_range("B8:C8", "Tập dữ liệu\n(Dataset)")
        made.write_row("B9", ["Mã\n(Code)", "Tên\n(Name)"])
        made.merge_range("D8:E8", "Thông tin liên hệ")
        made.write_row("D9", ["Điện thoại", "Email"])
        made.merge_range("F8:F9", "Tần suất\ncập nhật")
        made.merge_range("G8:G9", "Ngày công bố")
        made.merge_range("H8:H9", "Đường dẫn\n(URL)")
        made.write_row("A10", [f"({n})" for n in range(1, 9)])
        made.write("A11", "I")
        made.merge_range("B11:H11", "Lĩnh vực y tế")
        made.write_row("A12", [1, "YT01", "Bệnh viện", "024 3998 5765", "soyte@hanoi.gov.vn"])
        made.write("F12", "Quý")
        made.write_datetime("G12", datetime(2025, 12, 31), date)
        made.write("H12", "https://x.vn/1.csv\nhttps://x.vn/2.xlsx")
        made.write_row("A13", [2, "YT02", None, None, None, "Năm", "Quý IV/2025"])
        made.write_row("A14", [3, "YT03", "Nhà thuốc", None, None, "Năm", "12/2025"])
        made.write("G17", "GIÁM ĐỐC")

    drafts, said = harvest(workbook(fill))
    hospital = drafts["Bệnh viện"]
    assert (hospital["publisher"], hospital["themes"]) == ("SỞ Y TẾ", ["y tế"])
    assert hospital["decision_number"] == "1234/QĐ-SYT"
    assert hospital["contact"] == {"phone": "024 3998 5765", "email": "soyte@hanoi.gov.vn"}
    assert hospital["issued"] == "2025-12-31"
    assert [r["url"] for r in hospital["resources"]] == ["https://x.vn/1.csv", "https://x.vn/2.xlsx"]
    assert drafts["Nhà thuốc"]["issued"] == "2025-12"
    assert set(drafts) == {"Bệnh viện", "Nhà thuốc"}
    assert said == [
        "Sheet Danh mục, row 13, column C (Tập dữ liệu (Dataset) Tên (Name)): the name of the "
        "dataset is missing. Write it there."
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_in_any_unicode_encoding_with_any_separator(harvest, encoding, separator):
    rows = [["STT", "Tên dữ liệu", "Cơ quan cung cấp"], ["1", "Trường học, lớp học; nhóm", "Sở A"]]
    lines = (separator.join(f'"{cell}"' for cell in row) for row in rows)
    drafts, said = harvest("\r\n".join(lines).encode(encoding))
    assert {t: d["publisher"] for t, d in drafts.items()} == {"Trường học, lớp học; nhóm": "Sở A"}
    assert said == []
