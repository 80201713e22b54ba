"""A small catalog to search in."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

TITLES = {
    "nha-o": "Xây dựng nhà ở xã hội",
    "thuy-loi": "Thủy lợi ngày nay",
    "giay-phep": "Giấy phép kinh doanh karaoke",
    "hoa-binh": "Công viên Hòa Bình",
    "duong-pho": "Đường phố quận Đống Đa",
    "schools": "Public schools of the city",
}


@pytest.fixture
def agency(catalog):
    """The department of construction, below the city."""
    city = factories.Organization(name="ubnd-thanh-pho-ha-noi", title="UBND thành phố Hà Nội")
    return factories.Organization(
        name="so-xay-dung", title="Sở Xây dựng", groups=[{"name": city["name"]}]
    )


@pytest.fixture
def other_agency(catalog):
    return factories.Organization(name="van-phong-khac", title="Văn phòng khác")


@pytest.fixture
def create(catalog):
    """Make a dataset, and show it."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def call(**data):
        return helpers.call_action("package_create", {"user": user}, **data)

    return call


@pytest.fixture
def datasets(create, other_agency):
    """Those of TITLES, of an agency whose name none of them shares a word with."""
    for name, title in TITLES.items():
        create(name=name, title=title, owner_org=other_agency["id"])


@pytest.fixture
def found():
    """The names of the datasets that a query finds, the best first."""

    def search(q, **params):
        answer = helpers.call_action("package_search", q=q, **params)
        return [dataset["name"] for dataset in answer["results"]]

    return search
