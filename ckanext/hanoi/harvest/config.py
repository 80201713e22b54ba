"""A source's configuration: YAML typed by an admin, checked when it is saved. Knows no CKAN."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi import user_yaml
from ckanext.hanoi.dataset.fields import FIELDS
from ckanext.hanoi.harvest.connectors import Connector, Option
from ckanext.hanoi.messages import N_
from ckanext.hanoi.vietnamese import fold, nfc

#: Draft keys that a default, a rename or a filter may name; see docs/connectors.md.
DRAFT_FIELDS = frozenset(
    (
        "title title_en name notes notes_en identifier publisher managing_agency themes keywords "
        "frequency access_level sensitivity language license rights issued modified temporal_start "
        "temporal_end spatial_text url conforms_to version version_notes legal_basis "
        "decision_number related personal_data plan_objective contact_unit contact_name "
        "contact_email contact_phone"
    ).split()
)

#: Path of a problem of the whole text.
_DOCUMENT = ""
#: Draft keys whose default must be of a vocabulary.
_VOCABULARIES = {
    "frequency": "frequency", "access_level": "access_level", "sensitivity": "sensitivity",
    "license": "license", "themes": "theme",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a configuration: where (dotted path) and what (message id, parameters)."""

    path: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        text = self.message % self.params if self.params else self.message
        return f"{self.path}: {text}" if self.path else text


class ConfigError(ValueError):
    """The configuration can't be used; ``problems`` lists everything wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Filter:
    """``field`` (a draft key or the key of an extra) has one of ``values``, compared without
    accents and case; ``*`` at either end of a value stands for anything."""

    field: str
    values: tuple[str, ...]

    def matches(self, found: Iterable[str]) -> bool:
        """True if any of the texts ``found`` is one of the filter's values."""
        return any(_like(fold(text), value) for text in found for value in self.values)


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """What an admin said about one source. Maps are keyed by folded text."""

    options: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    theme_map: Mapping[str, Any] = field(default_factory=dict)
    license_map: Mapping[str, str] = field(default_factory=dict)
    agency_map: Mapping[str, str] = field(default_factory=dict)
    include: tuple[Filter, ...] = ()
    exclude: tuple[Filter, ...] = ()
    private: bool = False
    keep_fields: tuple[str, ...] = ()
    incremental: bool = False
    full_every_days: int = 7
    grace_days: int | None = None
    removal_threshold: float | None = None

    def fingerprint(self) -> str:
        """Changes when a record would be mapped otherwise than before."""
        reading = ("incremental", "full_every_days", "grace_days", "removal_threshold")
        data = {name: _plain(getattr(self, name)) for name in self.__slots__ if name not in reading}
        return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()[
            :16
        ]


def _plain(value: Any) -> Any:
    if isinstance(value, Filter):
        return [value.field, *value.values]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _like(text: str, pattern: str) -> bool:
    start, end = pattern.startswith("*"), pattern.endswith("*")
    core = pattern.strip("*")
    if start and end:
        return core in text
    if start:
        return text.endswith(core)
    return text.startswith(core) if end else text == core


def parse(text: str, connector: type[Connector]) -> SourceConfig:
    """The configuration written in YAML ``text`` for a source of the connector's kind.

    Raises ``ConfigError`` with every problem found: unknown keys (with the keys there are),
    values of the wrong type, fields that the schema does not have.
    """
    try:
        data = user_yaml.load(nfc(text or "")) or {}
    except user_yaml.UserYAMLError as error:
        where = {"line": error.line, "column": error.column}
        raise ConfigError([Problem(_DOCUMENT, error.message, where)]) from error
    if not isinstance(data, dict):
        raise ConfigError([Problem(_DOCUMENT, N_("Write one “key: value” on each line"))])
    return _Reader(connector).read(data)


