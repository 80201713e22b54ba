"""Text from outside."""
from __future__ import annotations

import html.parser
import json
import time

import pytest
from ckan.lib.helpers import render_markdown
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.parsing.sanitize import (
    clean_html,
    is_html,
    plain_text,
    printable,
    printable_json,
)


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        ("<p>Xin <b>chào</b></p><p>Hà&nbsp;Nội</p>", "Xin **chào**\n\nHà Nội"),
        ("<ul><li>một</li><li>hai</li></ul>sau", "- một\n- hai\n\nsau"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n    - c"),
        ('<a href="https://hanoi.gov.vn/x">Cổng</a>', "[Cổng](https://hanoi.gov.vn/x)"),
        ('<a href="https://hanoi.gov.vn/">https://hanoi.gov.vn</a>', "<https://hanoi.gov.vn/>"),
        ('<a href="mailto:a@b.vn">a@b.vn</a>', "<mailto:a@b.vn>"),
        ('<a href="/x (1)">[x]</a>', "[(x)](/x%20%281%29)"),
        ("<h1>Mục</h1>chữ", "### Mục\n\nchữ"),
        ("một<br>hai<br/>ba", "một  \nhai  \nba"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>1</td></tr></table>", "a | b\n1"),
        ("<p>2*3 &lt;b&gt; &amp; 4</p>", "2\\*3 &lt;b> & 4"),
        ("<p>1. không phải danh sách</p>", "\\1. không phải danh sách"),
        ("&lt;p&gt;Xin &lt;b&gt;chào&lt;/b&gt;&lt;/p&gt;", "Xin **chào**"),
        ("<script>alert(1)</script>chữ<style>p{}</style>", "chữ"),
        ('<img src="https://spy.example/x.gif" alt="Bản đồ"> mới', "Bản đồ mới"),
        ("<div>chưa đóng", "chưa đóng"),
        ("nhiệt độ <30 và >20 & *đậm* _nghiêng_", "nhiệt độ <30 và >20 & *đậm* _nghiêng_"),
        ("xem <https://x.vn/a?b=1> hoặc <a@b.vn>", "xem <https://x.vn/a?b=1> hoặc <a@b.vn>"),
        ("# Markdown\r\n\r\n- a\r- b", "# Markdown\n\n- a\n- b"),
        ("<xsl:value onload=1>", "&lt;xsl:value onload=1>"),
        ("[bấm](javascript:alert(1))", "[bấm](#alert(1))"),
        ("A &amp; B &amp;lt; 5", "A & B < 5"),
        ("xem https://x.vn/?a=1&copy=2", "xem https://x.vn/?a=1&copy=2"),
    ],
)
def test_html_becomes_markdown_and_other_text_stays(source, markdown):
    assert clean_html(source) == markdown


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        (
            "## Mục\r\n\r\n- một<br>\r\n- hai (H<sub>2</sub>O)\r\n\r\n| a | b |\r\n|---|---|\r\n"
            '\r\nXem <a href="https://x.vn">trang</a>.',
            "## Mục\n\n- một  \n- hai (H2O)\n\n| a | b |\n|---|---|\n\nXem [trang](https://x.vn).",
        ),
        ("Một.\nHai.\n\nBa <b>đậm</b>.\n1. a\n2. b", "Một.\nHai.\n\nBa **đậm**.\n1. a\n2. b"),
        ("Một<br />\nHai<br />\n<br />\nBa", "Một  \nHai  \n\nBa"),
        ("<b>một</b>\n<b>hai</b>\n\n# ba", "**một**\n**hai**\n\n# ba"),
        ("PM&lt;sub&gt;2.5&lt;/sub&gt;\n\n- a\n- b", "PM2.5\n\n- a\n- b"),
        ("*đậm* `x` <i>y</i>", "*đậm* `x` *y*"),
        ("Gồm:\n\n- a\n- b\n\n<p>ghi\nchú</p>", "Gồm:\n\n- a\n- b\n\nghi chú"),
        ("<p>một</p>\n<ul>\n<li>a</li>\n</ul>", "một\n\n- a"),
    ],
)
def test_a_few_tags_in_a_text_leave_its_lines_lists_and_tables(source, markdown):
    assert clean_html(source) == markdown
    assert clean_html(markdown) == markdown


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("<p>Chợ &amp; siêu thị</p>", "Chợ & siêu thị"),
        ("Dân số\n Hà Nội", "Dân số Hà Nội"),
        ("a < b & c > d", "a < b & c > d"),
        ("Caf&eacute; <b>A</b>", "Café A"),
        ("Bảng 1<br>Bảng 2", "Bảng 1 Bảng 2"),
        ("Bụi PM<sub>2.5</sub>", "Bụi PM2.5"),
        ("Hộ &amp;#39;nhỏ&amp;#39; &amp; &amp;lt;i&amp;gt;to&amp;lt;/i&amp;gt;", "Hộ 'nhỏ' & to"),
    ],
)
def test_a_title_is_one_line_without_markup(source, plain):
    assert plain_text(source) == plain


