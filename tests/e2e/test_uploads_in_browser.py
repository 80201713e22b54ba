"""Uploaded files that a sysadmin opens: no script of theirs runs on the catalog's origin."""
from __future__ import annotations

import uuid
from contextlib import suppress

import pytest
from browsing import AGENCY, log_in
from hostile_files import HOSTILE_FILES
from playwright.sync_api import Error


@pytest.fixture(scope="module")
def addresses(sysadmin, site, chromium) -> list[str]:
    """Where the hostile files are downloaded, each uploaded as a form or a program does."""
    name = f"tep-{uuid.uuid4().hex[:8]}"
    sysadmin("package_create", name=name, title="Tệp lạ", owner_org=AGENCY)
    token = sysadmin("api_token_create", user=site.admin, name=name)["token"]
    context = chromium.new_context(base_url=site.url)
    urls = []
    for hostile in HOSTILE_FILES:
        fields = {"package_id": name, "name": hostile.name, "upload": {
            "name": hostile.name, "mimeType": hostile.mimetype or "text/csv",
            "buffer": hostile.content.encode()}}  # fmt: skip
        if hostile.mimetype and "," not in hostile.mimetype:
            fields["mimetype"] = hostile.mimetype
        answer = context.request.post("/api/3/action/resource_create", multipart=fields,
                                      headers={"Authorization": token})
        assert answer.ok, answer.text()
        urls.append(answer.json()["result"]["url"])
    context.close()
    assert len(urls) == len(HOSTILE_FILES)
    return urls


def _open(page, url) -> None:
    with suppress(Error):  # a file that is saved is no page: "Download is starting"
        page.goto(url)


def _ran(page, urls) -> list[str]:
    """What asked for an address that only the files' scripts ask for, or left a note."""
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url)
                    if "/ran-" in request.url else None)
    for url in urls:
        _open(page, url)
        base, _slash, name = url.rpartition("/")
        stem = name.partition(".")[0]
        for other in ("html", "svg", "xhtml"):
            _open(page, f"{base}/{stem}.{other}")
    page.goto("/about")
    note = page.evaluate("localStorage.getItem('ran')")
    return asked + ([note] if note else [])


def test_none_runs_when_a_sysadmin_opens_it(page, site, addresses):
    log_in(page, site.admin, site.password)
    assert _ran(page, addresses) == []


def test_none_runs_as_a_part_of_a_page_of_the_catalog(page, site, addresses):
    log_in(page, site.admin, site.password)
    page.goto("/about")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url)
                    if "/ran-" in request.url else None)
    page.evaluate("""async urls => {
      const loaded = [];
      for (const url of urls) for (const [tag, name] of [["script", "src"], ["iframe", "src"],
          ["embed", "src"], ["object", "data"], ["link", "href"], ["img", "src"]]) {
        const part = document.createElement(tag);
        if (tag == "link") part.rel = "stylesheet";
        part[name] = url;
        loaded.push(new Promise(done => { part.onload = part.onerror = done;
                                          setTimeout(done, 5000); }));
        document.body.append(part);
      }
      await Promise.all(loaded);
      for (const url of urls)
        await navigator.serviceWorker?.register(url).catch(() => null);
    }""", addresses)
    assert asked == []
    assert page.evaluate("localStorage.getItem('ran')") is None
    assert page.evaluate(
        "async () => (await navigator.serviceWorker?.getRegistrations() ?? []).length") == 0
