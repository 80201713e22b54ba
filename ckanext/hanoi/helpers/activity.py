"""Template helpers of the activity stream."""
from __future__ import annotations

import ckan.plugins.toolkit as tk


def hanoi_activity_type(name: str) -> str:
    """A kind of activity in the reader's language; another extension's as it is."""
    return {
        "new package": tk._("New dataset"),
        "changed package": tk._("Changed dataset"),
        "deleted package": tk._("Deleted dataset"),
        "follow dataset": tk._("Followed dataset"),
        "new resource view": tk._("New view of a resource"),
        "changed resource view": tk._("Changed view of a resource"),
        "deleted resource view": tk._("Deleted view of a resource"),
        "new user": tk._("New user"),
        "changed user": tk._("Changed user"),
        "follow user": tk._("Followed user"),
        "new group": tk._("New group"),
        "changed group": tk._("Changed group"),
        "deleted group": tk._("Deleted group"),
        "follow group": tk._("Followed group"),
        "new organization": tk._("New agency"),
        "changed organization": tk._("Changed agency"),
        "deleted organization": tk._("Deleted agency"),
        "follow organization": tk._("Followed agency"),
    }.get(name, name.capitalize())
