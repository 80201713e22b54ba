"""Records that the database refuses: each is reported by itself, whatever refuses it, and the run
comes to its end."""

from __future__ import annotations

import random
import string
import threading

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import helpers
from pytest_httpserver import HTTPServer

from ckanext.hanoi.dataset import rules
from ckanext.hanoi.harvest.connectors import ckan as connector
from ckanext.hanoi.harvest.engine import worker
from ckanext.hanoi.parsing import addresses

NUMBER = 12


def numbers(run, *names):
    return tuple(run["counts"][name] for name in names)


def noise(length: int) -> str:
    """Text that no packing makes shorter."""
    return "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=length))


@pytest.mark.parametrize("code", ["54000", "22001", "23514", "57014", "XX000"])
def test_one_that_the_database_refuses_is_reported_and_all_others_are_written(
    admin, portal, refusing, code
):
    portal.fill(NUMBER)
    for place in (3, 8):
        portal.datasets[place]["title"] += " SAI"
    admin.add_source(portal.url)
    refusing(code)
    run = admin.run()
    assert run["status"] == "finished", run["message"]
    assert numbers(run, "seen", "created", "failed") == (NUMBER, NUMBER - 2, 2)
    assert {failure["guid"] for failure in run["failures"]} == {
        portal.datasets[place]["id"] for place in (3, 8)
    }
    for failure in run["failures"]:
        assert "refused on purpose" in failure["message"]
        # neither the statement nor what stood in it
        assert "INSERT" not in failure["message"]
    assert len(admin.datasets()) == NUMBER - 2


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03", "23505"])
def test_what_another_transaction_was_in_the_way_of_is_written_anew(
    admin, portal, refusing, code
):
    portal.fill(NUMBER)
    portal.datasets[5]["title"] += " SAI"
    admin.add_source(portal.url)
    refusing(code, times=3)
    run = admin.run()
    assert numbers(run, "created", "failed") == (NUMBER, 0)
    # the source was not read again for it
    assert len({request["start"] for request in portal.requests}) == len(portal.requests)


def test_what_the_servers_state_refuses_is_done_again_later(admin, portal, refusing, monkeypatch):
    monkeypatch.setattr(worker, "PAUSE", 0.1)
    portal.fill(NUMBER)
    portal.datasets[5]["title"] += " SAI"
    admin.add_source(portal.url)
    refusing("53300", times=2)
    run = admin.run()
    assert run["status"] == "finished"
    assert numbers(run, "created", "failed") == (NUMBER, 0)


def test_what_the_tables_of_ckan_cannot_hold_is_fitted_and_kept(admin, portal):
    portal.fill(NUMBER)
    long = noise(6_000)
    portal.datasets[0]["resources"][0]["url"] = f"https://data.example.org/{long}"
    portal.datasets[1]["resources"][0]["url"] = f"https://data.example.org/{noise(40_000)}"
    portal.datasets[2]["title"] = " ".join(noise(40 * n)[-40:] for n in range(1, 150))
    portal.datasets[3]["title"] = "Bảng " + noise(40_000)
    portal.datasets[4].update(title="Số\0 liệu\ud800", notes="Mô\0 tả \udfff", author="\0\ud83d")
    portal.datasets[5]["tags"] = [{"name": noise(500)}, {"name": "nước\0 sạch\ud800"}]
    portal.datasets[6].update(name=noise(300).lower(), url=f"https://example.org/{long}")
    portal.datasets[7]["extras"] = [
        {"key": "khóa\0\ud800", "value": noise(40_000)}, {"key": noise(3_000), "value": "\0"},
    ]  # fmt: skip
    portal.datasets[8].update(dict.fromkeys(
        "notes author maintainer author_email maintainer_email version license_id license_title "
        "identifier contact_name".split(), noise(40_000)))  # fmt: skip
    portal.datasets[9]["resources"][0].update(dict.fromkeys(
        "name description format mimetype hash size la".split(), noise(40_000)))  # fmt: skip
    portal.datasets[10]["id"] = noise(6_000) + "\0\ud800"
    admin.add_source(portal.url)
    run = admin.run()
    assert run["status"] == "finished", run["message"]
    assert numbers(run, "seen", "created", "failed") == (NUMBER, NUMBER, 0), run["failures"]
    found = {d["name"]: d for d in admin.datasets()}
    assert len(found) == NUMBER
    (file,) = found["bo-du-lieu-0"]["resources"]
    assert (file["url"], file["url_text"]) == ("", f"https://data.example.org/{long}")
    assert found["bo-du-lieu-1"]["resources"][0]["url_text"].endswith(noise(40_000)[-20:])
    assert len(found["bo-du-lieu-2"]["title"]) <= 201
    assert found["bo-du-lieu-4"]["title"] == "Số liệu"
    # and nothing of it is a change the next time
    again = admin.run(force=True)
    assert numbers(again, "unchanged", "updated", "failed") == (NUMBER, 0, 0), again["changes"]


