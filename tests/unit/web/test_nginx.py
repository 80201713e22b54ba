"""deploy/nginx.conf knows the addresses and facets that the catalog has."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

CONF = (Path(__file__).parents[3] / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def pattern(variable: str) -> re.Pattern:
    """The regular expressions of a map of nginx, as one."""
    block = re.search(rf"\${variable} \{{(.*?)\n\}}", CONF, re.DOTALL)
    assert block
    found = [line.strip().strip('"').partition("~")[2] for line in block[1].splitlines()
             if "~" in line]
    cut = [re.sub(r'"?\s+(?:1|\$binary_remote_addr);$', "", one) for one in found]
    return re.compile("|".join(f"(?:{one})" for one in cut))


def test_three_facets_are_many_and_two_are_not():
    many = pattern("hanoi_many_facets")
    names = ["tags", "organization", "groups", "license_id", "vocab_theme", "vocab_ward",
             "vocab_agency", "res_format", "frequency", "access_level"]  # fmt: skip
    for name in names:
        assert many.search(f"q=x&{name}=a&{name}=b&{name}=c"), name
        assert many.search(f"{name}=a&res_format=b&vocab_theme=c"), name
        assert not many.search(f"q=x&{name}=a&{name}=b"), name
    assert not many.search("q=tags&sort=a&page=3&hanoi_quality=&tags=&groups=")
    assert many.search("page=10000")
    assert not many.search("page=999")


@pytest.mark.parametrize(("variable", "addresses"), [
    ("hanoi_suggest", ["/api/3/action/hanoi_suggest", "/api/action/hanoi_suggest"]),
    ("hanoi_rdf", ["/catalog.ttl", "/en/catalog.rdf", "/dataset/x.jsonld", "/feeds/dataset.atom"]),
    ("hanoi_search_api", ["/api/3/action/package_search",
                          "/api/3/action/recently_changed_packages_activity_list"]),
    ("hanoi_facets", ["1/dataset/", "1/vi/dataset/", "1/organization/so-y-te"]),
    ("hanoi_login", ["POST/user/login", "POST/en/user/login", "POST/user/reset"]),
])  # fmt: skip
def test_what_is_expensive_is_limited_and_pages_are_not(variable, addresses):
    limited = pattern(variable)
    for address in addresses:
        assert limited.search(address), address
    for address in ("/", "/dataset/", "/dataset/x", "0/dataset/", "GET/user/login",
                    "/api/3/action/package_show"):  # fmt: skip
        assert not limited.search(address), address
