"""Who may read one activity: who could see the dataset then, and can see it now."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi import activity

_Answer = Any  # as CKAN's AuthResult


def _watched(next_: Any, context: Any, data_dict: Any) -> _Answer:
    try:
        answer = next_(context, data_dict)
    except tk.ObjectNotFound:  # the dataset of the activity is purged
        if context.get("activity") is None:
            raise
        return _refused()
    if not answer["success"] or activity.may_see(context["activity"], context):
        return answer
    return _refused()


def _refused() -> _Answer:
    return {"success": False, "msg": tk._("You may not see the dataset of this activity")}


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def activity_show(next_: Any, context: Any, data_dict: Any) -> _Answer:
    """CKAN's rule, and the dataset can be seen now."""
    return _watched(next_, context, data_dict)


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def activity_data_show(next_: Any, context: Any, data_dict: Any) -> _Answer:
    """CKAN's rule, and the dataset can be seen now."""
    return _watched(next_, context, data_dict)


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def activity_diff(next_: Any, context: Any, data_dict: Any) -> _Answer:
    """CKAN's rule, for both of the activities that are compared."""
    answer = _watched(next_, context, data_dict)
    before = _before(context["activity"]) if answer["success"] else None
    if before is not None and not activity.may_see(before, context):
        return _refused()
    return answer


def _before(one: Any) -> Any:
    """The activity that CKAN compares this one with."""
    from ckanext.activity.model import Activity

    table: Any = Activity
    return (
        model.Session.query(table)
        .filter(table.object_id == one.object_id, table.timestamp < one.timestamp)
        .order_by(table.timestamp.desc()).first()
    )  # fmt: skip
