"""What counts as updated on the home page: the data's own dates, never the time of a harvest."""
from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bs4 import BeautifulSoup
from ckan.tests import factories

TODAY = datetime.now(timezone.utc)


def _home(app):
    page = BeautifulSoup(app.get("/vi/").body, "html.parser")
    figures = [" ".join(one.get_text(" ").split()) for one in page.select(".hanoi-figures li")]
    return figures[-1], [link.get_text() for link in page.select(".hanoi-newest li a")]


def test_a_harvest_makes_no_dataset_recently_updated(app, admin, portal):
    day = (TODAY - timedelta(days=3)).date().isoformat()
    portal.datasets = [
        portal.dataset(0, metadata_modified=None),
        portal.dataset(1, metadata_modified="2019-05-01T00:00:00"),
        portal.dataset(2, metadata_modified="2099-01-01T00:00:00"),
        portal.dataset(3, metadata_modified=f"{day}T00:00:00"),
    ]
    admin.add_source(portal.url)
    assert admin.run()["status"] == "finished"
    own = factories.Dataset(title="Của cơ quan", owner_org=admin.organization["id"])
    figure, newest = _home(app)
    assert figure.startswith("2 ")
    assert newest[:3] == ["Của cơ quan", "Bộ dữ liệu số 3", "Bộ dữ liệu số 1"]
    # indexed again outside of a harvest, it is the same
    for dataset in admin.datasets():
        if dataset["id"] != own["id"]:
            admin.call("package_patch", id=dataset["id"], rights="Ghi nguồn")
    assert _home(app) == (figure, newest)


def test_the_search_can_be_ordered_by_the_datas_own_dates(app, admin, portal):
    days = {0: None, 1: "2015-03-04T00:00:00", 2: "2025-02-03T00:00:00"}
    portal.datasets = [portal.dataset(i, metadata_modified=day) for i, day in days.items()]
    admin.add_source(portal.url)
    admin.run()
    page = BeautifulSoup(app.get("/vi/dataset/").body, "html.parser")
    order = next(one["value"] for one in page.select("select[name=sort] option")
                 if one.get_text(strip=True) == "Mới cập nhật")  # fmt: skip
    page = BeautifulSoup(app.get("/vi/dataset/", query_string={"sort": order}).body, "html.parser")
    titles = [" ".join(one.a.get_text().split()) for one in page.select(".dataset-heading")]
    assert titles == [f"Bộ dữ liệu số {i}" for i in (2, 1, 0)]
