"""The datasets of a batch as CKAN shows them, put together once for all who ask.

The activity stream asks for a dataset when it has been written, the search index when the batch is
committed. CKAN would collect it from the database for each of them, and ask Solr before. What is
kept here is what CKAN itself made of it, and only as long as nobody has changed the dataset.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.plugins import lookup_package_plugin, plugin_validate
from ckan.logic.schema import default_show_package_schema
from sqlalchemy import event
from sqlalchemy.orm.util import identity_key

from ckanext.hanoi.catalog import versions
from ckanext.hanoi.catalog.bulk_create import is_overridden
from ckanext.hanoi.catalog.bulk_dictize import BulkDictizer
from ckanext.hanoi.catalog.noop_validation import is_unchanged_by_validation
from ckanext.hanoi.catalog.versions import Version

Both = tuple[dict[str, Any], dict[str, Any]]

#: What a dataset is shown with is made of these.
_PARTS = (model.Package, model.Resource, model.Tag, model.PackageTag, model.Member, model.Group,
          model.PackageRelationship)  # fmt: skip

_current: ContextVar[ShowCache | None] = ContextVar("hanoi_shown", default=None)


def current() -> ShowCache | None:
    """Of the batch that is being written; None outside of one."""
    return _current.get()


class ShowCache:
    """Keeps the datasets that were written while it was the ``current`` one."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Any, bytes]] = {}
        self._together: BulkDictizer | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Inside the block ``package_show`` comes here (``logic/action/harvest_batch.py``)."""
        token = _current.set(self)
        event.listen(model.Session, "after_flush", self._flushed)
        try:
            yield
        finally:
            event.remove(model.Session, "after_flush", self._flushed)
            _current.reset(token)

    def forget(self) -> None:
        """Nothing of what was written is so: the transaction was rolled back."""
        self._kept.clear()
        self._together = None

    def together(self, ids: Collection[str]) -> bool:
        """These are asked for next: the database is asked for all of them now. False where some
        plugin has its own ``package_show``, which has to be asked."""
        if is_overridden(frozenset({"package_show"})):
            return False
        self._together = BulkDictizer(ids) if ids else None
        return True

    def _flushed(self, session: Any, _flush: Any) -> None:
        changed = (*session.new, *session.dirty, *session.deleted)
        if any(isinstance(one, _PARTS) for one in changed):
            self._together = None

    def dataset(self, context: Any, id_: str) -> dict[str, Any] | None:
        """The dataset by its own schema; None where it isn't in the session (ask CKAN)."""
        package: Any = model.Session.identity_map.get(identity_key(model.Package, id_))
        if package is None:
            return None
        kept = self._kept.get(id_)
        version = versions.shown(package)
        if kept is None or kept[0] != version:
            both = self._shown(context, id_)
            kept = self._kept[id_] = (version, pickle.dumps(both))
        return pickle.loads(kept[1])[1]

    def both(self, context: Any, committed: Mapping[str, Version]) -> Iterator[Both]:
        """Each dataset that exists, by CKAN's schema and by its own, as it is committed.

        ``committed``: the datasets' versions as they are now.
        """
        # another may have hidden or deleted one while we wrote it: neither changes its date
        kept = {id_: self._kept.pop(id_, (None, b"")) for id_ in committed}
        other = [id_ for id_, version in committed.items() if kept[id_][0] != version.shown]
        _read_anew(other)
        self.together(other)
        for id_, version in committed.items():
            if kept[id_][0] == version.shown:
                yield pickle.loads(kept[id_][1])
                continue
            try:
                yield self._shown(context, id_)
            except tk.ObjectNotFound:  # purged meanwhile
                continue

    def _shown(self, context: Any, id_: str) -> Both:
        """As CKAN's ``package_show_default_and_custom_schemas``, which asks whether the dataset's
        name is taken."""
        context = {
            "user": context.get("user"), "auth_user_obj": context.get("auth_user_obj"),
            "ignore_auth": True, "use_cache": False, "validate": False,
            # CKAN 2.11 dictizes by them
            "model": model, "session": model.Session,
        }  # fmt: skip
        plain = self._plain(context, id_)
        schema = {**default_show_package_schema(), "name": []}
        default = {**plain}
        if not is_unchanged_by_validation(plain, schema):
            default, _ = plugin_validate(object(), context, plain, schema, "package_show")
        plugin = lookup_package_plugin(plain["type"])
        own = plugin.show_package_schema()
        custom, _ = plugin_validate(plugin, context, plain, own, "package_show")
        for item in p.PluginImplementations(p.IPackageController):
            item.after_dataset_show(context, custom)
        return default, custom

    def _plain(self, context: Any, id_: str) -> dict[str, Any]:
        """As CKAN's ``package_show`` gives it, neither cached nor validated."""
        together = self._together
        package = together.package(id_) if together else None
        if together is None or package is None:
            return tk.get_action("package_show")(context, {"id": id_})
        context["package"] = package
        try:
            plain = together.dataset(package, context)
        except ValueError:  # an address that can't be taken apart, which the action knows
            return tk.get_action("package_show")(context, {"id": id_})
        for item in p.PluginImplementations(p.IPackageController):
            item.read(package)
        for item in p.PluginImplementations(p.IResourceController):
            for resource in plain["resources"]:
                item.before_resource_show(resource)
        return plain


def _read_anew(ids: Iterable[str]) -> None:
    """CKAN's session keeps what it knows of a dataset beyond a commit."""
    for id_ in ids:
        package = model.Session.identity_map.get(identity_key(model.Package, id_))
        if package is not None:
            model.Session.expire(package)
