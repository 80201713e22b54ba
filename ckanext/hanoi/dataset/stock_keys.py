"""The keys that stock CKAN always gives of a dataset, which clients of its API rely on.

ckanext-scheming leaves out every field of its schema that has no value (None); CKAN's
``package_dictize`` (2.11, 2.12) gives each column and list. Knows no CKAN.
"""
from __future__ import annotations

from typing import Any

_DATASET = (
    "author author_email license_id license_title maintainer maintainer_email notes organization "
    "owner_org title url version"
).split()
_LISTS = "extras groups relationships_as_object relationships_as_subject resources tags".split()
_RESOURCE = (
    "cache_last_updated cache_url description format hash last_modified mimetype mimetype_inner "
    "name resource_type size url url_type"
).split()


def fill(dataset: dict[str, Any]) -> None:
    """Adds the keys that are missing, without a value: None, or an empty list."""
    for key in _DATASET:
        dataset.setdefault(key, None)
    for key in _LISTS:
        dataset.setdefault(key, [])
    for resource in dataset["resources"]:
        for key in _RESOURCE:
            resource.setdefault(key, None)
