"""Drafts through CKAN's API."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import logic, model

from ckanext.hanoi.dataset import drafts
from ckanext.hanoi.logic.schema.common import checked, page
from ckanext.hanoi.review import gate


def hanoi_draft_save(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Save a draft, complete or not; what is given must be valid. Only its author, its agency's
    editors and sysadmins see a draft.

    :param id: name or id of a draft that is there already; the fields given replace those of it
    :param owner_org: the agency; needed for a new draft, unless the user is in one agency only
    :param title: and any other field of ``package_create``; none is required

    :returns: the draft, as ``package_show`` gives it
    """
    fields = {**data_dict, "state": "draft"}
    if fields.get("id"):
        # looked up once: who may edit it is asked of what is written to
        package = model.Package.get(fields["id"]) if isinstance(fields["id"], str) else None
        if package is None:
            raise tk.ObjectNotFound(tk._("Dataset not found"))
        fields["id"] = package.id
        tk.check_access("hanoi_draft_save", context, {"id": package.id})
        if not package.state.startswith("draft"):
            raise tk.ValidationError({"id": [tk._("This dataset is no draft any more")]})
        return tk.get_action("package_patch")(logic.fresh_context(context), fields)
    tk.check_access("hanoi_draft_save", context, data_dict)
    if not fields.get("owner_org"):
        fields["owner_org"] = _only_agency(context)
    fields.setdefault("type", "dataset")
    create: Any = {**logic.fresh_context(context), "allow_state_change": True}
    return tk.get_action("package_create")(create, fields)


def _only_agency(context: Any) -> str:
    mine = tk.get_action("organization_list_for_user")(
        logic.fresh_context(context), {"permission": "create_dataset"}
    )
    if len(mine) != 1:
        raise tk.ValidationError(
            {"owner_org": [tk._("A draft belongs to an agency, too: choose one")]}
        )
    return mine[0]["id"]


@tk.side_effect_free
def hanoi_draft_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The user's drafts, the one saved last first.

    :param owner_org: instead, all drafts of this agency, for its admins
    :param limit: 100, at most 1000
    :param offset: from which one on

    :returns: ``count``, and ``results``: each with ``id``, ``name``, ``title`` (may be empty),
      ``organization`` (id, name, title or None), ``author`` (name), ``created``, ``modified``,
      ``resources`` (their number), ``missing`` (required fields without a value) and ``page``
      (of the form, to go on with; 0: the files)
    """
    tk.check_access("hanoi_draft_list", context, data_dict)
    given = {key: data_dict[key] for key in ("limit", "offset") if key in data_dict}
    window = checked(given, page())
    query = sa.select(model.Package).where(model.Package.state.like("draft%"))
    group = model.Group.get(data_dict["owner_org"]) if data_dict.get("owner_org") else None
    if group is not None:
        query = query.where(model.Package.owner_org == group.id)
    else:
        query = query.where(model.Package.creator_user_id == gate.user_id(context))
    count = model.Session.execute(
        sa.select(sa.func.count()).select_from(query.subquery())
    ).scalar_one()
    found = model.Session.execute(
        query.order_by(model.Package.metadata_modified.desc())
        .limit(window["limit"]).offset(window["offset"])
    ).scalars().all()  # fmt: skip
    return {"count": count, "results": [_dictize(package) for package in found]}


def _dictize(package: model.Package) -> dict[str, Any]:
    shown: Any = {"ignore_auth": True, "use_cache": False}
    dataset = tk.get_action("package_show")(shown, {"id": package.id})
    schema = tk.h.scheming_get_dataset_schema(package.type) or {}
    organization = dataset.get("organization")
    author = model.User.get(package.creator_user_id) if package.creator_user_id else None
    return {
        "id": package.id, "name": package.name, "title": package.title or "",
        "organization": {key: organization[key] for key in ("id", "name", "title")}
        if organization else None,
        "author": author.name if author else "",
        "created": package.metadata_created.isoformat(),
        "modified": package.metadata_modified.isoformat(),
        "resources": len(dataset["resources"]),
        "missing": drafts.missing(schema.get("dataset_fields", ()), dataset),
        "page": drafts.next_page(tk.h.hanoi_form_pages(package.type), dataset),
    }  # fmt: skip
