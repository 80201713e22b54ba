"""Files are recognised when they are chosen and when they are saved; the agency fills its part."""
from __future__ import annotations

import io

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers
from werkzeug.datastructures import FileStorage

pytestmark = pytest.mark.usefixtures("catalog")

CSV = "Mã,Tên trường\n1,Trường mầm non Hoa Hồng\n2,Trường mầm non Bình Minh\n"


def file(data, name):
    return FileStorage(io.BytesIO(data), filename=name)


def detect(user, **data):
    context = {"user": user, "ignore_auth": False}
    return helpers.call_action("hanoi_resource_detect", context, **data)


@pytest.fixture
def editor():
    return factories.User()


@pytest.fixture
def agency(editor):
    return factories.Organization(
        title="Sở Y tế", email="soyt@hanoi.gov.vn",
        users=[{"name": editor["name"], "capacity": "editor"}],
    )  # fmt: skip


@pytest.mark.ckan_config("ckanext.hanoi.harvest.allowed_hosts", "127.0.0.1")
def test_a_file_and_an_address_are_recognised_for_who_may_make_datasets(
    editor, agency, httpserver
):
    found = detect(editor["name"], upload=file(CSV.encode("utf-16"), "a.csv"), size="12345")
    assert (found["format"], found["encoding"], found["size"]) == ("CSV", "UTF-16LE", 12345)
    httpserver.expect_request("/tep").respond_with_data(CSV, content_type="text/plain")
    found = detect(editor["name"], url=httpserver.url_for("/tep"))
    assert (found["format"], found["encoding"]) == ("CSV", "UTF-8")
    assert found["size"] == len(CSV.encode())
    with pytest.raises(tk.ValidationError, match="404|status"):
        detect(editor["name"], url=httpserver.url_for("/khong-co"))
    for user in ("", factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            detect(user, upload=file(b"x", "a.csv"))
    with pytest.raises(tk.ValidationError, match="Send a file"):
        detect(editor["name"])


def test_machines_of_the_house_are_not_fetched(editor, agency):
    with pytest.raises(tk.ValidationError):
        detect(editor["name"], url="http://127.0.0.1:1/")


def test_an_uploaded_file_gets_its_format_and_encoding(editor, agency):
    dataset = factories.Dataset(owner_org=agency["id"])
    context = {"user": editor["name"], "ignore_auth": False}
    resource = helpers.call_action(
        "resource_create", dict(context), package_id=dataset["id"], url="bang.txt", format="",
        encoding="", upload=file(CSV.encode(), "bang.txt"), url_type="upload",
    )  # fmt: skip
    assert (resource["format"], resource["encoding"]) == ("CSV", "UTF-8")
    resource = helpers.call_action(
        "resource_update", dict(context),
        **{**resource, "upload": file(b'{"a": 1}', "b.json"), "url": "b.json"},
    )  # fmt: skip
    assert resource["format"] == "JSON"
    resource = helpers.call_action(
        "resource_update", dict(context),
        **{**resource, "format": "TXT", "upload": file(b'{"a": 2}', "b.json"), "url": "b.json"},
    )  # fmt: skip
    assert resource["format"] == "TXT"


def test_what_is_usual_in_the_agency_is_proposed(editor, agency):
    def usual():
        return helpers.call_action("hanoi_agency_defaults", {"user": ""}, id=agency["name"])

    assert usual() == {"contact_unit": "Sở Y tế", "contact_email": "soyt@hanoi.gov.vn"}
    factories.Dataset(owner_org=agency["id"], private=True, contact_unit="Kín")
    factories.Dataset(owner_org=agency["id"], contact_unit="Văn phòng", license_id="CC-BY-4.0",
                      contact_phone="024 1022")  # fmt: skip
    assert usual() == {
        "contact_unit": "Văn phòng", "contact_email": "soyt@hanoi.gov.vn",
        "contact_phone": "024 1022",
        "license_id": model.Session.query(model.Package.license_id).filter(
            model.Package.license_id != "notspecified", model.Package.license_id != "",
            model.Package.license_id.isnot(None)).first()[0],
    }  # fmt: skip


def test_the_form_fills_in_the_agencys_contact_and_overwrites_nothing(app, editor, agency):
    from bs4 import BeautifulSoup

    token = factories.APIToken(user=editor["name"])["token"]
    context = {"user": editor["name"], "ignore_auth": False}
    draft = helpers.call_action("hanoi_draft_save", dict(context), title="Nháp")

    def page(number):
        answer = app.get(f"/vi/dataset/new/{draft['name']}/{number}",
                         headers={"Authorization": token})  # fmt: skip
        return BeautifulSoup(answer.body, "html.parser")

    shown = page(2)
    assert shown.select_one("#field-contact_email")["value"] == "soyt@hanoi.gov.vn"
    assert "Thư điện tử liên hệ" in shown.select_one(".hanoi-filled").get_text()
    assert "điểm" in shown.select_one(".hanoi-form-score").get_text()
    helpers.call_action("hanoi_draft_save", dict(context), id=draft["id"], contact_name="An")
    shown = page(2)
    assert shown.select_one("#field-contact_email").get("value", "") == ""
    assert shown.select_one(".hanoi-filled") is None
