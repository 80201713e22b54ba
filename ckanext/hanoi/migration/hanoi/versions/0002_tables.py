"""What was found in the tables of resources."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_tables"
down_revision = "0001_quality"
branch_labels = None
depends_on = None

_DICT = {"nullable": False, "server_default": "{}"}
_NOW = {"nullable": False, "server_default": sa.text("(now() AT TIME ZONE 'utc')")}


def upgrade() -> None:
    op.create_table(
        "hanoi_table",
        sa.Column("resource_id", sa.UnicodeText, primary_key=True),
        sa.Column("package_id", sa.UnicodeText, nullable=False),
        sa.Column("fingerprint", sa.UnicodeText, nullable=False),
        sa.Column("state", sa.UnicodeText, nullable=False, server_default="queued"),
        sa.Column("due", sa.DateTime),
        sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created", sa.DateTime, **_NOW),
        sa.Column("started", sa.DateTime),
        sa.Column("looked_at", sa.DateTime),
        sa.Column("kind", sa.UnicodeText),
        sa.Column("encoding", sa.UnicodeText),
        sa.Column("rows", sa.BigInteger),
        sa.Column("columns", sa.Integer),
        sa.Column("errors", sa.Integer),
        sa.Column("size", sa.BigInteger),
        sa.Column("hash", sa.UnicodeText),
        sa.Column("message", sa.UnicodeText),
        sa.Column("params", JSONB, **_DICT),
        sa.Column("report", JSONB, **_DICT),
        sa.Column("fetched", JSONB, **_DICT),
        sa.Column("dictionary", JSONB),
        sa.Column("dictionary_by", sa.UnicodeText),
        sa.Column("dictionary_at", sa.DateTime),
        sa.Column("gone", sa.DateTime),
    )
    op.create_index("ix_hanoi_table_package", "hanoi_table", ["package_id"])
    op.create_index(
        "ix_hanoi_table_due",
        "hanoi_table",
        ["urgent", "due"],
        postgresql_where=sa.text("due IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("hanoi_table")
