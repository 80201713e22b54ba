"""Visitors read names and words, never codes and keys of programs."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories


@pytest.fixture
def page(app):
    def open_(path, **headers):
        answer = app.get(path, headers=headers)
        assert answer.status_code == 200
        return BeautifulSoup(answer.body, "lxml")

    return open_


@pytest.mark.parametrize(
    ("query", "vi", "en"),
    [
        ("vocab_theme=y-te", "Lĩnh vực: Y tế", "Theme: Health"),
        ("vocab_agency=so-xay-dung", "Cơ quan: Sở Xây dựng", "Agency: Department of Construction"),
        ("organization=so-xay-dung", "Cơ quan: Sở Xây dựng", "Agency: Department of Construction"),
        ("frequency=ANNUAL", "Hằng năm", "Annual"),
    ],
)
def test_what_is_chosen_has_a_name_though_it_has_no_dataset(page, agency, query, vi, en):
    for lang, name in (("vi", vi), ("en", en)):
        pills = page(f"/{lang}/dataset/?{query}").select_one(".filter-list")
        text = pills.get_text(" ", strip=True)
        assert name in " ".join(text.split())
        assert query.partition("=")[2] not in text
        assert "None" not in text


def test_keys_of_programs_are_shown_to_editors_alone(page, agency):
    admin = factories.SysadminWithToken()
    factories.Dataset(
        name="khoa", owner_org=agency["id"],
        extras=[{"key": "harvest_object_id", "value": "7"}, {"key": "Số hồ sơ", "value": "12/HS"},
                {"key": "Khác", "value": '{"a": 1}'}],
        resources=[{"url": "https://example.org/x", "ma_noi_bo": "abc"}],
    )  # fmt: skip
    seen = page("/vi/dataset/khoa").get_text()
    assert "12/HS" in seen
    assert "harvest_object_id" not in seen
    assert '{"a": 1}' not in seen
    assert "harvest_object_id" in page("/vi/dataset/khoa", Authorization=admin["token"]).get_text()


def test_browsers_find_the_sites_icon(app, catalog):
    answer = app.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.request.path.endswith(".ico")


def test_english_pages_speak_of_agencies(page, agency, datasets):
    for path in ("/en/", "/en/dataset/", "/en/organization/", "/en/organization/so-xay-dung",
                 "/en/dataset/xe-buyt"):  # fmt: skip
        found = page(path)
        for script in found.select("script, style"):
            script.decompose()
        assert "rganization" not in found.get_text(), path
