"""Requests for approval and decisions."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_review"
down_revision = "0002_tables"
branch_labels = None
depends_on = None

_EMPTY = {"nullable": False, "server_default": ""}


def upgrade() -> None:
    op.create_table(
        "hanoi_review",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("package_id", sa.UnicodeText,
                  sa.ForeignKey("package.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.UnicodeText, nullable=False, server_default="pending"),
        sa.Column("submitted", sa.DateTime, nullable=False,
                  server_default=sa.text("(now() AT TIME ZONE 'utc')")),
        sa.Column("submitted_by", sa.UnicodeText, nullable=False),
        sa.Column("message", sa.UnicodeText, **_EMPTY),
        sa.Column("decided", sa.DateTime),
        sa.Column("decided_by", sa.UnicodeText),
        sa.Column("remark", sa.UnicodeText, **_EMPTY),
        sa.Column("snapshot", JSONB),
        sa.Column("changes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("changed", sa.DateTime),
        sa.Column("changed_by", sa.UnicodeText),
        sa.Column("told", sa.UnicodeText, **_EMPTY),
    )
    op.create_index("ix_hanoi_review_package", "hanoi_review", ["package_id", "submitted"])
    op.create_index("ix_hanoi_review_one_pending", "hanoi_review", ["package_id"], unique=True,
                    postgresql_where=sa.text("state = 'pending'"))
    op.create_index("ix_hanoi_review_state", "hanoi_review", ["state", "submitted"])


def downgrade() -> None:
    op.drop_table("hanoi_review")
