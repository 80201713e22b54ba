"""Imports of workbooks, and their rows."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_imports"
down_revision = "0003_review"
branch_labels = None
depends_on = None

_EMPTY = {"nullable": False, "server_default": ""}
_LIST = {"nullable": False, "server_default": "[]"}
_DICT = {"nullable": False, "server_default": "{}"}
_NOW = {"nullable": False, "server_default": sa.text("(now() AT TIME ZONE 'utc')")}


def upgrade() -> None:
    op.create_table(
        "hanoi_import",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("owner_org", sa.UnicodeText, nullable=False),
        sa.Column("user_id", sa.UnicodeText, nullable=False),
        sa.Column("file_name", sa.UnicodeText, **_EMPTY),
        sa.Column("digest", sa.UnicodeText, **_EMPTY),
        sa.Column("lang", sa.UnicodeText, nullable=False, server_default="vi"),
        sa.Column("status", sa.UnicodeText, nullable=False, server_default="checking"),
        sa.Column("options", JSONB, **_DICT),
        sa.Column("columns", JSONB, **_DICT),
        sa.Column("ignored", JSONB, **_LIST),
        sa.Column("created", sa.DateTime, **_NOW),
        sa.Column("started", sa.DateTime),
        sa.Column("finished", sa.DateTime),
        sa.Column("heartbeat", sa.DateTime, **_NOW),
        sa.Column("message", sa.UnicodeText),
        sa.Column("params", JSONB, **_DICT),
    )
    op.create_index("ix_hanoi_import_owner", "hanoi_import", ["owner_org", "created"])
    foreign_key = sa.ForeignKey("hanoi_import.id", ondelete="CASCADE")
    op.create_table(
        "hanoi_import_row",
        sa.Column("import_id", sa.UnicodeText, foreign_key, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sheet", sa.UnicodeText, **_EMPTY),
        sa.Column("row", sa.Integer, nullable=False, server_default="0"),
        sa.Column("title", sa.UnicodeText, **_EMPTY),
        sa.Column("action", sa.UnicodeText, **_EMPTY),
        sa.Column("status", sa.UnicodeText, nullable=False, server_default="waiting"),
        sa.Column("package_id", sa.UnicodeText),
        sa.Column("workbook", sa.UnicodeText),
        sa.Column("written", JSONB, **_DICT),
        sa.Column("problems", JSONB, **_LIST),
        sa.Column("entries", sa.LargeBinary),
        sa.Column("data", sa.LargeBinary),
    )
    op.create_index("ix_hanoi_import_row_status", "hanoi_import_row", ["import_id", "status"])
    op.create_index("ix_hanoi_import_row_workbook", "hanoi_import_row", ["workbook"])


def downgrade() -> None:
    op.drop_table("hanoi_import_row")
    op.drop_table("hanoi_import")
