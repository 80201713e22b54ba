"""Web pages that were saved under the name of a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular import Limits, read, text_of
from ckanext.hanoi.tabular.columns import Columns
from ckanext.hanoi.tabular.mapped_header import find_header
from ckanext.hanoi.tabular.rows import read_rows

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head>
<body><table><tr><td colspan="3">DANH MỤC</td></tr>
<tr><th rowspan="2">STT</th><th colspan="2">Tập dữ liệu</th></tr>
<tr><th>Tên</th><th>Đường dẫn</th></tr>
<tr><td>1</td><td rowspan="2">Bệnh viện<br>công lập</td>
<td><a href="https://a.vn/1">Tải về</a></td></tr>
<tr><td>2</td><td>https://a.vn/2</td></tr>
<tr><td>3</td><td>Trường <b>học</b></td><td><table><tr><td>bên trong</td></tr></table></td></tr>
</table></body></html>"""


def test_the_tables_of_a_page_are_read_with_their_merged_cells_and_links():
    book = read(PAGE.encode())
    (sheet,) = book.sheets
    assert book.kind == "html"
    header = find_header(sheet, Columns())
    assert header is not None
    rows = list(read_rows(sheet, header, Columns()))
    assert [row.get("title") for row in rows] == ["Bệnh viện\ncông lập"] * 2 + ["Trường học"]
    assert sheet.links == {(3, 2): "https://a.vn/1"}
    assert text_of(sheet.cell(5, 2)).strip() == "bên trong"


def test_a_page_without_tables_is_refused():
    with pytest.raises(SourceError, match="HTML"):
        read(b"<html><body><p>Dang nhap</p></body></html>")


def test_spans_that_reach_too_far_are_refused():
    page = "<table><tr>" + '<td rowspan="1000" colspan="1000">x</td>' * 3 + "</tr></table>"
    for limits in (Limits(columns=2500), Limits(columns=5000), Limits(columns=5000, cells=10**9)):
        with pytest.raises(SourceError, match="more than"):
            read(page.encode(), limits=limits)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_spoiled_page_is_read_or_refused(data):
    at = data.draw(st.integers(0, len(PAGE)))
    junk = data.draw(st.sampled_from(["<", "</table>", "<tr>", "&#0;", "<td rowspan=-1>", '"', ""]))
    page = PAGE[:at] + junk + PAGE[at + data.draw(st.integers(0, 30)) :]
    try:
        kind = read(page.encode()).kind
    except SourceError as error:
        kind = error.message
    assert kind
