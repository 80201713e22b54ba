"""A small catalog to look at."""
from __future__ import annotations

import pytest
from ckan.tests import factories


@pytest.fixture
def agency(catalog):
    """The department of construction, below the city."""
    city = factories.Organization(
        name="ubnd-thanh-pho-ha-noi", title="UBND thành phố Hà Nội", title_en="City of Hanoi",
        description="",  # else words by chance
    )
    return factories.Organization(
        name="so-xay-dung", title="Sở Xây dựng", title_en="Department of Construction",
        description="", groups=[{"name": city["name"]}], kind="department",
        website="https://soxaydung.hanoi.gov.vn",
    )  # fmt: skip


@pytest.fixture
def datasets(agency):
    """A public dataset in both languages, one in Vietnamese, and a private one."""
    org = agency["id"]
    factories.Dataset(
        name="xe-buyt", title="Các tuyến xe buýt </script>", title_en="Bus lines", owner_org=org,
        theme=["giao-thong"], license_id="cc-by-4.0", modified="2025-09-30", tag_string="xe buýt",
        resources=[{"name": "Tệp", "url": "https://example.org/a.csv", "format": "CSV"}],
    )  # fmt: skip
    factories.Dataset(name="nha-o", title="Nhà ở xã hội", title_en="", owner_org=org)
    factories.Dataset(name="mat", title="Hồ sơ mật", owner_org=org, private=True)
