"""Uploads are never active content: on CKAN's own routes, whatever is stored of them."""
from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from ckan import model
from ckan.common import config
from ckan.tests import factories, helpers
from hostile_files import HOSTILE_FILES
from werkzeug.datastructures import FileStorage

pytestmark = pytest.mark.usefixtures("catalog")

ACTIVE = re.compile(r"html|script|mhtml|multipart|message|manifest|wasm|xsl|css")
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/csv",
         "application/pdf"}  # fmt: skip


@pytest.fixture
def dataset():
    return factories.Dataset(owner_org=factories.Organization()["id"])


def upload(dataset, name, content, **stated):
    data = content if isinstance(content, bytes) else content.encode()
    context = {"user": helpers.call_action("get_site_user", {"ignore_auth": True})["name"]}
    return helpers.call_action("resource_create", context, package_id=dataset["id"], name=name,
                               upload=FileStorage(io.BytesIO(data), filename=name), **stated)


def assert_harmless(answer):
    assert answer.status_code in (200, 206)
    media_type = answer.headers["Content-Type"].partition(";")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not ACTIVE.search(media_type)
    assert "," not in answer.headers["Content-Type"]
    kind = answer.headers["Content-Disposition"].partition(";")[0]
    assert kind == "attachment" or media_type in SHOWN
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def stored_as(resource, mimetype):
    """As an older version, or a harvest, may have left it."""
    kept = model.Resource.get(resource["id"])
    kept.mimetype = mimetype
    model.repo.commit_and_remove()


def test_no_hostile_file_is_sent_as_something_that_acts(app, dataset):
    for hostile in HOSTILE_FILES:
        stated = {"mimetype": hostile.mimetype} if "," not in hostile.mimetype else {}
        resource = upload(dataset, hostile.name, hostile.content, **stated)
        path = f"/dataset/{dataset['id']}/resource/{resource['id']}/download"
        for name in (hostile.name, "khac.html", "khac.svg", "khac.xhtml", "khac.js"):
            assert_harmless(app.get(f"{path}/{name}"))
        assert_harmless(app.get(f"{path}/{hostile.name}", headers={"Range": "bytes=0-20"}))
        assert_harmless(app.test_client().head(f"{path}/{hostile.name}"))


@pytest.mark.parametrize("mimetype", ["text/html", "image/svg+xml", "TEXT/HTML;charset=x",
                                      "text/plain, text/html", "application/xhtml+xml", None])
def test_what_is_stored_already_is_not_sent_as_it_is_stored(app, dataset, mimetype):
    resource = upload(dataset, "a.csv", HOSTILE_FILES[0].content)
    stored_as(resource, mimetype)
    url = f"/dataset/{dataset['id']}/resource/{resource['id']}/download"
    for path in (url, f"{url}/a.csv", f"{url}/a.html"):
        assert_harmless(app.get(path))


def test_the_headers_come_with_an_answer_that_nothing_has_changed(app, dataset):
    resource = upload(dataset, "a.html", HOSTILE_FILES[0].content)
    url = f"/dataset/{dataset['id']}/resource/{resource['id']}/download/a.html"
    tag = app.get(url).headers["ETag"]
    again = app.get(url, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in again.headers["Content-Security-Policy"]


def test_a_name_with_control_characters_is_no_error(app, dataset):
    resource = upload(dataset, "a.csv", "a,b\n1,2\n")
    url = f"/dataset/{dataset['id']}/resource/{resource['id']}/download/"
    for name in ("a%0d%0aX-Y:%20z.csv", "a%1b.csv", "%0a", "C%C6%A1%20s%E1%BB%9F.csv"):
        answer = app.get(url + name)
        assert_harmless(answer)
        assert "X-Y" not in answer.headers


def test_real_data_still_comes_as_what_it_is(app, dataset):
    resource = upload(dataset, "a.csv", "a,b\n1,2\n")
    url = f"/dataset/{dataset['id']}/resource/{resource['id']}/download/a.csv"
    answer = app.get(url)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.data == b"a,b\n1,2\n"
    assert "a.csv" in answer.headers["Content-Disposition"]


def test_the_media_type_found_in_a_file_is_not_stored_where_it_is_active(dataset):
    for hostile in HOSTILE_FILES[:4]:
        resource = upload(dataset, "a.csv", hostile.content)
        assert resource["mimetype"] in ("text/csv", "", None)


@pytest.mark.parametrize("folder", ["group", "user", "admin", "page_images"])
def test_pictures_and_other_public_uploads_are_no_pages_either(app, folder):
    storage = Path(config["ckan.storage_path"]) / "storage" / "uploads" / folder
    storage.mkdir(parents=True, exist_ok=True)
    for number, hostile in enumerate(HOSTILE_FILES):
        name = f"{number}-{hostile.name.rstrip('.')}"
        (storage / name).write_text(hostile.content)
        assert_harmless(app.get(f"/uploads/{folder}/{name}"))
    (storage / "anh.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    answer = app.get(f"/uploads/{folder}/anh.png")
    assert answer.headers["Content-Type"] == "image/png"
    assert not answer.headers.get("Content-Disposition", "").startswith("attachment")


def test_scripts_and_styles_of_the_catalog_itself_are_still_sent(app):
    for path, media_type in (("/base/vendor/jquery.js", "text/javascript"),
                             ("/base/css/main.css", "text/css"),
                             ("/base/images/ckan-logo.png", "image/png")):  # fmt: skip
        answer = app.get(path)
        assert answer.headers["Content-Type"].startswith(media_type)
        assert "attachment" not in answer.headers.get("Content-Disposition", "")


@pytest.mark.ckan_config("ckan.plugins", "hanoi scheming_datasets scheming_organizations "
                                         "resource_proxy")
@pytest.mark.usefixtures("with_request_context")
def test_the_proxy_of_foreign_files_shows_no_foreign_page(app, dataset, httpserver):
    httpserver.expect_request("/trang").respond_with_data(
        HOSTILE_FILES[0].content, content_type="text/html"
    )
    resource = helpers.call_action("resource_create", package_id=dataset["id"], name="x",
                                   url=httpserver.url_for("/trang"))
    assert_harmless(app.get(f"/dataset/{dataset['id']}/resource/{resource['id']}/proxy"))
