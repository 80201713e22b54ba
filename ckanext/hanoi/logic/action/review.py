"""Approval through CKAN's API: submit, withdraw, approve, return, look."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import logic, model

from ckanext.hanoi.dataset import protection
from ckanext.hanoi.dataset import rules as dataset_rules
from ckanext.hanoi.logic.schema import review as schema
from ckanext.hanoi.logic.schema.common import checked
from ckanext.hanoi.review import gate, mail, requests, rules, store


def _package(id_: str) -> model.Package:
    package = model.Package.get(id_)
    if package is None or package.state == "deleted":
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return package


def _refuse(message: str) -> tk.ValidationError:
    return tk.ValidationError({"state": [message]})


def _user_id(context: Any) -> str:
    return gate.user_id(context)


def _as_user(context: Any, **more: Any) -> Any:
    """A context of its own for another action, in which the user's rights count."""
    fresh = logic.fresh_context(context)
    fresh.pop("ignore_auth", None)
    return {**fresh, **more}


def _result(review: Any) -> dict[str, Any]:
    return store.as_dict(review, store.people_of([review]))


def hanoi_review_submit(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Ask the agency's admins to make a dataset public. A draft is completed by it.

    :param id: name or id of the dataset
    :param message: what the admin should know

    :returns: the request: ``id``, ``package_id``, ``state`` (``pending``), ``submitted``,
      ``submitted_by`` (id, name, title), ``message``, ``decided``, ``decided_by``, ``remark``
    """
    asked = checked(data_dict, schema.submit())
    tk.check_access("hanoi_review_submit", context, asked)
    package = _package(asked["id"])
    if gate.mode() == "off":
        raise _refuse(tk._("Approval is switched off here: make the dataset public yourself"))
    if package.state == "active" and not package.private:
        raise _refuse(tk._("The dataset is public already"))
    if store.pending(package.id):
        raise _refuse(tk._("The dataset waits for approval already"))
    try:
        protection.check_public(package)
    except dataset_rules.RuleError as error:
        raise tk.ValidationError({"private": [tk._(error.message)]}) from None
    id_ = package.id
    tk.get_action("package_patch")(
        _as_user(context), {"id": id_, "state": "active", "private": True}
    )
    review, new = store.submit(id_, _user_id(context), asked.get("message") or "")
    if new:
        mail.enqueue(review)
    return _result(review)


def hanoi_review_withdraw(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take the request back; the dataset stays private.

    :param id: name or id of the dataset

    :returns: the request, ``state`` is ``withdrawn``
    """
    asked = checked(data_dict, schema.submit())
    tk.check_access("hanoi_review_withdraw", context, asked)
    review = _open_request(asked["id"])
    store.close(review, "withdrawn", _user_id(context))
    return _result(review)


def hanoi_review_approve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make a dataset public that waits for approval.

    :param id: name or id of the dataset
    :param remark: a remark for the submitter
    :param metadata_modified: that of the dataset as the admin saw it; if it was changed since,
      nothing is approved

    :returns: the request, ``state`` is ``approved``
    """
    asked = checked(data_dict, schema.approve())
    tk.check_access("hanoi_review_approve", context, asked)
    package = _package(asked["id"])
    # nobody changes it between this look and the patch
    model.Session.refresh(package, with_for_update=True)
    _open_request(package.id)
    seen = asked.get("metadata_modified")
    if seen and seen != package.metadata_modified.isoformat():
        model.Session.rollback()
        raise _refuse(tk._(
            "The dataset was changed while you looked at it: look at it again, then approve it"
        ))
    id_ = package.id
    patch = _as_user(context, **{gate.REMARK: asked.get("remark") or ""})
    tk.get_action("package_patch")(patch, {"id": id_, "state": "active", "private": False})
    return _result(store.history(id_)[0])


def hanoi_review_return(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return a dataset that waits for approval to its submitter; it stays private.

    :param id: name or id of the dataset
    :param remark: what has to be changed

    :returns: the request, ``state`` is ``returned``
    """
    asked = checked(data_dict, schema.return_())
    tk.check_access("hanoi_review_return", context, asked)
    review = _open_request(asked["id"])
    store.close(review, "returned", _user_id(context), asked["remark"])
    mail.enqueue(review)
    return _result(review)


def _open_request(id_: str) -> Any:
    package = _package(id_)
    review = store.pending(package.id, lock=True)
    if review is None:
        model.Session.rollback()
        raise _refuse(tk._("The dataset does not wait for approval: it may have been decided or "
                           "withdrawn already"))
    return review


@tk.side_effect_free
def hanoi_review_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Where a dataset stands, and who approved what and when.

    :param id: name or id of the dataset

    :returns: ``approval`` (``publish``, ``changes``, ``off``), ``state`` (``draft``, ``private``,
      ``pending``, ``returned``, ``public``), ``pending`` (the open request or None), ``history``
      (requests, the newest first), ``changed_fields`` (what differs from what was approved last),
      ``may_submit``, ``may_withdraw``, ``may_decide``
    """
    id_ = str(tk.get_or_bust(data_dict, "id"))
    tk.check_access("hanoi_review_show", context, {"id": id_})
    package = _package(id_)
    reviews = store.history(package.id)
    open_ = next((one for one in reviews if one.state == "pending"), None)
    approved = next((one for one in reviews if one.state == "approved"), None)
    public = package.state == "active" and not package.private
    state = (
        "public" if public else "pending" if open_
        else "draft" if package.state.startswith("draft")
        else "returned" if reviews and reviews[0].state == "returned" else "private"
    )  # fmt: skip
    fields: list[str] = []
    if approved is not None and approved.snapshot:
        shown: Any = {"ignore_auth": True, "use_cache": False}
        dataset = tk.get_action("package_show")(shown, {"id": package.id})
        fields = rules.changed_fields(approved.snapshot, dataset)
    decides = gate.may_publish(context.get("user"), package.owner_org)
    edits = _may(context, package.id)
    users = store.people_of(reviews)
    return {
        "id": package.id, "name": package.name, "approval": gate.mode(), "state": state,
        "pending": store.as_dict(open_, users) if open_ else None,
        "history": [store.as_dict(one, users) for one in reviews],
        "changed_fields": fields,
        "may_submit": edits and not public and open_ is None and gate.mode() != "off",
        "may_withdraw": edits and open_ is not None and not public,
        "may_decide": decides and open_ is not None and not public,
        "metadata_modified": package.metadata_modified.isoformat(),
    }


def _may(context: Any, id_: str) -> bool:
    try:
        tk.check_access("hanoi_review_submit", context, {"id": id_})
    except tk.NotAuthorized:
        return False
    return True


@tk.side_effect_free
def hanoi_review_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Requests of the agencies that the user is a member of (a sysadmin: of all).

    :param state: ``pending`` (default), ``approved``, ``returned``, ``withdrawn`` or ``all``
    :param owner_org: of one agency only, name or id
    :param q: words of the dataset's title, with or without accents
    :param mine: only those that the user submitted
    :param sort: ``submitted`` (the oldest first if they wait, else the newest), ``decided``,
      ``title``, ``organization``
    :param limit: 100, at most 1000
    :param offset: from which one on

    :returns: ``count`` of all that fit, and ``results``: requests as ``hanoi_review_submit`` gives
      them, with ``dataset`` (id, name, title, metadata_modified), ``organization`` (id, name,
      title), ``may_decide`` and ``lacking`` (names of what it should have before it is public)
    """
    tk.check_access("hanoi_review_list", context, data_dict)
    return requests.page(context["user"], checked(data_dict, schema.review_list()))
