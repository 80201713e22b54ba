"""What was found in the tables of resources, and which are to be looked at. Times are naive UTC."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.hanoi.model.base import column, now

#: queued; running; table (it was read); none (there is no table in the file); failed (the file
#: could not be had).
STATES = ("queued", "running", "table", "none", "failed")


class Table(BaseModel):
    """One resource's table."""

    __tablename__ = "hanoi_table"
    __table_args__ = (
        sa.Index("ix_hanoi_table_package", "package_id"),
        sa.Index(
            "ix_hanoi_table_due", "urgent", "due", postgresql_where=sa.text("due IS NOT NULL")
        ),
    )

    resource_id = column(sa.UnicodeText, primary_key=True)
    package_id = column(sa.UnicodeText, nullable=False)
    #: Changes with the file: address, date, checksum as the resource states them.
    fingerprint = column(sa.UnicodeText, nullable=False)
    state = column(sa.UnicodeText, nullable=False, default="queued")
    #: When it is to be looked at (next); None: not at all.
    due = column(sa.DateTime)
    #: A person waits for it.
    urgent = column(sa.Boolean, nullable=False, default=False)
    #: Looks since the last change that ended without an answer.
    attempts = column(sa.Integer, nullable=False, default=0)
    created = column(sa.DateTime, nullable=False, default=now)
    started = column(sa.DateTime)
    looked_at = column(sa.DateTime)
    kind = column(sa.UnicodeText)
    encoding = column(sa.UnicodeText)
    rows = column(sa.BigInteger)
    columns = column(sa.Integer)
    errors = column(sa.Integer)
    size = column(sa.BigInteger)
    hash = column(sa.UnicodeText)
    #: Why there is no table: English message id and its parameters.
    message = column(sa.UnicodeText)
    params = column(JSONB, nullable=False, default=dict)
    #: What ``ckanext.hanoi.tables.inspect_file`` returns.
    report = column(JSONB, nullable=False, default=dict)
    #: ETag and date of a fetched file, size and time of an uploaded one.
    fetched = column(JSONB, nullable=False, default=dict)
    #: What the columns mean, as a publisher accepted it.
    dictionary = column(JSONB)
    dictionary_by = column(sa.UnicodeText)
    dictionary_at = column(sa.DateTime)
    #: When its dataset was deleted.
    gone = column(sa.DateTime)


TABLES = [Table.__table__]
