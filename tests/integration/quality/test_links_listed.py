"""Which links are broken: for publishers and visitors, by API, page, file and command; and asking
for a check."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.lib import jobs as ckan_jobs
from ckan.tests import factories, helpers

from ckanext.hanoi.model.quality import LinkCheck
from ckanext.hanoi.quality import jobs, link_checker, link_crawler, store
from ckanext.hanoi.quality.link_crawler import Result, Target

SITE = "https://tram.example.org"


@pytest.fixture
def found(create, agency, other_agency, measure):
    """Two datasets of one agency, one of them private, and one of another; their links checked."""
    create(name="tram", title="Trạm đo mưa", owner_org=agency["id"], resources=[
        {"url": f"{SITE}/tot.csv", "name": "Tốt"}, {"url": f"{SITE}/hong.csv", "name": "Hỏng"},
        {"url": f"{SITE}/cam.csv"}, {"url": f"{SITE}/moi.csv"},
    ])  # fmt: skip
    create(name="rieng", title="Riêng", owner_org=agency["id"], private=True, resources=[
        {"url": f"{SITE}/rieng.csv", "download_url": f"{SITE}/tai.csv", "name": "Kín"}
    ])  # fmt: skip
    create(name="khac", title="Ao hồ", owner_org=other_agency["id"],
           resources=[{"url": f"{SITE}/khac.csv"}])  # fmt: skip
    measure()
    broken = {"status": 404, "problem": link_crawler.REFUSED, "params": {"status": 404}}
    link_checker.save([
        Result(_target("tot.csv"), True, 200, "text/csv"),
        *(Result(_target(name), False, **broken) for name in ("hong.csv", "tai.csv", "khac.csv")),
        Result(_target("cam.csv"), None, problem=link_crawler.ROBOTS),
    ])  # fmt: skip
    _set("khac.csv", failing=LinkCheck.failing - timedelta(days=30))


def _target(name):
    return Target(store.digest(f"{SITE}/{name}"), f"{SITE}/{name}")


def _set(name, **values):
    model.Session.execute(
        sa.update(LinkCheck).where(LinkCheck.id == _target(name).id).values(**values)
    )
    model.Session.commit()


def _names(listed):
    return [one["url"].rpartition("/")[2] for one in listed["results"]]


@pytest.fixture
def queued():
    """The jobs that check links, as they are waiting now."""
    queue = ckan_jobs.get_queue(jobs.queue_name())
    queue.empty()

    def waiting():
        return [job.args for job in queue.jobs if job.func_name.endswith("check_links")]

    return waiting


def test_everybody_sees_the_links_of_the_datasets_that_he_may_read(found, people, ask):
    for who, user in people.items():
        names = _names(ask("hanoi_link_list", user, state="broken"))
        inside = who in ("member", "editor", "admin", "sysadmin")
        assert sorted(names) == sorted(["khac.csv", "hong.csv", *(["tai.csv"] if inside else [])])


def test_a_collaborator_sees_the_links_of_the_private_dataset(found, ask):
    user = factories.User()
    with helpers.changed_config("ckan.auth.allow_dataset_collaborators", True):
        helpers.call_action("package_collaborator_create", id="rieng", user_id=user["id"],
                            capacity="member")  # fmt: skip
        assert "tai.csv" in _names(ask("hanoi_link_list", user["name"]))
    assert "tai.csv" not in _names(ask("hanoi_link_list", user["name"]))


def test_a_link_tells_where_it_is_and_what_was_found(found, ask):
    listed = ask("hanoi_link_list", organization="so-giao-duc")
    assert listed["states"] == {"broken": 1, "answers": 1, "unknown": 1, "waiting": 1}
    shown = {one["url"].rpartition("/")[2]: one for one in listed["results"]}
    broken = shown["hong.csv"]
    assert (broken["state"], broken["status"]) == ("broken", 404)
    assert "404" in broken["problem"]
    assert broken["failing"] == broken["checked"]
    assert broken["dataset"]["name"] == "tram"
    assert broken["organization"]["name"] == "so-giao-duc"
    assert [one["name"] for one in broken["resources"]] == ["Hỏng"]
    assert "robots.txt" in shown["cam.csv"]["problem"]
    assert shown["moi.csv"]["state"] == "waiting"


def test_a_direct_download_leads_to_its_file(found, people, ask):
    listed = ask("hanoi_link_list", people["editor"], id="rieng", state="broken")
    assert [one["name"] for one in listed["results"][0]["resources"]] == ["Kín"]


def test_links_are_filtered_and_sorted(found, people, ask):
    assert _names(ask("hanoi_link_list", state="broken")) == ["khac.csv", "hong.csv"]
    assert _names(ask("hanoi_link_list", state="broken", order="desc")) == ["hong.csv", "khac.csv"]
    assert _names(ask("hanoi_link_list", state="broken", sort="title")) == ["khac.csv", "hong.csv"]
    assert _names(ask("hanoi_link_list", sort="url", limit=2, offset=1)) == ["hong.csv", "khac.csv"]
    assert _names(ask("hanoi_link_list", q="ao ho")) == ["khac.csv"]
    assert _names(ask("hanoi_link_list", sort="checked"))[-1] == "moi.csv"
    assert ask("hanoi_link_list", id="tram")["count"] == 4


@pytest.mark.parametrize(("asked", "field"), [
    ({"state": "gone"}, "state"), ({"sort": "id; drop"}, "sort"), ({"order": "up"}, "order"),
    ({"limit": "-1"}, "limit"),
])  # fmt: skip
def test_a_wrong_question_names_its_field(catalog, ask, asked, field):
    with pytest.raises(tk.ValidationError) as error:
        ask("hanoi_link_list", **asked)
    assert field in error.value.error_dict


def test_what_is_not_there_is_not_found(catalog, ask, people):
    for asked in ({"id": "khong-co"}, {"organization": "khong-co"}):
        with pytest.raises(tk.ObjectNotFound):
            ask("hanoi_link_list", **asked)
        with pytest.raises(tk.ObjectNotFound):
            ask("hanoi_link_check", people["sysadmin"], **asked)


def test_who_may_edit_has_links_checked(found, people, ask, queued):
    allowed = {
        "of the agency": ({"organization": "so-giao-duc"}, {"editor", "admin", "sysadmin"}),
        "of a dataset": ({"id": "tram"}, {"editor", "admin", "sysadmin"}),
        "all": ({}, {"sysadmin"}),
    }
    for what, (asked, who) in allowed.items():
        for name, user in people.items():
            if name in who:
                assert ask("hanoi_link_check", user, **asked)["queued"] >= 1, what
            else:
                with pytest.raises(tk.NotAuthorized):
                    ask("hanoi_link_check", user, **asked)
    ids = {one for args in queued() for one in args if one}
    ids_here = {model.Group.get("so-giao-duc").id, model.Package.get("tram").id}
    assert ids == ids_here


def test_what_was_checked_just_now_is_not_asked_again(found, people, ask, queued):
    _set("hong.csv", checked=LinkCheck.checked - timedelta(minutes=11))
    assert ask("hanoi_link_check", people["editor"], organization="so-giao-duc")["queued"] == 3
    assert len(queued()) == 1
    due = {target.url.rpartition("/")[2] for target in link_checker.due()}
    assert due == {"hong.csv", "moi.csv", "rieng.csv"}
    for name in ("moi.csv", "rieng.csv", "hong.csv"):
        link_checker.save([Result(_target(name), True, 200)])
    assert ask("hanoi_link_check", people["editor"], organization="so-giao-duc")["queued"] == 0


def test_give_a_dataset_or_an_agency_not_both(found, people, ask):
    with pytest.raises(tk.ValidationError):
        ask("hanoi_link_check", people["sysadmin"], id="tram", organization="so-giao-duc")


def test_a_check_that_finds_another_at_work_comes_back_later(found, queued):
    def meanwhile(counts, url):
        jobs.check_links(None, "mot-co-quan")
        raise KeyboardInterrupt

    with helpers.changed_config("ckanext.hanoi.harvest.allowed_hosts", ""), \
            pytest.raises(KeyboardInterrupt):
        link_checker.run(progress=meanwhile, everything=True)
    names = ckan_jobs.get_queue(jobs.queue_name()).scheduled_job_registry.get_job_ids()
    assert any(name.endswith("hanoi-links-mot-co-quan") for name in names)


@pytest.fixture
def browse(app, people):
    tokens = {}

    def call(who, path, form=None, status=200):
        user = people[who]
        if user and user not in tokens:
            tokens[user] = factories.APIToken(user=user)["token"]
        headers = {"Authorization": tokens[user]} if user else {}
        if form is None:
            return app.get(path, headers=headers, status=status)
        return app.post(path, headers=headers, status=status, data=form)

    return call


def test_the_page_shows_broken_links_and_asks_for_a_check(found, browse):
    page = BeautifulSoup(browse("editor", "/vi/hanoi/quality/links?organization=so-giao-duc").body,
                         "html.parser")  # fmt: skip
    rows = [row.get_text(" ", strip=True) for row in page.select(".hanoi-links tbody tr")]
    assert len(rows) == 2
    assert any("hong.csv" in row and "Hỏng" in row for row in rows)
    form = page.select_one("form[action$='/links/check']")
    fields = {one["name"]: one.get("value", "") for one in form.select("input")}
    answer = browse("editor", form["action"], form=fields)
    assert "địa chỉ" in BeautifulSoup(answer.body, "html.parser").select_one(".alert").get_text()
    for who in ("anonymous", "stranger", "member"):
        shown = BeautifulSoup(
            browse(who, "/hanoi/quality/links?organization=so-giao-duc").body, "html.parser")
        assert shown.select_one("form[action$='/links/check']") is None
        assert ("tai.csv" in shown.get_text()) == (who == "member")
        if who != "anonymous":
            browse(who, "/hanoi/quality/links/check", form=fields, status=403)


def test_the_same_rows_as_csv_and_json(found, browse):
    text = browse("anonymous", "/hanoi/quality/links?format=csv&state=all&sort=url").body
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row["state"] for row in rows] == ["unknown", "broken", "broken", "waiting", "answers"]
    assert rows[1]["resources"] == "Hỏng"
    assert [one["dataset"]["name"] for one in
            browse("anonymous", "/hanoi/quality/links?format=json").json] == ["khac", "tram"]
    browse("anonymous", "/hanoi/quality/links?state=gone", status=400)
    browse("anonymous", "/hanoi/quality/links?organization=khong-co", status=404)


def test_the_agencys_page_leads_to_its_links(found, browse):
    page = browse("anonymous", "/hanoi/quality/agency/so-giao-duc").body
    assert "/hanoi/quality/links?organization=so-giao-duc" in page


def test_the_command_lists_and_checks_the_links_of_an_agency(found, cli):
    listed = cli.invoke(ckan_command, ["hanoi", "links", "list", "--agency", "so-giao-duc"]).output
    assert "hong.csv" in listed
    assert "tai.csv" in listed
    assert "khac.csv" not in listed
    found = cli.invoke(ckan_command, ["hanoi", "links", "list", "--state", "waiting", "--format",
                                      "json"]).stdout  # fmt: skip
    assert {one["state"] for one in json.loads(found)} == {"waiting"}
    wrong = cli.invoke(ckan_command, ["hanoi", "links", "check", "--agency", "khong-co"])
    assert wrong.exit_code == 1


@pytest.mark.parametrize("asked", [{}, {"sort": "checked"}, {"sort": "title"}, {"q": "tram"}])
def test_a_page_of_links_takes_no_more_of_them_into_memory_than_it_shows(found, asked):
    model.Session.remove()
    answer = helpers.call_action("hanoi_link_list", limit=2, **asked)
    assert answer["count"] > 2
    assert len(answer["results"]) == 2
    loaded = [one for one in model.Session.identity_map.values() if isinstance(one, LinkCheck)]
    assert len(loaded) <= 2
