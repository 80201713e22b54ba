"""The one place where it is decided whether a change makes a dataset public: form, API, bulk
update, import all end in ``package_create`` or ``package_update``.

The validator ``hanoi_approval`` (review/validators.py) asks ``judge`` and keeps the
dataset private where approval is needed; the chained actions (logic/action/package.py) run
through ``watched``, which puts down what that came to once it is saved. What the catalog itself
does (``ignore_auth``: harvesting, background jobs) passes.

A type of dataset whose schema does not have that validator is held up by ``hold``, which CKAN
calls for every type when a dataset is written and not yet committed.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from flask import g, has_request_context

from ckanext.hanoi.catalog.batch_cache import cached
from ckanext.hanoi.dataset import rules as dataset_rules
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.review import Review
from ckanext.hanoi.review import mail, missing_fields, rules, store
from ckanext.hanoi.vocabulary import vocabulary

_NOTE = "hanoi_review"
#: What ckanext-harvest keeps its sources as, and its plugin: no dataset of anybody.
_SOURCE_TYPE = "harvest"
NEEDS_APPROVAL = N_(
    "Changes of a public dataset need approval here: set visibility (private) to private, "
    "change it, then submit it again"
)
NEEDS_AGENCY = N_("Only an agency's dataset can be approved: choose an agency")
#: In the context of ``package_patch``: the remark of the admin who approves.
REMARK = "hanoi_review_remark"


def mode() -> str:
    """``publish``, ``changes`` or ``off``."""
    return tk.config.get("ckanext.hanoi.approval") or rules.MODES[0]


def may_publish(user: str | None, owner_org: str | None) -> bool:
    """Whether the user decides for the agency: its admins, those of the agencies above, sysadmins.
    A dataset without an agency has sysadmins only."""
    return cached(("may publish", user, owner_org), lambda: _may_publish(user, owner_org))


def _may_publish(user: str | None, owner_org: str | None) -> bool:
    if not user:
        return False
    if authz.is_sysadmin(user):
        return True
    return bool(owner_org) and authz.has_user_permission_for_group_or_org(owner_org, user, "admin")


def judge(context: Any, package: model.Package | None, owner_org: str | None, public: bool) -> str:
    """``rules.outcome`` of a change by the user of the context, remembered for ``watched``."""
    if context.get("ignore_auth") or not public:
        return ""
    was_public = (
        package is not None and package.state == "active" and not package.private
        and package.owner_org == owner_org
    )  # fmt: skip
    found = rules.outcome(mode(), may_publish(context.get("user"), owner_org), was_public, public)
    note = context.get(_NOTE)
    if found in ("publish", "submit") and note and _asks_first(note["dataset"]):
        found = "ask"
    if found and note:
        note["outcome"] = found
    return found


def confirmed() -> None:
    """From now on in this request: the reader has seen what is missing."""
    g.hanoi_confirmed = True


def _asks_first(dataset: dict[str, Any]) -> bool:
    """Whether a form of the dataset's makes something public that lacks what it should have: then
    it is saved as it was, and the reader is asked. Programs and other pages are not."""
    if not has_request_context() or g.get("hanoi_confirmed"):
        return False
    type_ = dataset.get("type") or "dataset"
    return tk.get_endpoint()[0] in (type_, f"{type_}_resource") and bool(
        missing_fields.essential(dataset)
    )


def watched(next_: Callable[..., Any], context: Any, data_dict: dict[str, Any]) -> Any:
    """Runs CKAN's action; then requests, approvals and changes are put down."""
    if context.get("ignore_auth"):
        return next_(context, data_dict)
    # validators get a copy of the context, with this same dictionary in it
    note: dict[str, Any] = {"before": _before(data_dict), "dataset": data_dict}
    context[_NOTE] = note
    result = next_(context, data_dict)
    if note.get("outcome"):
        id_ = result if isinstance(result, str) else result["id"]
        _put_down(note["outcome"], id_, context)
    return result


