"""A read in pages ends, and is whole or an error."""

from __future__ import annotations

import pytest

from ckanext.hanoi.harvest.connectors import waf
from ckanext.hanoi.harvest.connectors.pagination import EMPTY_PAGES, PageTracker
from ckanext.hanoi.harvest.identity import Candidate
from ckanext.hanoi.messages import SourceError


def some(*numbers):
    return [Candidate({"n": number}, str(number)) for number in numbers]


def test_pages_that_overlap_are_counted_as_the_server_counts_them():
    pages = PageTracker("http://x.vn")
    pages.page(some(1, 2), 4)
    pages.page(some(2, 3))
    assert not pages.missing()
    pages.finish()


def test_a_page_with_nothing_new_is_an_error_unless_some_are_borne():
    pages = PageTracker("http://x.vn")
    pages.page(some(1, 2))
    with pytest.raises(SourceError, match="same page"):
        pages.page(some(2, 1))
    patient = PageTracker("http://x.vn", repeats=1)
    patient.page(some(1))
    patient.page(some(1))
    with pytest.raises(SourceError, match="same page"):
        patient.page(some(1))


def test_the_same_identifier_with_another_content_is_something_new():
    pages = PageTracker("http://x.vn")
    pages.page([Candidate({"n": 1}, "a")])
    pages.page([Candidate({"n": 2}, "a")])
    assert pages.seen == 2


def test_a_source_that_gave_fewer_than_it_announced_is_not_complete():
    pages = PageTracker("http://x.vn")
    pages.page(some(1), 3)
    with pytest.raises(SourceError, match="announced 3 records but gave 1"):
        pages.finish()


def test_empty_pages_without_end_are_given_up():
    pages = PageTracker("http://x.vn")
    for _ in range(EMPTY_PAGES):
        pages.page([])
    with pytest.raises(SourceError, match="empty page"):
        pages.page([])


@pytest.mark.parametrize(
    "url",
    ["http://x.vn/waf", "http://x.vn/waf/", "http://x.vn/waf/index.html", "http://x.vn/waf?a=b"],
)
def test_a_folder_is_the_same_however_its_listing_is_called(url):
    hrefs = ("a.xml", "/waf/b.xml#x", "http://x.vn/waf/c/?C=N", "sub\\d.xml")
    page = "".join(f'<a href="{href}">x</a>' for href in hrefs).encode()
    assert waf.links(page, url) == [
        "http://x.vn/waf/a.xml", "http://x.vn/waf/b.xml", "http://x.vn/waf/c/",
        "http://x.vn/waf/sub/d.xml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "href",
    ["../a.xml", "/a.xml", "http://y.vn/waf/a.xml", "https://x.vn/waf/a.xml", "?C=N", "#a", "",
     "%2e%2e/a.xml", "javascript:a.xml", "http://[", "file:///waf/a.xml"],
)  # fmt: skip
def test_a_link_out_of_the_folder_is_not_followed(href):
    assert waf.links(f'<a href="{href}">x</a>'.encode(), "http://x.vn/waf/") == []
