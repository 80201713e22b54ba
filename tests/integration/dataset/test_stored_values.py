"""A dataset that was there before the schema can be edited, fault by fault."""
from __future__ import annotations

import pytest
from ckan import model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from test_form_served import Browser, agency, editor  # noqa: F401

pytestmark = pytest.mark.usefixtures("catalog")
ODD = {
    "frequency": "thỉnh thoảng", "theme": "khó nói", "issued": "2020-13-45",
    "temporal_start": "2024-01-01", "temporal_end": "2023-01-01", "contact_email": "không có",
    "spatial_coverage": '["nơi khác"]', "access_level": "Ai cũng được",
}


@pytest.fixture
def old(agency):  # noqa: F811
    """A dataset of before: on each page of the form something that the schema refuses."""
    dataset = factories.Dataset(
        title="Cũ", owner_org=agency["id"], resources=[{"url": "https://example.org/a.csv"}]
    )
    package = model.Package.get(dataset["id"])
    package.url = "ftp://example.org/cu"
    package.license_id = "giay-phep-cu"
    package.author, package.author_email = "Trần Văn Mẫu", "không phải thư"
    package.maintainer, package.maintainer_email = "Phòng Mẫu", "mau@example.vn"
    _extras(package, **ODD)
    resource = package.resources[0]
    resource.format = "Bảng tính"
    resource.extras = {**resource.extras, "issued": "hôm qua"}
    model.Session.commit()
    search.rebuild(dataset["id"])
    return dataset["id"]


def call(action, **data):
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return helpers.call_action(action, {"user": user}, **data)


def _extras(package, **values):
    if hasattr(model, "PackageExtra"):  # CKAN 2.11
        package.extras.update(values)
    else:
        package.extras = {**package.extras, **values}


def stored(id_):
    model.Session.expire_all()
    package = model.Package.get(id_)
    extras = dict(package.extras)
    return {key: extras.get(key) for key in ODD} | {
        "url": package.url, "license_id": package.license_id,
        "author_email": package.author_email,
        "resource": dict(package.resources[0].extras).get("issued"),
    }


def test_an_untouched_value_never_blocks_a_change_of_another(old):
    before = stored(old)
    changed = call("package_patch", id=old, notes="Mới")
    assert changed["notes"] == "Mới"
    whole = call("package_show", id=old)
    call("package_update", **{**whole, "title_en": "Old"})
    resource = {**whole["resources"][0], "name": "Bảng"}
    call("resource_update", **resource)
    call("resource_create", package_id=old, url="https://example.org/b.csv")
    assert stored(old) == before
    after = call("package_show", id=old)
    assert after["resources"][0]["name"] == "Bảng"
    assert after["title_en"] == "Old"


@pytest.mark.parametrize(("field", "value"), [
    ("url", "ftp://example.org/khac"), ("frequency", "lúc khác"), ("issued", "2021-99-01"),
    ("license_id", "giay-phep-khac"), ("temporal_end", "2022-01-01"),
    ("contact_email", "vẫn không có"), ("spatial_coverage", ["nơi khác", "nơi khác nữa"]),
])
def test_a_new_value_is_checked(old, field, value):
    with pytest.raises(tk.ValidationError) as refused:
        call("package_patch", id=old, **{field: value})
    assert list(refused.value.error_dict) == [field]


def test_each_fault_is_mended_alone(old):
    for field, value in {"url": "https://example.org/", "frequency": "ANNUAL", "license_id": "",
                         "temporal_end": "2025", "issued": ""}.items():
        call("package_patch", id=old, **{field: value})
    now = stored(old)
    assert now["frequency"] == "ANNUAL"
    assert now["theme"] == ODD["theme"]


def test_a_file_is_changed_where_the_datasets_own_address_is_odd(old):
    resource = call("package_show", id=old)["resources"][0]
    call("resource_patch", id=resource["id"], description="Mới")
    with pytest.raises(tk.ValidationError) as refused:
        call("resource_patch", id=resource["id"], issued="hôm kia")
    assert list(refused.value.error_dict) == ["issued"]


