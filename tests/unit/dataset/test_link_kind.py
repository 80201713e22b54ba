from __future__ import annotations

import pytest

from ckanext.hanoi.dataset import link_kind


@pytest.mark.parametrize(
    ("is_file", "resource"),
    [
        (True, {"url_type": "upload", "url": "https://example.org/dataset/1/download/trang.html"}),
        (True, {"url": "https://example.org/a.csv"}),
        (True, {"url": "https://example.org/A.CSV?x=1#y", "format": ""}),
        (True, {"url": "https://example.org/export?type=1", "format": "CSV"}),
        (True, {"url": "https://example.org/tai-ve.php?id=3", "format": "XLSX"}),
        (True, {"url": "https://example.org/trang", "download_url": "https://example.org/tep"}),
        (True, {"url": "https://example.org/a.zip", "format": "đủ thứ"}),
        (False, {"url": "https://example.org/trang", "format": "HTML"}),
        (False, {"url": "https://example.org/trang.html", "format": "CSV"}),
        (False, {"url": "https://example.org/wms", "format": "WMS"}),
        (False, {"url": "https://example.org/api/v1.json", "format": "API"}),
        (False, {"url": "https://example.org/api", "format": "JSON", "resource_type": "api"}),
        (False, {"url": "https://example.org/"}),
        (False, {"url": "https://example.org/v1.0", "format": "gì đó"}),
        (False, {"url": "http://[hỏng", "format": ""}),
        (False, {}),
    ],
)
def test_a_link_is_called_by_what_it_is(is_file, resource):
    assert link_kind.is_file(resource) is is_file
