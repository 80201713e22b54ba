"""What a change of a dataset means for its approval. Knows no CKAN.

Public is a dataset that is active and not private. The three ways of ``ckanext.hanoi.approval``:

- ``publish``: making a dataset public needs approval; what has been approved may be changed.
- ``changes``: changing a public dataset needs approval too.
- ``off``: whoever may edit a dataset may publish it.
"""
from __future__ import annotations

from typing import Any

MODES = ("publish", "changes", "off")
#: States of a request. ``approved`` is also a publication that nobody had to ask for.
STATES = ("pending", "approved", "returned", "withdrawn")

#: What of a dataset changes without anybody changing the dataset.
_VOLATILE = frozenset({
    "metadata_modified", "metadata_created", "private", "state", "organization", "isopen",
    "num_resources", "num_tags", "license_title", "license_url", "creator_user_id", "owner_org",
    "groups", "relationships_as_object", "relationships_as_subject", "tracking_summary",
})  # fmt: skip
_OF_RESOURCE = ("name", "url", "format", "description", "size", "hash", "encoding", "license_id")


def outcome(mode: str, may_publish: bool, was_public: bool, public: bool) -> str:
    """What is to be done with a change that somebody makes.

    ``was_public``: public before, in the same agency. Returns

    - ``publish``: it becomes public by somebody who may decide that;
    - ``submit``: it stays private, and its approval is asked for;
    - ``refuse``: the change is not made;
    - ``change``: it is made, and noted with the last approval;
    - "": nothing.
    """
    if not public:
        return ""
    decides = may_publish or mode == "off"
    if not was_public:
        return "publish" if decides else "submit"
    if decides:
        return ""
    return "refuse" if mode == "changes" else "change"


def snapshot(dataset: dict[str, Any]) -> dict[str, Any]:
    """What was approved: the fields that people fill in, tags by name, resources in short."""
    kept = {key: value for key, value in dataset.items()
            if key not in _VOLATILE and value not in (None, "", [], {})}
    kept["tags"] = sorted(tag["name"] for tag in dataset.get("tags") or ())
    kept["resources"] = [
        {"id": resource.get("id"),
         **{key: resource[key] for key in _OF_RESOURCE if resource.get(key) not in (None, "")}}
        for resource in dataset.get("resources") or ()
    ]
    return {key: value for key, value in kept.items() if value not in ([], {})}


def changed_fields(approved: dict[str, Any], dataset: dict[str, Any]) -> list[str]:
    """Names of the fields that differ from what was approved, in alphabetical order."""
    now = snapshot(dataset)
    return sorted(name for name in {*approved, *now} if approved.get(name) != now.get(name))
