"""The pages of an organization: what is above and below, what came from where, where it went."""
from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers

from ckanext.hanoi.agencies import seed, store

pytestmark = pytest.mark.usefixtures("catalog")

CITY, WORKS, ROADS = "ubnd-thanh-pho-ha-noi", "so-xay-dung", "so-giao-thong-van-tai"
WARD = "ubnd-phuong-cua-nam"


@pytest.fixture
def seeded(few):
    """The few agencies, and datasets of one that was merged."""
    old = factories.Organization(name="sgtvt", title="Sở Giao thông vận tải")
    for _ in range(2):
        factories.Dataset(owner_org=old["id"])
    seed.apply(few)
    return old


def text(answer):
    page = BeautifulSoup(answer.body, "html.parser")
    return " ".join(page.get_text(" ").split())


def links(answer, within):
    page = BeautifulSoup(answer.body, "html.parser")
    return {link.get_text(strip=True): link["href"]
            for part in page.select(within) for link in part.select("a[href]")}


def test_the_page_says_what_stands_above_and_what_came_from_where(app, seeded):
    answer = app.get(f"/vi/organization/{WORKS}")
    head = " ".join(BeautifulSoup(answer.body, "html.parser").select_one(
        ".hanoi-agency-head").get_text(" ").split())

    assert links(answer, ".hanoi-above") == {
        "UBND thành phố Hà Nội": f"/vi/organization/{CITY}"}
    assert "Sở Giao thông vận tải (từ 01/03/2025)" in head
    assert "2" in head.split("(từ 01/03/2025)")[1]


def test_the_page_is_in_english_for_readers_of_english(app, seeded):
    answer = app.get(f"/en/organization/{WORKS}")
    page = BeautifulSoup(answer.body, "html.parser")

    assert "Department of Construction" in page.title.get_text()
    assert page.select_one("h1").get_text(strip=True) == "Department of Construction"
    assert page.select_one(".hanoi-above").get_text(" ", strip=True).startswith(
        "Hanoi People's Committee")
    assert "2 datasets came from it" in text(answer)
    assert "Sở Xây dựng" in BeautifulSoup(
        app.get(f"/vi/organization/{WORKS}").body, "html.parser").title.get_text()


def test_the_about_page_lists_what_is_known_and_hides_what_is_not(app, seeded):
    answer = app.get(f"/vi/organization/about/{WORKS}")

    assert "Nghị quyết 06/NQ-HĐND ngày 25/02/2025" in text(answer)
    assert "https://soxaydung.hanoi.gov.vn" in links(answer, "table").values()
    assert "Điện thoại" not in text(answer)
    assert "hanoi_seed" not in answer.body


def test_the_citys_page_lists_what_stands_below_by_kind(app, seeded):
    answer = app.get(f"/vi/organization/about/{CITY}")
    found = links(answer, ".primary")

    assert found["Sở Xây dựng"] == f"/vi/organization/{WORKS}"
    assert found["UBND phường Cửa Nam"] == f"/vi/organization/{WARD}"
    assert "Phường (1)" in text(answer)
    assert links(app.get(f"/vi/organization/{CITY}"), ".hanoi-facts")["Phường (1)"].endswith(
        f"/organization/about/{CITY}#below-ward")


def test_the_list_of_organizations_is_in_the_readers_language(app, seeded):
    assert "Department of Construction" in text(app.get("/en/organization/"))
    assert "Department of Construction" not in text(app.get("/vi/organization/"))


def test_an_organization_that_is_no_agency_has_its_page(app, seeded):
    factories.Organization(name="cong-ty", title="Công ty nước")
    for page in ("/organization/cong-ty", "/organization/about/cong-ty"):
        answer = app.get(page)
        assert answer.status_code == 200
        assert "Công ty nước" in text(answer)


def test_what_people_write_cannot_become_code_on_the_page(app):
    factories.Organization(
        name="doc-hai", title="<script>alert(1)</script>", description="<img src=x onerror=a()>",
        predecessors=["<b onclick=a()>Cũ</b>"], address="<script>alert(2)</script>")
    for page in ("/organization/doc-hai", "/organization/about/doc-hai", "/organization/"):
        body = app.get(page).body
        assert "<script>alert" not in body
        assert "<b onclick" not in body
        assert "onerror=a" not in body


# -- addresses of before ---------------------------------------------------------------------------


def location(answer):
    place = answer.headers.get("Location", "")
    return answer.status_code, place.removeprefix("http://test.ckan.net")


