"""What a row of a workbook changes in a dataset. Pure: a row and a dataset in, a change out.

Where the row carries its mark (``workbook.cells.Stamp``), three states are compared: the file as
it was written, as it came back, and the dataset now. A cell that nobody touched changes nothing,
whatever the dataset says by now; one that the publisher and somebody else both changed is a
conflict, never a silent overwriting.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi.dataset import rules
from ckanext.hanoi.vietnamese import tag
from ckanext.hanoi.workbook import DatasetRow, Problem, ResourceRow
from ckanext.hanoi.workbook.cells import Stamp, digest, text_of, value_of
from ckanext.hanoi.workbook.fields import Field, dataset_fields, resource_fields

#: Emptied, these are given by the catalog itself: an empty cell asks for nothing.
_DERIVED = frozenset({"identifier", "format", "mimetype"})
_EMPTY: tuple[Any, ...] = (None, "", [], False)

#: Digests that the same person's earlier imports of the same workbook wrote, by ``key``.
Written = Mapping[str, str]
#: Headings by sheet and field, as ``workbook.Returned.columns``.
Headings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One difference: ``field`` of the dataset, or of the file called ``resource``; a new file as
    a whole has the field "". ``id`` is the file's id, "" for a new one."""

    field: str
    old: Any
    new: Any
    resource: str = ""
    id: str = ""

    @property
    def key(self) -> str:
        """Field and file, as a name."""
        return f"{self.id or self.resource}/{self.field}" if self.resource else self.field


@dataclass(slots=True)
class Change:
    """What a row would do: ``values`` to be written by the names of the schema, ``resources`` the
    whole list of files or None where it stays, ``rows`` the row behind each of them (None: not in
    the workbook), ``entries`` the differences for people, ``written`` digests of what was written.
    Nothing may be written where there are ``problems``."""

    values: dict[str, Any] = field(default_factory=dict)
    resources: list[dict[str, Any]] | None = None
    rows: list[ResourceRow | None] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


def change(
    row: DatasetRow,
    current: Mapping[str, Any] | None,
    places: Headings,
    written: Written | None = None,
    overwrite: bool = False,
) -> Change:
    """What ``row`` changes in ``current`` (as ``package_show`` gives it; None: a new dataset).

    ``overwrite``: the file's values win over what others changed since it was written.
    """
    made = Change()
    merge = _Merge(made, places, written or {}, overwrite)
    made.values = merge.fields(row, dataset_fields(), current or {})
    if row.resources is not None:
        merge.resources(row.resources, (current or {}).get("resources") or [])
    return made


def is_untouched(row: DatasetRow) -> bool:
    """Whether every cell of the row and of its files says what it said when it was written."""
    rows = [row, *(row.resources or ())]
    return all(
        one.id and one.stamp is not None and not one.problems and set(one.values) <= one.untouched
        for one in rows
    )


def same(about: Field, old: Any, new: Any) -> bool:
    """Whether the catalog would store the two values as one."""
    return _normal(about, old) == _normal(about, new)


def _normal(about: Field, value: Any) -> Any:
    if about.kind == "flag":
        return value is True or str(value).lower() == "true"
    if value in _EMPTY:
        return about.default if about.kind == "term" else ""
    try:
        if about.kind == "tags":
            return sorted({tag(word).casefold() for word in rules.as_list(value, ",;\n")} - {""})
        if about.kind in ("terms", "list"):
            return rules.text_list(value) or ""
        if about.kind == "date":
            period = about.name in ("temporal_start", "temporal_end")
            return rules.date(str(value), end=about.name == "temporal_end", time=not period)
        return _TEXTS.get(about.name, _plain)(value, about)
    except rules.RuleError:
        return str(value).strip()


def _plain(value: Any, about: Field) -> str:
    return rules.text(value) if about.kind == "text" else rules.short_text(value)


_TEXTS = {
    "contact_email": lambda value, about: rules.email(value),
    "contact_phone": lambda value, about: rules.phone(value),
    "mimetype": lambda value, about: rules.media_type(value),
}


