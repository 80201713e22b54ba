"""Datasets that were marked as core, important or personal."""
import sqlalchemy as sa
from alembic import op

revision = "0005_protection"
down_revision = "0004_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanoi_protection",
        sa.Column(
            "package_id", sa.UnicodeText, sa.ForeignKey("package.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("sensitivity", sa.UnicodeText, nullable=False, server_default=""),
        sa.Column("personal_data", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column(
            "marked", sa.DateTime, nullable=False,
            server_default=sa.text("(now() AT TIME ZONE 'utc')"),
        ),
    )


def downgrade() -> None:
    op.drop_table("hanoi_protection")