def test_the_old_address_leads_to_the_successor(app, seeded):
    for old, new in (
        ("/organization/sgtvt", f"/organization/{WORKS}"),
        ("/vi/organization/sgtvt?q=c%E1%BA%A7u&page=2",
         f"/vi/organization/{WORKS}?q=c%E1%BA%A7u&page=2"),
        ("/organization/about/sgtvt", f"/organization/about/{WORKS}"),
        ("/organization/members/sgtvt", f"/organization/members/{WORKS}"),
        ("/feeds/organization/sgtvt.atom", f"/feeds/organization/{WORKS}.atom"),
        # one that never had an organization here, known from the list
        (f"/organization/{ROADS}", f"/organization/{WORKS}"),
        # nobody's words become arguments of the address
        ("/organization/sgtvt?_external=1&_scheme=ftp&id=x&locale=en",
         f"/organization/{WORKS}?_external=1&_scheme=ftp&id=x&locale=en"),
    ):
        assert location(app.get(old, follow_redirects=False)) == (301, new)


def test_the_old_id_leads_to_the_successor(app, seeded):
    assert location(app.get(f"/organization/{seeded['id']}", follow_redirects=False)) == (
        301, f"/organization/{WORKS}")


def test_a_chain_of_mergers_leads_to_its_end_and_a_ring_nowhere(app, seeded):
    rows = {row.name: row for row in store.rows()}

    def put_away(name, into):
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        helpers.call_action("organization_patch", {"user": user}, id=name, state="deleted",
                            hanoi_seed=json.dumps({"merged_into": rows[into].id}))

    put_away(WORKS, CITY)
    assert store.new_name("sgtvt") == CITY
    put_away(CITY, "sgtvt")
    assert store.new_name("sgtvt") is None
    assert app.get("/organization/sgtvt", follow_redirects=False).status_code == 404


def test_what_never_was_or_has_no_successor_is_not_found(app, seeded):
    for path in ("/organization/khong-co", "/organization/ubnd-quan-hoan-kiem",
                 "/organization/so-y-te", "/dataset/sgtvt", "/organization/edit/sgtvt"):
        assert app.get(path, follow_redirects=False).status_code in (403, 404)


def test_a_member_is_led_on_and_a_sysadmin_sees_the_old_page(app, seeded):
    member = factories.UserWithToken()
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    helpers.call_action("member_create", {"user": user}, id=seeded["id"], object=member["id"],
                        object_type="user", capacity="admin")
    sysadmin = factories.SysadminWithToken()

    def get(user):
        return app.get("/organization/sgtvt", follow_redirects=False,
                       headers={"Authorization": user["token"]})

    assert location(get(member)) == (301, f"/organization/{WORKS}")
    assert get(sysadmin).status_code == 200


# -- the form --------------------------------------------------------------------------------------


@pytest.fixture
def sysadmin():
    return {"Authorization": factories.SysadminWithToken()["token"]}


def test_the_form_offers_what_may_stand_above(app, seeded, sysadmin):
    answer = app.get(f"/vi/organization/edit/{CITY}", headers=sysadmin)
    page = BeautifulSoup(answer.body, "html.parser")
    assert [o["value"] for o in page.select("#field-parent option")] == [""]

    answer = app.get(f"/vi/organization/edit/{WORKS}", headers=sysadmin)
    page = BeautifulSoup(answer.body, "html.parser")
    assert page.select_one("#field-parent option[selected]")["value"] == CITY
    assert page.select_one("#field-kind option[selected]")["value"] == "department"
    assert page.select_one("[name=predecessors]").get_text(strip=True) == (
        "Sở Giao thông vận tải (2025-03-01)")
    assert "Tên cơ quan" in text(answer)
    assert page.select_one("[name=hanoi_seed]") is None


def test_the_form_makes_an_organization(app, seeded, sysadmin):
    form = {"title": "Trung tâm Dữ liệu", "name": "", "kind": "other", "parent": WORKS,
            "code": "H26.99", "email": "lienhe@example.org", "established": "01/07/2025",
            "predecessors": "Trung tâm A (2025-07-01)\nTrung tâm B", "save": ""}
    answer = app.post("/organization/new", data=form, headers=sysadmin, follow_redirects=False)

    assert location(answer) == (302, "/organization/trung-tam-du-lieu")
    made = helpers.call_action("organization_show", id="trung-tam-du-lieu")
    assert made["groups"][0]["name"] == WORKS
    assert made["predecessors"] == ["Trung tâm A (2025-07-01)", "Trung tâm B"]
    assert made["established"] == "2025-07-01"


