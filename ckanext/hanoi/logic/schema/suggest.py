"""What the action that suggests takes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.logic.schema.common import ignored, v

#: What can be suggested, in the order in which it is shown.
KINDS = ("agency", "theme", "area", "dataset")
MOST = 20


def _limit(value: Any) -> int:
    number = int(value or 0)
    if not 1 <= number <= MOST:
        raise tk.Invalid(tk._("A number from 1 to %(most)s is expected") % {"most": MOST})
    return number


def _kinds(value: Any) -> list[str]:
    names = value if isinstance(value, list) else [part.strip() for part in str(value).split(",")]
    if unknown := [name for name in names if name not in KINDS]:
        raise tk.Invalid(
            tk._("There is no kind “%(name)s”. The kinds are: %(names)s")
            % {"name": ", ".join(unknown), "names": ", ".join(KINDS)}
        )
    return names


def suggest() -> dict[str, Any]:
    """What was typed, how many suggestions, of which kinds."""
    return {
        "q": v("ignore_missing", "unicode_safe"),
        # 0 is empty to CKAN, but it is no number of suggestions
        "limit": v("ignore_missing", "int_validator", _limit),
        "kinds": v("ignore_empty", _kinds),
        **ignored(),
    }
