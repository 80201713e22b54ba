"""The pages: workbook out, file in, preview, report; and files that are none."""

from __future__ import annotations

import io
import zipfile

import pytest
import spreadsheets
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.hanoi.imports import worker


class Visitor:
    """Opens pages and sends files as the user; ``page`` is what came last."""

    def __init__(self, app, user=None) -> None:
        self.app = app
        token = factories.APIToken(user=user["name"])["token"] if user else ""
        self.headers = {"Authorization": token}

    def open(self, path, status=200):
        answer = self.app.get(path, headers=self.headers, follow_redirects=False)
        assert answer.status_code == status, answer.body[:2000]
        self.page = BeautifulSoup(answer.data, "html.parser")
        return answer

    def post(self, path, **data):
        model.Session.remove()
        answer = self.app.post(path, data=data, headers=self.headers)
        self.page, self.path = BeautifulSoup(answer.data, "html.parser"), answer.request.path
        return answer

    def upload(self, agency, content, name="danh-muc.xlsx", **choices):
        data = {"agency": agency, "upload": (io.BytesIO(content), name), **choices}
        return self.post("/hanoi/import/new", **data)

    @property
    def text(self):
        return " ".join(self.page.get_text(" ").split())


@pytest.fixture
def editor(app, publisher):
    return Visitor(app, publisher.person)


def test_the_agency_page_has_the_buttons_for_editors_only(app, publisher, editor):
    page = f"/organization/{publisher.agency['name']}"
    editor.open(page)
    links = [a["href"] for a in editor.page.select(".hanoi-workbook a")]
    assert f"/hanoi/import/template/{publisher.agency['name']}" in links
    assert f"/hanoi/import/new?agency={publisher.agency['name']}" in links
    for user, refused in ((None, 302), (factories.User(), 403)):
        visitor = Visitor(app, user)
        visitor.open(page)
        assert "/hanoi/import" not in str(visitor.page)
        for link in (*links[:2], "/hanoi/import"):
            answer = visitor.open(link, status=refused)
            assert user or "/user/login?came_from=/hanoi/import" in answer.headers["Location"]


def test_a_workbook_is_downloaded_sent_previewed_written_and_reported(publisher, editor):
    dataset = publisher.dataset(notes="Cũ")
    name = publisher.agency["name"]
    workbook = editor.open(f"/hanoi/import/template/{name}")
    assert "spreadsheetml" in workbook.headers["Content-Type"]

    def change(sheets):
        data = spreadsheets.Headed(sheets["Datasets"])
        data[2, "Description"] = "Mới"
        data.add(Title="Chợ")
        data.add(Title="Bến xe", Update_frequency="bao giờ")

    editor.upload(name, spreadsheets.edited(workbook.data, change))
    assert "What the workbook changes" in editor.text
    assert editor.page.select_one("[data-count=error]").text == "1"
    rows = [row.get_text(" ", strip=True) for row in editor.page.select(".hanoi-import-row")]
    assert "Description Cũ Mới" in " ".join(rows[0].split())
    assert publisher.show(dataset["id"])["notes"] == "Cũ"
    id_ = editor.path.rpartition("/")[2]
    editor.post(f"/hanoi/import/{id_}/run")
    assert editor.page.select_one("[data-module=hanoi-import-progress]") is not None
    worker.run_import(id_)
    editor.open(f"/hanoi/import/{id_}")
    assert "Report of the workbook" in editor.text
    assert editor.page.select_one("[data-count=done]").text == "2"
    assert publisher.show(dataset["id"])["notes"] == "Mới"
    editor.open(f"/hanoi/import/{id_}?result=error")
    assert len(editor.page.select(".hanoi-import-row")) == 1
    table = editor.open(f"/hanoi/import/{id_}?format=csv").data.decode("utf-8-sig")
    assert len(table.strip().splitlines()) == 4
    assert "is not in the list" in table
    sheet = editor.open(f"/hanoi/import/{id_}?format=xlsx&result=create").data
    assert spreadsheets.grids(sheet)["Sheet1"][1][2:5] == ["Chợ", "created", "written"]
    editor.open("/hanoi/import?status=finished")
    assert "danh-muc.xlsx" in editor.text
    editor.post(f"/hanoi/import/{id_}/run")
    assert "There is nothing to do" in editor.text or "started already" in editor.text


def _bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<c/>" * 5_000_000)
    return stream.getvalue()


def test_a_file_that_cannot_be_read_is_refused_in_words(publisher, editor, monkeypatch):
    import ckan.plugins.toolkit as tk

    name = publisher.agency["name"]
    cases = {
        b"": "The file is empty",
        b"%PDF-1.7": "kind PDF, not a table",
        b"\x89PNG\r\n": "kind PNG",
        b"PK\x03\x04broken": "damaged",
        "Phường,Mã\nA,1\n".encode(): "no sheet with the column",
        "Tên tập dữ liệu\n".encode(): "no rows",
    }
    for content, message in cases.items():
        editor.upload(name, content)
        alert = editor.page.select_one("[role=alert]")
        assert alert is not None, content
        assert message in alert.text or message == "no rows"
    editor.post("/hanoi/import/new", agency=name)
    assert "Choose the file" in editor.page.select_one("#upload-error").text
    monkeypatch.setitem(tk.config, "ckanext.hanoi.import.max_size", 1)
    editor.upload(name, _bomb())
    assert "unpacks to more than" in editor.page.select_one("#upload-error").text
    editor.upload(name, b"x" * (1024 * 1024 + 1))
    assert "larger than 1 MB" in editor.page.select_one("#upload-error").text
    monkeypatch.setitem(tk.config, "ckanext.hanoi.import.max_rows", 2)
    editor.upload(name, b"title\na\nb\nc\n")
    assert "at most 2" in editor.page.select_one("#upload-error").text
    assert publisher.call("hanoi_import_list") == []


@pytest.mark.parametrize("kind", ["csv", "ods", "xls"])
def test_other_kinds_of_file_are_taken_too(publisher, editor, kind):
    grid = [["Tên tập dữ liệu", "Tần suất cập nhật", "Ghi chú riêng"],
            ["=HYPERLINK(1)", "Hằng năm", "x"], ["Chợ", "", None]]  # fmt: skip
    content = {
        "csv": lambda: "\n".join(";".join(map(str, row)) for row in grid).encode(),
        "ods": lambda: spreadsheets.ods({"Dữ liệu": grid}),
        "xls": lambda: spreadsheets.xls({"Dữ liệu": grid}),
    }[kind]()
    editor.upload(publisher.agency["name"], content, f"a.{kind}")
    assert editor.page.select_one("[data-count=create]").text == "2"
    assert "C (Ghi chú riêng)" in editor.page.select_one(".alert-info").text


def test_an_import_can_be_put_away_and_asks_nothing_more(publisher, editor):
    editor.upload(publisher.agency["name"], "title\nChợ\n".encode())
    id_ = editor.path.rpartition("/")[2]
    editor.post(f"/hanoi/import/{id_}/check", private="true")
    assert "New datasets are private" in editor.text
    editor.post(f"/hanoi/import/{id_}/abort")
    assert "stopped" in editor.text
    assert publisher.datasets() == []
    editor.open("/hanoi/import/nothing", status=404)
