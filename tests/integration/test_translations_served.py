"""The catalogues as a visitor gets them: from CKAN's pages and for its JavaScript."""
from __future__ import annotations

import re

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.lib.i18n import build_js_translations
from ckan.tests import factories

pytestmark = pytest.mark.usefixtures("catalog")


def _text(app, path):
    return BeautifulSoup(app.get(path).body, "html.parser").get_text(" ", strip=True)


def test_the_pages_of_datasets_and_agencies_speak_vietnamese(app):
    assert "Không tìm thấy tập dữ liệu nào" in _text(app, "/vi/dataset/")
    assert "Không tìm thấy cơ quan nào" in _text(app, "/vi/organization/")
    assert "Tổ chức" not in _text(app, "/vi/organization/")


def test_the_same_pages_speak_english_when_asked(app):
    assert "No datasets found" in _text(app, "/en/dataset/")


def test_an_organization_is_an_agency_in_english_too(app):
    for path in ("/en/organization/", "/en/dataset/"):
        text = _text(app, path)
        assert "Agencies" in text
        assert "rganization" not in text


def test_what_ckan_says_in_english_alone_is_vietnamese(app):
    admin = factories.SysadminWithToken()
    headers = {"Authorization": admin["token"]}
    dataset = factories.Dataset(owner_org=factories.Organization()["id"], user=admin)

    def page(path):
        return BeautifulSoup(app.get(path, headers=headers).body, "html.parser")

    field = page("/vi/ckan-admin/").select_one("#promote-username")
    assert field["placeholder"] == "Tên đăng nhập"
    kinds = page(f"/vi/dataset/activity/{dataset['name']}").select("#activity_types_filter option")
    labels = [kind.get_text(strip=True) for kind in kinds]
    assert "Sửa tập dữ liệu" in labels
    assert not [label for label in labels if re.search("Package|Dataset|View", label)]
    assert any("changed" in str(kind) for kind in kinds)  # the address has CKAN's word


def test_the_browser_gets_vietnamese_for_its_scripts(app, tmp_path, monkeypatch, ckan_config):
    monkeypatch.setitem(ckan_config, "ckan.storage_path", str(tmp_path))
    build_js_translations()
    served = app.get("/api/i18n/vi").json
    assert served["Please Confirm"] == [None, "Xin xác nhận"]
    assert served["Show more"] == [None, "Xem thêm"]
    assert served["Input is too short, must be at least one character"] == [
        "Input is too short, must be at least %(num)d characters",
        "Nội dung quá ngắn, phải có ít nhất %(num)d ký tự",
    ]


def test_an_error_page_says_in_vietnamese_what_is_wrong(app):
    page = BeautifulSoup(app.get("/vi/nowhere", status=404).body, "html.parser")
    assert page.h1.get_text(strip=True) == "404 Không tìm thấy"
    assert "Không có gì ở địa chỉ này" in page.select_one("#error-content").get_text()


def test_an_error_page_keeps_the_reason_ckan_gives(app):
    page = BeautifulSoup(app.get("/vi/dataset/nowhere", status=404).body, "html.parser")
    assert "Không tìm thấy tập dữ liệu" in page.select_one("#error-content").get_text()


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        (403, "<script>alert(1)</script>", "<script>alert(1)</script>"),
        (400, "The CSRF token has expired.", "Biểu mẫu đã mở quá lâu"),
        ([500], "Internal server error", "Lỗi thuộc về hệ thống"),
    ],
)
def test_the_text_of_an_error_is_replaced_only_where_it_is_a_standing_one(app, code, text, shown):
    with app.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": "vi"}):
        assert tk.h.hanoi_error_text(code, text).startswith(shown)


def test_what_an_address_says_is_not_markup_on_the_error_page(app):
    body = app.get("/vi/dataset/%3Cscript%3Ealert(1)%3C%2Fscript%3E", status=404).body
    assert "<script>alert(1)" not in body


@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_have_one_form_in_both_languages(app, language):
    with app.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": language}):
        for moment in ("2026-02-03T10:05:06", tk.h.date_str_to_datetime("2026-02-03T10:05:06")):
            assert tk.h.render_datetime(moment) == "03/02/2026"
            assert tk.h.render_datetime(moment, with_hours=True).startswith("03/02/2026 10:05 ")
            shown = tk.h.render_datetime(moment, with_hours=True, with_seconds=True)
            assert shown.startswith("03/02/2026 10:05:06 ")
        assert tk.h.hanoi_date("2026-02-03") == "03/02/2026"
        items = tk.h.format_resource_items([("created", "2026-02-03T10:05:06.000001")])
        assert items == [("created", "03/02/2026")]
        assert tk.h.render_datetime("2026-02-03", date_format="%Y") == "2026"
        assert tk.h.render_datetime("no date", with_hours=True) == ""
