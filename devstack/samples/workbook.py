"""Writes the sample inventory and the files it lists.

    python -m devstack.samples.workbook FOLDER BASE_URL

The workbook has what agencies' own workbooks have: merged title rows, a header of two rows,
agencies under names that they no longer carry, dates as cells and as text in several spellings.
"""
from __future__ import annotations

import datetime
import sys
from pathlib import Path

import xlsxwriter

from devstack.samples.slices import Sample, samples

NAME = "danh-muc-du-lieu-mo-mau.xlsx"
COMPOSED = datetime.date(2026, 11, 24)
TITLES = [
    "MẪU TRÌNH DIỄN - KHÔNG PHẢI VĂN BẢN CỦA CƠ QUAN NHÀ NƯỚC",
    "DANH MỤC DỮ LIỆU MỞ (BẢN MẪU)",
    "Số liệu là thật, lấy từ các nguồn ghi ở cột Mô tả; việc gắn với cơ quan chỉ để minh họa.",
]
# Upper row, lower row (none: the two are one merged cell), width.
COLUMNS = [
    ("TT", "", 5), ("Tập dữ liệu", "Tên tập dữ liệu", 48), ("Tập dữ liệu", "Tên tiếng Anh", 40),
    ("Tập dữ liệu", "Mô tả", 60), ("Tập dữ liệu", "Mã định danh", 12), ("Lĩnh vực", "", 18),
    ("Từ khóa", "", 26), ("Cơ quan cung cấp", "", 30), ("Cập nhật", "Tần suất", 16),
    ("Cập nhật", "Ngày", 13), ("Thời gian dữ liệu", "Từ ngày", 13),
    ("Thời gian dữ liệu", "Đến ngày", 13), ("Phạm vi không gian", "", 18),
    ("Mức độ truy cập", "", 12), ("Giấy phép", "", 26), ("Tệp dữ liệu", "Định dạng", 10),
    ("Tệp dữ liệu", "Đường dẫn", 50),
]
SPELLINGS = ("%d/%m/%Y", None, "%Y-%m-%d", "%d.%m.%Y", None, "%d-%m-%Y")


def write(folder: Path, base_url: str) -> Path:
    """Fills ``folder`` with the files and the workbook; ``base_url`` is where they are served."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = samples()
    for sample in listed:
        sample.write(folder / sample.file)
    path = folder / NAME
    with xlsxwriter.Workbook(str(path)) as book:
        _list(book, listed, base_url.rstrip("/"))
        _note(book)
    return path


def _list(book: xlsxwriter.Workbook, listed: list[Sample], base_url: str) -> None:
    sheet = book.add_worksheet("Danh mục")
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter"})
    head = book.add_format(
        {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True}
    )
    body = book.add_format({"border": 1, "valign": "top", "text_wrap": True})
    day = book.add_format({"border": 1, "valign": "top", "num_format": "dd/mm/yyyy"})
    for row, title in enumerate(TITLES):
        sheet.merge_range(row, 0, row, len(COLUMNS) - 1, title, bold)
    _header(sheet, len(TITLES) + 1, head)
    for number, sample in enumerate(listed, start=1):
        row = len(TITLES) + 2 + number
        for column, value in enumerate(_line(number, sample, base_url)):
            if isinstance(value, datetime.date):
                sheet.write_datetime(row, column, _midnight(value), day)
            elif isinstance(value, int):
                sheet.write_number(row, column, value, body)
            else:
                sheet.write_string(row, column, value, body)
    sheet.freeze_panes(len(TITLES) + 3, 2)


def _header(sheet, row: int, style) -> None:
    column = 0
    while column < len(COLUMNS):
        upper, lower, _ = COLUMNS[column]
        last = column
        while last + 1 < len(COLUMNS) and lower and COLUMNS[last + 1][0] == upper:
            last += 1
        if lower:
            sheet.merge_range(row, column, row, last, upper, style)
            for place in range(column, last + 1):
                sheet.write_string(row + 1, place, COLUMNS[place][1], style)
        else:
            sheet.merge_range(row, column, row + 1, column, upper, style)
        column = last + 1
    for place, (_, _, width) in enumerate(COLUMNS):
        sheet.set_column(place, place, width)


def _line(number: int, sample: Sample, base_url: str) -> list[str | int | datetime.date]:
    return [
        number, sample.title, sample.title_en, sample.notes, f"MAU-{number:03}", sample.theme,
        sample.keywords, sample.publisher, sample.frequency, _spelled(COMPOSED, number),
        _spelled(sample.start, number + 1), _spelled(sample.end, number + 2), sample.area, "Mở",
        sample.license, sample.file.rpartition(".")[2].upper(), f"{base_url}/{sample.file}",
    ]


def _spelled(date: datetime.date, number: int) -> str | datetime.date:
    """The date as text in one of several spellings, or as a date cell."""
    spelling = SPELLINGS[number % len(SPELLINGS)]
    return date.strftime(spelling) if spelling else date


def _midnight(date: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(date, datetime.time())


def _note(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Ghi chú")
    sheet.set_column(0, 0, 100)
    for row, text in enumerate(TITLES):
        sheet.write_string(row, 0, text)


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), sys.argv[2]))
