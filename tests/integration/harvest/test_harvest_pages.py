"""The harvester's pages: what everybody reads, what an admin does."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi.harvest.engine import worker


def as_user(user):
    token = factories.APIToken(user=user["name"])
    return {"Authorization": token["token"]}


@pytest.fixture
def people(admin):
    """One of each kind of user, by what they are to the source's agency."""
    other = factories.Organization(name="so-y-te")
    users = {
        "anonymous": None,
        "other agency's admin": factories.User(),
        "editor": factories.User(),
        "admin": factories.User(),
    }
    for organization, who, role in (
        (other, "other agency's admin", "admin"),
        (admin.organization, "editor", "editor"),
        (admin.organization, "admin", "admin"),
    ):
        admin.call(
            "organization_member_create",
            id=organization["id"], username=users[who]["name"], role=role,
        )  # fmt: skip
    return {**users, "sysadmin": admin.sysadmin}


def get(app, url, user=None, **kwargs):
    return app.get(url, headers=as_user(user) if user else {}, **kwargs)


def post(app, url, user=None, **kwargs):
    return app.post(url, headers=as_user(user) if user else {}, **kwargs)


def test_everybody_reads_sources_and_reports_without_secrets(app, admin, portal, people):
    portal.fill(3)
    secret = portal.url.replace("http://", "http://user:geheim@")
    admin.add_source(secret, title="Cổng mẫu", config="api_key: rat-bi-mat")
    run = admin.run()
    for path in ("/hanoi/harvest", "/hanoi/harvest/source/cong", f"/hanoi/harvest/run/{run['id']}"):
        for language in ("", "/en"):
            page = get(app, language + path).body
            assert "Cổng mẫu" in page
            assert "geheim" not in page
            assert "rat-bi-mat" not in page
    assert "rat-bi-mat" in get(app, "/hanoi/harvest/source/cong", people["admin"]).body


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("anonymous", 403),
        ("other agency's admin", 403),
        ("editor", 403),
        ("admin", 302),
        ("sysadmin", 302),
    ],
)
def test_only_admins_of_the_agency_start_runs_and_open_the_form(
    app, admin, portal, people, who, status
):
    portal.fill(1)
    admin.add_source(portal.url)
    answer = post(app, "/hanoi/harvest/source/cong/run", people[who], follow_redirects=False)
    assert answer.status_code == status
    assert len(helpers.call_action("hanoi_run_list")) == (status == 302)
    form = get(app, "/hanoi/harvest/source/cong/edit", people[who], follow_redirects=False)
    refused = 302 if who == "anonymous" else 403  # to log in
    assert form.status_code == (200 if status == 302 else refused)
    assert (
        post(
            app, "/hanoi/harvest/source/cong/delete", people[who], follow_redirects=False
        ).status_code
        == status
    )


def test_an_admin_tries_a_source_in_the_form_and_saves_it(app, admin, portal, people):
    portal.fill(2)
    form = {
        "name": "moi", "title": "Nguồn mới", "kind": "ckan", "url": portal.url,
        "owner_org": admin.organization["id"], "schedule": "daily", "notify": "error",
        "option:page_size": "5", "config": "keywords: [chung]", "active": "1",
        "contacts": "a@example.org; b@example.org", "priority": "2",
    }  # fmt: skip
    tried = post(app, "/hanoi/harvest/source/new", people["admin"], data={**form, "try": "1"})
    assert "Bộ dữ liệu số 1" in tried.body
    assert helpers.call_action("hanoi_source_list") == []
    saved = post(app, "/hanoi/harvest/source/new", people["admin"], data={**form, "save": "1"})
    assert saved.status_code == 200
    source = admin.call("hanoi_source_show", id="moi")
    assert source["config"] == "keywords:\n- chung\npage_size: 5\n"
    assert source["contacts"] == ["a@example.org", "b@example.org"]
    again = get(app, "/hanoi/harvest/source/moi/edit", people["admin"]).body
    soup = BeautifulSoup(again, "html.parser")
    assert soup.select_one("#option-ckan-page_size")["value"] == "5"
    assert "page_size" not in soup.select_one("#field-config").text


def test_the_example_beside_the_mapping_is_one_that_is_accepted(app, admin, portal, people):
    form = BeautifulSoup(get(app, "/hanoi/harvest/source/new", people["admin"]).body, "html.parser")
    example = form.select_one(".hanoi-example pre").text
    assert admin.add_source(portal.url, config=example)["config"] == example


