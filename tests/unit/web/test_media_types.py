"""A stored file is never sent as something that acts."""
from __future__ import annotations

import pytest

from ckanext.hanoi.dataset.media_types import INLINE, disposition, is_active, sending


@pytest.mark.parametrize("stored", [
    "text/html", "TEXT/HTML", " text/html ;x", "application/xhtml+xml", "text/javascript",
    "application/ecmascript", "text/css", "application/wasm", "multipart/related",
    "multipart/x-mixed-replace", "message/rfc822", "text/cache-manifest", "application/hta",
    "application/x-shockwave-flash", "application/java-archive", "text/xsl", "text/x-component",
    "application/xslt+xml", "text/plain, text/html", "text/html/plain", "", "html", "x/y",
    "text/plain\r\nX: y", "text /html", "téxt/html", "application/x-mimearchive-mhtml",
])  # fmt: skip
def test_what_could_act_is_sent_as_bytes_to_be_saved(stored):
    how = sending(stored)
    assert (how.content_type, how.inline) == ("application/octet-stream", False)


@pytest.mark.parametrize("stored", [
    "image/svg+xml", "application/xml", "text/xml", "application/rdf+xml", "application/json",
    "application/zip", "application/geo+json", "text/tab-separated-values", "video/mp4",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
])  # fmt: skip
def test_data_keeps_its_type_and_is_saved_not_shown(stored):
    how = sending(stored)
    assert (how.content_type, how.inline) == (stored, False)


def test_pictures_plain_text_csv_and_pdf_may_be_shown():
    for stored in INLINE:
        assert sending(stored).inline
    assert sending("Text/CSV; Charset=UTF-8").content_type == "text/csv; charset=utf-8"
    assert sending("text/plain; charset=utf-7").content_type == "text/plain"
    assert sending("text/plain; x=a, text/html").content_type == "text/plain"


def test_the_name_of_an_attachment_is_kept_or_made_fit_for_a_header():
    assert disposition("", inline=False, name="Danh sách.html") == (
        "attachment; filename*=UTF-8''Danh%20s%C3%A1ch.html"
    )
    assert disposition('inline; filename="a.svg"', inline=False) == 'attachment; filename="a.svg"'
    assert disposition("inline; filename=a.png", inline=True) == "inline; filename=a.png"
    assert disposition("attachment; filename=a.png", inline=True) == "attachment; filename=a.png"
    assert disposition("INLINE", inline=True) == "INLINE"
    assert disposition("", inline=True) == "inline"


def test_types_that_a_browser_runs_are_known_for_the_form():
    assert is_active("text/html")
    assert is_active("image/svg+xml")
    assert is_active("text/xml")
    assert not is_active("text/csv")
    assert not is_active("application/json")