class _Reader:
    def __init__(self, connector: type[Connector]) -> None:
        self.options = {option.name: option for option in connector.options}
        self.problems: list[Problem] = []

    def read(self, data: dict[str, Any]) -> SourceConfig:
        values: dict[str, Any] = {}
        options: dict[str, Any] = {}
        for key, value in data.items():
            if key in self.options:
                options[key] = self._option(self.options[key], value)
            elif reader := getattr(self, f"_read_{key}", None):
                values[key] = reader(str(key), value)
            else:
                self._problem(
                    str(key),
                    N_("There is no such setting. The settings are: %(names)s"),
                    names=", ".join(self.names()),
                )
        if self.problems:
            raise ConfigError(self.problems)
        return SourceConfig(options=options, **values)

    def names(self) -> list[str]:
        mine = [name[6:] for name in dir(self) if name.startswith("_read_")]
        return sorted({*mine, *self.options})

    def _problem(self, path: str, message: str, **params: Any) -> None:
        self.problems.append(Problem(path, message, params))

    def _option(self, option: Option, value: Any) -> Any:
        wanted = {"text": str, "int": int, "bool": bool, "list": list, "dict": dict}.get(
            option.type
        )
        if (
            option.type == "text"
            and isinstance(value, (int, float))
            and not isinstance(value, bool)
        ):
            return str(value)
        if option.type == "list" and isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        if option.type == "choice":
            allowed = [choice for choice, _label in option.choices]
            if value not in allowed:
                self._problem(
                    option.name, N_("Choose one of: %(names)s"), names=", ".join(map(str, allowed))
                )
        elif (
            wanted
            and value is not None
            and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)))
        ):
            self._problem(option.name, N_("This must be of the type %(type)s"), type=option.type)
        return value

    def _map(self, path: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            message = N_("Write one “what the source says: what it means here” on each line")
            self._problem(path, message)
            return {}
        return {fold(str(key)): item for key, item in value.items()}

    def _read_theme_map(self, path: str, value: Any) -> dict[str, Any]:
        return self._codes(path, self._map(path, value), "theme")

    def _read_license_map(self, path: str, value: Any) -> dict[str, Any]:
        return self._codes(path, self._map(path, value), "license")

    def _codes(self, path: str, mapping: dict[str, Any], vocabulary: str) -> dict[str, Any]:
        from ckanext.hanoi.vocabulary import vocabulary as load

        terms = load(vocabulary)
        for key, value in mapping.items():
            for item in value if isinstance(value, list) else [value]:
                if terms.find(str(item)) is None:
                    self._problem(
                        f"{path}.{key}",
                        N_("“%(value)s” is not in the vocabulary “%(vocabulary)s”"),
                        value=str(item),
                        vocabulary=vocabulary,
                    )
        return mapping

    def _read_agency_map(self, path: str, value: Any) -> dict[str, str]:
        return {key: str(item) for key, item in self._map(path, value).items()}

    def _read_rename(self, path: str, value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            message = N_("Write one “name at the source: name of the field” on each line")
            self._problem(path, message)
            return {}
        for key, item in value.items():
            self._field(f"{path}.{key}", item)
        return {str(key): str(item) for key, item in value.items()}

    def _read_defaults(self, path: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._problem(path, N_("Write one “field: value” on each line"))
            return {}
        for key, item in value.items():
            self._field(f"{path}.{key}", key)
            if key in _VOCABULARIES:
                self._codes(path, {key: item}, _VOCABULARIES[key])
        return {str(key): item for key, item in value.items()}

    def _field(self, path: str, name: Any, fields: Iterable[str] = DRAFT_FIELDS) -> None:
        if name not in fields:
            self._problem(
                path,
                N_("There is no field “%(name)s”. The fields are: %(names)s"),
                name=str(name),
                names=", ".join(sorted(fields)),
            )

    def _read_keywords(self, path: str, value: Any) -> tuple[str, ...]:
        items = value if isinstance(value, list) else str(value or "").split(",")
        return tuple(str(item).strip() for item in items if str(item).strip())

    def _read_include(self, path: str, value: Any) -> tuple[Filter, ...]:
        return self._filters(path, value)

    def _read_exclude(self, path: str, value: Any) -> tuple[Filter, ...]:
        return self._filters(path, value)

    def _filters(self, path: str, value: Any) -> tuple[Filter, ...]:
        if not isinstance(value, dict):
            message = N_("Write one “field: value” or “field: [value, value]” on each line")
            self._problem(path, message)
            return ()
        return tuple(
            Filter(
                str(name),
                tuple(
                    fold(str(item)) for item in (values if isinstance(values, list) else [values])
                ),
            )
            for name, values in value.items()
        )

    def _read_keep_fields(self, path: str, value: Any) -> tuple[str, ...]:
        names = self._read_keywords(path, value)
        for name in names:
            self._field(path, name, FIELDS)
        return names

    def _read_private(self, path: str, value: Any) -> bool:
        return self._bool(path, value)

    def _read_incremental(self, path: str, value: Any) -> bool:
        return self._bool(path, value)

    def _bool(self, path: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self._problem(path, N_("Write true or false"))
        return bool(value)

    def _read_full_every_days(self, path: str, value: Any) -> int:
        return int(self._number(path, value, 0, 365))

    def _read_grace_days(self, path: str, value: Any) -> int:
        return int(self._number(path, value, 0, 3650))

    def _read_removal_threshold(self, path: str, value: Any) -> float:
        return self._number(path, value, 0, 1)

    def _number(self, path: str, value: Any, least: float, most: float) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not least <= value <= most
        ):
            message = N_("Write a number from %(least)s to %(most)s")
            self._problem(path, message, least=least, most=most)
            return least
        return value
