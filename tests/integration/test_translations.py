"""The catalogues as a visitor gets them: from CKAN's pages and for its JavaScript."""
from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan.lib.i18n import build_js_translations

pytestmark = pytest.mark.usefixtures("catalog")


def _text(app, path):
    return BeautifulSoup(app.get(path).body, "html.parser").get_text(" ", strip=True)


def test_the_pages_of_datasets_and_agencies_speak_vietnamese(app):
    assert "Không tìm thấy tập dữ liệu nào" in _text(app, "/vi/dataset/")
    assert "Không tìm thấy cơ quan nào" in _text(app, "/vi/organization/")
    assert "Tổ chức" not in _text(app, "/vi/organization/")


def test_the_same_pages_speak_english_when_asked(app):
    assert "No datasets found" in _text(app, "/en/dataset/")


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
