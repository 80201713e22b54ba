"""Who may see, ask for and accept what; lists; the data dictionary; the command line."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import pytest
from ckan.cli.cli import ckan
from ckan.tests import factories
from table_files import WARDS

from ckanext.hanoi import discovery
from ckanext.hanoi.model.harvest import Identity, Source
from ckanext.hanoi.tables import apply, settings

PEOPLE = ("anonymous", "other agency's admin", "member", "editor", "admin", "sysadmin")
EVERYBODY = set(PEOPLE)
ADMINS = {"admin", "sysadmin"}
EDITORS = {"editor", *ADMINS}
INSIDE = {"member", *EDITORS}

DIRTY = "Tên,Số\n" + "".join(f"Trường {n},{n}\n" for n in range(20)) + "Trường 20,không rõ\n"


def allowed(office, action, who, data):
    try:
        tk.check_access(action, {"user": office.user(who)}, dict(data))
    except tk.NotAuthorized:
        return False
    return True


def test_each_action_is_open_to_those_it_is_meant_for_and_to_nobody_else(office):
    public = office.upload()
    private = office.upload(name="rieng.csv", private=True)
    agency = {"owner_org": office.organization["id"]}
    expected = [
        ("hanoi_table_list", {}, EVERYBODY),
        ("hanoi_table_show", {"id": public["id"]}, EVERYBODY),
        ("hanoi_table_show", {"id": private["id"]}, INSIDE),
        ("hanoi_table_check", {"id": public["id"]}, EDITORS),
        ("hanoi_table_check", {"package_id": public["package_id"]}, EDITORS),
        ("hanoi_table_check", agency, ADMINS),
        ("hanoi_table_check", {"all": True}, {"sysadmin"}),
        ("hanoi_table_check", {"all": True, **agency}, ADMINS),
        ("hanoi_table_fill", {"id": public["id"]}, EDITORS),
        ("hanoi_dictionary_accept", {"id": public["id"]}, EDITORS),
        ("hanoi_table_clean", {}, {"sysadmin"}),
    ]
    for action, data, who in expected:
        found = {name for name in PEOPLE if allowed(office, action, name, data)}
        assert found == who, (action, data)
    actions = discovery.public_functions(
        __import__("ckanext.hanoi.logic.action.tables", fromlist=["tables"])
    )
    assert set(actions) == {action for action, _, _ in expected}

    office.look()
    for name in PEOPLE:
        listed = {row["resource_id"] for row in office.call("hanoi_table_list", name)["results"]}
        assert (private["id"] in listed) is (name in INSIDE), name
        assert public["id"] in listed


def test_the_list_can_be_filtered_sorted_counted_by_agency_and_exported(office, app):
    good = office.upload(title="Phường xã")
    bad = office.upload(DIRTY, "truong.csv", title="Trường mầm non")
    none = office.upload(b"%PDF-", "khong.csv", title="Tài liệu")
    office.look()

    def found(**asked):
        return [row["resource_id"] for row in office.call("hanoi_table_list", **asked)["results"]]

    assert found()[0] == bad["id"]
    assert found(sort="title") == [good["id"], none["id"], bad["id"]]
    assert set(found(problems=True)) == {bad["id"], none["id"]}
    assert found(state="none") == [none["id"]]
    assert found(q="truong mam NON") == [bad["id"]]
    assert found(owner_org="none-such") == []
    assert found(sort="rows", limit=1, offset=1) == [good["id"]]
    agency = office.call("hanoi_table_list")["agencies"][0]
    assert (agency["title"], agency["tables"], agency["with_errors"], agency["errors"],
            agency["unreadable"]) == ("Sở Nội vụ", 3, 1, 1, 1)  # fmt: skip
    with pytest.raises(tk.ValidationError, match="Choose one of"):
        found(state="broken")

    exported = app.get("/hanoi/tables?format=csv&sort=title").data.decode("utf-8-sig").splitlines()
    assert exported[0].startswith("organization_title,package_title,resource_name,state,errors")
    assert exported[3].startswith("Sở Nội vụ,Trường mầm non,truong.csv,table,1,21,2,csv,UTF-8")
    errors = app.get(f"/hanoi/tables/{bad['id']}?format=csv").data.decode("utf-8-sig")
    assert "22,2,type-error,\"Row 22, column Số: “không rõ” is not a whole number.\"" in errors


def test_what_is_asked_for_is_looked_at_again(office, web):
    dataset = office.dataset({"url": web("/a.csv"), "format": "CSV"},
                             {"url": web("/b.bin"), "format": "ZIP"})  # fmt: skip
    table, other = dataset["resources"]
    office.look()
    assert office.call("hanoi_table_check", id=table["id"]) == {"queued": 1}
    assert office.call("hanoi_table_check", package_id=dataset["name"]) == {"queued": 1}
    assert office.call("hanoi_table_check", "admin", owner_org="so-noi-vu") == {"queued": 1}
    assert office.call("hanoi_table_check", "sysadmin", all=True) == {"queued": 1}
    assert office.table(table["id"])["state"] == "queued"
    assert office.call("hanoi_table_check", id=other["id"]) == {"queued": 1}
    office.look()
    assert office.table(other["id"])["rows"] == 2, "asked for, any format is looked at"
    with pytest.raises(tk.ValidationError, match="Say which"):
        office.call("hanoi_table_check", "sysadmin")


# -- the dictionary --------------------------------------------------------------------------


def test_a_dictionary_is_accepted_edited_and_stands_in_the_resource(office):
    resource = office.upload()
    with pytest.raises(tk.ValidationError, match="No table was found"):
        office.call("hanoi_dictionary_accept", id=resource["id"])
    office.look()
    done = office.call("hanoi_dictionary_accept", id=resource["id"], columns=[
        {"name": "Tên phường", "description": "tên\n đầy  đủ"},
        {"name": "Mã", "description": "mã đơn vị hành chính", "unit": ""},
    ])  # fmt: skip
    text = (
        "Mã: mã đơn vị hành chính (chữ)\nTên phường: tên đầy đủ (chữ)\n"
        "Số dân (người): (số nguyên; đơn vị: người)"
    )
    assert (done["text"], done["written_to_resource"]) == (text, True)
    assert office.call("resource_show", id=resource["id"])["data_dictionary"] == text
    shown = office.table(resource["id"], "anonymous")
    assert shown["dictionary"][1]["description"] == "tên đầy đủ"
    assert office.table(resource["id"])["state"] == "table", "the file is the same: no new look"
    office.call("hanoi_dictionary_accept", id=resource["id"],
                columns=[{"name": "Mã", "description": "mã"}])  # fmt: skip
    assert office.call("resource_show", id=resource["id"])["data_dictionary"].startswith("Mã: mã (")


def test_a_text_that_a_publisher_wrote_is_replaced_only_when_asked(office):
    resource = office.upload()
    office.call("resource_patch", id=resource["id"], data_dictionary="Xem http://a.vn/giai-thich")
    office.look()
    with pytest.raises(tk.ValidationError, match="has a data dictionary already"):
        office.call("hanoi_dictionary_accept", id=resource["id"])
    office.call("hanoi_dictionary_accept", id=resource["id"], replace=True)
    assert "giai-thich" not in office.call("resource_show", id=resource["id"])["data_dictionary"]


def test_a_dictionary_that_does_not_fit_the_table_is_refused_with_its_place(office):
    resource = office.upload()
    office.look()
    wrong = [{"name": "Mã", "type": "money"}, {"name": "Cột lạ"}]
    with pytest.raises(tk.ValidationError) as error:
        office.call("hanoi_dictionary_accept", id=resource["id"], columns=wrong)
    first, second = error.value.error_dict["columns"]
    assert "Entry 1: “money” is no type" in first
    assert "Entry 2: the table has no column “Cột lạ”" in second
    for columns in ("text", [1], {"name": "Mã"}):
        with pytest.raises(tk.ValidationError, match="Give a list"):
            office.call("hanoi_dictionary_accept", id=resource["id"], columns=columns)


def test_a_harvested_resource_stays_as_its_source_has_it(office):
    from ckan import model

    resource = office.upload()
    office.look()
    source = Source(name="cong", url="http://a.vn", kind="ckan")
    model.Session.add(source)
    model.Session.flush()
    model.Session.add(Identity(source_id=source.id, guid="1", package_id=resource["package_id"]))
    model.Session.commit()
    before = office.call("resource_show", id=resource["id"])
    done = office.call("hanoi_dictionary_accept", id=resource["id"],
                       columns=[{"name": "Mã", "description": "mã phường"}])  # fmt: skip
    assert done["written_to_resource"] is False
    assert office.table(resource["id"])["dictionary"][0]["description"] == "mã phường"
    with pytest.raises(tk.ValidationError, match="harvested"):
        office.call("hanoi_table_fill", id=resource["id"], fields=["encoding"])
    assert office.call("resource_show", id=resource["id"]) == before


def test_proposals_are_taken_over_into_the_resource(office, web):
    dataset = office.dataset({"name": "phuong.csv", "url": web("/phuong.csv")})
    resource = dataset["resources"][0]
    office.look()
    proposals = office.table(resource["id"])["proposals"]
    assert set(proposals) <= set(apply.FIELDS)
    with pytest.raises(tk.ValidationError, match="is not proposed"):
        office.call("hanoi_table_fill", id=resource["id"], fields=["url"])
    done = office.call("hanoi_table_fill", id=resource["id"], fields=["encoding", "hash"])
    shown = office.call("resource_show", id=resource["id"])
    assert (shown["encoding"], shown["hash"]) == ("UTF-8", proposals["hash"])
    assert shown["hash_algorithm"] == "sha256"
    assert done["encoding"] == "UTF-8"


# -- pages and the command line --------------------------------------------------------------


def test_pages_show_what_was_found_to_whom_it_may_be_shown(office, app):
    public = office.upload(DIRTY, "truong.csv")
    private = office.upload(name="rieng.csv", private=True)
    office.look()
    page = f"/dataset/{public['package_id']}/resource/{public['id']}"
    visitor = app.get(page).body
    assert "The table" in visitor
    assert "“không rõ” is not a whole number" in visitor
    assert "Check again" not in visitor
    assert app.get(f"/vi/hanoi/tables/{public['id']}").status_code == 200
    assert app.get("/hanoi/tables").body.count("truong.csv") == 1
    answer = app.get(f"/hanoi/tables/{private['id']}", follow_redirects=False)
    assert "/user/login" in answer.headers["Location"]
    assert app.get("/hanoi/tables/none").status_code == 404
    assert app.get("/hanoi/tables?state=x").status_code == 400
    assert app.post(f"/hanoi/tables/{public['id']}/check").status_code in (401, 403)
    answer = app.get(f"/hanoi/tables/{public['id']}/dictionary", follow_redirects=False)
    assert "/user/login" in answer.headers["Location"]

    token = factories.APIToken(user=office.user("editor"))["token"]
    as_editor = {"Authorization": token}
    assert "Check again" in app.get(page, headers=as_editor).body
    address = f"/hanoi/tables/{public['id']}"
    form = app.get(f"{address}/dictionary", headers=as_editor).body
    assert 'name="description-1"' in form
    app.post(f"{address}/dictionary", headers=as_editor,
             data={"description-1": "tên trường", "unit-2": "lớp"})  # fmt: skip
    assert office.table(public["id"])["dictionary"][1]["unit"] == "lớp"
    assert "tên trường" in app.get(page).body
    app.post(f"{address}/fill", headers=as_editor, data={"fields": ["encoding"]})
    assert office.call("resource_show", id=public["id"])["encoding"] == "UTF-8"
    app.post(f"{address}/check", headers=as_editor, data={"back": "resource"})
    assert office.table(public["id"])["state"] == "queued"


def test_a_file_that_nobody_looked_at_has_its_pages_and_the_same_answer(office, app):
    dataset = office.dataset({"url": "https://example.org/trang"})
    resource = dataset["resources"][0]["id"]
    office.call("hanoi_table_clean", "sysadmin")
    nothing = office.table(resource)
    looked_at = office.upload()
    office.look()
    assert nothing.keys() == office.table(looked_at["id"]).keys()
    as_editor = {"Authorization": factories.APIToken(user=office.user("editor"))["token"]}
    for page in ("", "/dictionary"):
        answer = app.get(f"/hanoi/tables/{resource}{page}", headers=as_editor)
        assert answer.status_code == 200
    answer = app.post(f"/hanoi/tables/{resource}/dictionary", headers=as_editor)
    assert answer.status_code < 500


def test_the_command_line_looks_lists_and_cleans(office, cli, monkeypatch):
    # a command reads the configuration anew
    monkeypatch.setattr(settings, "enabled", lambda: True)
    resource = office.upload(DIRTY, "truong.csv")
    done = cli.invoke(ckan, ["hanoi", "tables", "check", resource["id"]])
    assert done.exit_code == 0, done.output
    assert "21 rows, 1 errors, csv, UTF-8" in done.output
    assert "“không rõ” is not a whole number" in done.output
    office.upload(WARDS, "phuong.csv")
    everything = cli.invoke(ckan, ["hanoi", "tables", "check", "--agency", "so-noi-vu", "--json"])
    assert "2 to look at" in everything.stderr
    assert {row["state"] for row in json.loads(everything.stdout)} == {"table"}
    found = cli.invoke(ckan, ["hanoi", "tables", "list", "--problems", "--json"])
    assert [row["resource_id"] for row in json.loads(found.stdout)] == [resource["id"]]
    assert cli.invoke(ckan, ["hanoi", "tables", "check", "--all", "--queue"]).exit_code == 0
    assert office.table(resource["id"])["state"] == "queued"
    assert "0 deleted" in cli.invoke(ckan, ["hanoi", "tables", "clean"]).output
    assert cli.invoke(ckan, ["hanoi", "tables", "check", "none"]).exit_code == 1