def test_a_limit_of_the_database_that_the_mapping_lets_pass_is_the_records_own(
    admin, portal, monkeypatch
):
    monkeypatch.setattr(rules, "MAX_INDEXED_BYTES", 100_000)
    monkeypatch.setattr(addresses, "LONGEST", 100_000)
    portal.fill(NUMBER)
    portal.datasets[4]["resources"][0]["url"] = f"https://data.example.org/{noise(6_000)}"
    portal.datasets[9]["title"] = noise(6_000)
    admin.add_source(portal.url)
    run = admin.run()
    assert run["status"] == "finished", run["message"]
    assert numbers(run, "created", "failed") == (NUMBER - 2, 2)
    said = " ".join(failure["message"] for failure in run["failures"])
    assert "idx_package_resource_url" in said
    assert "title" in said


def test_identities_and_reports_take_whatever_text_a_source_has(admin, portal, monkeypatch):
    def unreadable(*_):
        raise ValueError("một \0 nửa \ud800")

    portal.fill(3)
    portal.datasets[1].update(title="Số\0 liệu\ud800", resources=[
        {"id": "a\0\ud800", "name": "\0", "url": "https://example.org/\0\ud800"}
    ])  # fmt: skip
    admin.add_source(portal.url)
    monkeypatch.setattr(connector.CkanConnector, "to_dataset", unreadable)
    run = admin.run()
    assert (run["status"], *numbers(run, "failed")) == ("finished", 3)
    monkeypatch.undo()


@pytest.mark.parametrize("field", ["title", "url"])
def test_the_form_refuses_by_name_what_the_table_cannot_hold(admin, field):
    long = noise(6_000)
    data = {"title": "Số liệu", "resources": [{"url": "https://example.org/a.csv", "name": "a"}]}
    target = data if field == "title" else data["resources"][0]
    target[field] = f"https://example.org/{long}"
    with pytest.raises(tk.ValidationError) as refusal:
        helpers.call_action(
            "package_create", owner_org=admin.organization["id"], name="so-lieu", **data
        )
    assert "2600" in str(refusal.value.error_dict)
    assert field in str(refusal.value.error_dict)


# -- two sources at once -----------------------------------------------------------------------


def test_sources_that_want_the_same_names_at_once_each_get_their_own(admin, portal):
    """Four sources, written at the same time, whose datasets are all called the same."""
    portals = []
    for number in range(4):
        server = HTTPServer()
        server.start()
        made = type(portal)(server)
        made.fill(60)
        for dataset in made.datasets:
            if int(dataset["id"][-3:]) > 30:
                dataset["name"] = "cho"
            dataset["id"] = f"{number}{dataset['id'][1:]}"
        if number % 2:
            made.datasets.reverse()
        admin.add_source(made.url, name=f"cong-{number}")
        portals.append(server)
    context = {"ignore_auth": True, "user": "", "hanoi_inline": True}
    ids = [
        helpers.call_action("hanoi_harvest_run", dict(context), id=f"cong-{number}")["id"]
        for number in range(4)
    ]
    model.Session.remove()

    def run(run_id):
        worker.run(run_id, inline=True)
        model.Session.remove()

    threads = [threading.Thread(target=run, args=[run_id]) for run_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    for server in portals:
        server.stop()
    for run_id in ids:
        found = helpers.call_action("hanoi_run_show", id=run_id)
        assert found["status"] == "finished", found["message"]
        assert numbers(found, "created", "failed") == (60, 0), found["failures"]
    assert len({d["name"] for d in admin.datasets()}) == 240
