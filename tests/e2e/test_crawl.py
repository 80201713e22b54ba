"""Every page answers, for everybody: the catalog is walked through as each kind of person.

Over HTTP, in Vietnamese and in English; of each route each person looks at one page in the browser,
on a phone.
"""

from __future__ import annotations

import unicodedata
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsing import AGENCY, PASSWORD, PHONE, TOO_WIDE, log_in
from crawling import FAULTS, Routes, Visitor

ROLES = ("visitor", "editor", "admin", "sysadmin")
LONG = "dữ liệu mở " * 18
#: What no page of ours links to, and people or machines ask all the same.
PROBES = (
    {"page": "99"},
    {"q": LONG, "sort": "title_string asc,"},
    {"q": "title:[* TO", "page": "abc"},
    {"q": "a\0b", "order": "x", "limit": "a", "sort": "name"},
    {
        "vocab_theme": unicodedata.normalize("NFD", "giáo dục"),
        "tags": unicodedata.normalize("NFD", "mầm non"),
        "organization": "'\"<x>",
    },
)
#: The same, some at once, of the many pages that only people of the catalog see.
FEWER = ({**PROBES[0], **PROBES[1]}, PROBES[2], {**PROBES[3], **PROBES[4]})
#: Pages to which few links lead.
DOORS = (
    "/", "/about", "/sitemap.xml", "/robots.txt", "/favicon.ico", "/catalog.ttl",
    "/feeds/dataset.atom", "/feeds/custom.atom", "/hanoi/harvest", "/hanoi/import", "/hanoi/review",
    "/hanoi/drafts",
)  # fmt: skip


@pytest.fixture(scope="module")
def routes(site):
    return Routes(site.instance)


@pytest.fixture(scope="module")
def people(sysadmin, site):
    """Names of people by what they are."""
    names = {"visitor": "", "sysadmin": site.admin}
    for role in ("editor", "admin"):
        names[role] = name = f"{role}-{uuid.uuid4().hex[:8]}"
        sysadmin("user_create", name=name, email=f"{name}@example.org", password=PASSWORD,
                 fullname=f"Nguyễn Thị {role}")  # fmt: skip
        sysadmin("organization_member_create", id=AGENCY, username=name, role=role)
    return names


@pytest.fixture(scope="module")
def odd(sysadmin, site, harvested, portal):
    """Addresses of what is odd: harvested and incomplete, long, private, a draft, failed."""
    site.ckan("hanoi", "quality", "update")
    url, _datasets = portal.add(24)
    sources = {url: "ckan", f"{url}/nothing": "dcat"}
    pages = []
    for address, kind in sources.items():
        name = f"nguon-{uuid.uuid4().hex[:8]}"
        sysadmin("hanoi_source_create", name=name, url=address, kind=kind, owner_org=AGENCY)
        sysadmin("hanoi_harvest_run", id=name)
        pages.append(f"/hanoi/harvest/source/{name}")
    site.ckan("jobs", "worker", "--burst")
    return [*pages, *_made(sysadmin)]


def _made(sysadmin):
    odd = {
        "khong-tep": {"title": "Không tệp", "resources": []},
        "khong-mo-ta": {"title": "Không mô tả", "resources": [{"url": "https://example.org/x"}]},
        "dai": {"title": "Rất dài " * 25, "notes": "chữ" * 400, "tag_string": "a" * 90,
                "resources": [{"url": "https://example.org/" + "x" * 300, "name": "y" * 200}]},
        "khoa-la": {"extras": [{"key": "harvest_object_id", "value": str(uuid.uuid4())},
                               {"key": "contacts", "value": '{"a": ["' + "z" * 99 + '"]}'},
                               {"key": "license_text", "value": "Dùng tự do"}]},
        "rieng": {"title": "Riêng", "private": True},
        "nua-chung": {"title": "Nửa chừng", "state": "draft"},
    }  # fmt: skip
    for name, values in odd.items():
        full = f"{name}-{uuid.uuid4().hex[:6]}"
        dataset = sysadmin(
            "package_create", name=full, owner_org=AGENCY, **{"title": name, **values}
        )
        yield f"/dataset/{full}"
        yield f"/dataset/edit/{full}"
        for resource in dataset["resources"]:
            yield f"/dataset/{full}/resource/{resource['id']}/edit"


@pytest.fixture(scope="module")
def walked(site, routes, people, odd):
    """The catalog, walked through by everybody in both languages."""
    deep = {who: Visitor(who, site.url, "", routes, known=who in ("editor", "admin"))
            for who in ROLES}  # fmt: skip
    english = {f"{who}/en": Visitor(f"{who}/en", site.url, "/en", routes, deep[who].session,
                                    known=True) for who in ROLES}  # fmt: skip

    def walk(who):
        if who != "visitor":
            deep[who].sign_in(people[who], PASSWORD)
        # odd things are few, and each is looked at
        for path in odd if who in ("sysadmin", "admin") else ():
            deep[who].look(path)
        deep[who].walk(*DOORS)

    def again(who):
        if who == "visitor":
            deep[who].probe(*PROBES)
        else:
            seen = deep["sysadmin"].pages if who == "admin" else {}
            deep[who].probe(*FEWER, but={*deep["visitor"].pages, *seen})
        for path in odd if who == "admin" else ():
            english[f"{who}/en"].look(path)
        english[f"{who}/en"].walk(*DOORS)

    with ThreadPoolExecutor(len(ROLES)) as pool:
        for step in (walk, again):
            list(pool.map(step, ROLES))
    return deep | english


def test_every_link_and_form_of_every_page_answers_for_everybody(walked):
    assert [str(fault) for visitor in walked.values() for fault in visitor.faults] == []
    pages = {name for visitor in walked.values() for name in visitor.pages}
    assert len(pages) > 60  # the walk has come far
    gates = {"user.login", "user.request_reset"}  # who is inside is led on
    assert walked["sysadmin"].pages.keys() > walked["visitor"].pages.keys() - gates


@pytest.mark.parametrize("who", ["visitor/en", "editor", "admin/en", "sysadmin"])
def test_no_page_is_wider_than_a_phone_or_asks_another_host(
    page, site, walked, people, odd, who
):
    role = who.removesuffix("/en")
    if role != "visitor":
        log_in(page, people[role], PASSWORD)
    page.set_viewport_size({"width": PHONE, "height": 900})
    foreign: list[str] = []
    page.on("request", lambda asked: foreign.append(asked.url)
            if not asked.url.startswith((site.url, "data:", "blob:")) else None)  # fmt: skip
    wrong = {}
    shown = [*walked[who].pages.values(), *(odd if who == "sysadmin" else ())]
    for address in shown:
        page.goto(address, wait_until="domcontentloaded")
        if page.evaluate("document.documentElement.scrollWidth") > PHONE:
            wrong[address] = page.evaluate(TOO_WIDE, PHONE)[:3] or ["the page"]
        if found := FAULTS.search(page.content()):
            wrong[address] = [found[0]]
    assert wrong == {}
    assert foreign == []
