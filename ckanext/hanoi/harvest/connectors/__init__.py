"""One file per kind of source. A connector says how to read its source and how one record
becomes a dataset; everything else belongs to the engine. Knows no CKAN.

Connectors are found under the entry-point group ``ckanext.hanoi.connectors``.
"""
from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar

from ckanext.hanoi.fetch import Fetcher
from ckanext.hanoi.harvest.record import Record, Unreadable
from ckanext.hanoi.messages import SourceError

__all__ = ["Connector", "Option", "Record", "SourceError", "Unreadable", "connector_for", "kinds"]

log = logging.getLogger(__name__)

GROUP = "ckanext.hanoi.connectors"


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a kind of source, as shown by the source form and checked at saving.

    ``label`` and ``help`` are ``{"vi": …, "en": …}``; ``type`` is one of text, int, bool, choice,
    list, dict; ``choices`` are ``(value, {"vi": …, "en": …})``.
    """

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    type: str = "text"
    default: Any = None
    choices: tuple[tuple[str, Mapping[str, str]], ...] = field(default=())


class Connector(ABC):
    """Reads one kind of source. ``options`` are the keys of the source's configuration it uses."""

    kind: ClassVar[str]
    title: ClassVar[Mapping[str, str]]
    description: ClassVar[Mapping[str, str]]
    options: ClassVar[tuple[Option, ...]] = ()
    #: True where ``records`` honours ``since`` and then yields only what changed after it.
    incremental: ClassVar[bool] = False

    def __init__(self, url: str, config: Mapping[str, Any] | None = None) -> None:
        self.url = url
        self.config = dict(config or {})

    def option(self, name: str) -> Any:
        """The configured value of the option ``name``, or its default."""
        for option in self.options:
            if option.name == name:
                value = self.config.get(name)
                return option.default if value is None else value
        raise KeyError(name)

    @abstractmethod
    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        """Stream the source, one page in memory.

        ``since`` (ISO 8601, UTC) is given only to incremental connectors. Raises ``SourceError``
        (or its kind ``fetch.FetchError``) where the source can't be read to its end: an
        incomplete read must never look like a complete one.

        Where one document is the whole source, fetch it with ``conditional=True``: if it is
        unchanged since the last complete run, ``fetch.NotModified`` leaves this method before
        the first record and the engine ends the run as unchanged. Never for a page of several,
        nor for a document that only points to the data: their being unchanged says nothing.
        """

    @abstractmethod
    def to_dataset(self, record: Record) -> dict[str, Any]:
        """The record as a draft dataset: see ``docs/connectors.md``, "The draft dataset"."""


def entry_names() -> list[str]:
    """Names of all connectors that say they are installed, loadable or not."""
    return sorted(entry.name for entry in entry_points(group=GROUP))


@cache
def kinds() -> dict[str, type[Connector]]:
    """All installed connectors by kind, sorted. One that can't be loaded is logged and left out."""
    found: dict[str, type[Connector]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        try:
            found[entry.name] = entry.load()
        except Exception:  # another extension's mistake must not take the others with it
            log.exception("The connector %s can't be loaded", entry.value)
    return found


def connector_for(kind: str, url: str, config: Mapping[str, Any] | None = None) -> Connector:
    """A connector for the source at ``url``; raises KeyError for a kind that is not installed."""
    return kinds()[kind](url, config)
