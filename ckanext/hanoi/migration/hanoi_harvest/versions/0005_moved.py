"""Which agencies a source has belonged to, and into which one it has written a dataset: so its
datasets follow a source that moves to another agency."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005_moved"
down_revision = "0004_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "former_agencies", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")
    )
    op.add_column("hanoi_source", column)
    op.add_column("hanoi_identity", sa.Column("owner_org", sa.UnicodeText))
    # where a source's dataset is in its own agency, the source has put it there
    op.execute(
        "UPDATE hanoi_identity AS i SET owner_org = p.owner_org FROM package AS p, hanoi_source AS"
        " s WHERE p.id = i.package_id AND s.id = i.source_id AND s.owner_org = p.owner_org"
        " AND i.state IN ('active', 'missing')"
    )


def downgrade() -> None:
    op.drop_column("hanoi_identity", "owner_org")
    op.drop_column("hanoi_source", "former_agencies")
