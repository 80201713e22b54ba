"""E-mail about approval: to the agency's admins when there is something to decide, to the
submitter when it is decided. Sent by a background job, in the site's language; what stands in
``Review.told`` is not told again."""
from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from redis.exceptions import RedisError

from ckanext.hanoi import language, mail
from ckanext.hanoi.model.review import Review

log = logging.getLogger(__name__)


def enqueue(review: Review) -> None:
    """Have people told of the request's state, unless they know it."""
    if review.told == review.state:
        return
    try:
        tk.enqueue_job(tell, [review.id], title="Approval: e-mail", rq_kwargs={"timeout": 300})
    except RedisError as error:
        log.warning("The job queue does not answer, nobody is told: %s", error)


def tell(review_id: str) -> None:
    """Job: tell those who wait for it. Addresses that fail are logged, the others are told."""
    review = model.Session.get(Review, review_id)
    if review is None or review.told == review.state:
        return
    package = model.Session.get(model.Package, review.package_id)
    submitter = model.Session.get(model.User, review.submitted_by)
    if package is None:
        return
    with language.spoken(language.site_language()):
        subject, lines = _text(review, package, submitter)
        to = admins(package.owner_org) if review.state == "pending" else [submitter]
        url = tk.url_for(
            f"{package.type}.read", id=package.name, qualified=True, locale="default"
        )
        told = [(user.fullname or user.name, user.email) for user in to
                if user is not None and user.email and _is_someone_else(user, review)]
        mail.send(told, subject, "\n".join([*lines, "", url, ""]))
    review.told = review.state
    model.Session.commit()


def admins(owner_org: str | None) -> list[model.User]:
    """Who decides for the agency and can be told: its admins; where it has none with an address,
    those of the nearest agency above that has some; at last the sysadmins."""
    group = model.Group.get(owner_org) if owner_org else None
    while group is not None:
        if found := _admins_of(group):
            return found
        above = group.get_parent_groups(type="organization")
        group = above[0] if above else None
    return _who_can_be_told(sa.select(model.User).where(model.User.sysadmin.is_(True)))


def _admins_of(group: model.Group) -> list[model.User]:
    query = (
        sa.select(model.User).join(model.Member, model.Member.table_id == model.User.id)
        .where(model.Member.group_id == group.id, model.Member.table_name == "user",
               model.Member.capacity == "admin", model.Member.state == "active")
    )  # fmt: skip
    return _who_can_be_told(query)


def _who_can_be_told(query: Any) -> list[model.User]:
    query = query.where(model.User.state == "active").order_by(model.User.name)
    # CKAN's own user is admin of every agency that a command has made
    site_user = tk.config.get("ckan.site_id")
    found = model.Session.execute(query).scalars()
    return [user for user in found if user.email and user.name != site_user]


def _is_someone_else(user: model.User, review: Review) -> bool:
    by = review.submitted_by if review.state == "pending" else review.decided_by
    return user.id != by


def _text(
    review: Review, package: model.Package, submitter: model.User | None
) -> tuple[str, list[str]]:
    title = package.title or package.name
    if review.state == "pending":
        who = submitter.fullname or submitter.name if submitter else "?"
        subject = tk._("For approval: %(dataset)s") % {"dataset": title}
        first = tk._("%(person)s asks to make this dataset public: %(dataset)s")
        lines = [first % {"person": who, "dataset": title}]
        if review.message:
            lines += ["", tk._("Message: %(text)s") % {"text": review.message}]
        lines += ["", tk._("Look at it, then approve it or return it with a remark:")]
        return subject, lines
    if review.state == "approved":
        subject = tk._("Approved: %(dataset)s") % {"dataset": title}
        lines = [tk._("The dataset is public now: %(dataset)s") % {"dataset": title}]
    else:
        subject = tk._("Returned: %(dataset)s") % {"dataset": title}
        lines = [tk._("The dataset was returned and is not public: %(dataset)s")
                 % {"dataset": title}]
    if review.remark:
        lines += ["", tk._("Remark: %(text)s") % {"text": review.remark}]
    return subject, lines
