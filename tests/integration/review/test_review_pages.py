"""The pages of approval and drafts, as each kind of user meets them."""
from __future__ import annotations

import csv
import io

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture
def browse(app, people):
    """``browse(who, path, **form)``: the page, posted to where there is a form; None follows no
    link of a user."""
    tokens = {}

    def call(who, path, form=None, status=200, lang="/vi"):
        headers = {}
        if who:
            name = getattr(people, who)["name"]
            if who not in tokens:
                tokens[who] = factories.APIToken(user=name)["token"]
            headers["Authorization"] = tokens[who]
        send = app.get if form is None else app.post
        more = {} if form is None else {"data": form}
        answer = send(f"{lang}{path}", headers=headers, status=status, **more)
        return BeautifulSoup(answer.body, "html.parser")

    return call


def text(page):
    return " ".join(page.select_one("[role=main]").get_text(" ").split())


def test_the_datasets_page_offers_what_each_may_do(browse, act, submitted):
    offered = {}
    for who in ("member", "editor", "admin", "root"):
        box = browse(who, "/dataset/cay-xanh").select_one("#hanoi-review")
        offered[who] = {form["action"].rpartition("/")[2] for form in box.select("form")}
    assert offered == {"member": set(), "editor": {"withdraw"},
                       "admin": {"approve", "return", "withdraw"},
                       "root": {"approve", "return", "withdraw"}}  # fmt: skip
    for who in ("", "stranger"):
        browse(who, "/dataset/cay-xanh", status=404)
    act("admin", "hanoi_review_approve", id=submitted["id"])
    for who in ("", "stranger"):
        page = browse(who, "/dataset/cay-xanh")
        assert page.select_one("#hanoi-review") is None
        assert "Trần Văn Duyệt" not in page.get_text()
    assert "Trần Văn Duyệt đã công khai" in text(browse("member", "/dataset/cay-xanh"))


def test_an_admin_returns_and_the_editor_reads_why(browse, submitted):
    page = browse("admin", "/hanoi/review/cay-xanh/return", form={"remark": " "})
    assert "Hãy ghi rõ cần sửa gì" in page.get_text()
    browse("admin", "/hanoi/review/cay-xanh/return", form={"remark": "Thiếu <b>mô tả</b>"})
    box = browse("editor", "/dataset/cay-xanh").select_one("#hanoi-review")
    assert box.select_one("blockquote").get_text() == "Thiếu <b>mô tả</b>"
    page = browse("editor", "/hanoi/review/cay-xanh/submit", form={"message": "Đã bổ sung"})
    assert "Đã bổ sung" in text(page)
    page = browse("admin", "/hanoi/review/cay-xanh/approve", form={"back": "list"})
    assert "Không có gì chờ phê duyệt" in text(page)
    browse("", "/dataset/cay-xanh")


def test_who_may_not_decide_is_refused(browse, submitted):
    for who in ("stranger", "member", "editor"):
        for step in ("approve", "return"):
            browse(who, f"/hanoi/review/cay-xanh/{step}", form={"remark": "x"}, status=403)
    browse("", "/dataset/cay-xanh", status=404)


def test_the_list_is_filtered_and_exported(browse, app, act, people, agency, submitted):
    act("editor", "package_create", title="=Đường phố", owner_org=agency["id"])
    page = browse("admin", "/hanoi/review?sort=title")
    titles = [row.select_one("a").get_text() for row in page.select(".hanoi-reviews tbody tr")]
    assert titles == ["Cây xanh", "=Đường phố"] or titles == ["=Đường phố", "Cây xanh"]
    assert "Sở Xây dựng" in text(page)
    assert "Không có yêu cầu nào phù hợp" in text(browse("admin", "/hanoi/review?q=zzz"))
    assert not browse("stranger", "/hanoi/review").select(".hanoi-reviews")
    token = factories.APIToken(user=people.admin["name"])["token"]
    answer = app.get("/hanoi/review?format=csv", headers={"Authorization": token})
    rows = list(csv.DictReader(io.StringIO(answer.body.lstrip("\ufeff"))))
    assert {row["title"] for row in rows} == {"Cây xanh", "'=Đường phố"}
    assert rows[0]["submitted_by"] == "Nguyễn Thị Biên"


def test_drafts_are_listed_and_deleted_after_a_question(browse, act, agency):
    draft = act("editor", "hanoi_draft_save", notes="Mô tả")
    page = browse("editor", "/hanoi/drafts")
    assert "Bản nháp chưa có tên" in text(page)
    assert "Còn thiếu: Tên tập dữ liệu" in text(page)
    assert page.select_one(f"a[href$='/dataset/new/{draft['name']}/1']")
    assert "Xóa bản nháp này?" in text(browse("editor", f"/hanoi/drafts/{draft['name']}/delete"))
    assert act("editor", "hanoi_draft_list")["count"] == 1
    browse("stranger", f"/hanoi/drafts/{draft['name']}/delete", form={}, status=403)
    page = browse("editor", f"/hanoi/drafts/{draft['name']}/delete", form={})
    assert "Bạn không có bản nháp nào" in text(page)


def test_the_form_saves_a_draft_at_any_moment(browse, act, agency):
    page = browse("editor", "/dataset/new")
    button = page.select_one("#dataset-edit button[value=draft]")
    assert page.select("#dataset-edit button[type=submit]")[0] != button
    page = browse("editor", button["formaction"].removeprefix("/vi"),
                  form={"title": "", "notes": "Mô tả", "owner_org": agency["id"], "theme": "",
                        "save": "draft", "_ckan_phase": "1", "pkg_name": ""})  # fmt: skip
    assert "Đã lưu bản nháp" in page.get_text()
    [draft] = act("editor", "hanoi_draft_list")["results"]
    first = browse("editor", f"/dataset/new/{draft['name']}/1")
    assert first.select_one("#field-notes").get_text(strip=True) == "Mô tả"
    assert first.select_one("#field-name").get("value", "") == ""
    page = browse("editor", f"/hanoi/drafts/save/{draft['id']}/3",
                  form={"modified": "hôm qua", "save": "draft"})  # fmt: skip
    assert page.select_one(".error-explanation a[href='#field-modified']")
    assert page.select_one("#field-modified")["value"] == "hôm qua"
    page = browse("editor", f"/hanoi/drafts/save/{draft['id']}/resource",
                  form={"id": "", "url": "https://example.org/a.csv", "name": "Tệp",
                        "save": "draft"})  # fmt: skip
    assert act("editor", "hanoi_draft_list")["results"][0]["resources"] == 1


def test_the_first_page_of_a_draft_does_not_empty_the_others(browse, act, agency):
    draft = act("editor", "hanoi_draft_save", title="Nháp", contact_unit="Văn phòng")
    page = browse("editor", f"/hanoi/drafts/save/{draft['id']}/1",
                  form={"title": "Nháp", "name": "Sai Tên", "save": "draft"})  # fmt: skip
    main = page.select_one("#dataset-edit button.btn-primary")
    form = {"title": "Nháp", "name": "nhap-hai", "owner_org": agency["id"], "save": "",
            "_ckan_phase": "1", "pkg_name": draft["id"]}  # fmt: skip
    browse("editor", main["formaction"].removeprefix("/vi"), form=form)
    shown = act("editor", "package_show", id=draft["id"])
    assert (shown["name"], shown["contact_unit"]) == ("nhap-hai", "Văn phòng")
