"""What a harvest leaves as people of this catalog made it. Knows no CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.hanoi.harvest.config import SourceConfig


def kept_fields(config: SourceConfig, identity: Any, original: Mapping[str, Any]) -> set[str]:
    """Fields of the dataset ``original`` that stay as they are here.

    ``identity``: its row of ``hanoi_identity``, or None. What a person made private is not made
    public again by a source that always had it as public.
    """
    names = {*config.keep_fields, *(identity.kept_fields if identity else ())}
    if identity and identity.private is False and original.get("private"):
        names.add("private")
    return names
