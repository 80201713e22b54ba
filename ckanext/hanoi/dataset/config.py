"""What the catalog needs of CKAN's configuration, so that an admin does not have to write it.

These are defaults of declared options: they count wherever ``hanoi`` stands in ``ckan.plugins``
(ckanext-scheming reads its options while plugins are set up, after the defaults are known), and
what an admin writes wins.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

from ckanext.hanoi.declaration import empty_is_default

SCHEMAS = Path(__file__).parent.parent / "schemas"

DEFAULTS = {
    "scheming.dataset_schemas": "ckanext.hanoi:schemas/dataset.yaml",
    "scheming.organization_schemas": "ckanext.hanoi:schemas/organization.yaml",
    "scheming.presets": "ckanext.scheming:presets.json ckanext.hanoi:schemas/presets.yaml",
    "licenses_group_url": f"file://{SCHEMAS / 'licenses.json'}",
    # who has an account here, and what for, is nobody's business who has none; and no page tells
    # another host who reads it
    "ckan.auth.public_user_details": False,
    "ckan.gravatar_default": "disabled",
}


def declare(declaration: Any) -> None:
    """Set ``DEFAULTS``; an option that CKAN or another plugin declares keeps its declaration."""
    for key, value in DEFAULTS.items():
        option = declaration.get(key)
        if option is None:
            option = declaration.declare(key)
        option.set_default(value)
        empty_is_default(option)