def test_a_form_with_mistakes_names_each_field_and_loses_nothing(app, admin, people):
    form = {
        "name": "Sai Tên", "kind": "ckan", "url": "ftp://x", "owner_org": admin.organization["id"],
        "schedule": "often", "config": "thems_map: {}", "notify": "error", "save": "1",
    }  # fmt: skip
    soup = BeautifulSoup(
        post(app, "/hanoi/harvest/source/new", people["admin"], data=form).body, "html.parser"
    )
    marked = {
        element.find(["input", "select", "textarea"])["name"] for element in soup.select(".error")
    }
    assert marked == {"name", "url", "schedule"}
    assert soup.select_one("#field-config").text.strip() == "thems_map: {}"
    assert soup.select_one("#field-url")["value"] == "ftp://x"


def test_a_held_run_is_approved_or_rejected_on_its_page(app, admin, portal, people):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    portal.datasets = portal.datasets[:3]
    held = admin.run()
    page = f"/hanoi/harvest/run/{held['id']}"
    assert "/approve" not in get(app, page, people["editor"]).body
    assert "/approve" in get(app, page, people["admin"]).body
    post(app, f"{page}/reject", people["admin"])
    assert len(admin.datasets()) == 20
    held = admin.run()
    post(app, f"/hanoi/harvest/run/{held['id']}/approve", people["admin"])
    assert len(admin.datasets()) == 3


def test_a_button_whose_question_the_browser_has_not_asked_is_asked_by_a_page(
    app, admin, portal, people
):
    portal.fill(20)
    admin.add_source(portal.url)
    admin.run()
    portal.datasets = portal.datasets[:3]
    held = admin.run()
    user = people["admin"]
    page = BeautifulSoup(get(app, f"/hanoi/harvest/run/{held['id']}", user).body, "html.parser")
    form = page.select_one("form[action$=approve]")
    button = form.select_one("button[name=ask]")
    asked = post(app, form["action"], user, data={"ask": button["value"], "other": "<b>"})
    assert asked.status_code == 200
    question = BeautifulSoup(asked.body, "html.parser").select_one("[role=main]")
    assert "grace period" in question.h1.text
    assert question.select_one("input[name=other]")["value"] == "<b>"
    assert question.select_one("form").get("action") is None
    assert question.select_one("[name=ask]") is None
    assert len(admin.datasets()) == 20
    post(app, form["action"], user, data={"other": "<b>"})
    assert len(admin.datasets()) == 3


def test_what_is_refused_says_why(app, admin, portal, people):
    portal.fill(1)
    admin.add_source(portal.url)
    run = admin.run()
    body = post(app, f"/hanoi/harvest/run/{run['id']}/approve", people["admin"]).body
    assert "The run is not on hold" in body
    vietnamese = post(app, f"/vi/hanoi/harvest/run/{run['id']}/abort", people["admin"]).body
    assert "The run has ended already" not in vietnamese


def test_lists_are_exported_as_csv_that_no_spreadsheet_takes_for_formulas(app, admin, portal):
    portal.fill(3)
    portal.datasets[0]["title"] = "=1+1"
    admin.add_source(portal.url, title="Cổng mẫu")
    run = admin.run()
    sources = get(app, "/hanoi/harvest?format=csv").get_data(as_text=True)
    assert sources.startswith("\ufeffname,title,kind")
    assert "Cổng mẫu" in sources
    changes = get(app, f"/hanoi/harvest/run/{run['id']}?format=csv").get_data(as_text=True)
    assert "'=1+1" in changes
    assert changes.count("created,") == 3
    assert run["id"] in get(app, "/hanoi/harvest/source/cong?format=csv").get_data(as_text=True)


def test_a_report_is_filtered_by_change_and_text(app, admin, portal, refusal):
    portal.fill(5)
    portal.datasets[2].update(refusal)
    admin.add_source(portal.url)
    run = admin.run()
    page = f"/hanoi/harvest/run/{run['id']}"
    failed = get(app, f"{page}?action=failed").body
    assert "Bộ dữ liệu số 2" in failed
    assert "Bộ dữ liệu số 3" not in failed
    found = get(app, f"{page}?q=số 3").body
    assert "Bộ dữ liệu số 3" in found
    assert "Bộ dữ liệu số 4" not in found


