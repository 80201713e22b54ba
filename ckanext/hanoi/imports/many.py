"""New datasets of a workbook, many in one transaction: as a harvest writes them, with the rules,
the authorization and the approval of the person whose workbook it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import plugins as lib_plugins

from ckanext.hanoi.background import locks
from ckanext.hanoi.catalog import bulk_create, columns, tags
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.dataset import rules
from ckanext.hanoi.dataset.validators import names_beginning_with
from ckanext.hanoi.imports.merge import Headings
from ckanext.hanoi.imports.plan import STATES, ImportScope, Planned, plan, to_write
from ckanext.hanoi.model.base import now
from ckanext.hanoi.review import gate
from ckanext.hanoi.vietnamese import tag
from ckanext.hanoi.workbook import DatasetRow


@dataclass
class Made:
    """What to note of each row, by its number, and whom to tell once that is committed."""

    values: dict[int, dict[str, Any]]
    reviews: list[Any]


class Many:
    """Writes rows that the preview took for new datasets."""

    def __init__(self, agency: ImportScope, places: Headings, catalog: Catalog) -> None:
        self.agency, self.places, self.catalog = agency, places, catalog

    def is_possible(self) -> bool:
        """Whether no other plugin has its own word in how a dataset is made, or who may."""
        return bulk_create.is_supported(()) and not any(
            "package_create" in plugin.get_auth_functions()
            for plugin in p.PluginImplementations(p.IAuthFunctions)
            if not type(plugin).__module__.startswith("ckanext.hanoi.")
        )

    def create(self, rows: Iterable[tuple[int, DatasetRow]]) -> Made:
        """Write those of which nothing is in the catalog; nothing is committed. The others, and
        whatever is refused (any exception), are to be written one by one."""
        locks.hold_to_commit(f"hanoi-import-into-{self.agency.id}")
        context = self.agency.context()
        asking: Any = {**context}
        tk.check_access(
            "package_create", asking, {"type": "dataset", "owner_org": self.agency.id}
        )
        planned: dict[int, Planned] = {}
        for number, row in self._new(rows):
            made = plan(self.agency, row, self.places, validate=False, is_new=True)
            if made.action == "create" and not made.problems:
                planned[number] = made
        datasets = self._datasets(planned.values())
        self.catalog.prepare(datasets)
        pairs = [self._pair(context, dataset) for dataset in datasets]
        self.catalog.create_as(pairs)
        reviews = gate.put_down_new(pair[0] for pair in pairs)
        values = {
            number: {
                "status": "written", "package_id": dataset["id"],
                "written": made.change.written, "entries": made.change.entries,
            }
            for (number, made), dataset in zip(planned.items(), datasets, strict=True)
        }  # fmt: skip
        return Made(values, reviews)

    def _new(self, rows: Iterable[tuple[int, DatasetRow]]) -> list[tuple[int, DatasetRow]]:
        """Those that are no dataset of the agency, and no other row here."""
        candidates = [(number, row, _keys(row)) for number, row in rows if not row.id]
        wanted = {key for _number, _row, keys in candidates for key in keys}
        package = model.Package
        identifier = columns.extra("identifier")
        known = model.Session.execute(
            sa.select(package.title, identifier, package.id).where(
                package.owner_org == self.agency.id, package.state.in_(STATES),
                package.type == "dataset",
                sa.or_(package.title.in_(wanted), identifier.in_(wanted), package.id.in_(wanted)),
            )
        )  # fmt: skip
        taken = {word for row in known for word in row if word}
        new = []
        for number, row, keys in candidates:
            if keys and not taken.intersection(keys):
                new.append((number, row))
            taken.update(keys)
        return new

    def _datasets(self, planned: Iterable[Planned]) -> list[dict[str, Any]]:
        used: set[str] = set()
        datasets = []
        for made in planned:
            dataset = to_write(self.agency, made)
            if not dataset.get("name"):
                title = str(dataset.get("title") or "")
                dataset["name"] = rules.unique_slug(
                    title, lambda stem: {*names_beginning_with(stem), *used}
                )
            used.add(dataset["name"])
            words = rules.as_list(dataset.pop("tag_string", None) or "", separators=",;\n")
            named = {word.casefold(): word for item in words if (word := tag(item))}
            datasets.append({
                **dataset, "id": str(uuid.uuid4()), "metadata_modified": now().isoformat(),
                "tags": [{"name": word} for word in named.values()],
            })  # fmt: skip
        return datasets

    def _pair(self, context: Any, dataset: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """A context for ``package_create``, as it makes one, and what to give it."""
        schema = lib_plugins.lookup_package_plugin("dataset").create_package_schema()
        # that the id is free, the agency is one and the person may write for it, is known
        for name in ("id", "owner_org"):
            schema[name] = [tk.get_validator("ignore_missing"), tk.get_validator("unicode_safe")]
        made = {
            **context, "defer_commit": True, "return_id_only": True,
            "hanoi_free_names": {dataset["name"]},
            "schema": tags.schema_with(schema, self.catalog.known_tags),
        }  # fmt: skip
        gate.watch_new(made, dataset)
        return made, dataset


def _keys(row: DatasetRow) -> list[str]:
    """By what another row, or a dataset, would be this one."""
    texts = (row.values.get("identifier"), row.title)
    return [text for value in texts if (text := rules.short_text(value or ""))]
