"""A source's configuration in a form: the connector's options as inputs, the rest as YAML.

Knows no CKAN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.hanoi import user_yaml


def split_options(config: str, options: Iterable[Mapping[str, Any]]) -> tuple[str, dict[str, str]]:
    """The YAML without the keys of ``options``, and these as the inputs show them."""
    try:
        data = user_yaml.load(config or "") or {}
    except user_yaml.UserYAMLError:
        return config, {}
    if not isinstance(data, dict):
        return config, {}
    named = {option["name"]: option for option in options}
    inputs = {name: _as_text(data.pop(name)) for name in list(data) if name in named}
    return (config if not inputs else user_yaml.dump(data)), inputs


def merge_options(
    config: str, inputs: Mapping[str, str], options: Iterable[Mapping[str, Any]]
) -> str:
    """The YAML with the inputs of the kind's options in it; empty inputs leave nothing.

    YAML that can't be read comes back as it is, for the check at saving to complain of.
    """
    named = {option["name"]: option for option in options}
    values = {
        name: _value(named[name], text)
        for name, text in inputs.items()
        if name in named and text.strip()
    }
    if not values:
        return config
    try:
        data = user_yaml.load(config or "") or {}
    except user_yaml.UserYAMLError:
        return config
    return user_yaml.dump({**data, **values}) if isinstance(data, dict) else config


def _value(option: Mapping[str, Any], text: str) -> Any:
    kind = option["type"]
    if kind == "list":
        return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if kind in ("int", "bool", "dict"):
        try:
            return user_yaml.load(text)
        except user_yaml.UserYAMLError:
            return text
    return text.strip()


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return user_yaml.dump(value, default_flow_style=True, width=1000).strip() or "{}"
    return str(value).lower() if isinstance(value, bool) else str("" if value is None else value)

