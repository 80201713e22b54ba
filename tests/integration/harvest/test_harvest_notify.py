"""E-mail to those who want to know, through a real SMTP conversation (CKAN's own test server)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ckan import model
from werkzeug import Response

from ckanext.hanoi.harvest import notify
from ckanext.hanoi.model.harvest import now


def recipients(mail_server):
    return [message[2] for message in mail_server.get_smtp_messages()]


def break_(portal):
    portal.answer = lambda request: Response("no", status=404)


@pytest.mark.parametrize(
    ("choice", "after_success", "after_failure"),
    [("always", 1, 2), ("error", 0, 1), ("never", 0, 0)],
)
def test_contacts_are_told_as_the_source_chooses(
    admin, portal, mail_server, choice, after_success, after_failure
):
    portal.fill(2)
    admin.add_source(portal.url, notify=choice, contacts=["cau@example.org"])
    admin.run()
    assert len(recipients(mail_server)) == after_success
    break_(portal)
    admin.run()
    assert len(recipients(mail_server)) == after_failure


def test_a_hold_is_told_once_and_not_at_every_run_that_finds_it_again(admin, portal, mail_server):
    portal.fill(20)
    admin.add_source(portal.url, contacts=["a@example.org", "b@example.org"])
    admin.run()
    portal.datasets = []
    admin.run()
    assert recipients(mail_server) == [["a@example.org"], ["b@example.org"]]
    admin.run()
    assert len(recipients(mail_server)) == 2


def test_admins_get_one_digest_of_all_that_needs_attention(admin, portal, mail_server):
    portal.fill(1)
    admin.add_source(portal.url, name="mot")
    admin.add_source(portal.url, name="hai")
    since = now() - timedelta(days=1)
    assert notify.digest(["admin@example.org"], since) == 0
    assert recipients(mail_server) == []
    break_(portal)
    admin.run("mot")
    admin.run("hai")
    model.Session.remove()
    assert notify.digest(["admin@example.org"], since) == 2
    assert recipients(mail_server) == [["admin@example.org"]]


def test_a_mail_server_that_is_down_harms_no_run(admin, portal):
    portal.fill(1)
    admin.add_source(portal.url, notify="always", contacts=["a@example.org"])
    assert admin.run()["status"] == "finished"
