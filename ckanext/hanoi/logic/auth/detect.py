"""Who may ask what a file is: those who may make datasets, as an address is fetched for them."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def hanoi_resource_detect(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who may make a dataset somewhere."""
    plain: Any = {key: value for key, value in context.items() if key != "package"}
    try:
        tk.check_access("package_create", plain, {})
    except tk.NotAuthorized:
        return {"success": False,
                "msg": tk._("Only who may make datasets may do this")}  # fmt: skip
    return {"success": True}