def test_characters_that_can_not_be_stored_are_dropped_everywhere():
    value = {"a\x00": ["b\ud800", {"c": "d\x0b\ufffe"}, 1, None], "e": "Đ\t\n\r đ̀"}
    assert printable(value) == {"a": ["b", {"c": "d"}, 1, None], "e": "Đ\t\n\r đ̀"}


@pytest.mark.parametrize(
    ("value", "clean"),
    [("Đà Nẵng", True), ("a\x00", False), ("\ud800", False), ("\ufffe", False), ("\x9f", False),
     ("a\tb\nc", True), ("é\xa0", True)],
)  # fmt: skip
@pytest.mark.parametrize("escaped", [True, False])
def test_a_page_of_json_tells_at_once_whether_it_needs_care(value, clean, escaped):
    assert printable_json(json.dumps({"k": [value]}, ensure_ascii=escaped)) is clean


class Acting(html.parser.HTMLParser):
    """Collects what a browser would obey."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style", "iframe", "object", "embed", "form", "svg", "base", "meta"):
            self.found.append(tag)
        for name, value in attrs:
            scheme = "".join((value or "").split()).lower()
            if name.startswith("on") or scheme.startswith(("javascript:", "vbscript:", "data:")):
                self.found.append(name)


def acting(markup: str) -> list[str]:
    parser = Acting()
    parser.feed(markup)
    parser.close()
    return parser.found


ATTACKS = [
    "<script>alert(1)</script>", "<ScRiPt src=//x>", "<img src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>", "<svg onload=alert(1)>", "<iframe src=x></iframe>",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;script&amp;gt;", "[x](javascript:alert(1))",
    "[x](JaVaScript&colon;alert(1))", "![x](data:text/html;base64,AAAA)", "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n[x]", "<b onmouseover=alert(1)>", "<math><mi//xlink:href='data:x'>",
    "<<script>script>alert(1)<</script>/script>", "`<script>`", "http://x/\"onmouseover=alert(1)",
    "<p style=background:url(javascript:x)>", "<!--", "]]>", "<form action=x><input>", "**", "> ",
    "<a href=\"http://x/)[x](javascript:y\">z</a>", "tag:\"x onload=1\"", "<base href=//x>",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(ATTACKS), st.text(max_size=8)), max_size=6).map("".join))
def test_nothing_acts_once_ckan_has_rendered_it(text):
    cleaned = clean_html(text)
    assert acting(str(render_markdown(cleaned))) == []
    assert acting(cleaned) == []


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_cleaning_never_fails_and_titles_are_lines(text):
    assert "\n" not in plain_text(text)
    clean_html(text).encode("utf-8")


@pytest.mark.parametrize(
    "text",
    ["<div>" * 60_000, "<" * 60_000, "<a " * 60_000, "&lt;a " * 60_000, "](  " * 60_000,
     "<b>" + " " * 100_000, "<b>x" + "a@" * 60_000, "<" + "a." * 60_000, "<ul>" * 3_000 + "<li>x",
     "<p>" + "\n \t" * 60_000],
)  # fmt: skip
def test_hostile_text_does_not_take_long(text):
    start = time.process_time()
    clean_html(text)
    plain_text(text)
    assert time.process_time() - start < 2


def test_what_looks_like_a_tag_is_told_from_mathematics():
    assert is_html("a<br>b")
    assert not is_html("a < b, x <y> và <30>")
