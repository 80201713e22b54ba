"""What is an address comes out usable, everything else comes out as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.parsing.addresses import is_address, read

BASE = "https://a.vn/b/c"


@pytest.mark.parametrize(
    ("text", "urls", "rest"),
    [
        ("https://a.vn/1.csv", ["https://a.vn/1.csv"], ""),
        ("https://a.vn/1;x=2\nhttps://a.vn/3", ["https://a.vn/1;x=2", "https://a.vn/3"], ""),
        ("https://a.vn/tai;jsessionid=0A", ["https://a.vn/tai;jsessionid=0A"], ""),
        ("https://a.vn/?x=1&amp;y=2", ["https://a.vn/?x=1&y=2"], ""),
        ("https://a.vn/?x=1&amp;amp;y=2", ["https://a.vn/?x=1&y=2"], ""),
        ("https://a.vn/?a=1&copy=2", ["https://a.vn/?a=1&copy=2"], ""),
        ("- https://a.vn/1\n- https://a.vn/2", ["https://a.vn/1", "https://a.vn/2"], ""),
        ("https://a.vn/1, https://a.vn/2", ["https://a.vn/1", "https://a.vn/2"], ""),
        ("https://a.vn/1,https://a.vn/2", ["https://a.vn/1", "https://a.vn/2"], ""),
        ("https://a.vn/1 https://a.vn/2", ["https://a.vn/1", "https://a.vn/2"], ""),
        ("https://a.vn/1.csv%20https://a.vn/2", ["https://a.vn/1.csv", "https://a.vn/2"], ""),
        ("https://a.vn/1 và https://a.vn/2", ["https://a.vn/1", "https://a.vn/2"], ""),
        ("https://a.vn/1; b.gov.vn/2.csv", ["https://a.vn/1", "http://b.gov.vn/2.csv"], ""),
        ("https://a.vn/x?a=1,2", ["https://a.vn/x?a=1,2"], ""),
        ("https://a.vn/Bao cao 1.xlsx", ["https://a.vn/Bao%20cao%201.xlsx"], ""),
        ("https://a.vn/Bao\xa0cao 1.xlsx", ["https://a.vn/Bao%20cao%201.xlsx"], ""),
        ("https://a.vn/a b/Báo cáo (1).pdf", ["https://a.vn/a%20b/Báo%20cáo%20(1).pdf"], ""),
        (
            "https://a.vn/Bao cao 1.xlsx; https://a.vn/Bao cao 2.xlsx",
            ["https://a.vn/Bao%20cao%201.xlsx", "https://a.vn/Bao%20cao%202.xlsx"],
            "",
        ),
        ("https://a.vn/t 1.csv?q=á b|c{d}", ["https://a.vn/t%201.csv?q=á%20b|c{d}"], ""),
        ("https://a.vn/rest/Land Use/MapServer", ["https://a.vn/rest/Land%20Use/MapServer"], ""),
        ("https://a.vn/x (đăng nhập trước)", ["https://a.vn/x"], "(đăng nhập trước)"),
        ("https://a.vn/a?id=1 Xem hướng dẫn", ["https://a.vn/a?id=1"], "Xem hướng dẫn"),
        ("Xem tại: https://a.vn/1.", ["https://a.vn/1"], "Xem tại"),
        ("Vào https://a.vn/a, mục Dữ liệu", ["https://a.vn/a"], "Vào; mục Dữ liệu"),
        ("(https://a.vn/a.csv)", ["https://a.vn/a.csv"], ""),
        ("https://a.vn/a_(b)", ["https://a.vn/a_(b)"], ""),
        ("[Tên](https://a.vn/a)", ["https://a.vn/a"], "Tên"),
        ('<a href="https://a.vn/a">Tải về</a>', ["https://a.vn/a"], "Tải về"),
        ("<https://a.vn/a>", ["https://a.vn/a"], ""),
        ("1: https://a.vn/1\n2: https://a.vn/2", ["https://a.vn/1", "https://a.vn/2"], "1\n2"),
        ("https://a.vn/web/https://b.vn/c", ["https://a.vn/web/https://b.vn/c"], ""),
        ("https://a.vn/?u=https://b.vn/c", ["https://a.vn/?u=https://b.vn/c"], ""),
        ("http://ftp://a.vn/x/", ["ftp://a.vn/x/"], ""),
        ("http:\\\\a.vn\\x.csv", ["http://a.vn/x.csv"], ""),
        ("HTTP://A.VN/X", ["HTTP://A.VN/X"], ""),
        ("https://u:p@a.vn:8443/x", ["https://u:p@a.vn:8443/x"], ""),
        ("http://[2001:db8::1]/x", ["http://[2001:db8::1]/x"], ""),
        # without a scheme
        ("hanoi.gov.vn/du-lieu", ["http://hanoi.gov.vn/du-lieu"], ""),
        ("gis.vd.example/rest/MapServer", ["http://gis.vd.example/rest/MapServer"], ""),
        ("www.a.vn", ["http://www.a.vn"], ""),
        ("data.gov.vn", ["http://data.gov.vn"], ""),
        ("a.gov.vn/1.csv, b.gov.vn", ["http://a.gov.vn/1.csv", "http://b.gov.vn"], ""),
        ("//a.vn/1.csv", ["https://a.vn/1.csv"], ""),
        # relative
        ("tep/1.csv", ["https://a.vn/b/tep/1.csv"], ""),
        ("tep.csv", ["https://a.vn/b/tep.csv"], ""),
        ("index.php/tep/1", ["https://a.vn/b/index.php/tep/1"], ""),
        ("/tep/Bao cao.csv", ["https://a.vn/tep/Bao%20cao.csv"], ""),
        # no addresses
        *((text, [], text) for text in (
            "Server=maychu; Service=sde:oracle11g:db; User=a; Version=SDE.DEFAULT", "Không có",
            "N/A", "http://Tóm tắt thị trường", "http://Marketing Summaries",
            "https:www.a.vn/y.csv", "\\\\maychu\\chia-se\\a.xlsx", "//maychu/a.xlsx",
            "D:\\BanDo\\nen.shp", "file:///etc/passwd", "jdbc:postgresql://maychu/db",
            ":///dataset/x/tep.csv", "a@b.vn", "javascript:alert(1)", "http://[::1", "Nội bộ",
            "Đang cập nhật", "1.000.000", "Sở Y tế, Sở Nội vụ",
        )),
    ],
)  # fmt: skip
def test_addresses_are_found_and_never_invented(text, urls, rest):
    for cell in (False, True):
        found = read(text, BASE, cell=cell)
        assert (list(found.urls), found.rest) == (urls, rest)


def test_words_are_likelier_in_a_cell_than_blanks_in_a_path():
    text = "tệp dữ liệu/1.csv"
    assert read(text, BASE).first == "https://a.vn/b/tệp%20dữ%20liệu/1.csv"
    assert read(text, BASE, cell=True).urls == ()
    assert read("/tải/tệp.csv", BASE, cell=True).first == (
        "https://a.vn/t%E1%BA%A3i/t%E1%BB%87p.csv"
    )
    assert read("tep/1.csv", "").urls == ()


def test_only_an_address_alone_is_one():
    assert is_address("https://a.vn/1.csv")
    assert not is_address("Xem https://a.vn/1.csv")
    assert not is_address("a.vn/1.csv")


@given(st.text(alphabet="htps:/.a-1?=&%+_~w", max_size=30).map("https://a.vn/".__add__))
@settings(max_examples=200, deadline=None)
def test_the_short_way_of_plain_addresses_leads_where_the_long_one_does(text):
    assert read(text) == read(f" {text}")


@given(st.text(max_size=80), st.sampled_from(["", BASE]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_text_is_taken_apart(text, base, cell):
    found = read(text, base, cell=cell)
    for url in found.urls:
        assert url.split(":")[0].lower() in ("http", "https", "ftp", "ftps", "sftp")
        assert not any(map(str.isspace, url))
        again = read(url)
        assert (again.urls, again.rest) == ((url,), "")


@pytest.mark.parametrize(
    "piece",
    ["https://x.vn/ ", "http://", "; ", "%20", ")", "<a ", "<a href=", "a.", "&amp;", "www.", " b",
     "a@", "c=d ", "\n", "[", "]("],
)  # fmt: skip
def test_the_time_grows_with_the_length_only(piece):
    def took(times: int) -> float:
        text = "https://x.vn/a?b " + piece * times
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            read(text, BASE)
            best = min(best, time.process_time() - start)
        return best

    assert took(16_000) < 3 * took(8_000) + 0.02
