"""Brings the catalog's organizations in line with the list of agencies, through CKAN's own actions.

What is to be done is worked out in ``plan.py``; this carries it out. Each step can be done again:
a seeding that was interrupted is completed by the next one.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.hanoi.agencies import dataset_transfer, store
from ckanext.hanoi.agencies.plan import Change, Plan, digest, plan
from ckanext.hanoi.agencies.registry import Registry, registry

#: Called before each step: its number from 1, how many there are, what it does.
Progress = Callable[[int, int, Change], None]

_ROLES = ("member", "editor", "admin")
_LISTS = frozenset({"predecessors"})


def current_plan(agencies: Registry | None = None) -> Plan:
    """What ``apply`` would do now. ValidationError where the catalog isn't ready for agencies."""
    check_schema()
    return plan(agencies or registry(), store.organizations(), store.taken_names())


def check_schema() -> None:
    """The organizations must have our schema, or what is seeded would be lost."""
    try:
        schema = tk.get_action("scheming_organization_schema_show")({}, {"type": "organization"})
        names = {field["field_name"] for field in schema["fields"]}
    except (KeyError, tk.ObjectNotFound):
        names = set()
    if not {"hanoi_agency", "hanoi_seed"} <= names:
        raise tk.ValidationError({"ckan.plugins": [tk._(
            "Enable scheming_organizations with the schema "
            "ckanext.hanoi:schemas/organization.yaml")]})


def concerns_datasets(change: Change) -> bool:
    """Whether the organization's datasets have to be indexed again."""
    return bool(change.id) and bool({"name", "title"} & set(change.fields))


def apply(agencies: Registry | None = None, user: str | None = None,
          progress: Progress | None = None, over: dataset_transfer.Over = lambda: False) -> Plan:
    """Carry out the plan of this moment, until it is ``over``, and return it. ``user`` is the name
    in the activities."""
    agencies = agencies or registry()
    todo = current_plan(agencies)
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    worker = _Seeder(user or site_user, todo, over)
    merged = {change.id for change in todo.changes if change.action == "merge"}
    for id_ in dataset_transfer.pending():
        if id_ not in merged:
            dataset_transfer.index(id_, over)
    for number, change in enumerate(todo.changes, 1):
        if over():
            break
        if progress:
            progress(number, len(todo.changes), change)
        worker.do(change)
    return todo


class _Seeder:
    def __init__(self, user: str, todo: Plan, over: dataset_transfer.Over) -> None:
        self.user, self.over = user, over
        self.rows = {row.id: row for row in store.rows()}
        self.ids = {row.agency: row.id for row in self.rows.values()
                    if row.agency and row.state == "active"}
        self.ids.update((change.agency, change.id) for change in todo.changes
                        if change.id and change.action != "merge")

    def call(self, action: str, data: dict[str, Any], **context: Any) -> Any:
        call_context: Any = {"user": self.user, "ignore_auth": True, **context}
        return tk.get_action(action)(call_context, data)

    def do(self, change: Change) -> None:
        if change.action == "create":
            self.create(change)
        elif change.action == "merge":
            self.merge(change)
        else:
            self.update(change)

    # -- create and update -------------------------------------------------------------------------

    def create(self, change: Change) -> None:
        data = self._data(change)
        data.update(hanoi_agency=change.agency, hanoi_seed=_seed({}, change))
        created = self.call("organization_create", data)["id"]
        # CKAN makes the creator an administrator; nobody asked for that
        user = model.User.get(self.user)
        if user is not None:
            self.call("member_delete", {
                "id": created, "object": user.id, "object_type": "user"})
        self.ids[change.agency] = created

    def update(self, change: Change) -> None:
        row = self.rows[change.id]
        data = self._data(change)
        former = row.seed.get("former_names") or []
        if "name" in change.fields:
            former = [*(name for name in former if name != change.fields["name"]), row.name]
        if concerns_datasets(change):
            dataset_transfer.begin(row.id)
        self._patch(row, change.agency, {
            **row.seed, **({"former_names": former} if former else {})}, change, data)
        if concerns_datasets(change):
            dataset_transfer.index(row.id, self.over)

    def _patch(self, row: store.Row, agency: str, seed: dict[str, Any],
               change: Change | None = None, data: dict[str, Any] | None = None) -> None:
        row.seed = json.loads(_seed(seed, change))
        self.call("organization_patch", {
            "id": row.id, **(data or {}), "hanoi_agency": agency,
            "hanoi_seed": json.dumps(row.seed, ensure_ascii=False)})

    def _data(self, change: Change) -> dict[str, Any]:
        data: dict[str, Any] = dict(change.fields)
        for name in _LISTS & set(data):
            data[name] = data[name].splitlines()
        if data.get("parent"):
            data["parent"] = self.ids[data["parent"]]
        return data

    # -- merge -------------------------------------------------------------------------------------

    def merge(self, change: Change) -> None:
        """Datasets, members and what is below go to the successor; the old organization is put
        away as deleted, with a note of where everything went.

        The note of the datasets comes first and the deletion last: whatever interrupts, the next
        seeding finds the old organization, moves the rest and indexes all of them.
        """
        row = self.rows[change.id]
        heir = self.ids[change.successor]
        moved = sorted({*(row.seed.get("moved") or ()), *store.dataset_ids(row.id)})
        if moved != row.seed.get("moved"):
            self._patch(row, change.agency, {**row.seed, "moved": moved})

        def move(id_: str) -> None:
            self.call("package_owner_org_update", {"id": id_, "organization_id": heir},
                      defer_commit=True)

        if not dataset_transfer.move(row.id, moved, move, self.over):
            return
        self._move_members(row.id, heir)
        for name in store.names_below(row.id):
            self.call("organization_patch", {"id": name, "parent": heir})
        self._move_sources(row.id, heir)
        self._patch(row, change.agency, {**row.seed, "merged_into": heir},
                    data={"state": "deleted"})

    def _move_sources(self, old: str, heir: str) -> None:
        """What is harvested for the old organization is harvested for the new one."""
        if not p.plugin_loaded("hanoi_harvest"):
            return
        for source in self.call("hanoi_source_list", {"owner_org": old}):
            self.call("hanoi_source_update", {"id": source["id"], "owner_org": heir})

    def _move_members(self, old: str, heir: str) -> None:
        """Each member of the old organization has the same role, or a higher one, in the new."""
        present = store.roles(heir)
        for user, role in store.roles(old).items():
            if _rank(role) > _rank(present.get(user)):
                self.call("member_create", {
                    "id": heir, "object": user, "object_type": "user", "capacity": role})


def _rank(role: str | None) -> int:
    return _ROLES.index(role) if role in _ROLES else -1


def _seed(seed: dict[str, Any], change: Change | None) -> str:
    """The remembered state after a change."""
    digests = dict(seed.get("fields") or {})
    for name, value in (change.fields if change else {}).items():
        digests[name] = digest(value)
    return json.dumps({**seed, "fields": digests}, ensure_ascii=False)
