"""The Content-Security-Policy: pages, forms, views work with it; other sites can't frame them."""
from __future__ import annotations

import base64
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browsing import AGENCY, log_in
from playwright.sync_api import expect

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
TEXT = "Một\nhai".encode()


@pytest.fixture(scope="module")
def dataset(sysadmin, chromium, site) -> dict:
    """A dataset with an uploaded picture and an uploaded text, each with its view."""
    name = f"chinh-sach-{uuid.uuid4().hex[:8]}"
    sysadmin("package_create", name=name, title="Chính sách", owner_org=AGENCY)
    token = sysadmin("api_token_create", user=site.admin, name=name)["token"]
    context = chromium.new_context(base_url=site.url)
    for file, format_, content in (("anh.png", "PNG", PNG), ("ghi.txt", "TXT", TEXT)):
        answer = context.request.post(
            "/api/3/action/resource_create", headers={"Authorization": token},
            multipart={"package_id": name, "name": file, "format": format_, "upload": {
                "name": file, "mimeType": "application/octet-stream", "buffer": content}},
        )  # fmt: skip
        assert answer.ok, answer.text()
    context.close()
    return sysadmin("package_show", id=name)


@pytest.fixture
def refusals(page) -> list[str]:
    """What the browser says of the policy."""
    found: list[str] = []
    page.on("console", lambda entry: found.append(entry.text)
            if "Security Policy" in entry.text or "Refused to" in entry.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_no_page_asks_for_what_the_policy_refuses(
    page, site, sysadmin, dataset, harvested, refusals
):
    log_in(page, site.admin, site.password)
    name, resources = dataset["name"], [one["id"] for one in dataset["resources"]]
    organization = dataset["organization"]["name"]
    addresses = [
        "/", "/dataset/?q=a&sort=title_string+desc", f"/dataset/{name}", f"/dataset/edit/{name}",
        "/dataset/new", f"/dataset/activity/{name}", f"/dataset/groups/{name}",
        f"/dataset/{name}/resource/new", f"/dataset/resources/{name}",
        *(f"/dataset/{name}/resource/{id_}{end}" for id_ in resources
          for end in ("", "/edit", "/views", "/new_view?view_type=text_view")),
        "/organization/", f"/organization/{organization}", f"/organization/edit/{organization}",
        f"/organization/members/{organization}", f"/organization/bulk_process/{organization}",
        "/organization/new", "/group/", "/group/new", "/user/edit", f"/user/{site.admin}",
        f"/user/{site.admin}/api-tokens", "/dashboard/datasets", "/dashboard/", "/ckan-admin/",
        "/ckan-admin/config", "/ckan-admin/trash", "/hanoi/harvest", "/hanoi/harvest/source/new",
        "/hanoi/harvest/source/danh-muc-mau", "/hanoi/import", "/hanoi/quality", "/hanoi/drafts",
        "/hanoi/review", "/about", "/en/",
    ]  # fmt: skip
    for address in addresses:
        answer = page.goto(address, wait_until="load")
        assert answer.status < 500, address
        assert "default-src 'self'" in answer.headers["content-security-policy"], address
        assert refusals == [], address


def test_a_picture_and_a_text_are_shown_on_their_pages(page, site, dataset, refusals):
    picture, text = dataset["resources"]
    page.goto(f"/dataset/{dataset['name']}/resource/{picture['id']}")
    shown = page.locator("img[src*=download]")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 1
    page.goto(f"/dataset/{dataset['name']}/resource/{text['id']}")
    expect(page.frame_locator("iframe").first.get_by_text("hai")).to_be_visible()
    assert refusals == []


@pytest.fixture
def elsewhere():
    """``elsewhere(address)``: a page of another site that shows the address in a frame."""
    shown: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{shown[-1]}"></iframe>'.encode())

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def address(url: str) -> str:
        shown.append(url)
        return f"http://localhost:{server.server_port}/"

    yield address
    server.shutdown()


def test_another_site_can_show_a_view_and_no_page(page, site, sysadmin, dataset, elsewhere):
    text = dataset["resources"][1]["id"]
    view = sysadmin("resource_view_list", id=text)[0]["id"]
    page.goto(elsewhere(f"{site.url}/dataset/{dataset['name']}/resource/{text}/view/{view}"))
    expect(page.frame_locator("iframe").first.get_by_text("hai")).to_be_visible()
    for path in (f"/dataset/{dataset['name']}", "/user/login"):
        page.goto(elsewhere(site.url + path))
        page.wait_for_load_state("networkidle")
        assert page.frames[1].url.startswith("chrome-error:")
