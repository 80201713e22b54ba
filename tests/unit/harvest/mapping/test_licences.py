"""A licence is recognised inside a longer text, and never invented."""

from __future__ import annotations

import pytest

from ckanext.hanoi.harvest.config import SourceConfig
from ckanext.hanoi.harvest.mapping.dataset import to_dataset
from ckanext.hanoi.harvest.mapping.licences import licence_in


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<p>Xem <a href='https://creativecommons.org/licenses/by/4.0/'>đây</a></p>", "cc-by-4.0"),
        ("Xem https://creativecommons.org/licenses/by/4.0/deed.vi.", "cc-by-4.0"),
        ("Creative Commons Attribution 4.0 International (CC BY 4.0)", "cc-by-4.0"),
        ("Giấy phép: CC BY-SA 4.0", "cc-by-sa-4.0"),
        ("Licensed under the ODbL", "odc-odbl"),
    ],
)
def test_the_licence_that_a_text_names_is_found(text, code):
    found = licence_in(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "text",
    [
        "", "Sử dụng theo quy định của pháp luật", "Không theo CC BY 4.0 hay CC BY-SA 4.0",
        "https://creativecommons.org/licenses/by/4.0/ https://creativecommons.org/licenses/by-sa/4.0/",
        "Licence: not specified", "(none)", "https://x.vn/dieu-khoan", "x" * 50_000,
    ],
)
def test_what_names_none_or_several_names_none(text):
    assert licence_in(text) is None


def test_the_whole_text_is_kept_beside_the_licence():
    text = "Creative Commons Attribution 4.0 (CC BY 4.0), ghi nguồn Sở A"
    draft = {"title": "A", "license": text, "resources": [{"url": "https://x.vn", "license": text}]}
    dataset = to_dataset(draft, SourceConfig(), lambda name: (None, []), "org").dataset
    assert dataset["license_id"] == dataset["resources"][0]["license_id"] == "cc-by-4.0"
    assert {"key": "license_text", "value": text} in dataset["extras"]
    assert dataset["resources"][0]["license_text"] == text


def test_other_words_for_a_known_licence_are_kept_and_no_trouble():
    draft = {"title": "A", "license": ["cc-by-4.0", "Attribution 4.0"]}
    found = to_dataset(draft, SourceConfig(), lambda name: (None, []), "org")
    assert found.dataset["license_id"] == "cc-by-4.0"
    assert {"key": "license_text", "value": "Attribution 4.0"} in found.dataset["extras"]
    assert found.notes == []


def test_terms_in_html_are_cleaned():
    text = "<span>Theo <a href='https://x.vn/dk'>điều khoản</a><script>alert(1)</script></span>"
    draft = {"title": "A", "rights": text, "resources": [{"url": "https://x.vn", "rights": text}]}
    dataset = to_dataset(draft, SourceConfig(), lambda name: (None, []), "org").dataset
    assert dataset["rights"] == "Theo [điều khoản](https://x.vn/dk)"
    assert dataset["resources"][0]["rights"] == dataset["rights"]