def test_the_form_says_what_is_wrong_and_keeps_what_was_written(app, seeded, sysadmin):
    form = {"title": "Sở mới", "name": "so-moi", "code": "sai", "parent": WORKS,
            "predecessors": "Sở cũ", "save": ""}
    answer = app.post("/vi/organization/new", data=form, headers=sysadmin)
    page = BeautifulSoup(answer.body, "html.parser")

    assert answer.status_code == 200
    assert "H26.14" in page.select_one(".error-block").get_text()
    assert page.select_one("[name=code]")["value"] == "sai"
    assert page.select_one("#field-parent option[selected]")["value"] == WORKS
    assert "Sở cũ" in page.select_one("[name=predecessors]").get_text()


def test_all_agencies_stand_on_one_page_by_kind(app, seeded):
    page = BeautifulSoup(app.get("/vi/organization/?empty=1").body, "html.parser")
    kinds = [part.h2.get_text(" ", strip=True) for part in page.select(".hanoi-kind")]
    assert kinds[0].startswith("Thành phố")
    assert kinds[-1].startswith(("Phường", "Xã", "Khác"))
    shown = {item.a.get_text(strip=True): item.select_one(".hanoi-count").get_text(" ")
             for item in page.select(".hanoi-agencies li")}  # fmt: skip
    assert len(shown) == len(helpers.call_action("organization_list"))
    assert shown["Sở Xây dựng"].split() == ["2", "tập", "dữ", "liệu"]
    assert f"Tìm thấy {len(shown)} cơ quan" in page.get_text()


@pytest.mark.parametrize("q", ["so xay dung", "sgtvt", "Sở GTVT", "construction"])
def test_an_agency_is_found_by_whatever_it_is_called(app, seeded, q):
    answer = app.get("/vi/organization/", query_string={"q": q})
    assert "Sở Xây dựng" in links(answer, ".hanoi-agencies")
    assert WORKS in helpers.call_action("organization_list", q=q)


def test_agencies_are_sorted_by_title_or_by_their_datasets(app, seeded):
    factories.Organization(title="Đài Phát thanh", name="dai")
    factories.Organization(title="Zoo", name="zoo")
    factories.Dataset(owner_org=factories.Organization(title="Ôtô", name="oto")["id"])

    def titles(sort):
        page = BeautifulSoup(app.get(f"/vi/organization/?sort={sort}&empty=1").body, "html.parser")
        other = page.select_one("[aria-labelledby=agencies-other]")
        return [link.get_text(strip=True) for link in other.select("a")]

    assert titles("title asc") == ["Đài Phát thanh", "Ôtô", "Zoo"]
    assert titles("title desc") == ["Zoo", "Ôtô", "Đài Phát thanh"]
    assert titles("package_count desc") == ["Ôtô", "Đài Phát thanh", "Zoo"]


def test_agencies_without_data_are_shown_to_who_asks_for_them(app, seeded):
    def page(query=""):
        return BeautifulSoup(app.get(f"/vi/organization/{query}").body, "html.parser")

    def shown(page):
        return [link.get_text(strip=True) for link in page.select(".hanoi-agencies a")]

    everything = shown(page("?empty=1"))
    assert len(everything) == 3
    few = page()
    assert shown(few) == ["UBND thành phố Hà Nội", "Sở Xây dựng"]
    counts = [one.get_text(" ", strip=True) for one in few.select(".hanoi-agencies .hanoi-count")]
    assert [count.split()[0] for count in counts] == ["2", "2"]  # of what stands below too
    link = few.select_one(".hanoi-empty-agencies a")
    assert "1 cơ quan chưa có dữ liệu" in link.get_text()
    assert shown(page(link["href"][link["href"].index("?"):])) == everything
    assert len(shown(page("?q=cua nam"))) == 1
    above = BeautifulSoup(app.get(f"/vi/organization/{CITY}").body, "html.parser")
    assert "2 tính cả" in above.select_one(".hanoi-facts a").get_text()


def test_where_no_agency_has_data_all_are_shown(app, few):
    seed.apply(few)
    page = BeautifulSoup(app.get("/vi/organization/").body, "html.parser")
    assert len(page.select(".hanoi-agencies a")) == 3
    assert not page.select(".hanoi-empty-agencies")


def test_agencies_are_listed_in_english_for_readers_of_english(app, seeded):
    assert "Department of Construction" in links(app.get("/en/organization/"), ".hanoi-agencies")
    page = BeautifulSoup(app.get("/en/organization/?q=khong co").body, "html.parser")
    assert page.select(".hanoi-agencies") == []
