"""What addresses ask, without what CKAN's views fail on."""

from __future__ import annotations

import pytest

from ckanext.hanoi.views.arguments import mended


@pytest.mark.parametrize(
    ("endpoint", "given", "kept"),
    [
        ("dataset.search", {"sort": "title_string asc,"}, {"sort": "title_string asc"}),
        ("dataset.search", {"sort": ", ,score desc,,name asc"}, {"sort": "score desc,name asc"}),
        ("dataset.search", {"sort": ","}, {"sort": ""}),
        ("dataset.search", {"q": "a\0b", "\0tags": "x\0"}, {"q": "ab", "tags": "x"}),
        ("dataset.search", {"tags": "mầm non", "limit": "a"}, {"tags": "mầm non", "limit": "a"}),
        ("dataset.new", {"tags": "x", "extras": "y", "group": "z"}, {"group": "z"}),
        ("dataset.scheming_new", {"tags": "x"}, {}),
        ("user.index", {"limit": "a"}, {}),
        ("user.index", {"limit": "-1"}, {}),
        ("user.index", {"limit": "0"}, {}),
        ("user.index", {"limit": "999999999999999999999"}, {}),
        ("user.index", {"limit": "50", "q": "x"}, {"limit": "50", "q": "x"}),
    ],
)
def test_what_ckan_can_not_take_is_left_out(endpoint, given, kept):
    assert mended(endpoint, list(given.items())) == list(kept.items())