def test_failures_are_grouped_by_cause_and_each_cause_shows_its_records(
    app, admin, portal, people, refusal
):
    portal.fill(7)
    for number in (1, 2, 3):
        portal.datasets[number].update(refusal)
    portal.datasets[4]["resources"][0]["name"] = None
    portal.datasets[5] = "no dataset"
    admin.add_source(portal.url)
    run = admin.run()
    report = helpers.call_action("hanoi_run_show", id=run["id"])
    assert [(cause["stage"], cause["count"]) for cause in report["causes"]] == [
        ("validation", 3), ("reading", 1),
    ]  # fmt: skip
    assert "version" in report["causes"][0]["message"]
    assert "no dataset" in report["causes"][1]["message"]
    page = f"/hanoi/harvest/run/{run['id']}"
    soup = BeautifulSoup(get(app, page).body, "html.parser")
    link = soup.select(".hanoi-causes tbody a")[0]["href"]
    found = get(app, link.split("#")[0]).body
    assert [f"Bộ dữ liệu số {n}" in found for n in (1, 2, 3, 4)] == [True, True, True, False]
    rows = get(app, f"{link.split('#')[0]}&format=csv").get_data(as_text=True).splitlines()
    assert len(rows) == 4


def test_what_the_rules_of_a_dataset_say_is_told_in_the_readers_language(
    app, admin, portal, refusal
):
    portal.fill(1)
    portal.datasets[0].update(refusal)
    admin.add_source(portal.url)
    page = f"/hanoi/harvest/run/{admin.run()['id']}"
    english = BeautifulSoup(get(app, f"/en{page}").body, "html.parser")
    vietnamese = BeautifulSoup(get(app, f"/vi{page}").body, "html.parser")
    texts = [soup.select(".hanoi-causes tbody td")[1].text for soup in (english, vietnamese)]
    assert all(text.startswith("version: ") for text in texts)
    assert texts[0] != texts[1]


def test_a_source_of_private_datasets_tells_the_public_no_title_of_those_that_failed(
    app, admin, portal, people, refusal
):
    portal.fill(2)
    portal.datasets[0].update(title="Kế hoạch mật", **refusal)
    admin.add_source(portal.url, config="private: true")
    run = admin.run()
    page = f"/hanoi/harvest/run/{run['id']}"
    for address in (page, f"{page}?format=csv", f"/api/3/action/hanoi_run_show?id={run['id']}"):
        assert "Kế hoạch mật" not in get(app, address).get_data(as_text=True)
    assert "Kế hoạch mật" in get(app, page, people["admin"]).body
    # nor can it be found out by searching for it
    assert portal.datasets[0]["id"] not in get(app, f"{page}?q=mật").body


def test_a_harvested_dataset_tells_its_source_and_editors_can_detach_it(app, admin, portal, people):
    portal.fill(1)
    admin.add_source(portal.url, title="Cổng mẫu")
    admin.run()
    name = admin.datasets()[0]["name"]
    public = get(app, f"/dataset/{name}").body
    assert "/hanoi/harvest/source/cong" in public
    assert "/detach" not in public
    assert "/detach" in get(app, f"/dataset/{name}", people["editor"]).body
    denied = post(app, f"/hanoi/harvest/dataset/{name}/detach", people["other agency's admin"])
    assert denied.status_code == 403
    post(app, f"/hanoi/harvest/dataset/{name}/detach", people["editor"])
    assert helpers.call_action("hanoi_harvest_origin", id=name)["state"] == "detached"
    data = {"fields": ["title", "notes"]}
    post(app, f"/hanoi/harvest/dataset/{name}/attach", people["editor"])
    post(app, f"/hanoi/harvest/dataset/{name}/keep_fields", people["editor"], data=data)
    assert helpers.call_action("hanoi_harvest_origin", id=name)["kept_fields"] == ["title", "notes"]


def test_a_dataset_that_was_not_harvested_says_nothing_of_it(app, admin):
    dataset = factories.Dataset(owner_org=admin.organization["id"])
    assert "hanoi-origin" not in get(app, f"/dataset/{dataset['name']}").body


def test_a_source_page_survives_a_run_that_is_under_way(app, admin, portal, people):
    portal.fill(2)
    admin.add_source(portal.url)
    run = helpers.call_action(
        "hanoi_harvest_run", {"ignore_auth": True, "user": "", "hanoi_inline": True}, id="cong"
    )
    body = get(app, f"/hanoi/harvest/run/{run['id']}", people["admin"]).body
    assert 'data-module="hanoi-run-progress"' in body
    again = post(app, "/hanoi/harvest/source/cong/run", people["admin"]).body
    assert "A run of this source is under way" in again
    model.Session.remove()
    worker.run(run["id"], inline=True)
    body = get(app, f"/hanoi/harvest/run/{run['id']}").body
    assert "hanoi-run-progress" not in body


@pytest.mark.parametrize("path", ["source/nothing", "run/nothing", "source/nothing/edit"])
def test_what_is_not_there_is_not_found(app, admin, path):
    assert get(app, f"/hanoi/harvest/{path}").status_code == 404
