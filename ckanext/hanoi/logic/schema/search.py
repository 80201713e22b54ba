"""What the actions about the search index take."""

from __future__ import annotations

from typing import Any

from ckanext.hanoi.logic.schema.common import default, ignored, v


def reconcile() -> dict[str, Any]:
    """Whether to repair, and which part of the comparison."""
    return {
        "dry_run": v(default(False), "boolean_validator"),
        "after": v(default(""), "unicode_safe"),
        **ignored(),
    }
