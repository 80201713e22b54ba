"""What of private sources, and of keys and passwords, nobody sees who should not."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers
from werkzeug import Response

from ckanext.hanoi.model.harvest import Identity

SECRET = "S3cr3tV4lue"
WORDS = ("Kế hoạch mật", "ma-so-mat", "loi-rieng-tu")


@pytest.fixture
def pages(app, admin):
    """Everything that a reader gets to see of a run and its source, by who reads."""
    user = factories.User()
    admin.call("organization_member_create", id=admin.organization["id"], username=user["name"],
               role="admin")  # fmt: skip
    other = factories.User()
    factories.Organization(users=[{"name": other["name"], "capacity": "admin"}])

    def read(run_id, who):
        person = {"admin": user, "other": other}.get(who)
        token = factories.APIToken(user=person["name"])["token"] if person else ""
        headers = {"Authorization": token} if token else {}
        report, api = f"/hanoi/harvest/run/{run_id}", "/api/3/action"
        addresses = [
            report, f"{report}?format=csv", f"{report}?q=m%E1%BA%ADt", f"{report}?q=ma-so",
            f"{report}?action=failed&format=csv", f"/en{report}",
            "/hanoi/harvest", "/hanoi/harvest?format=csv", "/hanoi/harvest/source/cong",
            "/hanoi/harvest/source/cong?format=csv", f"{api}/hanoi_run_show?id={run_id}",
            f"{api}/hanoi_run_show?id={run_id}&stage=validation", f"{api}/hanoi_run_list",
            f"{api}/hanoi_source_list", f"{api}/hanoi_source_show?id=cong",
        ]  # fmt: skip
        texts = [app.get(address, headers=headers).get_data(as_text=True) for address in addresses]
        return "\n".join(texts).replace("q=m%E1%BA%ADt", "").replace("ma-so\"", "")

    return read


def hide(portal, refusal, **more):
    portal.datasets[0].update(id="ma-so-mat", title="Kế hoạch mật", **refusal, **more)
    portal.datasets[0]["version"] = "loi-rieng-tu" + refusal["version"]


def test_failures_of_a_private_source_are_for_its_admins(admin, portal, refusal, pages):
    portal.fill(3)
    hide(portal, refusal)
    portal.datasets[1].update(id="khac", title="Kế hoạch mật 2")
    portal.datasets[2] = "loi-rieng-tu"
    admin.add_source(portal.url, config="private: true")
    run = admin.run()
    assert run["counts"]["failed"] == 2
    for who in ("nobody", "other"):
        text = pages(run["id"], who)
        assert [word for word in WORDS if word in text] == []
    assert [word for word in WORDS if word in pages(run["id"], "admin")] == list(WORDS)
    shown = helpers.call_action("hanoi_run_show", {"user": "", "ignore_auth": False}, id=run["id"])
    assert shown["counts"]["failed"] == 2
    assert sum(cause["count"] for cause in shown["causes"]) == 2
    assert all(change["guid"] == "" for change in shown["changes"])


@pytest.mark.parametrize(
    "more", [{"extras": [{"key": "access_level", "value": "hạn chế"}]}, {"state": "draft"}]
)
def test_a_record_that_its_source_keeps_to_itself_is_not_shown_by_failing(
    admin, portal, refusal, pages, more
):
    portal.fill(2)
    hide(portal, refusal, **more)
    admin.add_source(portal.url, config="rename: {access_level: access_level}")
    run = admin.run()
    text = pages(run["id"], "nobody")
    assert [word for word in WORDS if word in text] == []
    assert "Bộ dữ liệu số 1" in text


def refusing(message):
    """An answer of the portal: the first page, and then no more."""

    def answer(request):
        body = json.dumps({"success": False, "error": {"message": message}})
        first = request.args.get("start", "0") == "0"
        return None if first else Response(body, content_type="application/json")

    return answer


def test_why_a_private_source_can_not_be_read_is_for_its_admins(admin, portal, pages):
    portal.fill(3)
    portal.answer = refusing("loi-rieng-tu")
    admin.add_source(portal.url, config="private: true\npage_size: 2")
    run = admin.run()
    assert run["status"] == "failed"
    for who in ("nobody", "other"):
        assert "loi-rieng-tu" not in pages(run["id"], who)
    assert "loi-rieng-tu" in pages(run["id"], "admin")


def test_a_dataset_that_was_deleted_or_made_private_here_is_no_longer_named(
    admin, portal, pages
):
    portal.fill(3)
    portal.datasets[0]["title"] = "Kế hoạch mật"
    portal.datasets[1]["title"] = "loi-rieng-tu"
    admin.add_source(portal.url)
    run = admin.run()
    assert "Kế hoạch mật" in pages(run["id"], "nobody")
    ids = {dataset["title"]: dataset["id"] for dataset in admin.datasets()}
    admin.call("package_delete", id=ids["Kế hoạch mật"])
    admin.call("package_patch", id=ids["loi-rieng-tu"], private=True)
    text = pages(run["id"], "nobody")
    assert [word for word in WORDS if word in text] == []


def test_keys_in_identities_and_addresses_are_masked_for_everybody(
    admin, portal, refusal, pages, app
):
    portal.fill(3)
    for number, dataset in enumerate(portal.datasets):
        dataset["id"] = f"https://a.example/{number}?api_key={SECRET}"
    portal.datasets[1].update(title=f"Lỗi ở https://a.example/?token={SECRET}", **refusal)
    portal.datasets[2]["extras"] = [{"key": "ghi_chu", "value": f"?apikey={SECRET}own"}]
    url = portal.url.replace("http://", f"http://ten:{SECRET}pw@") + f"/?apikey={SECRET}own"
    admin.add_source(url)
    run = admin.run()
    assert run["counts"]["created"] == 2, run
    assert run["counts"]["failed"] == 1
    for who in ("nobody", "other"):
        assert SECRET not in pages(run["id"], who)
    assert SECRET not in str(run)
    for data in ({"id": "cong"}, {"id": "cong", "limit": 1}):
        assert SECRET not in str(admin.call("hanoi_harvest_preview", **data)["changes"][0]["guid"])
    for dataset in admin.datasets():
        # what the source itself was given to be asked with is in no dataset
        assert f"{SECRET}own" not in str(dataset)
        assert f"{SECRET}pw" not in str(dataset)
        assert SECRET not in str(admin.call("hanoi_harvest_origin", id=dataset["id"]))
        page = app.get(f"/dataset/{dataset['name']}").get_data(as_text=True)
        assert f"{SECRET}own" not in page


def test_what_a_server_answers_to_a_wrong_key_does_not_give_the_key_away(admin, portal, pages):
    portal.fill(3)
    portal.answer = refusing(f"khoa {SECRET} khong dung")
    admin.add_source(portal.url, config=f"api_key: {SECRET}\npage_size: 2")
    run = admin.run()
    assert "khong dung" in run["message"]
    assert SECRET not in pages(run["id"], "nobody")


def test_an_identity_is_found_by_what_is_shown_of_it_alone(admin, portal):
    portal.fill(1)
    portal.datasets[0].update(private=True, id="ma-so-mat")
    admin.add_source(portal.url, config="include_private: true")
    run = admin.run()
    assert model.Session.query(Identity).filter(Identity.guid.contains("ma-so-mat")).count() == 1
    nobody = {"user": "", "ignore_auth": False}
    for word in ("ma-so", "%", "_", "ma", ""):
        shown = helpers.call_action("hanoi_run_show", dict(nobody), id=run["id"], q=word)
        assert shown["changes_total"] == (0 if word else 1)
    with pytest.raises(tk.ObjectNotFound):
        helpers.call_action("hanoi_run_show", dict(nobody), id="ma-so-mat")
