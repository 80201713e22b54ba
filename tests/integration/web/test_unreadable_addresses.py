"""Stored addresses that can't be taken apart break no page, form, API, feed or index."""
from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib.search import rebuild
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from ckanext.hanoi.dataset.unreadable_addresses import readable

pytestmark = pytest.mark.usefixtures("catalog")

ODD = ["http://[", "http://[::1", "https://]/a", "http://[v1.x", "http://a\uff0f.example.org/x",
       "http://example.org:99999999/a.csv", "http://example.org:x/", "http://ex\x01ample.org/[",
       "//[", "[", "http://\u2100.example.org"]  # fmt: skip


@pytest.fixture
def odd():
    """A dataset, its agency and a person with such addresses wherever there is one."""
    user = factories.User()
    organization = factories.Organization(users=[{"name": user["name"], "capacity": "admin"}])
    dataset = factories.Dataset(owner_org=organization["id"], resources=[
        {"url": f"https://example.org/{n}.csv", "name": f"Tệp {n}"} for n in range(len(ODD))
    ])  # fmt: skip
    for table, column, ids in (
        ("resource", "url", [resource["id"] for resource in dataset["resources"]]),
        ("package", "url", [dataset["id"]]), ("group", "image_url", [organization["id"]]),
        ("user", "image_url", [user["id"]]),
    ):  # fmt: skip
        for id_, address in zip(ids, ODD, strict=False):
            statement = sa.text(f'UPDATE "{table}" SET {column} = :address WHERE id = :id')
            model.Session.execute(statement, {"address": address, "id": id_})
    model.repo.commit_and_remove()
    rebuild(dataset["id"])
    return dataset, organization, user


def test_no_page_fails(app, odd):
    dataset, organization, user = odd
    sysadmin = factories.SysadminWithToken()
    name, agency = dataset["name"], organization["name"]
    files = [f"/dataset/{name}/resource/{one['id']}{more}" for one in dataset["resources"]
             for more in ("", "/edit")]  # fmt: skip
    for path in (
        f"/dataset/{name}", f"/dataset/edit/{name}", f"/dataset/resources/{name}",
        f"/dataset/{name}.ttl", f"/dataset/{name}.xml", f"/dataset/{name}.jsonld", *files,
        "/dataset/", f"/dataset/?q={name}", "/catalog.ttl", "/catalog.jsonld",
        f"/organization/{agency}", f"/organization/edit/{agency}", "/organization/",
        f"/organization/about/{agency}", f"/user/{user['name']}", f"/user/edit/{user['name']}",
        "/", "/feeds/dataset.atom", f"/feeds/organization/{agency}.atom",
    ):  # fmt: skip
        answer = app.get(path, headers={"Authorization": sysadmin["token"]})
        assert answer.status_code == 200, path


def test_no_action_fails_and_nothing_is_changed_by_looking(odd):
    dataset, organization, user = odd
    shown = helpers.call_action("package_show", id=dataset["id"], use_cache=False)
    assert len(shown["resources"]) == len(ODD)
    for one in dataset["resources"]:
        assert helpers.call_action("resource_show", id=one["id"])["id"] == one["id"]
    assert helpers.call_action("resource_search", query="name:Tệp")["count"] == len(ODD)
    assert helpers.call_action("package_search", q="")["count"] == 1
    helpers.call_action("organization_show", id=organization["id"], include_datasets=True)
    helpers.call_action("user_show", id=user["id"])
    stored = model.Session.execute(
        sa.select(model.Resource.url).order_by(model.Resource.position)
    ).scalars()
    assert list(stored) == ODD
    # an edit of something else is possible, and heals
    editor = factories.Sysadmin()
    helpers.call_action("package_patch", {"user": editor["name"]}, id=dataset["id"], notes="Mới")
    assert helpers.call_action("package_show", id=dataset["id"])["notes"] == "Mới"


@pytest.mark.parametrize("address", ODD)
def test_what_is_shown_can_be_taken_apart(address):
    from urllib.parse import urlsplit

    urlsplit(readable(address))


@pytest.mark.parametrize("address", ["http://[", "[", "http://a\uff0f.example.org/x"])
def test_no_such_address_is_stored_anew(address):
    dataset = factories.Dataset(owner_org=factories.Organization()["id"])
    context = {"user": factories.Sysadmin()["name"]}
    for action, values in (
        ("package_patch", {"id": dataset["id"], "resources": [{"url": address}]}),
        ("resource_create", {"package_id": dataset["id"], "url": address}),
    ):
        with pytest.raises(tk.ValidationError):
            helpers.call_action(action, dict(context), **values)
