"""The list of requests: who sees which, in which order."""
from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model

from ckanext.hanoi.catalog import columns
from ckanext.hanoi.model.review import Review
from ckanext.hanoi.review import missing_fields, store
from ckanext.hanoi.vietnamese import fold, sort_key

_Row = tuple[Review, model.Package, "model.Group | None", str]


def page(user: str, asked: dict[str, Any]) -> dict[str, Any]:
    """``{"count", "results"}`` as ``hanoi_review_list`` says."""
    sysadmin = authz.is_sysadmin(user)
    query = _asked(user, sysadmin, asked)
    ids = _ids(query, asked)
    of_page = ids[asked["offset"] : asked["offset"] + asked["limit"]]
    rows = {row[0].id: row for row in model.Session.execute(query.where(Review.id.in_(of_page)))}
    shown: list[_Row] = [tuple(rows[id_]) for id_ in of_page if id_ in rows]
    decides = None if sysadmin else organizations(user, "admin")
    users = store.people_of([row[0] for row in shown])
    results = [_dictize(row, users, decides) for row in shown]
    with_files = _with_files([row[1].id for row in shown])
    for (_review, package, *_rest), one in zip(shown, results, strict=True):
        one["lacking"] = missing_fields.essential({
            "resources": [True] if package.id in with_files else [],
            "notes": package.notes, "theme": package.extras.get("theme"),
        })  # fmt: skip
    return {"count": len(ids), "results": results}


def _with_files(package_ids: list[str]) -> set[str | None]:
    query = sa.select(model.Resource.package_id).where(
        model.Resource.package_id.in_(package_ids), model.Resource.state == "active"
    )
    return set(model.Session.execute(query.distinct()).scalars())


def waiting(user: str, owner_org: str | None = None) -> int:
    """How many requests the user has to decide, of all agencies or of the one with this id."""
    query = _query().where(Review.state == "pending")
    if owner_org:
        query = query.where(model.Package.owner_org == owner_org)
    if not authz.is_sysadmin(user):
        mine = organizations(user, "admin")
        if not mine:
            return 0
        query = query.where(model.Package.owner_org.in_(mine))
    counted = sa.select(sa.func.count()).select_from(
        query.with_only_columns(Review.id).order_by(None).subquery()
    )
    return model.Session.execute(counted).scalar_one()


def organizations(user: str, permission: str) -> set[str]:
    """Ids of the agencies for which the user has the permission, by those above them too."""
    context: Any = {"user": user}
    found = tk.get_action("organization_list_for_user")(context, {"permission": permission})
    return {one["id"] for one in found}


def _query() -> Any:
    """Requests for datasets that are still there; one that waits is for one that is private."""
    return (
        sa.select(Review, model.Package, model.Group, columns.title())
        .join(model.Package, model.Package.id == Review.package_id)
        .outerjoin(model.Group, model.Group.id == model.Package.owner_org)
        .where(model.Package.state != "deleted",
               sa.or_(Review.state != "pending", model.Package.private.is_(True)))
    )  # fmt: skip


def _asked(user: str, sysadmin: bool, asked: dict[str, Any]) -> Any:
    """The requests that are asked for and that the user may see."""
    query = _query()
    if asked["state"] != "all":
        query = query.where(Review.state == asked["state"])
    if asked.get("mine"):
        query = query.where(Review.submitted_by == authz.get_user_id_for_username(user))
    if not sysadmin:
        query = query.where(model.Package.owner_org.in_(organizations(user, "read")))
    if asked.get("owner_org"):
        group = model.Group.get(asked["owner_org"])
        query = query.where(model.Package.owner_org == (group.id if group else None))
    return query


def _ids(query: Any, asked: dict[str, Any]) -> list[str]:
    """Ids of the requests that have all words of ``q``, in order. The database knows neither words
    without accents nor Vietnamese order: it gives of each what is compared, and no more."""
    compared = query.with_only_columns(
        Review.id, Review.submitted, Review.decided, model.Package.title,
        columns.title().label("shown"), model.Group.title.label("organization"),
        maintain_column_froms=True,
    )  # fmt: skip
    words = fold(asked.get("q") or "").split()
    rows = [
        row for row in model.Session.execute(compared)
        if not words or all(word in fold(f"{row.shown} {row.title}") for word in words)
    ]  # fmt: skip
    rows.sort(key=lambda row: row.submitted, reverse=asked["state"] != "pending")
    if asked["sort"] == "title":
        rows.sort(key=lambda row: sort_key(row.shown))
    elif asked["sort"] == "organization":
        rows.sort(key=lambda row: sort_key(row.organization or ""))
    elif asked["sort"] == "decided":
        rows.sort(key=lambda row: row.decided or datetime.min, reverse=True)
    return [row.id for row in rows]


def _dictize(row: _Row, users: dict[str, Any], decides: set[str] | None) -> dict[str, Any]:
    review, package, group, title = row
    may = decides is None or package.owner_org in decides
    return {
        **store.as_dict(review, users),
        "dataset": {
            "id": package.id, "name": package.name, "title": title,
            "metadata_modified": package.metadata_modified.isoformat(),
        },
        "organization": {"id": group.id, "name": group.name, "title": group.title} if group
        else None,
        "may_decide": may and review.state == "pending",
    }  # fmt: skip
