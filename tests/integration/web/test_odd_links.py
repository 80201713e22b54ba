"""Links to files: none acts, none ends in an internal error, whatever is stored."""
from __future__ import annotations

import pytest
from ckan import model
from ckan.lib.search import rebuild
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from ckanext.hanoi.parsing.active_links import leads_somewhere

pytestmark = pytest.mark.usefixtures("catalog")

ACTIVE = ["\x01javascript:alert(1)", "java\nscript:alert(1)", "\u200bdata:text/html,x",
          "javascript\uff1aalert(1)", "\tvbscript:1"]  # fmt: skip


@pytest.fixture
def dataset():
    return factories.Dataset(owner_org=factories.Organization()["id"], resources=[
        {"url": "https://example.org/a.csv", "name": "a"}])  # fmt: skip


def stored(resource_id, address):
    """As an older version, or another program, may have left it."""
    resource = model.Resource.get(resource_id)
    package_id, resource.url = resource.package_id, address
    model.repo.commit_and_remove()
    if leads_somewhere(address):
        rebuild(package_id)


@pytest.mark.parametrize("address", ACTIVE)
def test_no_address_that_acts_is_stored(dataset, address):
    context = {"user": helpers.call_action("get_site_user", {"ignore_auth": True})["name"]}
    for values in ({"resources": [{"url": address}]}, {"url": address}):
        with pytest.raises(tk.ValidationError):
            helpers.call_action("package_patch", context, id=dataset["id"], **values)
    with pytest.raises(tk.ValidationError):
        helpers.call_action("organization_patch", context, id=dataset["owner_org"],
                            website=address)  # fmt: skip


@pytest.mark.parametrize("address", [
    *ACTIVE, "javascript:alert(1)", "geo:21,105", "urn:isbn:1", "C:\\a.csv", "sftp://a", "a:b",
    "", "http://example.org/\x01\r\nX: 1", "mailto:a@example.org",
])  # fmt: skip
def test_a_stored_address_that_can_not_be_opened_is_not_found(app, dataset, address):
    resource = dataset["resources"][0]
    stored(resource["id"], address)
    for path in ("download", "download/a.csv"):
        answer = app.get(f"/dataset/{dataset['id']}/resource/{resource['id']}/{path}",
                         follow_redirects=False)  # fmt: skip
        assert answer.status_code == 404
    page = app.get(f"/dataset/{dataset['id']}/resource/{resource['id']}")
    assert page.status_code == 200
    for found in (page.body, app.get(f"/dataset/{dataset['id']}").body):
        assert 'href="javascript' not in found.lower()


def test_an_address_that_can_not_be_taken_apart_is_not_found(app, dataset):
    resource = dataset["resources"][0]
    stored(resource["id"], "http://[example")
    answer = app.get(f"/dataset/{dataset['id']}/resource/{resource['id']}/download",
                     follow_redirects=False)  # fmt: skip
    assert answer.status_code == 404


def test_an_address_leads_where_it_did(app, dataset):
    resource = dataset["resources"][0]
    for address, target in (("https://example.org/a b.csv", "https://example.org/a"),
                            ("example.org/a.csv", "http://example.org/a.csv"),
                            ("//example.org/a.csv", "http://example.org/a.csv"),
                            ("ftp://example.org/a.csv", "ftp://example.org/a.csv")):  # fmt: skip
        stored(resource["id"], address)
        answer = app.get(f"/dataset/{dataset['id']}/resource/{resource['id']}/download",
                         follow_redirects=False)  # fmt: skip
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(target)
