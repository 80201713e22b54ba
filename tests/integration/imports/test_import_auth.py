"""Who may use the workbook of an agency: its editors and admins, and nobody else."""

from __future__ import annotations

import io

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers


@pytest.fixture
def people(publisher):
    """One of each kind of user, by what they are to the agency; and whether they may."""
    member, admin, editor, stranger = (factories.User() for _ in range(4))
    for user, role in ((member, "member"), (admin, "admin"), (editor, "editor")):
        helpers.call_action("organization_member_create", id=publisher.agency["id"],
                            username=user["name"], role=role)  # fmt: skip
    factories.Organization(users=[{"name": stranger["name"], "capacity": "admin"}])
    return {
        "anonymous": ({"name": ""}, False),
        "member": (member, False),
        "admin of another agency": (stranger, False),
        "editor": (editor, True),
        "admin": (admin, True),
        "sysadmin": (factories.Sysadmin(), True),
    }


def allowed(publisher, user, action, **data):
    try:
        publisher.call(action, user, **data)
    except tk.NotAuthorized:
        return False
    except tk.ValidationError:
        return True
    return True


def dismiss(publisher):
    publisher.call("organization_member_delete", factories.Sysadmin(), id=publisher.agency["id"],
                   username=publisher.person["name"])  # fmt: skip


def test_only_editors_and_admins_of_the_agency_may(publisher, people, edit):
    publisher.dataset(private=True)
    workbook = edit(publisher.workbook(), lambda data, files: data.add(Tên_tập_dữ_liệu="Chợ"))
    made = publisher.create(workbook)
    org, id_ = publisher.agency["name"], made["id"]
    found = {}
    for name, (user, expected) in people.items():
        calls = {
            "hanoi_template_show": {"owner_org": org},
            "hanoi_import_preview": {"owner_org": org, "upload": io.BytesIO(workbook)},
            "hanoi_import_create": {"owner_org": org, "upload": io.BytesIO(b"")},
            "hanoi_import_list": {"owner_org": org},
            "hanoi_import_show": {"id": id_},
            "hanoi_import_check": {"id": id_},
            "hanoi_import_run": {"id": "x" if expected else id_},
            "hanoi_import_abort": {"id": "x" if expected else id_},
        }
        for action, data in calls.items():
            if data.get("id") == "x":
                continue
            if allowed(publisher, user, action, **data) != expected:
                found[name, action] = not expected
    assert found == {}
    assert publisher.report(id_)["status"] == "ready"


def test_everybody_sees_the_imports_of_the_own_agencies_only(publisher, people):
    publisher.create(_csv())
    seen = {}
    for name, (user, _may) in people.items():
        try:
            found = publisher.call("hanoi_import_list", user, limit=1000)
            seen[name] = len([one for one in found if one["owner_org"] == publisher.agency["id"]])
        except tk.NotAuthorized:
            seen[name] = None
    assert seen == {"anonymous": None, "member": None, "admin of another agency": 0, "editor": 1,
                    "admin": 1, "sysadmin": 1}  # fmt: skip


def _csv():
    return "Tên tập dữ liệu,Mô tả\nChợ,Danh sách chợ\n".encode()


def test_whoever_starts_an_import_writes_the_datasets_with_own_rights(publisher, people):
    made = publisher.create(_csv())
    dismiss(publisher)
    with pytest.raises(tk.NotAuthorized):
        publisher.call("hanoi_import_run", id=made["id"])
    admin = people["admin"][0]
    context = {"user": admin["name"], "ignore_auth": False, "hanoi_inline": True}
    report = helpers.call_action("hanoi_import_run", context, id=made["id"])
    assert report["counts"]["done"] == 1
    assert publisher.datasets()[0]["creator_user_id"] == admin["id"]


def test_what_an_editor_imports_waits_for_approval(publisher, people):
    editor = people["editor"][0]
    made = publisher.call("hanoi_import_create", editor, upload=io.BytesIO(_csv()),
                          owner_org=publisher.agency["name"])  # fmt: skip
    context = {"user": editor["name"], "ignore_auth": False, "hanoi_inline": True}
    report = helpers.call_action("hanoi_import_run", context, id=made["id"])
    assert (report["status"], report["counts"]["done"]) == ("finished", 1)
    (dataset,) = publisher.datasets()
    assert dataset["private"] is True
    again = publisher.call("hanoi_import_create", editor, upload=io.BytesIO(_csv()),
                           owner_org=publisher.agency["name"])  # fmt: skip
    assert again["counts"]["unchanged"] == 1


def test_rights_lost_in_the_meantime_are_an_error_of_each_row(publisher):
    from ckan import model

    from ckanext.hanoi.imports import store, worker

    made = publisher.create(_csv())
    assert store.move(made["id"], "queued", "ready")
    dismiss(publisher)
    worker.run_import(made["id"])
    model.Session.remove()
    report = helpers.call_action("hanoi_import_show", id=made["id"])
    assert "you may not write this dataset" in report["rows"][0]["messages"][0]
    assert publisher.datasets() == []


def test_without_an_agency_the_workbook_is_empty(publisher):
    import base64

    import spreadsheets

    publisher.dataset()
    found = publisher.call("hanoi_template_show", lang="en")
    grids = spreadsheets.grids(base64.b64decode(found["content"]))
    assert len(grids["Datasets"]) == 1


def test_more_datasets_than_a_workbook_may_have_are_refused_with_the_remedy(publisher, monkeypatch):
    publisher.dataset()
    publisher.dataset()
    monkeypatch.setitem(tk.config, "ckanext.hanoi.import.max_rows", 1)
    with pytest.raises(tk.ValidationError, match="2 datasets, a workbook can have 1"):
        publisher.call("hanoi_template_show", owner_org=publisher.agency["name"])
