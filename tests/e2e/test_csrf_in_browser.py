"""Forms that another page of the same site sends, in a process that has seen API tokens."""
from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browsing import AGENCY, log_in


@pytest.fixture
def neighbour() -> Iterator[Callable[[str], str]]:
    """``neighbour(html)``: the address of a page on the same host, whose requests browsers send
    with the catalog's cookies, as they do from any other name below hanoi.gov.vn."""
    pages: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages[-1].encode())

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(html: str) -> str:
        pages.append(html)
        return f"http://127.0.0.1:{server.server_port}/"

    yield put
    server.shutdown()


@pytest.fixture
def dataset(sysadmin) -> dict:
    name = f"gia-mao-{uuid.uuid4().hex[:8]}"
    return sysadmin("package_create", name=name, title="Giả mạo", owner_org=AGENCY)


@pytest.fixture
def draft(sysadmin) -> dict:
    return sysadmin("hanoi_draft_save", title=f"Nháp {uuid.uuid4().hex[:8]}", owner_org=AGENCY)


@pytest.fixture
def token(sysadmin, site) -> str:
    return sysadmin("api_token_create", user=site.admin, name=uuid.uuid4().hex)["token"]


def send_from(page, address, action, **fields):
    """Opens the neighbour's page, which sends the form at once."""
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    url = address(f'<form method="post" action="{action}">{inputs}</form>'
                  "<script>document.forms[0].submit()</script>")
    with page.expect_response(action) as answer:
        page.goto(url)
    return answer.value.status


@pytest.mark.parametrize("first", ["a token", "nobody", "a wrong token"])
def test_a_neighbours_form_does_nothing_whatever_was_sent_before(
    page, site, sysadmin, dataset, draft, token, neighbour, chromium, first
):
    paths = [f"/dataset/delete/{dataset['name']}", f"/hanoi/drafts/{draft['id']}/delete"]
    headers = {"a token": {"Authorization": token}, "a wrong token": {"Authorization": "x"}}
    programs = chromium.new_context(base_url=site.url)
    for path in paths:  # of what is not there: the view is exempted all the same
        programs.request.post(path.replace(dataset["name"], "khong-co").replace(draft["id"], "x"),
                              headers=headers.get(first, {}))
    programs.close()
    log_in(page, site.admin, site.password)
    for path in paths:
        assert send_from(page, neighbour, site.url + path) == 400
    assert sysadmin("package_show", id=dataset["id"])["state"] == "active"
    assert sysadmin("package_show", id=draft["id"])["state"] == "draft"


def test_a_neighbour_makes_no_token_by_the_api(page, site, sysadmin, token, neighbour):
    log_in(page, site.admin, site.password)
    name = f"trom-{uuid.uuid4().hex[:8]}"
    action = f"{site.url}/api/3/action/api_token_create"
    status = send_from(page, neighbour, action, user=site.admin, name=name)
    assert status == 400
    page.goto(neighbour(f"""<script>fetch("{action}", {{method: "POST", mode: "no-cors",
      credentials: "include", body: JSON.stringify({{user: "{site.admin}", name: "{name}"}})}})
      .finally(() => document.title = "done")</script>"""))
    page.wait_for_function("document.title == 'done'")
    names = [one["name"] for one in sysadmin("api_token_list", user_id=site.admin)]
    assert name not in names


def test_tokens_and_the_catalogs_own_pages_still_work(
    page, site, sysadmin, dataset, draft, token, chromium
):
    programs = chromium.new_context(base_url=site.url)
    answer = programs.request.post(f"/dataset/delete/{dataset['name']}",
                                   headers={"Authorization": token})
    assert answer.ok
    programs.close()
    assert sysadmin("package_show", id=dataset["id"])["state"] == "deleted"
    log_in(page, site.admin, site.password)
    page.goto(f"/hanoi/drafts/{draft['id']}/delete")
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.locator("#content form[method=post] button, main form[method=post] button").first \
            .click()
    assert sent.value.status == 302
    assert sysadmin("package_show", id=draft["id"])["state"] == "deleted"
    made = page.evaluate("""async () => (await fetch("/api/3/action/user_show?id=admin")).status""")
    assert made == 200
