"""robots.txt as RFC 9309 reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.quality.robots import EVERYTHING, NOTHING, parse

AGENT = "ckanext-hanoi"
CKAN = """
User-agent: *
Disallow: /dataset/rate/
Disallow: /dataset/*/history
Disallow: /api/
Crawl-Delay: 10
"""


def permits(text, path):
    return parse(text, AGENT).permits(f"https://x.example.org{path}")


@pytest.mark.parametrize(("path", "allowed"), [
    ("/dataset/truong", True), ("/api/3/action", False), ("/apis", True),
    ("/dataset/truong/history", False), ("/dataset/truong/history/1", False), ("", True),
])  # fmt: skip
def test_the_file_that_ckan_itself_serves(path, allowed):
    assert permits(CKAN, path) is allowed
    assert parse(CKAN, AGENT).delay == 10


@pytest.mark.parametrize(("text", "path", "allowed"), [
    ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
    ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", False),
    ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
    ("User-agent: *\nDisallow: /*.csv$", "/x/y.csv", False),
    ("User-agent: *\nDisallow: /*.csv$", "/x/y.csv?a=1", True),
    ("User-agent: *\nDisallow:", "/a", True),
    ("User-agent: *\nDisallow: /", "/a", False),
    ("User-agent: other\nDisallow: /", "/a", True),
    ("User-agent: *\nDisallow: /\n\nUser-agent: CKANext-Hanoi\nDisallow: /x", "/a", True),
    ("User-agent: a\nUser-agent: ckanext-hanoi\nDisallow: /a # ours too", "/a", False),
    ("User-agent: *\nDisallow: /dữ-liệu", "/d%E1%BB%AF-li%E1%BB%87u/a", False),
    ("User-agent: *\nDisallow: /*?q=", "/tim?q=truong", False),
    ("Disallow: /a\n<html>", "/a", True),
], ids=lambda value: str(value)[:40].replace("\n", " "))  # fmt: skip
def test_the_longest_rule_for_us_decides(text, path, allowed):
    assert permits(text, path) is allowed


def test_all_or_nothing():
    assert EVERYTHING.permits("https://x.example.org/a")
    assert not NOTHING.permits("https://x.example.org/a")


@given(st.text(), st.text(alphabet="/ab*$?=é", max_size=20))
def test_no_file_is_too_odd(text, path):
    assert permits(text, "/" + path) in (True, False)
    assert permits(f"User-agent: *\nDisallow: /{path}", "/ab") in (True, False)
