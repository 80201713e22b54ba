"""Whether the source had a dataset as private when it was last written."""
import sqlalchemy as sa
from alembic import op

revision = "0002_private"
down_revision = "0001_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hanoi_identity", sa.Column("private", sa.Boolean))


def downgrade() -> None:
    op.drop_column("hanoi_identity", "private")
