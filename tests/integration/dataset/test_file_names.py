"""Uploaded files keep their Vietnamese names, by whichever way they come."""
from __future__ import annotations

import io
import re
import unicodedata

import pytest
from ckan.tests import factories, helpers
from werkzeug.datastructures import FileStorage

pytestmark = pytest.mark.usefixtures("catalog")

NAME = "Danh sách cơ sở y tế Đống Đa.CSV"
KEPT = "danh-sach-co-so-y-te-dong-da.csv"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082"
)


def _upload(name, data=b"a,b\n1,2\n"):
    return FileStorage(io.BytesIO(data), filename=name)


@pytest.fixture
def storage(tmp_path, monkeypatch, ckan_config):
    monkeypatch.setitem(ckan_config, "ckan.storage_path", str(tmp_path))


def _name(resource):
    assert resource["url_type"] == "upload"
    return resource["url"].rpartition("/")[2]


@pytest.mark.usefixtures("storage")
def test_the_actions_of_datasets_and_resources_keep_the_name():
    context = {"user": factories.Sysadmin()["name"], "ignore_auth": False}

    def call(action, **data):
        return helpers.call_action(action, dict(context), **data)

    dataset = factories.Dataset(owner_org=factories.Organization()["id"])
    first = call(
        "resource_create", package_id=dataset["id"], name="Tệp",
        upload=_upload(unicodedata.normalize("NFD", NAME)),
    )
    assert _name(first) == KEPT
    created = call(
        "resource_create", package_id=dataset["id"], name="Bệnh viện", upload=_upload("医院.csv")
    )
    assert _name(created) == "benh-vien.csv"
    updated = call("resource_update", **{**created, "upload": _upload(NAME)})
    assert _name(updated) == KEPT
    patched = call(
        "resource_patch", id=created["id"], upload=_upload("Sửa đổi.csv")
    )
    assert _name(patched) == "sua-doi.csv"
    revised = call(
        "package_revise", match={"id": dataset["id"]},
        update__resources__0__upload=_upload("Phường Cửa Nam.csv"),
    )
    assert _name(revised["package"]["resources"][0]) == "phuong-cua-nam.csv"


@pytest.mark.usefixtures("storage")
def test_a_file_sent_to_the_api_is_served_under_its_name(app):
    agency = factories.Organization()
    token = factories.SysadminWithToken()["token"]
    dataset = factories.Dataset(owner_org=agency["id"])
    answer = app.post(
        "/api/action/resource_create", headers={"Authorization": token},
        data={"package_id": dataset["id"], "name": "Y tế",
              "upload": (io.BytesIO(b"a,b\n1,2\n"), NAME)},
    )  # fmt: skip
    url = answer.json["result"]["url"]
    assert url.endswith(f"/{KEPT}")
    assert app.get(re.sub("^https?://[^/]+", "", url)).body == "a,b\n1,2\n"


@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("action", ["organization_create", "group_create", "user_create"])
def test_images_of_agencies_groups_and_people_keep_the_name(action):
    more = (
        {"email": "an@example.org", "password": "not-a-real-password"}
        if action == "user_create" else {"title": "Y tế"}
    )  # fmt: skip
    made = helpers.call_action(
        action, {"user": factories.Sysadmin()["name"], "ignore_auth": False}, name="y-te",
        image_upload=FileStorage(io.BytesIO(PNG), "Biểu trưng sở.png", content_type="image/png"),
        **more,
    )
    assert re.fullmatch(r"[-\d.]+bieu-trung-so\.png", made["image_url"].rpartition("/")[2])


@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("length", [20, 400])
def test_an_image_with_a_long_name_is_still_an_image(length):
    made = helpers.call_action(
        "organization_create", {"user": factories.Sysadmin()["name"]}, name="y-te", title="Y tế",
        image_upload=FileStorage(io.BytesIO(PNG), "Đ" * length + ".png", content_type="image/png"),
    )
    assert made["image_url"].endswith("d.png")


@pytest.mark.usefixtures("storage")
def test_the_action_of_files_keeps_the_name(tmp_path, ckan_config, monkeypatch):
    file_action = pytest.importorskip("ckan.logic.action.file")
    from ckan.lib import files

    made = files.make_storage("tep", {"type": "ckan:fs", "path": str(tmp_path / "tep"),
                                      "initialize": True})  # fmt: skip
    files.storages.register("tep", made)
    try:
        kept = helpers.call_action("file_create", storage="tep", upload=_upload(NAME))
        assert kept["name"] == KEPT
        kept = helpers.call_action(
            "file_create", storage="tep", name="Đường phố.csv", upload=_upload("x.csv")
        )
        assert kept["name"] == "duong-pho.csv"
    finally:
        files.storages.pop("tep")
    assert file_action
