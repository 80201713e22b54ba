"""Datasets that were marked as what the law keeps from the public. All times are naive UTC."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel

from ckanext.hanoi.model.base import column, now


class Protection(BaseModel):
    """The last such mark of a dataset, which outlives the fields that said it."""

    __tablename__ = "hanoi_protection"

    package_id = column(
        sa.UnicodeText, sa.ForeignKey("package.id", ondelete="CASCADE"), primary_key=True
    )
    #: Code of the vocabulary of that name.
    sensitivity = column(sa.UnicodeText, nullable=False, default="")
    personal_data = column(sa.Boolean, nullable=False, default=False)
    marked = column(sa.DateTime, nullable=False, default=now)


TABLES = [Protection.__table__]
