"""Requests for approval and what was decided. One row is one request, or one publication by
somebody who may publish without asking. All times are naive UTC."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.hanoi.model.base import column, new_id, now


class Review(BaseModel):
    """A request to make a dataset public."""

    __tablename__ = "hanoi_review"
    __table_args__ = (
        sa.Index("ix_hanoi_review_package", "package_id", "submitted"),
        sa.Index(
            "ix_hanoi_review_one_pending", "package_id", unique=True,
            postgresql_where=sa.text("state = 'pending'"),
        ),
        sa.Index("ix_hanoi_review_state", "state", "submitted"),
    )  # fmt: skip

    id = column(sa.UnicodeText, primary_key=True, default=new_id)
    #: A dataset that is purged takes its history along.
    package_id = column(
        sa.UnicodeText, sa.ForeignKey("package.id", ondelete="CASCADE"), nullable=False
    )
    #: pending, approved, returned, withdrawn.
    state = column(sa.UnicodeText, nullable=False, default="pending")
    submitted = column(sa.DateTime, nullable=False, default=now)
    submitted_by = column(sa.UnicodeText, nullable=False)
    #: What the submitter wants the admin to know.
    message = column(sa.UnicodeText, nullable=False, default="")
    decided = column(sa.DateTime)
    decided_by = column(sa.UnicodeText)
    remark = column(sa.UnicodeText, nullable=False, default="")
    #: The dataset as it was approved (``rules.snapshot``).
    snapshot = column(JSONB)
    #: Changes of the public dataset by people who may not approve them, and the last of them.
    changes = column(sa.Integer, nullable=False, default=0)
    changed = column(sa.DateTime)
    changed_by = column(sa.UnicodeText)
    #: The state that people were told of by e-mail.
    told = column(sa.UnicodeText, nullable=False, default="")


TABLES = [Review.__table__]
