"""Actions whose data name several things at once: who may act on one acts on no other."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi import discovery
from ckanext.hanoi.fetch import settings
from ckanext.hanoi.model.harvest import TABLES, Run, Source

#: Whatever an action may take for the name of something.
KEYS = ("id", "name", "source", "source_id", "package_id", "resource_id", "owner_org",
        "organization")  # fmt: skip
_IDS = ("id", "source_id", "run_id", "package_id", "owner_org")
EVERY = sorted(
    name
    for part in ({"only": "harvest"}, {"without": "harvest"})
    for name in discovery.functions("ckanext.hanoi.logic.action", **part)
    if name.startswith("hanoi_")
)


class Thing:
    """A source of an agency, a run of it with a failure, a dataset and a draft."""

    def __init__(self, admin, portal, number: int) -> None:
        self.secret = f"rat-bi-mat-{number}"
        self.organization = factories.Organization()
        self.user = factories.User()
        admin.call("organization_member_create", id=self.organization["id"],
                   username=self.user["name"], role="admin")  # fmt: skip
        self.source = helpers.call_action(
            "hanoi_source_create", name=f"nguon-{number}", kind="ckan",
            url=f"{portal.url}/?api_key={self.secret}", owner_org=self.organization["id"],
            config=f"keywords: [{self.secret}]",
        )  # fmt: skip
        run = Run(source_id=self.source["id"], status="held", counts={})
        model.Session.add(run)
        model.Session.commit()
        self.run = run.id
        self.dataset = factories.Dataset(
            owner_org=self.organization["id"], private=True, notes=self.secret,
            resources=[{"url": "https://data.example.org/a.csv"}],
        )  # fmt: skip

    def names(self, kind: str) -> list[str]:
        """What may stand for it."""
        return {
            "source": [self.source["id"], self.source["name"]],
            "run": [self.run],
            "dataset": [self.dataset["id"]],
            "resource": [self.dataset["resources"][0]["id"]],
            "agency": [self.organization["id"]],
        }[kind]

    def state(self) -> list[str]:
        """Everything in the database that is its own."""
        model.Session.remove()
        rows = []
        mine = {self.source["id"], self.run, self.dataset["id"], self.organization["id"]}
        ckans: Any = (model.Package, model.Resource)
        for table in (*TABLES, *(cls.__table__ for cls in ckans)):
            found = model.Session.execute(sa.select(table)).mappings()
            rows += sorted(
                repr(dict(row)) for row in found if mine & {str(row.get(key)) for key in _IDS}
            )
        return rows


@pytest.fixture
def two(admin, portal):
    portal.fill(1)
    return Thing(admin, portal, 1), Thing(admin, portal, 2)


def contradictions(own: Thing, victim: Thing):
    """Data that name the victim's under one key and one's own under all others."""
    for kind in ("source", "run", "dataset", "resource", "agency"):
        mine = own.names(kind)[0]
        for name in victim.names(kind):
            for key in ("id", "name", "source_id", "owner_org"):
                yield {**dict.fromkeys(KEYS, mine), key: name}
            yield {**dict.fromkeys(KEYS, name), "id": mine}


def test_no_action_is_led_to_another_agencys_things_by_a_second_name(two):
    own, victim = two
    before = victim.state()
    more = {
        "url": own.source["url"], "kind": "ckan", "config": "", "title": "x", "remark": "x",
        "message": "x", "datasets": "remove", "fields": ["title"], "columns": [], "q": "",
    }  # fmt: skip
    for action in EVERY:
        for data in contradictions(own, victim):
            context = {"user": own.user["name"], "ignore_auth": False}
            try:
                answer = str(helpers.call_action(action, context, **{**more, **data}))
            except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError) as error:
                answer = str(error)
            finally:
                model.Session.rollback()
            assert victim.secret not in answer, (action, data)
        assert victim.state() == before, action


def test_a_source_that_is_called_by_anothers_id_is_not_taken_for_it(two, admin):
    own, victim = two
    context = {"user": own.user["name"], "ignore_auth": False}
    with pytest.raises(tk.ValidationError):
        helpers.call_action("hanoi_source_update", dict(context), id=own.source["id"],
                            name=victim.source["id"])  # fmt: skip
    # one that was called so before names were checked
    model.Session.query(Source).filter_by(id=own.source["id"]).update({"name": victim.source["id"]})
    model.Session.commit()
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action("hanoi_source_update", dict(context), id=victim.source["id"], title="x")
    shown = admin.call("hanoi_source_show", id=victim.source["id"])
    assert shown["id"] == victim.source["id"]


@pytest.mark.parametrize("value", [["a"], {"a": "b"}, 7, "a\0b", True, [[]]])
def test_what_is_no_name_names_nothing(admin, value):
    for action in sorted(discovery.functions("ckanext.hanoi.logic.action", only="harvest")):
        if not action.startswith("hanoi_"):
            continue
        try:
            admin.call(action, id=value)
        except (tk.ObjectNotFound, tk.ValidationError):
            pass
        finally:
            model.Session.rollback()


LOCAL = ["file:///etc/passwd", "FILE:///etc/passwd"]
BLANKS = ["", " ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\x1f", "\x0b", "\ufeff",
          "\u200b", "\x00"]  # fmt: skip


@pytest.mark.parametrize("url", [f"{blank}{url}" for blank in BLANKS for url in LOCAL])
def test_no_page_and_no_worker_reads_a_file_however_its_address_is_written(admin, url):
    own = admin.organization["id"]
    allowed = {"ignore_auth": True, "hanoi_allow_local": True}
    source = helpers.call_action(
        "hanoi_source_create", allowed, name="tep", url="file:///srv/danh-muc.csv",
        kind="inventory", owner_org=own,
    )  # fmt: skip
    user = factories.User()["name"]
    admin.call("organization_member_create", id=own, username=user, role="admin")

    def call(action, **data):
        context = {"user": user, "ignore_auth": False}
        try:
            return helpers.call_action(action, context, kind="inventory", url=url, **data)
        except tk.ValidationError as error:
            return error.error_dict
        finally:
            model.Session.rollback()

    for answer in (
        call("hanoi_harvest_preview", id=source["id"]),
        call("hanoi_harvest_preview", owner_org=own),
        call("hanoi_source_create", name="khac", owner_org=own),
        call("hanoi_source_update", id=source["id"]),
    ):
        assert "changes" not in answer or answer["message"], answer
        assert "root:" not in str(answer)
    # not even where the database has it already
    model.Session.query(Source).update({"url": url.replace("\0", ""), "allow_local": True})
    model.Session.commit()
    with settings.fetcher(allow_local=True) as fetcher:
        assert fetcher.allow_local is False
    answer = helpers.call_action("hanoi_harvest_preview", id=source["id"])
    assert answer["message"]
    assert answer["changes"] == []


def test_a_source_of_a_file_is_not_given_to_a_worker(admin):
    allowed = {"ignore_auth": True, "hanoi_allow_local": True}
    helpers.call_action(
        "hanoi_source_create", allowed, name="tep", url="file:///etc/passwd", kind="inventory",
        owner_org=admin.organization["id"],
    )  # fmt: skip
    with pytest.raises(tk.ValidationError, match="--inline"):
        admin.call("hanoi_harvest_run", id="tep")
    with pytest.raises(tk.ValidationError, match="--inline"):
        admin.run("tep")
    source = admin.source("tep")
    source.schedule, source.next_due = "daily", datetime.now(timezone.utc).replace(tzinfo=None)
    model.Session.commit()
    assert admin.call("hanoi_harvest_due")["queued"] == []
