"""An admin enables the plugins; the schema configures itself, and what the admin writes wins."""
from __future__ import annotations

import ckan.plugins as p
import pytest
from ckan.common import config
from ckan.model.license import LicenseRegister
from ckanext.scheming.plugins import SchemingDatasetsPlugin

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


@pytest.mark.parametrize(
    "names", ["hanoi scheming_datasets scheming_organizations",
              "scheming_datasets scheming_organizations hanoi"],
)
def test_the_schema_is_there_wherever_the_plugin_stands(load, names):
    load(names)
    fields = SchemingDatasetsPlugin.instance._expanded_schemas["dataset"]["dataset_fields"]
    assert "frequency" in [field["field_name"] for field in fields]
    assert "vn-luat-gddt-2023" in LicenseRegister()


def test_what_the_admin_writes_wins(load):
    load("hanoi scheming_datasets scheming_organizations", **{
        "scheming.dataset_schemas": "ckanext.scheming:ckan_formpages.yaml",
        "scheming.presets": "ckanext.scheming:presets.json",
        "scheming.organization_schemas": "",
        "licenses_group_url": "",
    })
    assert set(SchemingDatasetsPlugin.instance._schemas) == {"formpages"}
    assert "vn-luat-gddt-2023" not in LicenseRegister()


def test_stock_ckan_stays_stock_without_the_plugin(load):
    load("activity")
    assert not config.get("licenses_group_url")
    assert next(iter(LicenseRegister())) == "notspecified"
