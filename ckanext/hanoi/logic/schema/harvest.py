"""What the harvest actions take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi import user_yaml
from ckanext.hanoi.dataset.rules import text
from ckanext.hanoi.harvest.connectors import kinds
from ckanext.hanoi.harvest.engine.schedule import is_valid
from ckanext.hanoi.harvest.source_address import normal
from ckanext.hanoi.logic.schema.common import default, ignored, one_of, v


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
    value = normal(value)
    if not value.lower().startswith(("http://", "https://", "file:")):
        raise tk.Invalid(tk._("The address must begin with http:// or https://"))
    if not value.isprintable():
        raise tk.Invalid(tk._("The address has characters that no address has"))
    return value


def _small(value: int) -> int:
    """What the database's column takes."""
    if not -1_000_000 <= value <= 1_000_000:
        raise tk.Invalid(tk._("Write a number from %(least)s to %(most)s")
                         % {"least": -1_000_000, "most": 1_000_000})  # fmt: skip
    return value


def _line(value: str) -> str:
    return " ".join(text(value).split())


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
    return user_yaml.dump(value)


def named(data_dict: dict[str, Any]) -> dict[str, Any]:
    """The data with the words of the command line put into those of the table."""
    words = {"agency": "owner_org", "every": "schedule"}
    return {words.get(name, name): value for name, value in data_dict.items()}


def source() -> dict[str, Any]:
    """Fields of a source, for creating one; an update takes the same, none required."""
    return {
        "name": v("not_empty", "unicode_safe", "name_validator"),
        "title": v("ignore_missing", "unicode_safe", _line),
        "url": v("not_empty", "unicode_safe", _url),
        "kind": v("not_empty", "unicode_safe", _kind),
        "owner_org": v("ignore_empty", "unicode_safe"),
        "config": v("ignore_missing", _yaml, "unicode_safe"),
        "schedule": v("ignore_missing", "unicode_safe", _schedule),
        "active": v("ignore_missing", "boolean_validator"),
        "priority": v("ignore_empty", "int_validator", _small),
        "all_agencies": v("ignore_missing", "boolean_validator"),
        "only_address": v("ignore_missing", "boolean_validator"),
        "notify": v("ignore_empty", "unicode_safe", one_of(("always", "error", "never"))),
        "contacts": v("ignore_missing", _addresses),
        **ignored(),
    }


def source_update() -> dict[str, Any]:
    schema = source()
    for name in ("name", "url", "kind"):
        schema[name] = [tk.get_validator("ignore_missing"), *schema[name]]
    return schema


def age() -> dict[str, Any]:
    """``days`` as a number, or nothing."""
    return {"days": v("ignore_empty", "natural_number_validator"), "__extras": v("ignore")}


def sample() -> dict[str, Any]:
    """``limit`` of a preview: 20; at most 200."""
    number = v(default(20), "is_positive_integer", lambda value: min(value, 200))
    return {"limit": number, "__extras": v("ignore")}
