"""What the schemas of actions are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.list_limits import most


def checked(data_dict: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The data as ``schema`` makes it. Raises ``tk.ValidationError``."""
    context: Any = {"model": model, "session": model.Session}
    data, errors = tk.navl_validate(data_dict, schema, context)
    if errors:
        raise tk.ValidationError(errors)
    return data


def v(*names: Any) -> list[Any]:
    """Validators, CKAN's by name."""
    return [tk.get_validator(name) if isinstance(name, str) else name for name in names]


def one_of(words: Iterable[str]) -> Any:
    """A validator: one of these words and no other."""
    allowed = tuple(words)

    def validator(value: str) -> str:
        if value not in allowed:
            raise tk.Invalid(tk._("Choose one of: %s") % ", ".join(allowed))
        return value

    return validator


def default(value: Any) -> Any:
    """A validator: ``value`` where nothing is given."""
    validator: Any = tk.get_validator("default")
    return validator(value)


def page(limit: int = 100) -> dict[str, Any]:
    """``limit`` (more than 1000 is 1000) and ``offset`` of a list."""
    return {
        "limit": v(default(limit), "natural_number_validator", lambda value: min(value, most())),
        "offset": v(default(0), "natural_number_validator"),
    }


def ignored() -> dict[str, Any]:
    """Whatever else is given is passed over."""
    return {"__extras": v("ignore"), "__junk": v("ignore")}
