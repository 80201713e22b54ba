"""Tables of the harvester. The database is the only truth; the job queue carries ids alone.

All times are naive UTC, as in CKAN's own tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins.toolkit import BaseModel
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.hanoi.model.base import column, new_id, now

#: A run is open while something may still happen to it without an admin.
OPEN = ("queued", "running")
#: In ``Seen.title``: the source names the record only to say that it is deleted.
DELETED = "#deleted"
#: Every status of a run.
STATUSES = (*OPEN, "held", "finished", "failed", "aborted")


class Source(BaseModel):
    """A portal or file to harvest."""

    __tablename__ = "hanoi_source"

    id = column(sa.UnicodeText, primary_key=True, default=new_id)
    name = column(sa.UnicodeText, nullable=False, unique=True)
    title = column(sa.UnicodeText, nullable=False, default="")
    url = column(sa.UnicodeText, nullable=False)
    kind = column(sa.UnicodeText, nullable=False)
    #: Organization that owns the source; datasets whose agency is unknown go there too.
    owner_org = column(sa.UnicodeText, index=True)
    #: Organizations that owned it before: what it wrote there follows it to its new one.
    former_agencies = column(
        JSONB, nullable=False, default=list, server_default=sa.text("'[]'::jsonb")
    )
    #: The mapping and the connector's options, as the admin typed it (YAML).
    config = column(sa.UnicodeText, nullable=False, default="")
    #: "", hourly, daily, weekly, monthly or five fields of cron.
    schedule = column(sa.UnicodeText, nullable=False, default="")
    active = column(sa.Boolean, nullable=False, default=True)
    #: The command line gave it a ``file:`` URL; only the command line reads it then.
    allow_local = column(sa.Boolean, nullable=False, default=False)
    #: It may write into agencies that aren't below its own, and take their datasets over by its
    #: priority; a system administrator decides.
    all_agencies = column(sa.Boolean, nullable=False, default=False)
    #: Which of an agency's sources wins where two carry the same dataset: the higher number.
    priority = column(sa.Integer, nullable=False, default=0)
    notify = column(sa.UnicodeText, nullable=False, default="error")
    contacts = column(JSONB, nullable=False, default=list)
    created = column(sa.DateTime, nullable=False, default=now)
    modified = column(sa.DateTime, nullable=False, default=now)
    next_due = column(sa.DateTime, index=True)
    #: What the fetcher remembers between runs: ETags, dates, body hashes, by URL.
    fetch_state = column(JSONB, nullable=False, default=dict)
    #: Start of the last run that read the whole source without error.
    last_complete = column(sa.DateTime)
    #: Start of the last run that read without error, perhaps only what had changed.
    last_read = column(sa.DateTime)


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

    id = column(sa.UnicodeText, primary_key=True, default=new_id)
    source_id = column(
        sa.UnicodeText, sa.ForeignKey("hanoi_source.id", ondelete="CASCADE"), nullable=False
    )
    status = column(sa.UnicodeText, nullable=False, default="queued")
    #: manual, schedule or retry.
    trigger = column(sa.UnicodeText, nullable=False, default="manual")
    user_id = column(sa.UnicodeText)
    #: force: compare every record in full; full: don't use ``since``; retry_of: id of a run;
    #: approved, rejected: what an admin said of what is missing; unsettled: see ``baseline``.
    options = column(JSONB, nullable=False, default=dict)
    created = column(sa.DateTime, nullable=False, default=now)
    started = column(sa.DateTime)
    finished = column(sa.DateTime)
    #: When the reader or a writer last moved; shown to people, decides nothing.
    heartbeat = column(sa.DateTime)
    #: The source has been read to its end.
    read_done = column(sa.Boolean, nullable=False, default=False)
    #: … in full and without error: only then is what was not seen missing.
    complete = column(sa.Boolean, nullable=False, default=False)
    #: The source said that nothing changed since the last complete read.
    not_modified = column(sa.Boolean, nullable=False, default=False)
    counts = column(JSONB, nullable=False, default=dict)
    #: Datasets that the source had here before: of these so many may be missing (``baseline``).
    known = column(sa.Integer)
    #: Number of who goes on with it now (``fence``).
    fence = column(sa.Integer, nullable=False, default=0, server_default=sa.text("0"))
    #: Why it failed or is held: English message id and its parameters.
    message = column(sa.UnicodeText)
    params = column(JSONB, nullable=False, default=dict)


class Seen(BaseModel):
    """Identities read so far by an open run; emptied when it ends."""

    __tablename__ = "hanoi_seen"

    run_id = column(
        sa.UnicodeText, sa.ForeignKey("hanoi_run.id", ondelete="CASCADE"), primary_key=True
    )
    guid = column(sa.UnicodeText, primary_key=True)
    #: Digest of the title: tells a repeated page from a second dataset under the same identifier;
    #: or ``DELETED``, where the source itself says that it is gone.
    title = column(sa.UnicodeText, nullable=False, default="")


class Batch(BaseModel):
    """Changed records of an open run, waiting to be written; emptied when it ends."""

    __tablename__ = "hanoi_batch"
    __table_args__ = (sa.Index("ix_hanoi_batch_run", "run_id", "status"),)

    id = column(sa.BigInteger, primary_key=True, autoincrement=True)
    run_id = column(
        sa.UnicodeText, sa.ForeignKey("hanoi_run.id", ondelete="CASCADE"), nullable=False
    )
    #: open -> written (in the database) -> done (in the search index too).
    status = column(sa.UnicodeText, nullable=False, default="open")
    #: zlib-compressed JSON list of records.
    records = column(sa.LargeBinary, nullable=False)
    #: Ids of the packages written, to be indexed.
    packages = column(JSONB, nullable=False, default=list)
    created = column(sa.DateTime, nullable=False, default=now)


class Identity(BaseModel):
    """Which dataset of ours a record of a source is. Outlives every run and clean-up."""

    __tablename__ = "hanoi_identity"
    __table_args__ = (
        sa.Index("ix_hanoi_identity_package", "package_id"),
        sa.Index("ix_hanoi_identity_guid", "guid"),
        sa.Index(
            "ix_hanoi_identity_missing",
            "source_id",
            "guid",
            postgresql_where=sa.text("state = 'missing'"),
        ),
    )

    source_id = column(
        sa.UnicodeText, sa.ForeignKey("hanoi_source.id", ondelete="CASCADE"), primary_key=True
    )
    guid = column(sa.UnicodeText, primary_key=True)
    package_id = column(sa.UnicodeText, nullable=False)
    #: active, missing (in its grace period), removed (by a run), deleted (by a person, for good),
    #: detached, yielded (another source has it).
    state = column(sa.UnicodeText, nullable=False, default="active")
    #: Fingerprint of record and mapping when it was last written.
    hash = column(sa.UnicodeText)
    #: The dataset at its source in words people recognise.
    title = column(sa.UnicodeText, nullable=False, default="")
    missing_since = column(sa.DateTime)
    #: An admin has seen that it is missing and agrees to the removal.
    approved = column(sa.Boolean, nullable=False, default=False)
    #: ``[{"id", "key", "url"}]`` in order: keeps resource ids the same.
    resources = column(JSONB, nullable=False, default=list)
    #: Fields that stay as a local editor wrote them.
    kept_fields = column(JSONB, nullable=False, default=list)
    #: Whether it was private as last written; None where that isn't known. A dataset that is
    #: private here although it was written as public was hidden by a person, and stays so.
    private = column(sa.Boolean)
    #: The organization that it was last written into: where the dataset is in another one, a person
    #: moved it.
    owner_org = column(sa.UnicodeText)
    #: zlib-compressed JSON of the record as last written; emptied by retention.
    raw = column(sa.LargeBinary)
    created = column(sa.DateTime, nullable=False, default=now)
    modified = column(sa.DateTime, nullable=False, default=now)


class Change(BaseModel):
    """What a run did to one dataset, or why it could not."""

    __tablename__ = "hanoi_change"
    __table_args__ = (sa.Index("ix_hanoi_change_action", "run_id", "action"),)

    run_id = column(
        sa.UnicodeText, sa.ForeignKey("hanoi_run.id", ondelete="CASCADE"), primary_key=True
    )
    guid = column(sa.UnicodeText, primary_key=True)
    #: created, updated, removed, missing, failed; excluded and unmapped need no number.
    action = column(sa.UnicodeText, nullable=False)
    package_id = column(sa.UnicodeText)
    title = column(sa.UnicodeText, nullable=False, default="")
    #: Names of the fields that changed.
    fields = column(JSONB, nullable=False, default=list)
    #: reading, mapping, validation, writing.
    stage = column(sa.UnicodeText)
    message = column(sa.UnicodeText)
    params = column(JSONB, nullable=False, default=dict)
    #: zlib-compressed JSON of a failed record, so that it can be tried again.
    raw = column(sa.LargeBinary)
    created = column(sa.DateTime, nullable=False, default=now)


TABLES = [cls.__table__ for cls in (Source, Run, Seen, Batch, Identity, Change)]
