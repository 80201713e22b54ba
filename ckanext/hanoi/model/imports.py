"""Tables of the imports of workbooks. The database is the truth; the job queue carries ids alone.

All times are naive UTC, as in CKAN's own tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.hanoi.model.base import column, new_id, now

#: While one of these holds, a background job has something to do.
OPEN = ("checking", "queued", "running")
#: checking: its preview is being made; ready: waits for somebody to say go.
STATUSES = ("checking", "ready", "queued", "running", "finished", "aborted", "failed")
#: waiting: not looked at yet; ready: will be written; unchanged and error: nothing is done;
#: written: in the database, not yet in the search index; done.
ROW_STATUSES = ("waiting", "ready", "unchanged", "error", "written", "done")


class Import(BaseModel):
    """A workbook that somebody sent, and what becomes of it."""

    __tablename__ = "hanoi_import"
    __table_args__ = (sa.Index("ix_hanoi_import_owner", "owner_org", "created"),)

    id = column(sa.UnicodeText, primary_key=True, default=new_id)
    owner_org = column(sa.UnicodeText, nullable=False)
    #: Who sent it, then who said go: as this user the datasets are written.
    user_id = column(sa.UnicodeText, nullable=False)
    file_name = column(sa.UnicodeText, nullable=False, default="")
    #: Hex SHA-256 of the file.
    digest = column(sa.UnicodeText, nullable=False, default="")
    #: The language of that user: messages of CKAN's validation are kept in it.
    lang = column(sa.UnicodeText, nullable=False, default="vi")
    status = column(sa.UnicodeText, nullable=False, default="checking")
    #: private: new datasets are private; overwrite: the file wins over others' changes.
    options = column(JSONB, nullable=False, default=dict)
    #: Headings by sheet and field; headings of columns that mean nothing.
    columns = column(JSONB, nullable=False, default=dict)
    ignored = column(JSONB, nullable=False, default=list)
    created = column(sa.DateTime, nullable=False, default=now)
    started = column(sa.DateTime)
    finished = column(sa.DateTime)
    #: When a row was last dealt with; tells a waiting job from a lost one.
    heartbeat = column(sa.DateTime, nullable=False, default=now)
    #: Why it failed as a whole: English message id and its parameters.
    message = column(sa.UnicodeText)
    params = column(JSONB, nullable=False, default=dict)


class ImportRow(BaseModel):
    """One row of the workbook: a dataset, or a problem that belongs to none."""

    __tablename__ = "hanoi_import_row"
    __table_args__ = (
        sa.Index("ix_hanoi_import_row_status", "import_id", "status"),
        sa.Index("ix_hanoi_import_row_workbook", "workbook"),
    )

    import_id = column(
        sa.UnicodeText, sa.ForeignKey("hanoi_import.id", ondelete="CASCADE"), primary_key=True
    )
    number = column(sa.Integer, primary_key=True, autoincrement=False)
    sheet = column(sa.UnicodeText, nullable=False, default="")
    row = column(sa.Integer, nullable=False, default=0)
    title = column(sa.UnicodeText, nullable=False, default="")
    #: create, update, none; "" as long as it isn't known.
    action = column(sa.UnicodeText, nullable=False, default="")
    status = column(sa.UnicodeText, nullable=False, default="waiting")
    package_id = column(sa.UnicodeText)
    #: The mark of the workbook, and digests of what the import wrote: ``workbook.cells.Stamp``.
    workbook = column(sa.UnicodeText)
    written = column(JSONB, nullable=False, default=dict)
    #: ``[{"message", "params"}]``
    problems = column(JSONB, nullable=False, default=list)
    #: zlib-compressed JSON of the differences that the preview showed, and of the row itself.
    entries = column(sa.LargeBinary)
    data = column(sa.LargeBinary)


TABLES = [cls.__table__ for cls in (Import, ImportRow)]
