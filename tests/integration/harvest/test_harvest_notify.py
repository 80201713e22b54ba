"""E-mail to those who want to know, through a real SMTP conversation (CKAN's own test server)."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_string
from email.header import decode_header, make_header

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import helpers
from werkzeug import Response

from ckanext.hanoi.harvest.engine import notify
from ckanext.hanoi.model.base import now


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


@pytest.mark.ckan_config("ckan.locale_default", "vi")
def test_messages_are_in_the_language_of_the_site_and_lead_to_the_report(
    admin, portal, mail_server
):
    portal.fill(1)
    admin.add_source(portal.url, title="Cổng mẫu", contacts=["a@example.org"], notify="always")
    run = admin.run()
    message = message_from_string(mail_server.get_smtp_messages()[0][3])
    assert "Cổng mẫu: hoàn thành" in str(make_header(decode_header(message["Subject"])))
    body = message.get_payload(decode=True).decode()
    assert f"/hanoi/harvest/run/{run['id']}" in body
    assert "tạo mới: 1" in body


def test_the_configured_admins_get_their_digest_once_a_day(
    admin, portal, mail_server, monkeypatch
):
    monkeypatch.setitem(tk.config, "ckanext.hanoi.harvest.digest_to", ["chi@example.org"])
    portal.fill(1)
    admin.add_source(portal.url)
    break_(portal)
    admin.run()
    for _ in range(2):
        helpers.call_action("hanoi_harvest_due")
    assert recipients(mail_server) == [["chi@example.org"]]
