"""What would change in a dataset, field by field. Pure: two dictionaries in, a difference out."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

#: Resource keys that the catalog itself fills in.
_OWN_RESOURCE_KEYS = frozenset(
    (
        "id package_id position state created metadata_modified last_modified cache_url "
        "cache_last_updated mimetype_inner url_type resource_type datastore_active "
        "datastore_contains_all_records_of_source_file on_same_domain ckan_url"
    ).split()
)
_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


def normal(dataset: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The named fields of a dataset (as shown or as to be written) in one comparable form.

    Empty values are left out, tags and extras lose their order, resources their own bookkeeping.
    """
    result: dict[str, Any] = {}
    for name in fields:
        value = dataset.get(name)
        if name == "tags":
            value = sorted(tag["name"] for tag in value or [])
        elif name == "extras":
            value = {extra["key"]: extra["value"] for extra in value or []}
        elif name == "resources":
            value = [_normal_resource(resource) for resource in value or []]
        elif name == "groups":
            value = sorted(group.get("name") or group.get("id") or "" for group in value or [])
        elif name in ("private", "personal_data"):
            value = str(value).lower() in ("true", "1", "yes", "on")
        if value not in _EMPTY:
            result[name] = value
    return result


def _normal_resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: str(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else value
        for key, value in resource.items()
        if key not in _OWN_RESOURCE_KEYS and value not in _EMPTY
    }


def is_same_resource(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether ``new`` says nothing of the resource that ``old`` doesn't say, and nothing less."""
    return _normal_resource(old) == _normal_resource(new)


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], fields: Iterable[str]
) -> dict[str, tuple[Any, Any]]:
    """``{field: (old value, new value)}`` for the named fields that differ; None is missing."""
    names = list(fields)
    before, after = normal(old, names), normal(new, names)
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


def resource_key(resource: Mapping[str, Any]) -> str:
    """What identifies a resource at its source: its id there, else its URL."""
    return str(resource.get("id") or resource.get("url") or resource.get("download_url") or "")


def keep_resource_ids(
    known: list[dict[str, str]], resources: list[dict[str, Any]], package_id: str
) -> list[dict[str, str]]:
    """Give each resource the id it had before; returns what to remember for the next time.

    ``known`` is what was remembered: ``[{"id", "key", "url"}]``. A resource is recognised by its
    key (the source's id), else by its URL, each remembered one once. A new one gets an id derived
    from dataset and key, so that a repeated batch makes the same. ``resources`` is changed: the
    source's ``id`` is replaced by ours.
    """
    taken: set[int] = set()
    found: list[dict[str, str] | None] = [None] * len(resources)
    for attribute in ("key", "url"):
        left: dict[str, deque[int]] = {}
        for place, item in enumerate(known):
            if place not in taken:
                left.setdefault(str(item.get(attribute) or ""), deque()).append(place)
        for index, resource in enumerate(resources):
            wanted = (
                resource_key(resource) if attribute == "key" else str(resource.get("url") or "")
            )
            if found[index] is None and wanted and left.get(wanted):
                place = left[wanted].popleft()
                taken.add(place)
                found[index] = known[place]
    used = {item["id"] for item in known}
    numbers: dict[str, int] = {}
    remembered = []
    for index, resource in enumerate(resources):
        key, match = resource_key(resource), found[index]
        own = match["id"] if match else _fresh_id(package_id, key, used, numbers)
        used.add(own)
        resource["id"] = own
        remembered.append({"id": own, "key": key, "url": str(resource.get("url") or "")})
    return remembered


def remember_resources(ids: list[str], resources: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What to remember of new resources that got these ids, in the same order."""
    return [
        {"id": own, "key": resource_key(resource), "url": str(resource.get("url") or "")}
        for own, resource in zip(ids, resources, strict=True)
    ]


def _fresh_id(package_id: str, key: str, used: set[str], numbers: dict[str, int]) -> str:
    """``numbers``: from which number on there may be a free one, by key."""
    first = numbers.get(key, 0)
    for number in range(first, first + len(used) + 1):
        fresh = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{package_id}#{number}#{key}"))
        if fresh not in used:
            numbers[key] = number + 1
            return fresh
    raise AssertionError("unreachable: more fresh ids than used ones")
