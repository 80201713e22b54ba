"""An admin enables the plugins; the schema configures itself, and what the admin writes wins."""
from __future__ import annotations

import contextlib
import json

import ckan.plugins as p
import pytest
from ckan.common import config
from ckan.exceptions import CkanConfigurationException
from ckan.model.license import LicenseRegister
from ckanext.scheming.plugins import SchemingDatasetsPlugin, SchemingOrganizationsPlugin

from ckanext.hanoi.dataset.config import DEFAULTS


@pytest.fixture
def load(monkeypatch):
    """Load plugins with these options, as if CKAN were just starting."""
    plugins = config["ckan.plugins"]

    def start(names, **options):
        p.unload_all()
        for key in DEFAULTS:
            monkeypatch.delitem(config, key, raising=False)
        for key, value in {"ckan.plugins": names, **options}.items():
            monkeypatch.setitem(config, key, value)
        p.load_all()

    yield start
    monkeypatch.undo()
    config["ckan.plugins"] = plugins
    p.unload_all()
    p.load_all()


@pytest.fixture
def licenses(tmp_path):
    """A register of an admin's own, with one licence."""
    path = tmp_path / "licenses.json"
    path.write_text(json.dumps([{
        "id": "của-riêng", "title": "Của riêng", "status": "active", "url": "",
        "domain_content": "False", "domain_data": "True", "domain_software": "False",
        "family": "", "is_generic": "False", "maintainer": "", "od_conformance": "approved",
        "osd_conformance": "not reviewed",
    }]))
    return path


@pytest.mark.parametrize(
    "names", ["hanoi scheming_datasets scheming_organizations",
              "scheming_datasets scheming_organizations hanoi"],
)
def test_the_schema_is_there_wherever_the_plugin_stands(load, names):
    load(names)
    fields = SchemingDatasetsPlugin.instance._expanded_schemas["dataset"]["dataset_fields"]
    assert "frequency" in [field["field_name"] for field in fields]
    assert "vn-luat-gddt-2023" in LicenseRegister()


def test_what_the_admin_writes_wins(load, licenses):
    load("hanoi scheming_datasets scheming_organizations", **{
        "scheming.dataset_schemas": "ckanext.scheming:ckan_formpages.yaml",
        "scheming.presets": "ckanext.scheming:presets.json",
        "scheming.organization_schemas": "ckanext.scheming:org_with_dept_id.json",
        "licenses_group_url": f"file://{licenses}",
    })
    assert set(SchemingDatasetsPlugin.instance._schemas) == {"formpages"}
    assert list(LicenseRegister()) == ["của-riêng"]


def test_an_option_that_is_written_but_empty_is_none(load):
    """``ckan generate config`` writes ``licenses_group_url =``."""
    load("hanoi scheming_datasets scheming_organizations", **dict.fromkeys(DEFAULTS, ""))
    fields = SchemingDatasetsPlugin.instance._expanded_schemas["dataset"]["dataset_fields"]
    assert "frequency" in [field["field_name"] for field in fields]
    assert "code" in [
        field["field_name"] for field in
        SchemingOrganizationsPlugin.instance._expanded_schemas["organization"]["fields"]
    ]
    assert LicenseRegister()["vn-luat-gddt-2023"].title


def test_each_of_our_options_has_its_default_where_it_is_empty(load, monkeypatch):
    from ckan.common import config_declaration

    names = "hanoi hanoi_harvest scheming_datasets scheming_organizations"
    load(names)
    ours = [str(key) for key in config_declaration.iter_options() if "ckanext.hanoi" in str(key)]
    assert len(ours) > 30
    for key in ours:
        monkeypatch.delitem(config, key)
    config_declaration.make_safe(config)
    config_declaration.normalize(config)
    defaults = {key: config[key] for key in ours}
    load(names, **dict.fromkeys(ours, ""))
    assert {key: config[key] or None for key in ours} == {
        key: value or None for key, value in defaults.items()
    }


