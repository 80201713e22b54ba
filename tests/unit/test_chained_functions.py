"""What continues another extension's functions is there only where that extension is."""
from __future__ import annotations

from ckanext.hanoi.chained_functions import available


def test_nothing_continues_an_extension_that_is_not_there():
    def catalog():
        """Stands for an action."""

    def stream():
        """Stands for an action of activity.py."""

    stream.__module__ = "ckanext.hanoi.logic.action.activity"
    functions = {
        "dcat_catalog_show": catalog, "bulk_update_public": catalog, "activity_show": stream,
    }
    assert available(functions, lambda plugin: False) == {"bulk_update_public": catalog}
    assert available(functions, lambda plugin: plugin == "dcat") == {
        "dcat_catalog_show": catalog, "bulk_update_public": catalog,
    }
    assert available(functions, lambda plugin: True) == functions
