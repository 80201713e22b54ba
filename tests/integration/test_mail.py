"""E-mail: hostile titles and names harm no message, and no message harms the next."""
from __future__ import annotations

from email import message_from_string, policy

import pytest
from ckan import model
from ckan.tests import factories, helpers

from ckanext.hanoi import mail
from ckanext.hanoi.harvest.engine import notify
from ckanext.hanoi.model.harvest import Run, Source

pytestmark = pytest.mark.usefixtures("catalog", "app")

HOSTILE = [
    "Sở\r\nBcc: la@example.org", "Sở\nSubject: khác", "Sở\rX: y", "Sở\x00\x0b\x85 Y",
    "Sở\u2028X: y",
    "=?utf-8?q?S=0D=0ABcc:_la@example.org?=", "Sở =?utf-8?b?SMOgIG7hu5lp?= x", "a" * 3000,
    '"Sở" <la@example.org>, la2@example.org', "\ud800",
]  # fmt: skip


@pytest.fixture
def messages(mail_server):
    """``messages()``: (recipients, message) of what was sent."""
    return lambda: [(entry[2], message_from_string(entry[3], policy=policy.default))
                    for entry in mail_server.get_smtp_messages()]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_subject_or_name_is_one_line_that_says_what_is_written(messages, text):
    sent = mail.send([(text, "a@example.org"), ("B", "b@example.org")], f"Duyệt: {text}", "Thân")
    told = messages()
    assert [to for to, _message in told][-1] == ["b@example.org"]
    assert sent == len(told)
    for to, message in told:
        assert to[0] in ("a@example.org", "b@example.org")
        assert set(message.keys()) <= {"Content-Type", "Content-Transfer-Encoding", "MIME-Version",
                                       "Subject", "From", "To", "Date", "X-Mailer"}
        assert message["Bcc"] is None
        assert message["Subject"].startswith("Duyệt:")
        assert message.get_content().strip() == "Thân"
    if "=?" in text:
        assert "=\u2060?utf-8?" in told[0][1]["Subject"]


def test_an_address_that_fails_never_stops_the_next(messages):
    to = [("A", "a@example.org\r\nBcc: la@example.org"), ("B", "b@exa\nmple.org"), ("C", ""),
          ("D", "sở@example.org"), ("E", "e@example.org")]  # fmt: skip
    assert mail.send(to, "Chủ đề", "Thân") == len(messages())
    recipients = [entry for entry, _message in messages()]
    assert recipients[-1] == ["e@example.org"]
    assert not any("la@example.org" in address for entry in recipients for address in entry)


def test_titles_and_names_are_stored_as_one_line():
    root = {"user": factories.Sysadmin()["name"]}
    two = "Dòng một\r\nBcc: hai\n ba"
    one = "Dòng một Bcc: hai ba"

    def act(action, **data):
        return helpers.call_action(action, dict(root), **data)

    organization = act("organization_create", name="co-quan", title=two)
    assert organization["title"] == one
    assert act("organization_patch", id="co-quan", title=two)["title"] == one
    group = act("group_create", name="nhom", title=two)
    assert group["title"] == one
    assert act("group_patch", id="nhom", title=two)["title"] == one
    user = act("user_create", name="nguoi", email=" nguoi@example.org\n", fullname=two,
               password="only-for-tests")
    assert user["fullname"] == one
    assert act("user_patch", id="nguoi", fullname=two)["fullname"] == one
    assert model.User.get("nguoi").email == "nguoi@example.org"
    dataset = act("package_create", title=two, owner_org=organization["id"],
                  resources=[{"url": "https://example.org/a.csv", "name": two}])
    assert dataset["title"] == one
    assert dataset["resources"][0]["name"] == one
    source = act("hanoi_source_create", name="nguon", title=two, kind="ckan",
                 url="https://example.org", owner_org=organization["id"])
    assert source["title"] == one
    assert act("hanoi_source_update", id="nguon", title=two)["title"] == one


def test_contacts_are_told_of_a_source_that_an_older_version_stored(messages):
    organization = factories.Organization()
    source = Source(name="nguon", title="Cổng\r\nBcc: la@example.org", kind="ckan",
                    url="https://example.org", owner_org=organization["id"], notify="always",
                    contacts=["a@example.org", "b@example.org"])
    model.Session.add(source)
    model.Session.flush()
    run = Run(source_id=source.id, status="failed", counts={})
    model.Session.add(run)
    model.Session.commit()
    notify.run_ended(run.id)
    assert [to for to, _message in messages()] == [["a@example.org"], ["b@example.org"]]
    assert all("Cổng Bcc: la@example.org" in message["Subject"] for _to, message in messages())


def test_all_admins_are_told_whatever_one_of_them_is_called(messages):
    admins = [factories.User(email=f"{letter}@example.org") for letter in "abc"]
    editor = factories.User()
    organization = factories.Organization(users=[
        *({"name": user["name"], "capacity": "admin"} for user in admins),
        {"name": editor["name"], "capacity": "editor"},
    ])  # fmt: skip
    for user in (admins[0], editor):
        stored = model.User.get(user["name"])
        stored.fullname = "Nguyễn\r\nBcc: la@example.org"
    model.repo.commit()
    helpers.call_action("package_create", {"user": editor["name"], "ignore_auth": False},
                        title="=?utf-8?q?x=0AY:_z?=", owner_org=organization["id"])
    from ckanext.hanoi.review import mail as review_mail

    review = model.Session.execute(model.meta.metadata.tables["hanoi_review"].select()).first()
    review_mail.tell(review.id)
    assert sorted(to[0] for to, _message in messages()) == [
        "a@example.org", "b@example.org", "c@example.org"]
