"""Actions as pages call them."""
from __future__ import annotations

from typing import Any, NoReturn

import ckan.plugins.toolkit as tk
from flask import abort


def call(action: str, /, **data: Any) -> Any:
    """An action for the reader; what may not be seen or is not there is an error page."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error))
    except tk.NotAuthorized as error:
        return refuse(str(error))


def refuse(why: str = "") -> NoReturn:
    """The reader may not: a visitor who opens a page logs in first, and comes back to it."""
    reads = tk.request.method in ("GET", "HEAD") and not tk.request.args.get("format")
    if reads and not tk.current_user.is_authenticated:
        abort(tk.redirect_to("user.login", came_from=tk.request.full_path.rstrip("?")))
    tk.abort(403, why)


def ask(action: str, /, **data: Any) -> Any:
    """As ``call``, with what stands in the page's address; what is wrong of it is an error page."""
    try:
        return call(action, **data)
    except tk.ValidationError as error:
        told = error.error_summary
        return tk.abort(400, "; ".join(f"{name}: {text}" for name, text in told.items()))


def tell(error: tk.ValidationError) -> None:
    """Say on the next page why an action refused what was asked."""
    for messages in error.error_dict.values():
        for message in messages if isinstance(messages, list) else [messages]:
            tk.h.flash_error(str(message))


def may(action: str, /, **data: Any) -> bool:
    """Whether the reader may call the action."""
    try:
        tk.check_access(action, {"user": tk.g.user}, data)
    except tk.NotAuthorized:
        return False
    return True
