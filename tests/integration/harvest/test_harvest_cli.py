"""The commands people type, their output and exit status."""

from __future__ import annotations

import json

import pytest
from ckan.cli.cli import ckan
from ckan.tests import helpers
from werkzeug import Response

from ckanext.hanoi.model.harvest import Run


@pytest.fixture
def hanoi(cli, admin):
    """Runs ``ckan hanoi …`` and returns the result."""

    def invoke(*arguments: str, **kwargs):
        return cli.invoke(ckan, ["hanoi", *arguments], **kwargs)

    return invoke


def add(hanoi, url, name="cong", *more):
    result = hanoi(
        "source", "add", name, "--kind", "ckan", "--url", url, "--agency", "so-tai-chinh", *more
    )
    assert result.exit_code == 0, result.output
    return result


def test_a_source_is_added_harvested_shown_edited_and_removed(hanoi, portal, tmp_path):
    portal.fill(3)
    config = tmp_path / "config.yaml"
    config.write_text("keywords: [chung]", encoding="utf-8")
    add(hanoi, portal.url, "cong", "--config", str(config), "--every", "daily")
    preview = hanoi("harvest", "preview", "cong", "--json")
    counts = json.loads(preview.stdout)["counts"]
    assert (counts["seen"], counts["created"], sum(counts.values())) == (3, 3, 6)
    run = hanoi("harvest", "run", "cong", "--inline", "--json")
    assert run.exit_code == 0
    assert json.loads(run.stdout)["counts"]["created"] == 3
    again = hanoi("harvest", "run", "cong", "--inline")
    assert again.exit_code == 0
    assert "Nothing has changed" in again.output
    assert "cong" in hanoi("source", "list").output
    assert json.loads(hanoi("source", "show", "cong", "--json").stdout)["datasets"] == 3
    assert hanoi("source", "edit", "cong", "--every", "weekly", "--paused").exit_code == 0
    shown = json.loads(hanoi("source", "show", "cong", "--json").stdout)
    assert (shown["schedule"], shown["active"]) == ("weekly", False)
    assert hanoi("source", "remove", "cong", "--datasets", "remove", "--yes").exit_code == 0
    assert helpers.call_action("package_search")["count"] == 0


def test_the_exit_status_tells_failed_from_held(hanoi, portal):
    portal.fill(20)
    add(hanoi, portal.url)
    hanoi("harvest", "run", "cong", "--inline")
    portal.datasets = portal.datasets[:2]
    held = hanoi("harvest", "run", "cong", "--inline", "--json")
    assert held.exit_code == 2
    run = json.loads(held.stdout)
    assert run["status"] == "held"
    rejected = hanoi("harvest", "reject", run["id"], "--json")
    assert json.loads(rejected.stdout)["status"] == "finished"
    portal.answer = lambda request: Response("no", status=500)
    failed = hanoi("harvest", "run", "cong", "--inline")
    assert failed.exit_code == 1
    assert "500" in failed.output
    portal.answer = None
    portal.datasets = portal.datasets[:2]
    run = json.loads(hanoi("harvest", "run", "cong", "--inline", "--json").stdout)
    approved = hanoi("harvest", "approve", run["id"])
    assert approved.exit_code == 0
    assert helpers.call_action("package_search")["count"] == 2


def test_what_is_wrong_is_told_with_the_field_it_is_about(hanoi, portal):
    wrong = hanoi("source", "add", "x", "--kind", "nonsense", "--url", portal.url,
                  "--agency", "so-tai-chinh")  # fmt: skip
    assert wrong.exit_code == 1
    assert "kind:" in wrong.output
    assert "inventory" in wrong.output
    assert "no source" in hanoi("harvest", "run", "nothing", "--inline").output
    assert hanoi("harvest", "show", "nothing").exit_code == 1


def test_a_local_file_is_read_only_when_allowed(hanoi, tmp_path):
    file = tmp_path / "danh-muc.csv"
    file.write_text(
        "Tên dữ liệu,Mô tả,Địa chỉ\nChợ,Danh sách chợ,https://a.vn/cho.csv\n", encoding="utf-8"
    )
    arguments = ["source", "add", "tep", "--kind", "inventory", "--url", file.as_uri(),
                 "--agency", "so-tai-chinh"]  # fmt: skip
    assert "--allow-local" in hanoi(*arguments).output
    assert hanoi(*arguments, "--allow-local").exit_code == 0
    run = json.loads(hanoi("harvest", "run", "tep", "--inline", "--json").stdout)
    assert run["counts"]["created"] == 1


