"""Whose a dataset is: its source's, or this catalog's own. Pure."""

from __future__ import annotations


def is_kept_here(state: str, package_state: str | None) -> bool:
    """Whether no run writes the dataset, whatever its source says.

    ``state`` is that of its identity, ``package_state`` that of the dataset, None where it is
    purged. What a run has removed comes back with its source; what a person has deleted does not.
    """
    if state in ("detached", "yielded"):
        return True
    return package_state == "deleted" and state != "removed"
