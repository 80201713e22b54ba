"""Who works along on a dataset of another agency does not move it to the own one."""
from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers

pytestmark = pytest.mark.ckan_config("ckan.auth.allow_dataset_collaborators", True)


def test_the_form_leaves_the_dataset_with_its_agency(catalog, app):
    user = factories.UserWithToken()
    agency = factories.Organization(title="Sở Y tế")
    factories.Organization(users=[{"name": user["name"], "capacity": "admin"}])
    dataset = factories.Dataset(owner_org=agency["id"])
    helpers.call_action(
        "package_collaborator_create", id=dataset["id"], user_id=user["name"], capacity="editor"
    )
    answer = app.get(f"/dataset/edit/{dataset['name']}", headers={"Authorization": user["token"]})
    page = BeautifulSoup(answer.body, "html.parser")
    assert page.select("select[name=owner_org]") == []
    (kept,) = page.select("input[name=owner_org]")
    assert kept["value"] == agency["id"]
    assert page.find(id="field-organizations").get_text(strip=True) == "Sở Y tế"


def test_who_may_move_it_chooses(catalog, app):
    user = factories.UserWithToken()
    agency = factories.Organization(users=[{"name": user["name"], "capacity": "admin"}])
    dataset = factories.Dataset(owner_org=agency["id"])
    answer = app.get(f"/dataset/edit/{dataset['name']}", headers={"Authorization": user["token"]})
    page = BeautifulSoup(answer.body, "html.parser")
    assert page.select_one("select[name=owner_org] option[selected]")["value"] == agency["id"]
