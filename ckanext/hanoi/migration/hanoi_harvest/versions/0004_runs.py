"""What a run found before it began, and who may go on with it; what is missing is found quickly."""
import sqlalchemy as sa
from alembic import op

revision = "0004_runs"
down_revision = "0003_all_agencies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hanoi_run", sa.Column("known", sa.Integer))
    op.add_column(
        "hanoi_run", sa.Column("fence", sa.Integer, nullable=False, server_default=sa.text("0"))
    )
    op.create_index(
        "ix_hanoi_identity_missing", "hanoi_identity", ["source_id", "guid"],
        postgresql_where=sa.text("state = 'missing'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_hanoi_identity_missing", "hanoi_identity")
    op.drop_column("hanoi_run", "fence")
    op.drop_column("hanoi_run", "known")
