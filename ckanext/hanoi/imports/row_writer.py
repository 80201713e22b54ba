"""Writes one row into the catalog, as the person whose import it is and through CKAN's own
actions, so that every rule, hook and approval of the catalog counts for it too."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import language
from ckanext.hanoi.background import locks
from ckanext.hanoi.catalog.writer import Catalog
from ckanext.hanoi.imports.many import Many
from ckanext.hanoi.imports.merge import Entry, Headings
from ckanext.hanoi.imports.plan import ImportScope, Planned, plan, to_write
from ckanext.hanoi.workbook import DatasetRow, Problem, ResourceRow
from ckanext.hanoi.workbook.fields import dataset_fields


class RowWriter:
    """Writes rows of one import. Nothing is committed: the caller does that together with its
    note that the row is done."""

    def __init__(
        self, agency: ImportScope, places: Headings, written: dict[str, dict[str, str]]
    ) -> None:
        self.agency, self.places, self.written = agency, places, written
        self.catalog = Catalog()
        self.many = Many(agency, places, self.catalog)
        #: The rows behind the files of the dataset written last: for errors of CKAN's validation.
        self.files: list[ResourceRow | None] = []

    def write(
        self, row: DatasetRow, action: str, package_id: str | None, previewed: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """What to note of the row, by column. Raises what CKAN's actions raise.

        ``action``, ``package_id`` and ``previewed`` (entries as JSON) are what the preview said;
        what it did not say is not done.
        """
        if package_id:
            # nobody else's update between our look at it and our own
            package = model.Package
            model.Session.execute(
                sa.select(package.id).where(package.id == package_id).with_for_update()
            )
        else:
            locks.hold_to_commit(f"hanoi-import-into-{self.agency.id}")
        made = plan(
            self.agency, row, self.places, self.written.get(row.id or ""), validate=False
        )
        self.files = made.change.rows
        problems = made.problems or self._drift(row, action, made, previewed)
        if problems:
            return {"status": "error", "problems": problems}
        if made.action == "none":
            # done already, by a process that died before it could say so: it is indexed again
            return {"status": "written", "package_id": made.package_id}
        write = self._create if made.action == "create" else self._update
        return {
            "status": "written",
            "package_id": write(made),
            "written": made.change.written,
            "entries": made.change.entries,
        }

    def batch(self) -> AbstractContextManager[None]:
        """Inside the block a dataset that was written is put together once for all who ask for
        it: the approval, the activity stream and the search index."""
        return self.catalog.batch()

    def rollback(self) -> None:
        """Nothing since the last commit was written."""
        self.catalog.rollback()

    def _create(self, made: Planned) -> str:
        context = self.agency.context(defer_commit=True, return_id_only=True)
        return tk.get_action("package_create")(context, to_write(self.agency, made))

    def _update(self, made: Planned) -> str:
        original = made.current
        # CKAN's update forgets to say so when it returns early, and activity depends on it
        context = self.agency.context(
            defer_commit=True, return_id_only=True, original_package=original,
            changed_entities={"packages": {original["id"]}},
        )  # fmt: skip
        tk.get_action("package_update")(context, to_write(self.agency, made))
        nested = model.Session().get_nested_transaction()
        if nested:
            nested.commit()
        return original["id"]

    def _drift(
        self, row: DatasetRow, action: str, made: Planned, previewed: list[dict[str, Any]]
    ) -> list[Problem]:
        """What others did to the dataset since the preview, where it changes what is written."""
        where = {"sheet": row.sheet, "row": row.row}
        if action == "create" and made.action == "update":
            return [Problem(
                "Sheet %(sheet)s, row %(row)s: since the preview somebody has added a dataset with "
                "this title. Send the workbook again to see how the two differ.", where,
            )]  # fmt: skip
        if action == "create" or self.agency.overwrite:
            return []
        seen = {entry.key: entry.old for entry in (Entry(**one) for one in previewed)}
        changed = [e for e in made.change.entries if e.key not in seen or seen[e.key] != e.old]
        if not changed:
            return []
        labels = {field.name: field.label(language.vi_or_en()) for field in dataset_fields()}
        names = [e.resource or labels.get(e.field, e.field) for e in changed]
        return [Problem(
            "Sheet %(sheet)s, row %(row)s: somebody else has changed the dataset since the preview "
            "(%(fields)s). Send the workbook again to see the differences.",
            where | {"fields": ", ".join(dict.fromkeys(names))},
        )]  # fmt: skip

    def index(self, ids: Iterable[str]) -> dict[str, str]:
        """Send the datasets to the search index; ``{id: reason}`` of those that it refuses."""
        return self.catalog.index(ids)
