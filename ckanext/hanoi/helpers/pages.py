"""What CKAN says on every page without gettext: times of day, and why a page can't be shown."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.formatters import localised_nice_date, localised_number
from flask import g
from werkzeug.exceptions import default_exceptions

from ckanext.hanoi.paging import arrows

#: One form of date on every page and in both languages, that of the form's own fields.
_DAY, _TIME, _SECONDS = "dd/MM/yyyy", "dd/MM/yyyy HH:mm (z)", "dd/MM/yyyy HH:mm:ss (z)"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")


@tk.chained_helper
def render_datetime(
    next_helper: Callable[..., str], datetime_: Any, date_format: str | None = None,
    with_hours: bool = False, with_seconds: bool = False,
) -> str:
    """CKAN's helper, whose dates have another form in each language and beside a time."""
    plain = next_helper(datetime_, date_format, with_hours, with_seconds)
    if not plain or date_format:
        return plain
    moment = tk.h.date_str_to_datetime(datetime_) if isinstance(datetime_, str) else datetime_
    form = _SECONDS if with_seconds else _TIME if with_hours else _DAY
    return localised_nice_date(moment, show_date=True, with_hours=True, format=form)


@tk.chained_helper
def format_resource_items(
    next_helper: Callable[..., list[tuple[str, Any]]], items: Any
) -> list[tuple[str, Any]]:
    """CKAN's helper, with moments as the other dates of the page are written."""
    return next_helper([
        (key, _moment(value) if isinstance(value, str) and _MOMENT.fullmatch(value)
         else value)
        for key, value in items
    ])  # fmt: skip


def _moment(text: str) -> str:
    return tk.h.render_datetime(text) or text


def hanoi_arrows() -> dict[str, Any]:
    """Arguments for the ``pager`` of CKAN's own pages, so that its arrows have names."""
    return arrows()


def hanoi_number(number: int | None) -> str:
    """A number as the reader's language writes it: ``1.234`` or ``1,234``; '' for None."""
    return "" if number is None else localised_number(number)


def hanoi_once(name: str, render: Callable[[], str]) -> str:
    """What ``render`` (a block's ``super``) gives, kept by its name until the request ends.

    CKAN's page renders its side twice: the first time only to see whether it is empty.
    """
    kept: dict[str, str] = g.setdefault("hanoi_once", {})
    if name not in kept:
        kept[name] = render()
    return kept[name]


def hanoi_error_name(code: Any, name: str | None) -> str:
    """The heading of an error page; `code` and `name` as CKAN's template gets them."""
    return _errors().get(_number(code), (name or "", ""))[0]


def hanoi_error_text(code: Any, text: str) -> str:
    """The text of an error page: in place of werkzeug's standing text, else as it is given.

    What CKAN or an extension says of its own accord is in the reader's language already.
    """
    number = _number(code)
    if str(text).startswith("The CSRF "):
        return tk._("The form was open for too long, or you logged out in the meantime. "
                    "Load the page again and send the form once more.")
    standing = getattr(default_exceptions.get(number), "description", None)
    if text in (standing, "Internal server error"):
        return _errors().get(number, ("", text))[1]
    return text


def _number(code: Any) -> int:
    return int(code[0] if isinstance(code, list) else code or 0)


def _errors() -> dict[int, tuple[str, str]]:
    """Heading and text by HTTP status, in the reader's language."""
    return {
        400: (tk._("Bad request"), tk._("The request can't be understood.")),
        401: (tk._("Login needed"), tk._("Log in to see this page.")),
        403: (tk._("Access denied"), tk._("You have no right to see this page.")),
        404: (tk._("Not found"),
              tk._("There is nothing at this address. Check it, or search for what you need.")),
        405: (tk._("Not possible here"), tk._("This address doesn't accept such a request.")),
        410: (tk._("No longer here"), tk._("What was at this address has been removed.")),
        413: (tk._("Too large"), tk._("The file is larger than this site accepts.")),
        429: (tk._("Too many requests"), tk._("Wait a little, then try again.")),
        500: (tk._("Something went wrong"),
              tk._("The fault is ours. Try again later, or tell the administrators of this site.")),
        503: (tk._("Not available now"), tk._("The site is busy or under maintenance. "
                                              "Try again in a few minutes.")),
    }