class _Merge:
    def __init__(self, made: Change, places: Headings, written: Written, overwrite: bool) -> None:
        self.made, self.places, self.written = made, places, written
        self.overwrite = overwrite

    def fields(
        self,
        row: DatasetRow | ResourceRow,
        fields: Iterable[Field],
        current: Mapping[str, Any],
        resource: str = "",
    ) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        id_ = current.get("id", "") if resource else ""
        for about in fields:
            if about.name not in row.values or about.name in row.untouched:
                continue
            new, old = row.values[about.name], value_of(about, current)
            if about.name in _DERIVED and new in _EMPTY:
                continue
            if same(about, old, new):
                continue
            entry = Entry(about.name, old, new, resource, id_)
            if not self._is_free(row.stamp, about, old, entry):
                self.made.problems.append(_conflict(row, about, old, self.places))
                continue
            changed[about.name] = new
            self.made.entries.append(entry)
            if row.stamp is not None:
                said = digest(about, text_of(about, new, row.stamp.lang))
                self.made.written[entry.key] = said
        return changed

    def _is_free(self, stamp: Stamp | None, about: Field, old: Any, entry: Entry) -> bool:
        """Nobody else has changed the field since the workbook was written, as far as is known."""
        if stamp is None or self.overwrite or stamp.had(about, old):
            return True
        ours = self.written.get(entry.key)
        return ours is not None and digest(about, text_of(about, old, stamp.lang)) == ours

    def resources(self, rows: list[ResourceRow], current: list[Mapping[str, Any]]) -> None:
        left = {resource["id"]: resource for resource in current}
        matches: list[Mapping[str, Any] | None] = []
        for row in rows:
            matches.append(left.pop(row.id, None) if row.id else None)
        by_address: dict[Any, deque[Mapping[str, Any]]] = {}
        for resource in left.values():
            by_address.setdefault(resource.get("url"), deque()).append(resource)
        for place, row in enumerate(rows):
            if matches[place] is None:
                address = rules.short_text(row.values.get("url") or "")
                if same_address := by_address.get(address):
                    matches[place] = same_address.popleft()
        updates: dict[str, tuple[ResourceRow, dict[str, Any]]] = {}
        new: list[tuple[ResourceRow, dict[str, Any]]] = []
        for row, match in zip(rows, matches, strict=True):
            if match is not None:
                updates[match["id"]] = row, self._existing(row, match)
            elif row.id and not self.overwrite:
                self.made.problems.append(_gone(row))
            elif values := self._new(row):
                new.append((row, values))
        if new or any(values for _row, values in updates.values()):
            old = [(updates.get(r["id"], (None, {})), r) for r in current]
            self.made.resources = [{**r, **values} for (_row, values), r in old]
            self.made.resources += [values for _row, values in new]
            self.made.rows = [*(row for (row, _values), _r in old), *(row for row, _values in new)]

    def _existing(self, row: ResourceRow, current: Mapping[str, Any]) -> dict[str, Any]:
        name = current.get("name") or current.get("url") or current["id"]
        changed = self.fields(row, resource_fields(), current, name)
        if "url" in changed and current.get("url_type") == "upload":
            # the uploaded file gives way to an address
            changed["url_type"] = ""
        return changed

    def _new(self, row: ResourceRow) -> dict[str, Any]:
        values = {name: value for name, value in row.values.items() if value not in _EMPTY}
        if values:
            name = values.get("name") or values.get("url") or "?"
            self.made.entries.append(Entry("", None, values, name))
        return values


def _where(row: DatasetRow | ResourceRow, name: str, places: Headings) -> dict[str, Any]:
    column = places.get(row.sheet, {}).get(name, "?")
    return {"sheet": row.sheet, "row": row.row, "column": column}


def _conflict(
    row: DatasetRow | ResourceRow, about: Field, old: Any, places: Headings
) -> Problem:
    lang = row.stamp.lang if row.stamp else "vi"
    return Problem(
        "Sheet %(sheet)s, row %(row)s, column %(column)s: somebody else has changed this since the "
        "workbook was made; now it is “%(value)s”. Download a new workbook and change it there, "
        "or let the file's values win.",
        _where(row, about.name, places) | {"value": text_of(about, old, lang)[:200]},
    )


def _gone(row: ResourceRow) -> Problem:
    return Problem(
        "Sheet %(sheet)s, row %(row)s: this file is no longer in the dataset: somebody removed it "
        "since the workbook was made. Delete the row, or let the file's values win to add it "
        "again.",
        {"sheet": row.sheet, "row": row.row},
    )
