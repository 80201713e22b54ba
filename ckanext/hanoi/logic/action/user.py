"""CKAN's own actions: what a person is called is one line, so that it can stand in a mail."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset.rules import one_line


@tk.chained_action
def user_create(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; the full name is one line, the address has no blanks around it."""
    return next_(context, one_line(data_dict, "fullname", "email"))


@tk.chained_action
def user_update(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """CKAN's action; the full name is one line, the address has no blanks around it."""
    return next_(context, one_line(data_dict, "fullname", "email"))
