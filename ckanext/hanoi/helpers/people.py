"""Template helpers of people: named to whom they are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model


@tk.chained_helper
def linked_user(next_helper: Callable[..., Any], user: Any, *args: Any, **kwargs: Any) -> Any:
    """CKAN's, for those who may see the account; others read what it stands for."""
    if hanoi_sees(user):
        return next_helper(user, *args, **kwargs)
    return tk._("Somebody in charge")


def hanoi_sees(user: Any) -> bool:
    """Whether the reader may see somebody's account."""
    name = user.name if isinstance(user, model.User) else str(user)
    return bool(tk.h.check_access("user_show", {"id": name}))


@tk.chained_helper
def build_nav_icon(
    next_helper: Callable[..., Any], menu_item: str, title: str, **kwargs: Any
) -> Any:
    """CKAN's tab of a page; that of an agency's members is for those who may see them."""
    if menu_item.endswith(".members") and not _sees_members(kwargs.get("id")):
        return ""
    return next_helper(menu_item, title, **kwargs)


def _sees_members(organization: str | None) -> bool:
    asked = {"id": organization, "object_type": "user"}
    return all(tk.h.check_access(action, asked) for action in ("member_list", "group_show"))


@tk.chained_helper
def organizations_available(
    next_helper: Callable[..., Any], *args: Any, **kwargs: Any
) -> list[dict[str, Any]]:
    """CKAN's; none of somebody whose agencies the reader may not see, so that the page of that
    person is no error."""
    try:
        return next_helper(*args, **kwargs)
    except tk.NotAuthorized:
        return []


@tk.chained_helper
def build_nav(next_helper: Callable[..., Any], menu_item: str, *args: Any, **kwargs: Any) -> Any:
    """CKAN's link in a breadcrumb; that of all accounts is for those who may list them."""
    if menu_item == "user.index" and not tk.h.check_access("user_list"):
        return ""
    return next_helper(menu_item, *args, **kwargs)
