"""What a run of one source works with: its connector, its configuration, who is which agency."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.agencies import store
from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.harvest import settings
from ckanext.hanoi.harvest.config import SourceConfig, parse
from ckanext.hanoi.harvest.connectors import Connector, Record, kinds
from ckanext.hanoi.harvest.fetch import Fetcher
from ckanext.hanoi.harvest.mapping.dataset import Mapped, to_dataset
from ckanext.hanoi.model.harvest import Source
from ckanext.hanoi.vietnamese import fold


@dataclass
class Setup:
    """Everything that reading and mapping one source needs; ``source`` may be unsaved."""

    source: Source

    @cached_property
    def config(self) -> SourceConfig:
        return parse(self.source.config, self.connector_class)

    @cached_property
    def connector_class(self) -> type[Connector]:
        return kinds()[self.source.kind]

    @cached_property
    def connector(self) -> Connector:
        return self.connector_class(self.source.url, self.config.options)

    @cached_property
    def agencies(self) -> Agencies:
        return Agencies()

    @cached_property
    def fingerprint(self) -> str:
        """Changes when the same record would become another dataset."""
        parts = (self.source.kind, self.source.owner_org or "", self.config.fingerprint())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def fetcher(self) -> Fetcher:
        return settings.fetcher(allow_local=self.source.allow_local)

    def hash_of(self, record: Record) -> str:
        """What an unchanged record has in common with its last time."""
        return hashlib.sha256(f"{self.fingerprint}{record.fingerprint()}".encode()).hexdigest()

    def map(self, record: Record) -> Mapped:
        """The record as a dataset; whatever the connector raises is the record's failure."""
        draft = self.connector.to_dataset(record)
        return to_dataset(draft, self.config, self.agencies, self.source.owner_org)


class Agencies:
    """Name of an agency as people write it -> organization of this catalog."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str | None, list[str]]] = {}
        group = model.Group
        rows = model.Session.execute(
            sa.select(group.id, group.name, group.title).where(
                group.is_organization.is_(True), group.state == "active"
            )
        )
        self._by_name: dict[str, str] = {}
        self._by_title: dict[str, str | None] = {}
        self._titles: dict[str, str] = {}
        for id_, name, title in rows:
            self._by_name[name] = self._by_name[id_] = id_
            self._titles[id_] = title or name
            key = fold(title or name)
            # two organizations of one title: neither is meant for certain
            self._by_title[key] = None if key in self._by_title else id_
        for slug, row in store.by_agency().items():  # one whose name a person chose
            self._by_name.setdefault(slug, row.id)

    def __call__(self, text: str) -> tuple[str | None, list[str]]:
        """(organization's id, [its title]); or (None, candidates for a person to choose from)."""
        if text not in self._found:
            self._found[text] = self._find(text)
        return self._found[text]

    def _find(self, text: str) -> tuple[str | None, list[str]]:
        exact = self._by_name.get(text) or self._by_title.get(fold(text))
        if exact:
            return exact, [self._titles[exact]]
        match = registry().match(text)
        if match.slug and match.slug in self._by_name:
            id_ = self._by_name[match.slug]
            return id_, [self._titles[id_]]
        return None, [candidate.slug for candidate in match.candidates]
