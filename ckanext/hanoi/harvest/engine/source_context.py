"""What a run of one source works with: its connector, its configuration, who is which agency."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.agencies import store
from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.fetch import Fetcher, settings
from ckanext.hanoi.harvest import secrets
from ckanext.hanoi.harvest.config import ConfigError, SourceConfig, parse
from ckanext.hanoi.harvest.connectors import Connector, Record, kinds
from ckanext.hanoi.harvest.mapping import version
from ckanext.hanoi.harvest.mapping.dataset import Mapped, to_dataset
from ckanext.hanoi.messages import N_, SourceError
from ckanext.hanoi.model.harvest import Identity, Source
from ckanext.hanoi.vietnamese import fold


@dataclass
class SourceContext:
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
    def agencies(self) -> OrganizationResolver:
        return OrganizationResolver()

    @cached_property
    def reach(self) -> set[str]:
        """The organizations whose datasets the source writes: its own and those below it."""
        return store.at_or_below(self.source.owner_org) if self.source.owner_org else set()

    @cached_property
    def former_reach(self) -> set[str]:
        """The organizations whose datasets it wrote while it belonged to other agencies."""
        former = self.source.former_agencies or ()
        return {id_ for agency in former for id_ in store.at_or_below(agency)}

    def check_dataset(
        self, identity: Identity | None, owner_org: str | None, keep: Collection[str]
    ) -> None:
        """Raises ``SourceError`` where the dataset, which is in the organization, isn't the
        source's to write: somebody may have moved it. What the source itself wrote into its former
        agency, and nobody moved, follows it to its new one, unless its agency is to be kept."""
        follows = (
            identity is not None
            and owner_org == identity.owner_org
            and owner_org in self.former_reach
            and "owner_org" not in keep
        )
        if not follows:
            self.check_reach(owner_org)

    def check_reach(self, owner_org: str | None) -> None:
        """Raises ``SourceError`` where the source may not write into the organization."""
        if self.source.all_agencies or owner_org in self.reach:
            return
        raise SourceError(
            N_("The dataset belongs to the agency “%(agency)s”, and this source writes only into"
               " its own agency and those below it. Let that agency have a source of its own, name"
               " another agency under agency_map, or ask a system administrator to let this source"
               " write into every agency."),
            agency=self.agencies.title(owner_org),
        )  # fmt: skip

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The keys and passwords of the source's address and options."""
        try:
            options = self.config.options
        except (ConfigError, KeyError):
            options = {}
        return secrets.of_source(self.source.url, options)

    @cached_property
    def fingerprint(self) -> str:
        """Changes when the same record would become another dataset."""
        connector = sys.modules[self.connector_class.__module__].__file__ or ""
        parts = (
            self.source.kind, self.source.owner_org or "", self.config.fingerprint(),
            version.of_code(), version.of_file(connector),
        )  # fmt: skip
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def reading(self) -> str:
        """Changes when what was remembered of the last read no longer holds: the same, or another
        address, of which nothing is known."""
        return hashlib.sha256(f"{self.fingerprint}\0{self.source.url}".encode()).hexdigest()[:16]

    def fetcher(self) -> Fetcher:
        return settings.fetcher(allow_local=self.source.url if self.source.allow_local else False)

    def hash_of(self, record: Record) -> str:
        """What an unchanged record has in common with its last time; ``SourceError`` where it is
        too large."""
        own = record.checked_fingerprint()
        return hashlib.sha256(f"{self.fingerprint}{own}".encode()).hexdigest()

    def map(self, record: Record) -> Mapped:
        """The record as a dataset; whatever the connector raises is the record's failure."""
        draft = self.connector.to_dataset(record)
        if self.secrets:
            # made of the source's own address, they would be public with the dataset
            draft = secrets.without(draft, self.secrets)
        mapped = to_dataset(draft, self.config, self.agencies, self.source.owner_org)
        if not mapped.excluded:
            self.check_reach(mapped.dataset.get("owner_org"))
        return mapped


class OrganizationResolver:
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

    def title(self, id_: str | None) -> str:
        """The organization's title; "" of none."""
        return self._titles.get(id_ or "", id_ or "")

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
