"""Tables of the harvester. The database is the only truth; the job queue carries ids alone.

All times are naive UTC, as in CKAN's own tables.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel
from sqlalchemy.dialects.postgresql import JSONB

#: A run is open while something may still happen to it without an admin.
OPEN = ("queued", "running")
#: In ``Seen.title``: the source names the record only to say that it is deleted.
DELETED = "#deleted"
#: Every status of a run.
STATUSES = (*OPEN, "held", "finished", "failed", "aborted")


def new_id() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


def now() -> datetime:
    """The present moment, naive UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


class Source(BaseModel):
    """A portal or file to harvest."""

    __tablename__ = "hanoi_source"

    id = sa.Column(sa.UnicodeText, primary_key=True, default=new_id)
    name = sa.Column(sa.UnicodeText, nullable=False, unique=True)
    title = sa.Column(sa.UnicodeText, nullable=False, default="")
    url = sa.Column(sa.UnicodeText, nullable=False)
    kind = sa.Column(sa.UnicodeText, nullable=False)
    #: Organization that owns the source; datasets whose agency is unknown go there too.
    owner_org = sa.Column(sa.UnicodeText, index=True)
    #: The mapping and the connector's options, as the admin typed it (YAML).
    config = sa.Column(sa.UnicodeText, nullable=False, default="")
    #: "", hourly, daily, weekly, monthly or five fields of cron.
    schedule = sa.Column(sa.UnicodeText, nullable=False, default="")
    active = sa.Column(sa.Boolean, nullable=False, default=True)
    #: A ``file:`` URL is read only when the command line allowed it.
    allow_local = sa.Column(sa.Boolean, nullable=False, default=False)
    #: Which source wins where two carry the same dataset: the higher number.
    priority = sa.Column(sa.Integer, nullable=False, default=0)
    notify = sa.Column(sa.UnicodeText, nullable=False, default="error")
    contacts = sa.Column(JSONB, nullable=False, default=list)
    created = sa.Column(sa.DateTime, nullable=False, default=now)
    modified = sa.Column(sa.DateTime, nullable=False, default=now)
    next_due = sa.Column(sa.DateTime, index=True)
    #: What the fetcher remembers between runs: ETags, dates, body hashes, by URL.
    fetch_state = sa.Column(JSONB, nullable=False, default=dict)
    #: Start of the last run that read the whole source without error.
    last_complete = sa.Column(sa.DateTime)
    #: Start of the last run that read without error, perhaps only what had changed.
    last_read = sa.Column(sa.DateTime)


class Run(BaseModel):
    """One harvest of a source."""

    __tablename__ = "hanoi_run"
    __table_args__ = (
        sa.Index(
            "ix_hanoi_run_one_open",
            "source_id",
            unique=True,
            postgresql_where=sa.text("status IN ('queued', 'running')"),
        ),
        sa.Index("ix_hanoi_run_source_created", "source_id", "created"),
    )

    id = sa.Column(sa.UnicodeText, primary_key=True, default=new_id)
    source_id = sa.Column(
        sa.UnicodeText, sa.ForeignKey("hanoi_source.id", ondelete="CASCADE"), nullable=False
    )
    status = sa.Column(sa.UnicodeText, nullable=False, default="queued")
    #: manual, schedule or retry.
    trigger = sa.Column(sa.UnicodeText, nullable=False, default="manual")
    user_id = sa.Column(sa.UnicodeText)
    #: force: compare every record in full; full: don't use ``since``; retry_of: id of a run.
    options = sa.Column(JSONB, nullable=False, default=dict)
    created = sa.Column(sa.DateTime, nullable=False, default=now)
    started = sa.Column(sa.DateTime)
    finished = sa.Column(sa.DateTime)
    #: When the reader or a writer last moved; shown to people, decides nothing.
    heartbeat = sa.Column(sa.DateTime)
    #: The source has been read to its end.
    read_done = sa.Column(sa.Boolean, nullable=False, default=False)
    #: … in full and without error: only then is what was not seen missing.
    complete = sa.Column(sa.Boolean, nullable=False, default=False)
    #: The source said that nothing changed since the last complete read.
    not_modified = sa.Column(sa.Boolean, nullable=False, default=False)
    counts = sa.Column(JSONB, nullable=False, default=dict)
    #: Why it failed or is held: English message id and its parameters.
    message = sa.Column(sa.UnicodeText)
    params = sa.Column(JSONB, nullable=False, default=dict)


