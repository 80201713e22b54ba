"""Writes datasets into CKAN, many in one transaction and one Solr request.

Validation, hooks, signals and the activity stream of every other plugin run for each dataset as
with CKAN's own actions, by which datasets are changed and removed; new ones come by
``bulk_create``.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import plugins as lib_plugins
from sqlalchemy.orm import selectinload

from ckanext.hanoi.background import bulk
from ckanext.hanoi.catalog import bulk_create, bulk_delete, tags, versions
from ckanext.hanoi.catalog.batch_cache import caching
from ckanext.hanoi.catalog.bulk_index import Documents
from ckanext.hanoi.catalog.session_cache import cached_queries
from ckanext.hanoi.catalog.show_cache import ShowCache
from ckanext.hanoi.dataset import diff
from ckanext.hanoi.dataset.fields import FIELDS
from ckanext.hanoi.model.base import now

log = logging.getLogger(__name__)

#: How often a dataset is indexed anew that somebody changes each time.
_FOLLOWED = 10
#: Of a resource that is harvested again, what the catalog itself had added to it.
_KEPT_RESOURCE_KEYS = ("datastore_active", "url_type", "created", "cache_url", "cache_last_updated")

_GIVEN_CUSTOM = tk.check_ckan_version(min_version="2.12")


class Held(NamedTuple):
    """What a dataset was when it was taken hold of."""

    state: str | None
    owner_org: str | None
    modified: datetime | None


class Catalog:
    """The catalog as the harvester sees it. Writes are not committed: ``commit`` does that."""

    def __init__(self) -> None:
        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
        self.user: str = site_user["name"]
        self._shown = ShowCache()
        self._tags: dict[str, Any] = {}
        self._owners_held: Sequence[Any] = ()
        self._packages_held: Sequence[Any] = ()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Inside the block what the datasets of a batch have in common is looked up once."""
        with bulk.work(), caching(), self._shown.watching(), cached_queries(), _without_gc():
            try:
                yield
            finally:
                self._shown.forget()
                self._tags, self._owners_held, self._packages_held = {}, [], []

    def _context(self, **more: Any) -> Any:
        # saves CKAN from asking for the user at each step; the session forgets whom nobody holds
        self._user_held = model.Session.get(model.User, self._user_id)
        user = self._user_held
        return {"user": self.user, "auth_user_obj": user, "ignore_auth": True, **more}

    @cached_property
    def _user_id(self) -> str:
        user = model.User.get(self.user)
        assert user
        return user.id

    def _deferred(self, name: str, schema: dict[str, Any], **more: Any) -> Any:
        """Of a write that is not committed; ``name`` is free, or the dataset's own."""
        return self._context(
            defer_commit=True, return_id_only=True, hanoi_free_names={name},
            schema=tags.schema_with(schema, self._tags), **more,
        )  # fmt: skip

    def prepare(self, datasets: Iterable[dict[str, Any]]) -> None:
        """What is to be written next: their keywords and agencies are looked up together."""
        datasets = list(datasets)
        self._tags = tags.known(
            tag["name"] for dataset in datasets for tag in dataset.get("tags", ())
        )
        # the session forgets whom nobody holds, and validators ask for each dataset's
        owners = {owner for dataset in datasets if (owner := dataset.get("owner_org"))}
        group: Any = model.Group
        self._owners_held = (
            model.Session.execute(sa.select(group).where(group.id.in_(owners))).scalars().all()
        )

    def states(self, ids: Iterable[str]) -> dict[str, str]:
        """``{id: state}`` of the datasets that exist."""
        package = model.Package
        rows = model.Session.execute(
            sa.select(package.id, package.state).where(package.id.in_(list(ids)))
        )
        return {row.id: row.state for row in rows}

    def hold(self, ids: Iterable[str]) -> dict[str, Held]:
        """The datasets that exist, by id; nobody changes them until this transaction ends. CKAN
        2.11 writes every column of a dataset, so what somebody hides between our look at it and our
        commit would be public again; so would, with any CKAN, what somebody deletes."""
        package = model.Package
        columns = (package.state, package.owner_org, package.metadata_modified)
        query = (
            sa.select(package.id, *columns)
            .where(package.id.in_(list(ids)))
            # in one order: of two who do so, one waits for the other
            .order_by(package.id)
            .with_for_update(key_share=True)
        )
        return {id_: Held(*rest) for id_, *rest in model.Session.execute(query)}

    def held_states(self, ids: Iterable[str]) -> dict[str, Any]:
        """As ``states``, of datasets that are held."""
        return {id_: held.state for id_, held in self.hold(ids).items()}

    def free_names(self, wanted: list[str]) -> list[str]:
        """Each name, or one with a number behind it: no dataset and no other one here has it."""
        stems = [_stem(name) for name in wanted]
        name = model.Package.name
        query = sa.select(name).where(name.in_(stems))
        taken = set(model.Session.execute(query).scalars())
        for stem in {stem for stem in stems if stem in taken or stems.count(stem) > 1}:
            like = stem.replace("_", r"\_") + "-%"
            taken.update(model.Session.execute(sa.select(name).where(name.like(like))).scalars())
        free = []
        for stem in stems:
            candidate, number = stem, 2
            while candidate in taken:
                candidate, number = f"{stem}-{number}", number + 1
            taken.add(candidate)
            free.append(candidate)
        return free

    def show(self, id_: str) -> dict[str, Any]:
        """The dataset as it is in the database, not as the index remembers it."""
        return tk.get_action("package_show")(self._context(use_cache=False), {"id": id_})

    def originals(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """``{id: dataset}`` of datasets that are to be updated next, as ``show`` gives them."""
        ids = list(ids)
        # what CKAN asks of each dataset that it updates; the session forgets what nobody holds
        self._packages_held = model.Session.execute(_whole(ids)).scalars().all() if ids else ()
        if not self._shown.together(ids):
            return {id_: self.show(id_) for id_ in ids}
        context = self._context()
        return {id_: self._shown.dataset(context, id_) or self.show(id_) for id_ in ids}

    def problems(self, dataset: dict[str, Any]) -> dict[str, Any]:
        """What CKAN would refuse of the dataset: ``{field: messages}``, empty where nothing."""
        package = model.Session.get(model.Package, dataset.get("id") or "")
        draft = {"type": "dataset", **dataset}
        if package:
            draft["name"] = package.name
        else:
            draft["name"] = self.free_names([dataset["name"]])[0]
            draft["resources"] = [
                {key: value for key, value in resource.items() if key != "id"}
                for resource in dataset.get("resources", [])
            ]
        plugin = lib_plugins.lookup_package_plugin("dataset")
        verb = "update" if package else "create"
        schema = getattr(plugin, f"{verb}_package_schema")()
        context = self._context(model=model, session=model.Session)
        if package:
            context["package"] = package
        _data, found = lib_plugins.plugin_validate(
            plugin, context, draft, schema, f"package_{verb}"
        )
        return found

    def create(self, datasets: Iterable[dict[str, Any]]) -> list[list[str]]:
        """Create the datasets with the ids that they say; returns the ids of each one's resources.

        Raises ``tk.ValidationError``.
        """
        pairs = [self._new(dataset) for dataset in datasets]
        if bulk_create.is_supported(dataset for _, dataset in pairs):
            return bulk_create.create(pairs, self._shown.together)
        for context, dataset in pairs:
            tk.get_action("package_create")(context, dataset)
        packages = [model.Session.get(model.Package, dataset["id"]) for _, dataset in pairs]
        return [[resource.id for resource in package.resources] for package in packages if package]

    @property
    def known_tags(self) -> dict[str, Any]:
        """Those that ``prepare`` has looked up."""
        return self._tags

    def create_as(self, pairs: Iterable[tuple[Any, dict[str, Any]]]) -> None:
        """Create datasets in somebody's name: a context for ``package_create`` with its schema,
        and the dataset; ``prepare`` knows them. Raises ``tk.ValidationError``."""
        bulk_create.create(pairs, self._shown.together)

    def _new(self, dataset: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """A context for ``package_create``, and what to give it."""
        # CKAN gives new resources their ids; to check given ones it would ask for each
        resources = [
            {key: value for key, value in resource.items() if key != "id"}
            for resource in dataset.get("resources", [])
        ]
        # with its date, the row is written once
        modified = {"metadata_modified": now().isoformat()}
        data = {"type": "dataset", **dataset, "resources": resources, **modified}
        schema = lib_plugins.lookup_package_plugin(data["type"]).create_package_schema()
        # that no other dataset has the id, the caller knows
        schema["id"] = [tk.get_validator("ignore_missing"), tk.get_validator("unicode_safe")]
        return self._deferred(data["name"], schema), data

    def update(
        self, original: dict[str, Any], dataset: dict[str, Any], keep: Iterable[str]
    ) -> list[str]:
        """Make the harvested fields of ``original`` what ``dataset`` says; returns those changed.

        Fields of ``keep`` stay as they are; so does everything that a harvest doesn't know.
        """
        kept = set(keep)
        dataset = {**filled_in(original), **dataset}
        fields = [name for name in FIELDS if name not in kept]
        changed = list(diff.differences(original, dataset, fields))
        if original.get("state") != "active":
            changed.append("state")
        if not changed:
            return []
        update = {name: value for name, value in original.items() if name not in fields}
        update.update({name: value for name, value in dataset.items() if name in fields})
        update.update(id=original["id"], name=original["name"], state="active")
        # given back, it would stay what it was, and the index would pass for current
        update.pop("metadata_modified", None)
        if "resources" in fields:
            update["resources"] = _with_own_keys(
                original["resources"], dataset.get("resources", [])
            )
        # CKAN's update forgets to say so when it returns early, and activity depends on it
        context = self._deferred(
            original["name"],
            lib_plugins.lookup_package_plugin(original["type"]).update_package_schema(),
            original_package=original, changed_entities={"packages": {original["id"]}},
        )  # fmt: skip
        tk.get_action("package_update")(context, update)
        nested = model.Session().get_nested_transaction()
        if nested:
            nested.commit()
        return changed

    def remove(self, id_: str) -> None:
        """Delete (not purge) the dataset; commits, as CKAN's action does."""
        tk.get_action("package_delete")(self._context(), {"id": id_})

    @property
    def deletes_together(self) -> bool:
        """Whether ``delete`` takes several datasets into one transaction."""
        return bulk_delete.is_possible()

    def delete(self, ids: Iterable[str]) -> None:
        """Delete (not purge) the datasets; to be indexed afterwards. Of one alone it may commit:
        whatever belongs to it has to be in the session."""
        if self.deletes_together:
            bulk_delete.delete(self._context(defer_commit=True), ids)
            return
        for id_ in ids:
            bulk_delete.delete_one(self._context(), id_)

    def commit(self) -> None:
        model.Session.commit()

    def rollback(self) -> None:
        """Nothing since the last commit was written."""
        model.Session.rollback()
        self._shown.forget()

    def index(self, ids: Iterable[str]) -> dict[str, str]:
        """Send the datasets to Solr in one request with one commit.

        Returns ``{id: reason}`` of those that Solr refuses; all others are found then, as they are
        committed. Raises ``SearchIndexError`` when it does not answer.
        """
        documents = self.documents(ids)
        return self.follow(documents, documents.send())

    def documents(self, ids: Iterable[str]) -> Documents:
        """The first half of ``index``: what the database has of the datasets. Any thread may
        ``send`` it; then ``follow`` is the rest."""
        wanted = list(dict.fromkeys(ids))
        made = Documents(wanted, versions.committed(wanted))
        with caching(about=wanted):
            for default, custom in self._shown.both(self._context(), made.versions):
                # CKAN 2.11 puts the dataset into its own schema by itself
                more = {"with_custom_schema": custom} if _GIVEN_CUSTOM else {}
                made.add({**default, **more})
        return made

    def follow(self, sent: Documents, refused: dict[str, str]) -> dict[str, str]:
        """Index anew whatever others have changed while it was on its way. Commits."""
        for _ in range(_FOLLOWED):
            outdated = sent.outdated()
            if not outdated:
                return refused
            for id_ in outdated:
                refused.pop(id_, None)
            sent = self.documents(outdated)
            refused = {**refused, **sent.send()}
        log.warning("Datasets change faster than they are indexed: %s", ", ".join(sent.versions))
        return refused


@contextmanager
def _without_gc() -> Iterator[None]:
    """A batch makes many objects that live to its end: to look for garbage among them in between
    takes a tenth of the time, and finds none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def filled_in(original: dict[str, Any]) -> dict[str, Any]:
    """What the schema itself had put where the source says nothing: no difference from it."""
    schema = tk.h.scheming_get_dataset_schema(original.get("type") or "dataset") or {}
    filled = {}
    for field in schema.get("dataset_fields", ()):
        name, default = field["field_name"], field.get("default_code")
        if default and original.get(name) in (default, [default]):
            filled[name] = original[name]
    if original.get("identifier"):
        filled["identifier"] = original["identifier"]
    return filled


def _whole(ids: list[str]) -> Any:
    """A query for the datasets with all that hangs on them."""
    package: Any = model.Package
    link: Any = model.PackageTag
    parts = (
        selectinload(package.package_tags).joinedload(link.tag),
        selectinload(package.resources_all),
        selectinload(package.relationships_as_subject),
        selectinload(package.relationships_as_object),
    )
    query = sa.select(package).where(package.id.in_(ids)).options(*parts)
    # as they are now, whatever the session remembers
    return query.execution_options(populate_existing=True)


def _stem(name: str) -> str:
    stem = (name or "dataset")[:95].strip("-_")
    return stem if len(stem) > 1 else f"dataset-{stem}".strip("-")


def _with_own_keys(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One in which nothing changes stays as it is: CKAN neither checks nor saves it then."""
    known = {resource["id"]: resource for resource in old}
    merged = []
    for resource in new:
        before = known.get(resource.get("id", ""), {})
        if before and diff.is_same_resource(before, resource):
            merged.append(before)
            continue
        own = {key: before[key] for key in _KEPT_RESOURCE_KEYS if before.get(key) is not None}
        merged.append({**own, **resource})
    return merged
