"""CKAN's own helpers for titles and names, in the reader's language: breadcrumbs, titles of pages,
what is shared elsewhere (og:title), names of files."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.helpers.agency import hanoi_agency_title
from ckanext.hanoi.helpers.dataset import hanoi_text


@tk.chained_helper
def get_translated(
    next_helper: Callable[..., str], data_dict: dict[str, Any], field: str
) -> Any:
    """CKAN's helper, which knows of ckanext-fluent's fields only: ours are ``field`` and
    ``field_en``. An agency as a dataset has it (without its English name) is looked up."""
    if data_dict.get(f"{field}_en"):
        return hanoi_text(data_dict, field)["text"]
    if field == "title" and data_dict.get("is_organization"):
        return hanoi_agency_title(data_dict)
    return next_helper(data_dict, field)


@tk.chained_helper
def dataset_display_name(next_helper: Callable[..., str], package_or_package_dict: Any) -> str:
    """CKAN's helper, in the reader's language."""
    package = package_or_package_dict
    if isinstance(package, dict) and package.get("title_en"):
        return hanoi_text(package, "title")["text"]
    return next_helper(package)


@tk.chained_helper
def resource_display_name(next_helper: Callable[..., str], resource_dict: dict[str, Any]) -> str:
    """CKAN's helper, in the reader's language."""
    if resource_dict.get("name_en"):
        return hanoi_text(resource_dict, "name")["text"]
    return next_helper(resource_dict)
