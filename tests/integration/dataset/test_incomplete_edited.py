"""What lacks something can be mended: every page of the form opens for an incomplete dataset."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture
def editor():
    return factories.UserWithToken()


@pytest.fixture
def agency(editor):
    return factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])


@pytest.fixture
def opened(app, editor):
    def open_(path):
        answer = app.get(f"/vi{path}", headers={"Authorization": editor["token"]})
        assert answer.status_code == 200, path
        return BeautifulSoup(answer.body, "html.parser")

    return open_


LINK = "https://example.org/a.csv"
FILES = {
    "no file": [],
    "one that lacks all": [{"url": LINK}],
    "the same said of each": [{"url": "https://example.org/a"}, {"url": "https://example.org/b"}],
    "one of two lacks something": [
        {"url": LINK, "format": "CSV", "mimetype": "text/csv", "size": 9},
        {"url": "https://example.org/b", "name": "B"},
    ],
}


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
@pytest.mark.parametrize("state", ["active", "draft"])
def test_each_page_of_the_form_opens_and_says_what_is_missing(opened, agency, files, state):
    dataset = factories.Dataset(
        name="thieu", title="Thiếu", notes="", owner_org=agency["id"], resources=files
    )
    if state == "draft":
        model.Package.get(dataset["id"]).state = "draft"
        model.repo.commit_and_remove()
    paths = [f"/dataset/edit/thieu/{number}" for number in range(1, 5)]
    paths += [f"/dataset/new/thieu/{number}" for number in range(1, 5)] if state == "draft" else []
    paths += ["/dataset/edit/thieu", "/dataset/thieu/resource/new", "/dataset/resources/thieu"]
    for path in paths:
        opened(path)
    for resource in dataset["resources"]:
        opened(f"/dataset/thieu/resource/{resource['id']}/edit")
    missing = opened("/dataset/edit/thieu/1").select_one(".hanoi-form-score .hanoi-missing")
    named = missing.select(".hanoi-missing-files")
    assert bool(named) is (files is FILES["one of two lacks something"])


def test_a_file_without_an_address_has_its_form_too(opened, agency):
    dataset = factories.Dataset(name="thieu", owner_org=agency["id"], resources=[{"url": LINK}])
    model.Resource.get(dataset["resources"][0]["id"]).url = ""
    model.repo.commit_and_remove()
    opened("/dataset/edit/thieu")
    opened(f"/dataset/thieu/resource/{dataset['resources'][0]['id']}/edit")
