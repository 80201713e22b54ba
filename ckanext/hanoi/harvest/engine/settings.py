"""The declared configuration of the harvester, read in one place."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def value(name: str) -> Any:
    """The option ``ckanext.hanoi.harvest.<name>``."""
    return tk.config.get(f"ckanext.hanoi.harvest.{name}")


def words(name: str) -> list[str]:
    """An option that is a list of words."""
    return tk.aslist(value(name) or [])


def batch_size() -> int:
    return max(1, int(value("batch_size")))
