"""From an upload or a harvested address to what is shown of its table."""

from __future__ import annotations

from datetime import timedelta

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import jobs
from table_files import WARDS, until
from werkzeug import Response

from ckanext.hanoi.background import locks
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.tables import Table
from ckanext.hanoi.tables import pending, worker


def entry(resource) -> Table:
    model.Session.remove()
    return model.Session.get(Table, resource["id"])


def test_an_uploaded_table_is_looked_at_and_shown_to_visitors(office):
    resource = office.upload()
    assert office.table(resource["id"])["state"] == "queued"
    office.look()
    found = office.table(resource["id"], "anonymous")
    assert (found["state"], found["rows"], found["errors"]) == ("table", 2, 0)
    assert (found["kind"], found["encoding"], found["delimiter"]) == ("csv", "UTF-8", ",")
    assert [c["type"] for c in found["columns"]] == ["string", "string", "integer"]
    assert found["preview"][0] == ["00070", "Hoàn Kiếm", "105301"]
    assert found["proposed_dictionary"][2]["unit"] == "người"


def test_the_resource_itself_is_not_changed_by_a_look(office, web):
    dataset = office.dataset({"name": "Phường", "url": web("/a.csv"), "format": "CSV"})
    before = office.call("package_show", id=dataset["id"])
    office.look()
    assert office.call("package_show", id=dataset["id"]) == before
    proposals = office.table(dataset["resources"][0]["id"])["proposals"]
    assert proposals["encoding"] == "UTF-8"
    assert proposals["size"] == len(WARDS.encode())


def test_only_what_may_hold_a_table_is_looked_at(office, web):
    urls = [web("/a.csv"), web("/b.pdf"), web("/c"), web("/d.XLSX?x=1")]
    formats = ["", "PDF", "HTML", "WMS"]
    dataset = office.dataset(*({"url": u, "format": f} for u, f in zip(urls, formats, strict=True)))
    noted = {row.resource_id for row in model.Session.query(Table)}
    assert noted == {dataset["resources"][0]["id"], dataset["resources"][3]["id"]}


def test_saving_a_dataset_again_has_nothing_looked_at_again(office, web, httpserver):
    dataset = office.dataset({"url": web("/a.csv"), "format": "CSV"})
    office.look()
    office.call("package_patch", id=dataset["id"], notes="Mô tả khác")
    assert pending.waiting() == 0
    dataset["resources"][0]["url"] = web("/b.csv", WARDS + "00004,Ba Đình,1\n")
    office.call("package_patch", id=dataset["id"], resources=dataset["resources"])
    assert pending.waiting() == 1
    office.look()
    assert office.table(dataset["resources"][0]["id"])["rows"] == 3


def test_a_new_file_under_the_old_name_is_looked_at(office):
    resource = office.upload()
    office.look()
    office.call("resource_update", id=resource["id"], url="phuong.csv", name="phuong.csv",
                upload=office.file(WARDS + "00004,Ba Đình,x\n", "phuong.csv"))  # fmt: skip
    office.look()
    assert office.table(resource["id"])["rows"] == 3


def test_a_file_that_is_no_table_says_why_and_the_dataset_is_public_all_the_same(office):
    resource = office.upload(b"%PDF-1.4 ...", "phuong.csv")
    office.look()
    found = office.table(resource["id"], "anonymous")
    assert (found["state"], found["columns"]) == ("none", [])
    assert "PDF" in found["message"]


def test_a_change_that_is_rolled_back_has_no_job(office, monkeypatch):
    queued = []
    monkeypatch.setattr(pending.WAITING, "enqueue", lambda: queued.append(1))
    dataset = office.dataset()
    del queued[:]
    pending.WAITING.after_commit()
    model.Session.rollback()
    assert queued == []
    office.call("package_patch", id=dataset["id"], resources=[{"url": "http://a.vn/a.csv"}])
    assert queued


