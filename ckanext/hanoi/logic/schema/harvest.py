"""What the harvest actions take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import yaml

from ckanext.hanoi.harvest.connectors import kinds
from ckanext.hanoi.harvest.schedule import is_valid
from ckanext.hanoi.vietnamese import nfc


def _v(*names: Any) -> list[Any]:
    return [tk.get_validator(name) if isinstance(name, str) else name for name in names]


def _kind(value: str) -> str:
    if value not in kinds():
        raise tk.Invalid(
            tk._("There is no kind of source “%(kind)s”. The kinds are: %(kinds)s")
            % {"kind": value, "kinds": ", ".join(kinds())}
        )
    return value


def _schedule(value: str) -> str:
    value = (value or "").strip()
    if not is_valid(value):
        raise tk.Invalid(
            tk._("Write hourly, daily, weekly, monthly, or five fields of cron such as “0 3 * * 1”")
        )
    return value


def _url(value: str) -> str:
    value = nfc(value).strip()
    if not value.lower().startswith(("http://", "https://", "file:")):
        raise tk.Invalid(tk._("The address must begin with http:// or https://"))
    return value


def _notify(value: str) -> str:
    if value not in ("always", "error", "never"):
        raise tk.Invalid(tk._("Choose one of: always, error, never"))
    return value


def _addresses(value: Any) -> list[str]:
    items = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    addresses = [str(item).strip() for item in items if str(item).strip()]
    check: Any = tk.get_validator("email_validator")
    for address in addresses:
        check(address, {})
    return addresses


def _yaml(value: Any) -> Any:
    """A configuration given as a dictionary, as the text that an admin would type."""
    if not isinstance(value, dict):
        return value
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False) if value else ""


def named(data_dict: dict[str, Any]) -> dict[str, Any]:
    """The data with the words of the command line put into those of the table."""
    words = {"agency": "owner_org", "every": "schedule"}
    return {words.get(name, name): value for name, value in data_dict.items()}


def source() -> dict[str, Any]:
    """Fields of a source, for creating one; an update takes the same, none required."""
    return {
        "name": _v("not_empty", "unicode_safe", "name_validator"),
        "title": _v("ignore_missing", "unicode_safe", nfc),
        "url": _v("not_empty", "unicode_safe", _url),
        "kind": _v("not_empty", "unicode_safe", _kind),
        "owner_org": _v("ignore_empty", "unicode_safe"),
        "config": _v("ignore_missing", _yaml, "unicode_safe"),
        "schedule": _v("ignore_missing", "unicode_safe", _schedule),
        "active": _v("ignore_missing", "boolean_validator"),
        "priority": _v("ignore_empty", "int_validator"),
        "notify": _v("ignore_empty", "unicode_safe", _notify),
        "contacts": _v("ignore_missing", _addresses),
        "__extras": _v("ignore"),
        "__junk": _v("ignore"),
    }


def source_update() -> dict[str, Any]:
    schema = source()
    for name in ("name", "url", "kind"):
        schema[name] = [tk.get_validator("ignore_missing"), *schema[name]]
    return schema


def page() -> dict[str, Any]:
    """``limit`` (100; more than 1000 is 1000) and ``offset`` of a list."""
    number = tk.get_validator("natural_number_validator")
    default: Any = tk.get_validator("default")
    return {
        "limit": [default(100), number, lambda value: min(value, 1000)],
        "offset": [default(0), number],
    }


def age() -> dict[str, Any]:
    """``days`` as a number, or nothing."""
    return {"days": _v("ignore_empty", "natural_number_validator"), "__extras": _v("ignore")}


def sample() -> dict[str, Any]:
    """``limit`` of a preview: 20; at most 200."""
    default: Any = tk.get_validator("default")
    number = [default(20), *_v("is_positive_integer"), lambda value: min(value, 200)]
    return {"limit": number, "__extras": _v("ignore")}
