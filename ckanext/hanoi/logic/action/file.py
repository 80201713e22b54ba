"""CKAN's own action of files, which 2.12 has: names keep what a Vietnamese name says."""
from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset import file_names
from ckanext.hanoi.vietnamese import file_name

if find_spec("ckan.logic.action.file"):  # CKAN refuses to continue an action that is not there

    @tk.chained_action
    def file_create(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
        """CKAN's action; the file's name is made of the one given without dropping letters."""
        file_names.rename(data_dict.get("upload"))
        if data_dict.get("name") and isinstance(data_dict["name"], str):
            data_dict = {**data_dict, "name": file_name(data_dict["name"])}
        return next_(context, data_dict)