def test_due_queues_each_source_once_and_follows_its_schedule(hanoi, portal, admin):
    portal.fill(1)
    add(hanoi, portal.url, "cong", "--every", "hourly")
    assert json.loads(hanoi("harvest", "due", "--json").stdout)["queued"] == []
    source = admin.source()
    source.next_due = source.created
    from ckan import model

    model.Session.commit()
    assert json.loads(hanoi("harvest", "due", "--json").stdout)["queued"] == ["cong"]
    assert json.loads(hanoi("harvest", "due", "--json").stdout)["queued"] == []
    assert model.Session.query(Run).count() == 1
    assert admin.source().next_due > source.created


def test_runs_and_reports_are_listed(hanoi, portal):
    portal.fill(2)
    add(hanoi, portal.url)
    run = json.loads(hanoi("harvest", "run", "cong", "--inline", "--json").stdout)
    assert run["id"] in hanoi("harvest", "runs").output
    assert [r["id"] for r in json.loads(hanoi("harvest", "runs", "cong", "--json").stdout)] == [
        run["id"]
    ]
    report = hanoi("harvest", "show", run["id"]).output
    assert "Bộ dữ liệu số 1" in report
    assert "ended already" in hanoi("harvest", "abort", run["id"]).output


def test_the_kinds_of_source_are_listed_with_a_line_each(hanoi):
    lines = hanoi("source", "kinds").output.strip().splitlines()
    kinds = {line.split()[0] for line in lines}
    assert kinds >= {"arcgis", "ckan", "csw", "data_json", "dcat", "inventory", "oai_pmh", "pxweb"}


def test_the_doctor_finds_what_is_missing_and_says_what_to_do(hanoi):
    result = hanoi("doctor", "--json")
    findings = {finding["name"]: finding for finding in json.loads(result.stdout)}
    assert findings["plugins"]["level"] == "ok"
    assert findings["database"]["level"] == "ok"
    assert findings["search index"]["level"] == "ok"
    assert "ckan jobs worker" in findings["job queue"]["remedy"]


def test_only_the_commands_of_the_first_level_are_on_the_first_level():
    from ckanext.hanoi.cli import hanoi as group

    assert {"harvest", "source"} <= set(group.commands)
    assert not set(group.commands) & {"add", "list", "show", "run", "preview", "plan", "remove"}


def test_a_run_that_waits_for_a_worker_in_vain_is_done_by_the_command(hanoi, portal):
    portal.fill(2)
    add(hanoi, portal.url)
    queued = json.loads(hanoi("harvest", "run", "cong", "--no-wait", "--json").stdout)
    assert queued["status"] == "queued"
    done = hanoi("harvest", "run", "cong", "--inline", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["id"] == queued["id"]
    assert "waiting for a worker" in done.stderr


def test_failed_records_are_tried_again_and_the_exit_status_tells_how_it_went(
    hanoi, portal, refusal
):
    portal.fill(3)
    portal.datasets[1].update(refusal)
    add(hanoi, portal.url)
    run = json.loads(hanoi("harvest", "run", "cong", "--inline", "--json").stdout)
    (failure,) = run["failures"]
    assert set(failure) == {"guid", "title", "stage", "message"}
    again = hanoi("harvest", "retry", run["id"], "--inline", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["counts"]["failed"] == 1
    done = json.loads(hanoi("harvest", "show", run["id"], "--json").stdout)
    assert done["failures"] == run["failures"]
    portal.datasets[1]["version"] = "1"
    well = json.loads(hanoi("harvest", "run", "cong", "--inline", "--json").stdout)
    nothing = hanoi("harvest", "retry", well["id"], "--inline")
    assert nothing.exit_code == 1
    assert "No record of this run" in nothing.output


def test_a_source_without_an_agency_is_the_citys_or_that_of_the_only_organization(hanoi, portal):
    shown = hanoi("source", "add", "cong", "--kind", "ckan", "--url", portal.url, "--json")
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["organization"]["name"] == "so-tai-chinh"


def test_the_api_takes_the_words_of_the_command_line_and_a_configuration_as_a_dictionary(
    admin, portal
):
    source = admin.call(
        "hanoi_source_create", name="cong", kind="ckan", url=portal.url, agency="so-tai-chinh",
        every="daily", config={"keywords": ["chung"]},
    )  # fmt: skip
    assert (source["schedule"], source["organization"]["name"]) == ("daily", "so-tai-chinh")
    assert source["config"] == "keywords:\n- chung\n"