def test_many_changes_have_one_job(office, web):
    queue = jobs.get_queue(pending.settings.queue())
    queue.empty()
    pending.WAITING.begun()
    for number in range(5):
        office.dataset({"url": web(f"/{number}.csv"), "format": "CSV"})
    assert [job.meta["title"] for job in queue.jobs].count("Look at tables") == 1


def test_neither_a_fault_of_ours_nor_the_switch_keeps_a_dataset_back(office, monkeypatch):
    monkeypatch.setattr(pending, "_FORGET", "SELECT broken FROM nowhere")
    dataset = office.dataset({"url": "http://a.vn/a.csv", "format": "CSV"})
    assert office.call("package_show", id=dataset["id"])["resources"]
    monkeypatch.setitem(tk.config, "ckanext.hanoi.tables.enabled", False)
    resource = office.upload()
    assert office.table(resource["id"])["state"] == "unknown", "switched off, nothing is noted"
    with pytest.raises(tk.ValidationError, match="switched off"):
        office.call("hanoi_table_check", id=resource["id"])


# -- files elsewhere -------------------------------------------------------------------------


def test_an_address_of_the_inner_network_is_not_fetched(office, web, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.allowed_hosts", [])
    dataset = office.dataset({"url": web("/a.csv"), "format": "CSV"})
    office.look()
    found = office.table(dataset["resources"][0]["id"])
    assert found["state"] == "failed"
    assert found["message"]


def test_a_server_in_trouble_is_asked_later_and_what_was_found_stays(office, web, httpserver):
    dataset = office.dataset({"url": web("/a.csv"), "format": "CSV"})
    resource = dataset["resources"][0]
    office.look()
    httpserver.clear()
    web("/a.csv", "later", 503)
    office.call("hanoi_table_check", id=resource["id"])
    office.look()
    found = office.table(resource["id"])
    assert (found["state"], found["rows"]) == ("failed", 2)
    assert "503" in found["message"]
    assert timedelta(minutes=50) < entry(resource).due - now() < timedelta(minutes=70)


def test_a_file_that_is_gone_is_not_asked_for_at_once_again(office, web):
    dataset = office.dataset({"url": web("/a.csv", "", 404), "format": "CSV"})
    office.look()
    assert entry(dataset["resources"][0]).due - now() > timedelta(days=20)


def test_a_host_that_fails_again_and_again_is_left_alone(office, web, httpserver):
    urls = [web(f"/{number}.csv", "", 404) for number in range(12)]
    office.dataset(*({"url": url, "format": "CSV"} for url in urls))
    office.look()
    assert len(httpserver.log) == worker.HOST_FAILURES


def test_files_of_one_host_are_fetched_with_a_pause(office, web, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.tables.pause", 2)
    naps = []
    monkeypatch.setattr(worker.time, "sleep", naps.append)
    clock = iter(range(10**6))
    monkeypatch.setattr(worker.time, "monotonic", lambda: next(clock) * 0.1)
    office.dataset(*({"url": web(f"/{n}.csv"), "format": "CSV"} for n in range(2)))
    model.Session.remove()
    worker.run(seconds=30)
    assert naps


def test_a_file_that_has_not_changed_is_not_read_again(office, httpserver):
    def answer(request):
        if request.headers.get("If-None-Match") == '"1"':
            return Response(status=304)
        return Response(WARDS, headers={"ETag": '"1"'})

    httpserver.expect_request("/a.csv").respond_with_handler(answer)
    dataset = office.dataset({"url": httpserver.url_for("/a.csv"), "format": "CSV"})
    resource = dataset["resources"][0]
    office.look()
    first = entry(resource)
    assert first.due - now() > timedelta(days=20)
    model.Session.query(Table).update({"due": now()})
    model.Session.commit()
    office.look()
    assert [r[1].status_code for r in httpserver.log] == [200, 304]
    found = office.table(resource["id"])
    assert (found["state"], found["rows"]) == ("table", 2)
    assert entry(resource).looked_at > first.looked_at


def test_a_file_that_is_too_large_has_a_reason(office, web, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.tables.max_bytes", 10)
    dataset = office.dataset({"url": web("/a.csv"), "format": "CSV"})
    uploaded = office.upload()
    office.look()
    for resource in (dataset["resources"][0], uploaded):
        assert "larger than 10 bytes" in office.table(resource["id"])["message"]


# -- processes -------------------------------------------------------------------------------


def test_a_real_worker_does_the_job(office):
    jobs.get_queue(pending.settings.queue()).empty()
    pending.WAITING.begun()
    resource = office.upload()
    from ckan.lib.jobs import Worker

    Worker([pending.settings.queue()]).work(burst=True)
    assert until(lambda: office.table(resource["id"])["state"] == "table")


def test_a_look_that_a_process_died_of_is_tried_again_but_not_for_ever(office):
    resource = office.upload()
    for attempt in range(worker.ATTEMPTS):
        model.Session.query(Table).update({"state": "running"})
        model.Session.commit()
        worker._adopt()
        model.Session.remove()
        expected = "queued" if attempt + 1 < worker.ATTEMPTS else "failed"
        assert entry(resource).state == expected
    assert "several times" in office.table(resource["id"])["message"]


def test_two_processes_do_not_look_at_once(office):
    office.upload()
    with locks.held(worker.LOCK) as got:
        assert got
        assert worker.run() is False
    assert pending.waiting() == 1


def test_what_changes_while_it_is_looked_at_is_looked_at_again(office, web, httpserver):
    dataset = office.dataset({"url": web("/neu.csv"), "format": "CSV"})
    resource = dataset["resources"][0]

    def change(request):
        with model.meta.engine.connect() as connection:
            worker.sa.orm.Session(connection).execute(
                worker.sa.update(Table).values(fingerprint="other", due=now(), state="queued")
            )
            connection.execute(worker.sa.text("COMMIT"))
        return Response("old,file\n1,2\n")

    httpserver.clear()
    httpserver.expect_oneshot_request("/neu.csv").respond_with_handler(change)
    httpserver.expect_request("/neu.csv").respond_with_data(WARDS)
    office.look()
    assert len(httpserver.log) == 2
    assert office.table(resource["id"])["rows"] == 2


# -- the end of things -----------------------------------------------------------------------


def test_what_was_found_goes_with_the_resource(office):
    resource = office.upload()
    office.look()
    office.call("resource_delete", id=resource["id"])
    assert entry(resource) is None


def test_what_was_found_in_a_deleted_dataset_is_kept_for_a_while(office):
    resource = office.upload()
    office.look()
    office.call("package_delete", "admin", id=resource["package_id"])
    assert entry(resource).gone
    assert pending.clean() == (0, False)
    with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
        office.table(resource["id"], "anonymous")
    assert office.call("hanoi_table_clean", "sysadmin", days=0) == {"deleted": 1, "left": False}
    assert entry(resource) is None


def test_a_dataset_that_comes_back_is_looked_at_again(office):
    resource = office.upload()
    office.look()
    office.call("package_delete", "admin", id=resource["package_id"])
    office.call("package_patch", "sysadmin", id=resource["package_id"], state="active")
    assert entry(resource).gone is None
    office.look()
    assert office.table(resource["id"])["state"] == "table"


def test_what_the_database_refuses_of_one_look_keeps_no_other_file_waiting(office, web, refusing):
    urls = [web("/a.csv"), web("/b.csv"), web("/c.csv")]
    dataset = office.dataset(*({"url": url, "format": "CSV"} for url in urls))
    bad = dataset["resources"][1]["id"]
    refusing("54000", table="hanoi_table",
             condition=f"NEW.state = 'table' AND NEW.resource_id = '{bad}'")  # fmt: skip
    office.look()
    states = [office.table(resource["id"])["state"] for resource in dataset["resources"]]
    assert states == ["table", "failed", "table"]
    assert "refused on purpose" in office.table(bad)["message"]
