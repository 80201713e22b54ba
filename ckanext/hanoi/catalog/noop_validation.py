"""Whether CKAN's validation would give back a dataset as it is, so that it can be spared.

To show a dataset by CKAN's own schema changes nothing of what comes clean from the database; CKAN
takes longer for it than for all the rest. Only validators of CKAN whose effect is known here count;
with any other, in the schema of a later CKAN or of a plugin, the answer is no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ckan.lib.helpers import unified_resource_format

_MODULES = ("ckan.lib.navl.validators", "ckan.logic.validators", "ckan.logic.converters")

#: Whether the validator leaves the value alone. What they complain of is no matter.
_LEAVES_ALONE: dict[str, Callable[[Any], bool]] = {
    "not_empty": lambda value: True,
    "ignore_missing": lambda value: value is not None,
    "unicode_safe": lambda value: isinstance(value, str),
    "remove_whitespace": lambda value: not isinstance(value, str) or value == value.strip(),
    "clean_format": lambda value: isinstance(value, str)
    and unified_resource_format(value) == value,
    "if_empty_same_as.<locals>.callable": bool,
}
#: The first validator of a field that, when it isn't given, stays away.
_LEFT_OUT = {"ignore", "ignore_missing"}
#: Validators of ``__extras`` that put all of them back.
_KEPT = {"ignore_missing", "extras_valid_json", "keep_extras"}


def is_unchanged_by_validation(data: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """Whether validating ``data``, as it comes from the database, gives ``data``."""
    for name, value in data.items():
        if name not in schema:
            if not _keeps_extras(schema) or _is_nested(value):
                return False
        elif isinstance(rules := schema[name], Mapping):
            of_it = value if isinstance(value, list) else [None]
            if not all(
                isinstance(one, Mapping) and is_unchanged_by_validation(one, rules)
                for one in of_it
            ):
                return False
        elif _is_nested(value) or not all(_leaves_alone(rule, value) for rule in rules):
            return False
    return all(
        name in data or isinstance(rules, Mapping) or name.startswith("__")
        or bool(rules and _name(rules[0]) in _LEFT_OUT)
        for name, rules in schema.items()
    )  # fmt: skip


def _leaves_alone(validator: Any, value: Any) -> bool:
    does = _LEAVES_ALONE.get(_name(validator))
    return does is not None and does(value)


def _keeps_extras(schema: Mapping[str, Any]) -> bool:
    names = [_name(validator) for validator in schema.get("__extras", ())]
    return names[-1:] == ["keep_extras"] and _KEPT.issuperset(names)


def _is_nested(value: Any) -> bool:
    """CKAN takes a list of dictionaries apart, wherever it is."""
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _name(validator: Any) -> str:
    """Of a validator of CKAN's own; empty of any other."""
    return validator.__qualname__ if validator.__module__ in _MODULES else ""