def test_a_draft_still_needs_what_is_required(old, agency):  # noqa: F811
    draft = factories.Dataset(state="draft", title="", name="nhap-cu", owner_org=agency["id"])
    with pytest.raises(tk.ValidationError):
        call("package_patch", id=draft["id"], state="active")


def test_every_page_of_the_form_saves_an_old_dataset_as_it_was(app, old, editor, agency):  # noqa: F811
    browser = Browser(app, editor["token"], "/vi")
    before = stored(old)
    for number in range(1, 6):
        page = browser.open(f"/dataset/edit/{old}/{number}")
        if page.page.select_one("#dataset-edit") is None:
            break
        page.send()
        assert not page.page.select(".error-explanation"), page.text
    assert number >= 4
    assert stored(old) == before


def test_the_people_of_an_old_dataset_are_shown_corrected_and_said_in_rdf(app, old, editor, agency):  # noqa: F811
    browser = Browser(app, editor["token"], "/vi")
    text = browser.open(f"/dataset/{old}").text
    for word in ("Tác giả", "Trần Văn Mẫu", "không phải thư", "Phòng Mẫu", "mau@example.vn"):
        assert word in text
    browser.open(f"/dataset/edit/{old}/2").send(author="Người khác", author_email="")
    assert not browser.page.select(".error-explanation"), browser.text
    call("package_patch", id=old, contact_email="")
    now = call("package_show", id=old)
    assert (now["author"], now["author_email"]) == ("Người khác", "")
    assert now["maintainer_email"] == "mau@example.vn"
    turtle = app.get(f"/dataset/{old}.ttl").body
    assert "Người khác" in turtle
    assert "mailto:mau@example.vn" in turtle
    assert '"2020-13-45"' in turtle
    assert '"2020-13-45"^^' not in turtle
    page = browser.open(f"/dataset/{old}").page
    described = page.select_one("script[type='application/ld+json']")
    assert described.get_text()
    assert "2020-13-45" not in described.get_text()


def test_a_client_of_stock_ckan_finds_every_key_that_it_relies_on(agency):  # noqa: F811
    made = call("package_create", name="toi-thieu", owner_org=agency["id"],
                resources=[{"url": "https://example.org/a"}])
    found = call("package_search", q="name:toi-thieu")["results"][0]
    for dataset in (made, call("package_show", id="toi-thieu"), found):
        assert dataset["extras"] == []
        assert set(dataset) >= set(
            "author author_email creator_user_id groups id isopen license_id license_title "
            "maintainer maintainer_email metadata_created metadata_modified name notes "
            "num_resources num_tags organization owner_org private resources state tags title "
            "type url version".split()
        )
        assert set(dataset["resources"][0]) >= set(
            "cache_url description format hash last_modified mimetype name position size url "
            "url_type".split()
        )


def test_an_organization_without_a_title_is_called_by_its_name():
    made = call("organization_create", name="khong-ten")
    assert made["title"] == "khong-ten"
    call("organization_patch", id="khong-ten", title="Có tên")
    call("organization_update", id="khong-ten", name="khong-ten", description="Mới")
    assert call("organization_show", id="khong-ten")["title"] == "Có tên"


@pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True)
@pytest.mark.ckan_config("ckan.auth.create_dataset_if_not_in_organization", True)
@pytest.mark.ckan_config("ckanext.hanoi.approval", "off")
def test_a_dataset_without_an_organization_is_made_where_ckan_allows_it():
    user = factories.User()
    made = helpers.call_action("package_create", {"user": user["name"], "ignore_auth": False},
                               name="vo-chu", title="Vô chủ")
    assert made["owner_org"] is None
    changed = call("package_patch", id="vo-chu", notes="Mới")
    assert changed["notes"] == "Mới"
