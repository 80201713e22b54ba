"""Requests and decisions in the database. Nothing here asks whether the user may."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.exc import IntegrityError

from ckanext.hanoi.catalog import show_cache
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.review import Review
from ckanext.hanoi.review import rules


def pending(package_id: str, lock: bool = False) -> Review | None:
    """The open request for the dataset; ``lock``: nobody else decides it until the commit."""
    query = sa.select(Review).where(Review.package_id == package_id, Review.state == "pending")
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return model.Session.execute(query).scalar_one_or_none()


def history(package_id: str) -> list[Review]:
    """All requests for the dataset, the newest first."""
    query = sa.select(Review).where(Review.package_id == package_id)
    return list(model.Session.execute(query.order_by(Review.submitted.desc())).scalars())


def submit(package_id: str, user_id: str, message: str = "") -> tuple[Review, bool]:
    """The open request, and whether it is new: two at once make one. Commits."""
    found = pending(package_id)
    if found is not None:
        return found, False
    review = Review(package_id=package_id, submitted_by=user_id, message=message)
    model.Session.add(review)
    try:
        model.Session.commit()
    except IntegrityError:
        model.Session.rollback()
        found = pending(package_id)
        if found is None:
            raise
        return found, False
    return review, True


def published(
    package_id: str, user_id: str, remark: str = "", record: bool = True
) -> Review | None:
    """It became public: the open request is approved by this user; where there is none, that is
    put down as a publication of its own (``record``). Commits."""
    review = pending(package_id, lock=True)
    if review is None:
        if not record:
            return None
        review = Review(package_id=package_id, submitted_by=user_id, told="approved")
        model.Session.add(review)
    _decide(review, "approved", user_id, remark)
    review.snapshot = rules.snapshot(_dataset(package_id))
    model.Session.commit()
    return review


def submitted_new(package_id: str, user_id: str) -> Review:
    """The request for a dataset that is new in this transaction. Not committed."""
    review = Review(package_id=package_id, submitted_by=user_id, message="")
    model.Session.add(review)
    return review


def published_new(package_id: str, user_id: str) -> Review:
    """A dataset that is new in this transaction was published. Not committed."""
    review = Review(package_id=package_id, submitted_by=user_id, told="approved")
    model.Session.add(review)
    _decide(review, "approved", user_id, "")
    review.snapshot = rules.snapshot(_dataset(package_id))
    return review


def close(review: Review, state: str, user_id: str, remark: str = "") -> None:
    """The request is returned or withdrawn. Commits."""
    _decide(review, state, user_id, remark)
    if state == "withdrawn":
        review.told = state  # nobody has to be told that there is nothing to do
    model.Session.commit()


def changed(package_id: str, user_id: str) -> None:
    """Somebody who may not approve changed the public dataset: noted with the last approval."""
    last = (
        sa.select(Review.id).where(Review.package_id == package_id, Review.state == "approved")
        .order_by(Review.decided.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    model.Session.execute(
        sa.update(Review).where(Review.id == last)
        .values(changes=Review.changes + 1, changed=now(), changed_by=user_id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    model.Session.commit()


def _decide(review: Review, state: str, user_id: str, remark: str) -> None:
    review.state = state
    review.decided, review.decided_by = now(), user_id
    review.remark = remark


def _dataset(package_id: str) -> dict[str, Any]:
    context: Any = {"ignore_auth": True, "use_cache": False}
    batch = show_cache.current()
    found = batch.dataset(context, package_id) if batch else None
    return found or tk.get_action("package_show")(context, {"id": package_id})


def people(ids: set[str]) -> dict[str, dict[str, str]]:
    """``{id: {"id", "name", "title"}}`` of users, of deleted ones too."""
    if not ids:
        return {}
    rows = model.Session.query(model.User).filter(model.User.id.in_(ids))
    return {
        user.id: {"id": user.id, "name": user.name, "title": user.fullname or user.name}
        for user in rows
    }


def as_dict(review: Review, users: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The request as the API gives it; times as ISO 8601, UTC without a zone as CKAN's are."""

    def moment(value: Any) -> str | None:
        return value.isoformat() if value else None

    def person(id_: str | None) -> dict[str, str] | None:
        return users.get(id_, {"id": id_, "name": "", "title": ""}) if id_ else None

    asked = review.state != "approved" or review.submitted_by != review.decided_by
    return {
        "id": review.id, "package_id": review.package_id, "state": review.state,
        "asked": asked, "submitted": moment(review.submitted),
        "submitted_by": person(review.submitted_by), "message": review.message,
        "decided": moment(review.decided), "decided_by": person(review.decided_by),
        "remark": review.remark, "changes": review.changes, "changed": moment(review.changed),
        "changed_by": person(review.changed_by),
    }  # fmt: skip


def people_of(reviews: list[Review]) -> dict[str, dict[str, str]]:
    """The people whom these requests name."""
    return people({
        id_ for review in reviews
        for id_ in (review.submitted_by, review.decided_by, review.changed_by) if id_
    })  # fmt: skip
