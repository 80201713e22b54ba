"""Accessibility: what the last check of the links found."""

from __future__ import annotations

import pytest
from samples import ANSWERS, DEAD, FILE, PAGE, reached

from ckanext.hanoi.quality.link_facts import Link


def test_an_address_that_answers_has_the_points():
    assert reached("access_url_answers", resource={"url": PAGE}, links=ANSWERS) is True
    assert reached("access_url_answers", resource={"url": PAGE}, links={PAGE: DEAD}) is False


def test_an_address_that_was_not_checked_is_neither_good_nor_bad():
    assert reached("access_url_answers", resource={"url": PAGE}) is None
    assert reached("download_url_answers", resource={"url": FILE}) is None


def test_an_upload_needs_no_check():
    upload = {"url": "https://here.example.org/x", "url_type": "upload"}
    for measure in ("access_url_answers", "download_url", "download_url_answers"):
        assert reached(measure, resource=upload) is True


def test_an_upload_whose_file_is_lost_does_not_answer():
    upload = {"url": FILE, "url_type": "upload"}
    assert reached("access_url_answers", resource=upload, links={FILE: DEAD}) is False


@pytest.mark.parametrize("resource", [
    {"url": PAGE, "download_url": FILE}, {"url": FILE}, {"url": FILE + "?phien-ban=2"},
], ids=["said", "ends like a file", "with a query"])  # fmt: skip
def test_a_direct_download_is_said_or_seen_in_the_address(resource):
    assert reached("download_url", resource=resource)


def test_a_page_is_no_direct_download():
    assert not reached("download_url", resource={"url": PAGE})
    assert not reached("download_url", resource={"url": PAGE + ".html"})
    assert not reached("download_url", resource={"url": PAGE}, links=ANSWERS)
    assert reached("download_url_answers", resource={"url": PAGE}, links=ANSWERS) is False


def test_an_address_that_gives_data_when_asked_is_a_direct_download():
    links = {PAGE: Link(True, 200, "application/json")}
    assert reached("download_url", resource={"url": PAGE}, links=links)
    assert reached("download_url_answers", resource={"url": PAGE}, links=links)


def test_a_web_page_in_the_place_of_the_file_is_no_download():
    links = {FILE: Link(True, 200, "text/html")}
    assert reached("access_url_answers", resource={"url": FILE}, links=links) is True
    assert reached("download_url_answers", resource={"url": FILE}, links=links) is False
    page = {"url": PAGE, "download_url": FILE, "format": "HTML"}
    assert reached("download_url_answers", resource=page, links=links) is True
