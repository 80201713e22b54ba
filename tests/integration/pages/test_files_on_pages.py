"""A dataset's files: the way to each is at hand and is called by what it is."""
from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.hanoi.model.tables import Table

FILES = [
    {"name": "Bảng " + "rất dài " * 12, "url": "https://example.org/a.csv", "format": "CSV",
     "modified": "2025-09-30"},
    {"name": "Trang", "url": "https://example.org/trang", "format": "HTML"},
    {"name": "Ở đâu đó", "url": "", "format": ""},
]  # fmt: skip


@pytest.fixture
def dataset(agency):
    return factories.Dataset(name="y-te", title="Y tế", owner_org=agency["id"], resources=FILES)


@pytest.fixture
def look(app):
    def read(path):
        return BeautifulSoup(app.get(f"/vi/dataset/{path}").body, "html.parser")

    return read


def _words(element):
    return " ".join(element.get_text(" ").split())


def test_each_file_of_a_dataset_has_a_button_that_no_phone_hides(look, dataset):
    items = look("y-te").select(".resource-item")
    links = [item.select(".hanoi-resource-buttons a") for item in items]
    buttons = [[_words(link) for link in of_one] for of_one in links]
    assert buttons == [["Tải về", "Chi tiết"], ["Mở liên kết", "Chi tiết"], ["Chi tiết"]]
    first = links[0][0]
    assert first["href"] == "https://example.org/a.csv"
    assert first["aria-label"].startswith("Tải về: Bảng rất dài")
    assert not items[0].select(".btn-group, .dropdown")
    assert _words(items[0].select_one(".heading")) == FILES[0]["name"].strip()


def test_the_page_of_a_file_has_the_same_button(look, dataset):
    labels = []
    for resource in dataset["resources"]:
        page = look(f"y-te/resource/{resource['id']}")
        labels.append([_words(link) for link in page.select(".actions .btn-primary")])
    assert labels == [["Tải về"], ["Mở liên kết"], []]


def test_a_file_has_one_date_of_its_last_update(look, dataset):
    page = look(f"y-te/resource/{dataset['resources'][0]['id']}")
    rows = {_words(row.th): _words(row.td) for row in page.select("table tr") if row.td}
    assert rows["Dữ liệu cập nhật lần cuối"] == "30/09/2025"
    assert "2025" not in "".join(text for name, text in rows.items()
                                 if name not in ("Dữ liệu cập nhật lần cuối", "Dấu vết"))
    page = look(f"y-te/resource/{dataset['resources'][1]['id']}")
    assert "Dữ liệu cập nhật lần cuối" not in _words(page)  # nobody knows


def test_where_our_table_stands_nothing_says_that_there_is_no_view(app, look, dataset):
    id_ = dataset["resources"][0]["id"]
    assert "chế độ xem nào" not in _words(look(f"y-te/resource/{id_}"))
    column = {"name": "Mã", "type": "text", "empty": 0, "examples": [],
              "min": None, "max": None, "format": ""}
    model.Session.add(Table(
        resource_id=id_, package_id=dataset["id"], state="table", fingerprint="x", rows=2,
        columns=1, errors=0, report={"columns": [column]},
    ))  # fmt: skip
    model.Session.commit()
    token = factories.SysadminWithToken()["token"]
    answer = app.get(f"/vi/dataset/y-te/resource/{id_}", headers={"Authorization": token})
    assert "chế độ xem nào" not in _words(BeautifulSoup(answer.body, "html.parser"))