class Seen(BaseModel):
    """Identities read so far by an open run; emptied when it ends."""

    __tablename__ = "hanoi_seen"

    run_id = sa.Column(
        sa.UnicodeText, sa.ForeignKey("hanoi_run.id", ondelete="CASCADE"), primary_key=True
    )
    guid = sa.Column(sa.UnicodeText, primary_key=True)
    #: Digest of the title: tells a repeated page from a second dataset under the same identifier;
    #: or ``DELETED``, where the source itself says that it is gone.
    title = sa.Column(sa.UnicodeText, nullable=False, default="")


class Batch(BaseModel):
    """Changed records of an open run, waiting to be written; emptied when it ends."""

    __tablename__ = "hanoi_batch"
    __table_args__ = (sa.Index("ix_hanoi_batch_run", "run_id", "status"),)

    id = sa.Column(sa.BigInteger, primary_key=True, autoincrement=True)
    run_id = sa.Column(
        sa.UnicodeText, sa.ForeignKey("hanoi_run.id", ondelete="CASCADE"), nullable=False
    )
    #: open -> written (in the database) -> done (in the search index too).
    status = sa.Column(sa.UnicodeText, nullable=False, default="open")
    #: zlib-compressed JSON list of records.
    records = sa.Column(sa.LargeBinary, nullable=False)
    #: Ids of the packages written, to be indexed.
    packages = sa.Column(JSONB, nullable=False, default=list)
    created = sa.Column(sa.DateTime, nullable=False, default=now)


class Identity(BaseModel):
    """Which dataset of ours a record of a source is. Outlives every run and clean-up."""

    __tablename__ = "hanoi_identity"
    __table_args__ = (
        sa.Index("ix_hanoi_identity_package", "package_id"),
        sa.Index("ix_hanoi_identity_guid", "guid"),
    )

    source_id = sa.Column(
        sa.UnicodeText, sa.ForeignKey("hanoi_source.id", ondelete="CASCADE"), primary_key=True
    )
    guid = sa.Column(sa.UnicodeText, primary_key=True)
    package_id = sa.Column(sa.UnicodeText, nullable=False)
    #: active, missing (in its grace period), removed, detached, yielded (another source has it).
    state = sa.Column(sa.UnicodeText, nullable=False, default="active")
    #: Fingerprint of record and mapping when it was last written.
    hash = sa.Column(sa.UnicodeText)
    #: The dataset at its source in words people recognise.
    title = sa.Column(sa.UnicodeText, nullable=False, default="")
    missing_since = sa.Column(sa.DateTime)
    #: An admin has seen that it is missing and agrees to the removal.
    approved = sa.Column(sa.Boolean, nullable=False, default=False)
    #: ``[{"id", "key", "url"}]`` in order: keeps resource ids the same.
    resources = sa.Column(JSONB, nullable=False, default=list)
    #: Fields that stay as a local editor wrote them.
    kept_fields = sa.Column(JSONB, nullable=False, default=list)
    #: zlib-compressed JSON of the record as last written; emptied by retention.
    raw = sa.Column(sa.LargeBinary)
    created = sa.Column(sa.DateTime, nullable=False, default=now)
    modified = sa.Column(sa.DateTime, nullable=False, default=now)


class Change(BaseModel):
    """What a run did to one dataset, or why it could not."""

    __tablename__ = "hanoi_change"
    __table_args__ = (sa.Index("ix_hanoi_change_action", "run_id", "action"),)

    run_id = sa.Column(
        sa.UnicodeText, sa.ForeignKey("hanoi_run.id", ondelete="CASCADE"), primary_key=True
    )
    guid = sa.Column(sa.UnicodeText, primary_key=True)
    #: created, updated, removed, missing, failed; excluded and unmapped need no number.
    action = sa.Column(sa.UnicodeText, nullable=False)
    package_id = sa.Column(sa.UnicodeText)
    title = sa.Column(sa.UnicodeText, nullable=False, default="")
    #: Names of the fields that changed.
    fields = sa.Column(JSONB, nullable=False, default=list)
    #: reading, mapping, validation, writing.
    stage = sa.Column(sa.UnicodeText)
    message = sa.Column(sa.UnicodeText)
    params = sa.Column(JSONB, nullable=False, default=dict)
    #: zlib-compressed JSON of a failed record, so that it can be tried again.
    raw = sa.Column(sa.LargeBinary)
    created = sa.Column(sa.DateTime, nullable=False, default=now)


TABLES = [cls.__table__ for cls in (Source, Run, Seen, Batch, Identity, Change)]
