"""Sources, runs, identities, changes."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001_tables"
down_revision = None
branch_labels = None
depends_on = None

_EMPTY = {"nullable": False, "server_default": ""}
_LIST = {"nullable": False, "server_default": "[]"}
_DICT = {"nullable": False, "server_default": "{}"}
_NO = {"nullable": False, "server_default": sa.false()}
_NOW = {"nullable": False, "server_default": sa.text("(now() AT TIME ZONE 'utc')")}


def _of(table: str, column: str, **kwargs) -> sa.Column:
    foreign_key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(column, sa.UnicodeText, foreign_key, nullable=False, **kwargs)


def upgrade() -> None:
    op.create_table(
        "hanoi_source",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("name", sa.UnicodeText, nullable=False, unique=True),
        sa.Column("title", sa.UnicodeText, **_EMPTY),
        sa.Column("url", sa.UnicodeText, nullable=False),
        sa.Column("kind", sa.UnicodeText, nullable=False),
        sa.Column("owner_org", sa.UnicodeText, index=True),
        sa.Column("config", sa.UnicodeText, **_EMPTY),
        sa.Column("schedule", sa.UnicodeText, **_EMPTY),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("allow_local", sa.Boolean, **_NO),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("notify", sa.UnicodeText, nullable=False, server_default="error"),
        sa.Column("contacts", JSONB, **_LIST),
        sa.Column("created", sa.DateTime, **_NOW),
        sa.Column("modified", sa.DateTime, **_NOW),
        sa.Column("next_due", sa.DateTime, index=True),
        sa.Column("fetch_state", JSONB, **_DICT),
        sa.Column("last_complete", sa.DateTime),
        sa.Column("last_read", sa.DateTime),
    )
    op.create_table(
        "hanoi_run",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        _of("hanoi_source", "source_id"),
        sa.Column("status", sa.UnicodeText, nullable=False, server_default="queued"),
        sa.Column("trigger", sa.UnicodeText, nullable=False, server_default="manual"),
        sa.Column("user_id", sa.UnicodeText),
        sa.Column("options", JSONB, **_DICT),
        sa.Column("created", sa.DateTime, **_NOW),
        sa.Column("started", sa.DateTime),
        sa.Column("finished", sa.DateTime),
        sa.Column("heartbeat", sa.DateTime),
        sa.Column("read_done", sa.Boolean, **_NO),
        sa.Column("complete", sa.Boolean, **_NO),
        sa.Column("not_modified", sa.Boolean, **_NO),
        sa.Column("counts", JSONB, **_DICT),
        sa.Column("message", sa.UnicodeText),
        sa.Column("params", JSONB, **_DICT),
    )
    op.create_index(
        "ix_hanoi_run_one_open",
        "hanoi_run",
        ["source_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_index("ix_hanoi_run_source_created", "hanoi_run", ["source_id", "created"])
    op.create_table(
        "hanoi_seen",
        _of("hanoi_run", "run_id", primary_key=True),
        sa.Column("guid", sa.UnicodeText, primary_key=True),
        sa.Column("title", sa.UnicodeText, **_EMPTY),
    )
    op.create_table(
        "hanoi_batch",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        _of("hanoi_run", "run_id"),
        sa.Column("status", sa.UnicodeText, nullable=False, server_default="open"),
        sa.Column("records", sa.LargeBinary, nullable=False),
        sa.Column("packages", JSONB, **_LIST),
        sa.Column("created", sa.DateTime, **_NOW),
    )
    op.create_index("ix_hanoi_batch_run", "hanoi_batch", ["run_id", "status"])
    op.create_table(
        "hanoi_identity",
        _of("hanoi_source", "source_id", primary_key=True),
        sa.Column("guid", sa.UnicodeText, primary_key=True),
        sa.Column("package_id", sa.UnicodeText, nullable=False),
        sa.Column("state", sa.UnicodeText, nullable=False, server_default="active"),
        sa.Column("hash", sa.UnicodeText),
        sa.Column("title", sa.UnicodeText, **_EMPTY),
        sa.Column("missing_since", sa.DateTime),
        sa.Column("approved", sa.Boolean, **_NO),
        sa.Column("resources", JSONB, **_LIST),
        sa.Column("kept_fields", JSONB, **_LIST),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("created", sa.DateTime, **_NOW),
        sa.Column("modified", sa.DateTime, **_NOW),
    )
    op.create_index("ix_hanoi_identity_package", "hanoi_identity", ["package_id"])
    op.create_index("ix_hanoi_identity_guid", "hanoi_identity", ["guid"])
    op.create_table(
        "hanoi_change",
        _of("hanoi_run", "run_id", primary_key=True),
        sa.Column("guid", sa.UnicodeText, primary_key=True),
        sa.Column("action", sa.UnicodeText, nullable=False),
        sa.Column("package_id", sa.UnicodeText),
        sa.Column("title", sa.UnicodeText, **_EMPTY),
        sa.Column("fields", JSONB, **_LIST),
        sa.Column("stage", sa.UnicodeText),
        sa.Column("message", sa.UnicodeText),
        sa.Column("params", JSONB, **_DICT),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("created", sa.DateTime, **_NOW),
    )
    op.create_index("ix_hanoi_change_action", "hanoi_change", ["run_id", "action"])


def downgrade() -> None:
    for table in ("change", "identity", "batch", "seen", "run", "source"):
        op.drop_table(f"hanoi_{table}")
