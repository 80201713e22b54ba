"""An organization as pages show it: in the reader's language."""
from __future__ import annotations

from typing import Any

from ckanext.hanoi import language

_ENGLISH = (("title", "title_en"), ("display_name", "title_en"), ("description", "description_en"))


def in_readers_language(organization: dict[str, Any]) -> dict[str, Any]:
    """The organization with its English name and description, for readers of another language
    than Vietnamese and where there are any. For pages only: the API and forms keep both apart."""
    if language.is_vietnamese():
        return organization
    extras = {extra["key"]: extra["value"] for extra in organization.get("extras") or ()}
    for name, english in _ENGLISH:
        value = organization.get(english) or extras.get(english)
        if value:
            organization[name] = value
    return organization
