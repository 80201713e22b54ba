"""Scores of datasets and checks of their links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001_quality"
down_revision = None
branch_labels = None
depends_on = None

_EMPTY = {"nullable": False, "server_default": ""}
_DICT = {"nullable": False, "server_default": "{}"}
_NOW = {"nullable": False, "server_default": sa.text("(now() AT TIME ZONE 'utc')")}


def _package_id() -> sa.Column:
    foreign_key = sa.ForeignKey("package.id", ondelete="CASCADE")
    return sa.Column("package_id", sa.UnicodeText, foreign_key, primary_key=True)


def upgrade() -> None:
    op.create_table(
        "hanoi_quality",
        _package_id(),
        sa.Column("points", sa.Float, nullable=False),
        sa.Column("band", sa.UnicodeText, nullable=False),
        sa.Column("dimensions", JSONB, **_DICT),
        sa.Column("missing", JSONB, **_DICT),
        sa.Column("pending", sa.Float, nullable=False, server_default="0"),
        sa.Column("freshness", sa.UnicodeText, nullable=False),
        sa.Column("updated", sa.Date),
        sa.Column("modified", sa.DateTime),
        sa.Column("computed", sa.DateTime, **_NOW),
    )
    op.create_table(
        "hanoi_link",
        _package_id(),
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("url", sa.UnicodeText, nullable=False),
        sa.Column("host", sa.UnicodeText, **_EMPTY),
        sa.Column("answers", sa.Boolean),
        sa.Column("status", sa.Integer),
        sa.Column("content_type", sa.UnicodeText, **_EMPTY),
        sa.Column("problem", sa.UnicodeText, **_EMPTY),
        sa.Column("params", JSONB, **_DICT),
        sa.Column("checked", sa.DateTime),
        sa.Column("failing", sa.DateTime),
        sa.Column("due", sa.DateTime, **_NOW),
    )
    op.create_index("ix_hanoi_link_due", "hanoi_link", ["due"])
    op.create_index("ix_hanoi_link_id", "hanoi_link", ["id"])


def downgrade() -> None:
    for table in ("link", "quality"):
        op.drop_table(f"hanoi_{table}")
