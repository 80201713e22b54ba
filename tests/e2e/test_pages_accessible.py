"""What axe-core finds on our pages: nothing serious, in Vietnamese and on a phone."""
from __future__ import annotations

import uuid

import pytest
from browsing import AGENCY, log_in


@pytest.fixture
def pages(sysadmin, portal, harvested) -> dict[str, str]:
    """Addresses of our pages, of things that are there."""
    dataset = sysadmin("package_search", q="*:*", rows=1)["results"][0]
    url, _datasets = portal.add(2)
    source = f"nguon-{uuid.uuid4().hex[:8]}"
    sysadmin("hanoi_source_create", name=source, title="Cổng", url=url, kind="ckan",
             owner_org=AGENCY)
    run = sysadmin("hanoi_run_list", source="danh-muc-mau")[0]
    resource = dataset["resources"][0]["id"]
    return {
        "home": "/",
        "search": "/dataset/",
        "resource": f"/dataset/{dataset['name']}/resource/{resource}",
        "agencies": "/organization/",
        "about an agency": f"/organization/about/{dataset['organization']['name']}",
        "dataset": f"/dataset/{dataset['name']}",
        "agency": f"/organization/{dataset['organization']['name']}",
        "dataset form": "/dataset/new",
        "sources": "/hanoi/harvest",
        "source": "/hanoi/harvest/source/danh-muc-mau",
        "source form": "/hanoi/harvest/source/new",
        "preview": f"/hanoi/harvest/source/{source}/preview",
        "deletion": f"/hanoi/harvest/source/{source}/delete",
        "report": f"/hanoi/harvest/run/{run['id']}",
        "dashboard": "/dashboard/datasets",
        "links": f"/hanoi/quality/links?state=all&organization={AGENCY}",
        "links of all": "/hanoi/quality/links?state=all",
    }


@pytest.mark.parametrize(("language", "width"), [("", 1280), ("", 390), ("/en", 390)])
def test_axe_finds_nothing_serious_on_our_pages(
    page, site, pages, findings, language, width
):
    log_in(page, site.admin, site.password)  # others see the sources of their own agency alone
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for name, address in pages.items():
        assert page.goto(language + address).status == 200, name
        if serious := findings(page):
            found[name] = serious
    assert found == {}


def test_axe_finds_nothing_serious_while_something_is_suggested_or_at_the_login(
    page, harvested, findings
):
    page.goto("/")
    page.locator("#field-main-search").press_sequentially("so tai")
    page.wait_for_selector(".hanoi-suggestions li")
    page.keyboard.press("ArrowDown")
    assert findings(page) == []
    page.goto("/user/login")
    assert findings(page) == []