def test_doctor_sees_licences_that_are_not_ours(load, licenses):
    names = "hanoi scheming_datasets scheming_organizations"
    finding = _finding(load, names)
    assert finding["level"] == "ok", finding
    finding = _finding(load, names, licenses_group_url=f"file://{licenses}")
    assert finding["level"] == "warning"
    assert "licenses_group_url" in finding["remedy"]


def _finding(load, names, **options):
    from ckan import model

    load(names, **options)
    # read once, and kept for the life of the process
    if hasattr(model.Package, "_license_register"):
        del model.Package._license_register
    try:
        return _finding_named("licences")
    finally:
        del model.Package._license_register


def _finding_named(name):
    from ckanext.hanoi import doctor

    findings = [check().as_dict() for check in doctor.checks()]
    return next(finding for finding in findings if finding["name"] == name)


def test_stock_ckan_stays_stock_without_the_plugin(load):
    load("activity")
    assert not config.get("licenses_group_url")
    assert next(iter(LicenseRegister())) == "notspecified"


def test_doctor_tells_that_the_index_is_from_before_the_plugin_and_edits_lose_nothing(
    load, clean_db, clean_index, migrated_plugins
):
    from ckan.lib import search
    from ckan.tests import factories, helpers
    from click.testing import CliRunner

    from ckanext.hanoi import cli
    from ckanext.hanoi.search.index_layout import indexed_without_extension

    load("stats")
    before = factories.Dataset(
        title="Cũ", owner_org=factories.Organization()["id"],
        extras=[{"key": "frequency", "value": "ANNUAL"}, {"key": "Khác", "value": "x"}],
    )
    load("hanoi hanoi_harvest scheming_datasets scheming_organizations")
    migrated_plugins()
    assert indexed_without_extension() == 1
    assert _finding_named("search index")["level"] == "error"
    told = CliRunner().invoke(cli.hanoi, ["source", "kinds"])
    assert "search-index rebuild" in told.output
    changed = helpers.call_action("package_patch", id=before["id"], notes="Mới")
    assert changed["notes"] == "Mới"
    assert changed["frequency"] == "ANNUAL"
    assert changed["extras"] == [{"key": "Khác", "value": "x"}]
    search.rebuild()
    assert indexed_without_extension() == 0
    assert _finding_named("search index")["level"] == "ok"


def test_harvesting_without_the_catalog_is_refused_at_the_start(load):
    with pytest.raises(CkanConfigurationException, match="add hanoi to ckan.plugins"):
        load("hanoi_harvest scheming_datasets scheming_organizations")


@pytest.mark.parametrize("mark", [{"sensitivity": "core"}, {"personal_data": True}])
def test_a_mark_that_stock_ckan_loses_still_keeps_a_dataset_from_the_public(
    load, clean_db, clean_index, migrated_plugins, mark
):
    from ckan.plugins import toolkit as tk
    from ckan.tests import factories, helpers

    ours = "hanoi hanoi_harvest scheming_datasets scheming_organizations"
    load(ours)
    migrated_plugins()
    owner = factories.Organization()["id"]
    id_ = factories.Dataset(title="Mật", owner_org=owner, private=True, **mark)["id"]
    load("stats")
    lost = helpers.call_action("package_patch", id=id_, notes="Sửa khi tắt phần mở rộng")
    assert lost["private"]
    load(ours)
    for action, data in (
        ("package_patch", {"id": id_, "private": False}),
        ("package_patch", {"id": id_, "private": False, "sensitivity": "other"}),
    ):
        with pytest.raises(tk.ValidationError) as refused:
            helpers.call_action(action, **data)
        assert "private" in refused.value.error_dict
    with contextlib.suppress(tk.ValidationError):
        helpers.call_action("bulk_update_public", datasets=[id_], org_id=owner)
    assert helpers.call_action("package_show", id=id_)["private"]
    helpers.call_action("package_patch", id=id_, sensitivity="other", personal_data=False)
    assert not helpers.call_action("package_patch", id=id_, private=False)["private"]
