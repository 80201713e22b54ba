"""Addresses that act, in every disguise."""

from __future__ import annotations

import pytest

from ckanext.hanoi.dataset import rules
from ckanext.hanoi.harvest.mapping import constraints
from ckanext.hanoi.parsing.active_links import is_active, leads_somewhere
from ckanext.hanoi.parsing.sanitize import clean_html

UNSEEN = ["\x00", "\x01", "\x08", "\x1f", "\x7f", "\x85", "\t", "\n", "\r", "\r\n", " ", "\u00a0",
          "\u00ad", "\u200b", "\u200e", "\u2028", "\u2060", "\u3000", "\ufeff",
          "\U000e0041", "\ud800"]  # fmt: skip
COLONS = [":", "\uff1a", "\ufe55", "\ufe13", "\ua789", "\u02d0", "\u2236", "&colon;", "&#58;",
          "&#x3A;", " :", "\u200b:"]  # fmt: skip
ACTIVE = [
    *(f"{sign}javascript:alert(1)" for sign in UNSEEN),
    *(f"java{sign}script:alert(1)" for sign in UNSEEN),
    *(f"javascript{sign}:alert(1)" for sign in UNSEEN),
    *(f"javascript{colon}alert(1)" for colon in COLONS),
    "JaVaScRiPt:alert(1)", "ｊavascript:alert(1)", "&#106;avascript:alert(1)",
    "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>", "\x01data:text/html,x",
    "file:///etc/passwd", " file:///etc/passwd", "blob:https://example.org/1",
    "view-source:javascript:alert(1)", "mhtml:x", "about:blank",
]  # fmt: skip
HARMLESS = [
    "https://example.org/javascript:1", "http://example.vn/?u=data:1", "data.csv", "du-lieu.csv",
    "Dữ liệu.xlsx", "ftp://example.org/a", "//example.org/a", "javascript.csv", "file.csv",
    "geo:21,105", "urn:isbn:1", "database:1", "filename:1", "", "a b c", "C:\\a\\b.csv",
]


@pytest.mark.parametrize("address", ACTIVE)
def test_an_address_that_acts_is_known_in_every_disguise(address):
    assert is_active(address)
    # cleaned as it will be stored, it is none either
    assert is_active(rules.text(address))
    found = {"url": address}
    assert list(constraints.resource(found))
    assert not found["url"]
    with pytest.raises(rules.RuleError):
        rules.url(address)


@pytest.mark.parametrize("address", HARMLESS)
def test_an_address_that_leads_somewhere_is_none_that_acts(address):
    assert not is_active(address)


def test_what_no_program_can_take_apart_is_no_address():
    assert not leads_somewhere("http://[example")
    assert not leads_somewhere("http://example.org:port/")
    assert leads_somewhere("https://example.org:8080/a?b#c")
    found = {"url": "http://[example"}
    assert list(constraints.resource(found)) == [("url", "http://[example")]
    assert not found["url"]


@pytest.mark.parametrize("link", [
    "javascript:alert(1)", "\x01javascript:alert(1)", "java\nscript:alert(1)",
    "java\u200bscript:alert(1)", "javascript&colon;alert(1)", "&#106;avascript&colon;alert(1)",
    "javascript\uff1aalert(1)", "data:text/html,1", "vbscript:1",
])  # fmt: skip
@pytest.mark.parametrize("form", ["[a]({})", "[a](<{}>)", "[a]: {}", "<{}>", '<a href="{}">a</a>'])
def test_no_link_of_a_description_acts(form, link):
    cleaned = clean_html(form.format(link))
    for part in cleaned.replace("](", "]: ").replace("<", "]: ").split("]: ")[1:]:
        assert not is_active(part), cleaned
