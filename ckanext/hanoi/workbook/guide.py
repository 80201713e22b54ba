"""The sheet of instructions, and what drop-downs say."""

from __future__ import annotations

from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook.fields import Field, in_language

CHOOSE = {"vi": "Chọn từ danh sách", "en": "Choose from the list"}
ONE = {
    "vi": "Hãy chọn một giá trị trong danh sách.",
    "en": "Please choose one of the values in the list.",
}
SEVERAL = {
    "vi": "Nhiều giá trị cách nhau bằng dấu chấm phẩy.",
    "en": "Separate several values with semicolons.",
}

_TITLE = {"vi": "Danh mục dữ liệu của {agency}", "en": "Datasets of {agency}"}
_RULES = {
    "vi": (
        "Trang Dữ liệu: mỗi dòng là một tập dữ liệu. Thêm tập dữ liệu mới ở dòng trống cuối bảng.",
        "Trang Tài nguyên: mỗi dòng là một tệp hoặc địa chỉ của tập dữ liệu ghi ở cột đầu tiên.",
        "Cột có tiêu đề màu cam phải điền. Di chuột lên tiêu đề để xem hướng dẫn của từng cột.",
        "Ô có mũi tên: chọn từ danh sách. Nhiều giá trị cách nhau bằng dấu chấm phẩy.",
        "Ngày viết theo kiểu Việt Nam: 31/12/2025, 12/2025, Quý IV/2025 hoặc 2025.",
        "Cột không cần sửa có thể xóa cả cột: nội dung cũ được giữ nguyên. Ô để trống trong cột "
        "còn lại sẽ xóa nội dung cũ. Ô ghi “(giữ nguyên)” không bị thay đổi.",
        "Xóa một dòng không xóa tập dữ liệu hay tệp đã công bố. Tập dữ liệu không có dòng nào ở "
        "trang Tài nguyên giữ nguyên các tệp của nó.",
        "Không sửa các cột ẩn: hệ thống dùng chúng để nhận ra dòng nào là tập dữ liệu nào.",
    ),
    "en": (
        "Sheet Datasets: one row is one dataset. Add new ones in the empty rows below.",
        "Sheet Resources: one row is one file or address of the dataset named in its first column.",
        "Columns with an orange heading must be filled. Hover over a heading for help.",
        "Cells with an arrow: choose from the list. Several values are separated by semicolons.",
        "Dates are written day before month: 31/12/2025, 12/2025, Quý IV/2025 or 2025.",
        "A column that needs no change may be deleted: what was there stays. An empty cell in a "
        "remaining column clears what was there. A cell saying “(unchanged)” changes nothing.",
        "Deleting a row deletes no published dataset or file. A dataset without a row on the sheet "
        "Resources keeps its files.",
        "Don't change the hidden columns: by them the rows are told apart.",
    ),
}
_HEADS = {
    "vi": ("Cột", "Cách điền", "Ví dụ"),
    "en": ("Column", "What to write", "Example"),
}
_EXAMPLE = {
    "title": "Danh sách trường mầm non công lập tại Hà Nội năm 2025",
    "title_en": "Public kindergartens in Hanoi, 2025",
    "tag_string": "mầm non, trường công lập",
    "contact_unit": "Văn phòng Sở",
    "issued": "31/12/2025",
    "modified": "12/2025",
    "temporal_start": "01/01/2025",
    "temporal_end": "Quý IV/2025",
}
#: How many choices of a vocabulary the instructions name.
_NAMED = 5


def write(
    sheet: Worksheet, book: xlsxwriter.Workbook, fields: Sequence[Field], agency: str, lang: str
) -> None:
    """Fill the sheet of instructions in ``lang`` (vi or en)."""
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#DCE6F1"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 80)
    sheet.set_column(2, 2, 50)
    sheet.write_string(
        0, 0, _TITLE[lang].format(agency=agency) if agency else _HEADS[lang][1], bold
    )
    row = 2
    for number, rule in enumerate(_RULES[lang], start=1):
        sheet.merge_range(row, 0, row, 2, "", wrap)
        sheet.write_string(row, 0, f"{number}. {rule}", wrap)
        sheet.set_row(row, 32)
        row += 1
    row += 1
    for column, text in enumerate(_HEADS[lang]):
        sheet.write_string(row, column, text, head)
    for field in fields:
        row += 1
        sheet.write_string(row, 0, field.label(lang), wrap)
        sheet.write_string(row, 1, in_language(lang, field.help), wrap)
        sheet.write_string(row, 2, _example(field, lang), wrap)


def _example(field: Field, lang: str) -> str:
    if field.vocabulary:
        labels = [term.label(lang) for term in list(vocabulary(field.vocabulary))[:_NAMED]]
        return "; ".join(labels) + ("…" if len(vocabulary(field.vocabulary)) > _NAMED else "")
    return _EXAMPLE.get(field.name, "")
