"""At what processes are at work, and how many died at it."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_attempts"
down_revision = "0005_protection"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanoi_attempt",
        sa.Column("key", sa.UnicodeText, primary_key=True),
        sa.Column("process", sa.UnicodeText, nullable=False, server_default=""),
        sa.Column("at", sa.UnicodeText, nullable=False, server_default=""),
        sa.Column("deaths", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("changed", sa.DateTime, nullable=False),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("hanoi_attempt")
