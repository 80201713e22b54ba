"""At what processes are at work, and how many died at it. All times are naive UTC."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.hanoi.model.base import column, now


class Attempt(BaseModel):
    """A piece of work, such as a batch or a run. Unlogged: it is written often, and what a crash of
    the server takes with it is only that something may be tried some times more."""

    __tablename__ = "hanoi_attempt"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    key = column(sa.UnicodeText, primary_key=True)
    #: Who is at it, or was last.
    process = column(sa.UnicodeText, nullable=False, default="")
    #: At which part of it; empty while nobody is.
    at = column(sa.UnicodeText, nullable=False, default="")
    #: ``{part: processes that died at it}``.
    deaths = column(JSONB, nullable=False, default=dict)
    changed = column(sa.DateTime, nullable=False, default=now)


TABLES = [Attempt.__table__]
