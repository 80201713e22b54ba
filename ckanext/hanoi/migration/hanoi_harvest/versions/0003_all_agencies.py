"""Whether a source may write into agencies that aren't below its own."""
import sqlalchemy as sa
from alembic import op

revision = "0003_all_agencies"
down_revision = "0002_private"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("all_agencies", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("hanoi_source", column)


def downgrade() -> None:
    op.drop_column("hanoi_source", "all_agencies")