def watch_new(context: Any, data_dict: dict[str, Any]) -> None:
    """As ``watched``, for a new dataset that is written by other means than CKAN's action;
    ``put_down_new`` is the rest."""
    context[_NOTE] = {"before": (False, None), "dataset": data_dict}


def put_down_new(contexts: Iterable[Any]) -> list[Review]:
    """What the datasets' publication came to, not committed; whom the result is to be told to, when
    it is. ``contexts``: those of ``watch_new``, the datasets are in the database."""
    reviews: list[Review] = []
    for context in contexts:
        note = context[_NOTE]
        outcome, id_ = note.get("outcome"), note["dataset"]["id"]
        if outcome == "submit":
            reviews.append(store.submitted_new(id_, user_id(context)))
        elif outcome == "publish" and mode() != "off":
            reviews.append(store.published_new(id_, user_id(context)))
    model.Session.flush()
    return reviews


def _before(data_dict: dict[str, Any]) -> tuple[bool, str | None]:
    """Whether the dataset is public now, and in which agency."""
    reference = data_dict.get("id") or data_dict.get("name")
    package = model.Package.get(reference) if isinstance(reference, str) else None
    if package is None:
        return False, None
    return package.state == "active" and not package.private, package.owner_org


def hold(context: Any, package_id: str) -> None:
    """The rules of what may be public, for every type of dataset, when it is written and not yet
    committed: what needs approval becomes private, what must not be public is refused."""
    note = context.get(_NOTE)
    if context.get("ignore_auth") or note is None:
        return
    package: Any = model.Package.get(package_id)
    if package is None or package.state != "active" or package.private:
        return
    _check_protection(package)
    if package.type == _SOURCE_TYPE and tk.h.plugin_loaded(_SOURCE_TYPE):
        return
    was_public, owner = note["before"]
    found = rules.outcome(
        mode(), may_publish(context.get("user"), package.owner_org),
        was_public and owner == package.owner_org, public=True,
    )  # fmt: skip
    if found == "refuse":
        _refuse("private", tk._(NEEDS_APPROVAL))
    if found == "submit":
        if not package.owner_org:
            _refuse("owner_org", tk._(NEEDS_AGENCY))
        package.private = True
        model.Session.flush()
    if found:
        note["outcome"] = found


def _check_protection(package: Any) -> None:
    """Extras of any schema that say what ours says: sensitivity, and personal data."""
    extras = package.extras
    try:
        personal = dataset_rules.flag(extras.get("personal_data"))
    except dataset_rules.RuleError:
        personal = False
    term = vocabulary("sensitivity").find(str(extras.get("sensitivity") or ""))
    try:
        dataset_rules.check_private(term.code if term else "other", personal, private=False)
    except dataset_rules.RuleError as error:
        _refuse("private", tk._(error.message))


def _refuse(field: str, message: str) -> None:
    model.Session.rollback()
    raise tk.ValidationError({field: [message]})


def _put_down(outcome: str, package_id: str, context: Any) -> None:
    by = user_id(context)
    if outcome == "publish":
        review = store.published(package_id, by, context.get(REMARK, ""), mode() != "off")
        if review is not None:
            mail.enqueue(review)
    elif outcome == "change":
        store.changed(package_id, by)
    elif outcome == "ask":
        g.hanoi_asks_about = package_id
    elif outcome == "submit":
        review, new = store.submit(package_id, by)
        if new:
            mail.enqueue(review)
            _say_so()


def user_id(context: Any) -> str:
    """The id of the context's user."""
    user = context.get("auth_user_obj") or model.User.get(context.get("user"))
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to see this page."))
    return user.id


def _say_so() -> None:
    """On a page (not to a program), that the dataset waits now."""
    if has_request_context() and tk.get_endpoint()[0] not in ("api", None):
        tk.h.flash_notice(tk._(
            "The dataset waits for approval. It becomes public once an admin of the agency has "
            "approved it; until then only the agency sees it."
        ))
