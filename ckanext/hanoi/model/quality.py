"""Tables of quality: the score of each dataset, and what is known of its links.

All times are naive UTC, as in CKAN's own tables. Rows go with their dataset: by the database when
it is purged, by ``quality.store`` when it is deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.hanoi.model.base import column, now


def _package_id():
    foreign_key = sa.ForeignKey("package.id", ondelete="CASCADE")
    return column(sa.UnicodeText, foreign_key, primary_key=True)


class Quality(BaseModel):
    """The score of a dataset when it was last computed."""

    __tablename__ = "hanoi_quality"

    package_id = _package_id()
    points = column(sa.Float, nullable=False)
    band = column(sa.UnicodeText, nullable=False)
    #: Points by dimension.
    dimensions = column(JSONB, nullable=False, default=dict)
    #: Points to gain by measure, without those that wait for a check of links: ``pending``.
    missing = column(JSONB, nullable=False, default=dict)
    pending = column(sa.Float, nullable=False, default=0)
    #: One of ``freshness.STATES``, and the day on which the data last changed.
    freshness = column(sa.UnicodeText, nullable=False)
    updated = column(sa.Date)
    #: ``metadata_modified`` of the dataset that was measured: a later one means it has changed.
    modified = column(sa.DateTime)
    computed = column(sa.DateTime, nullable=False, default=now)


class LinkCheck(BaseModel):
    """An address that a dataset has, and what its last check found."""

    __tablename__ = "hanoi_link"
    __table_args__ = (
        sa.Index("ix_hanoi_link_due", "due"),
        sa.Index("ix_hanoi_link_id", "id"),
    )

    package_id = _package_id()
    #: Digest of the address: addresses are too long for an index.
    id = column(sa.UnicodeText, primary_key=True)
    url = column(sa.UnicodeText, nullable=False)
    host = column(sa.UnicodeText, nullable=False, default="")
    #: NULL: not checked yet, or its site does not wish to be asked.
    answers = column(sa.Boolean)
    status = column(sa.Integer)
    content_type = column(sa.UnicodeText, nullable=False, default="")
    #: Why it does not answer, or was not asked: English message id and its parameters.
    problem = column(sa.UnicodeText, nullable=False, default="")
    params = column(JSONB, nullable=False, default=dict)
    checked = column(sa.DateTime)
    #: Since when it has not answered.
    failing = column(sa.DateTime)
    #: When it is to be checked (again).
    due = column(sa.DateTime, nullable=False, default=now)


TABLES = [cls.__table__ for cls in (Quality, LinkCheck)]
