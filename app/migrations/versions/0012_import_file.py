"""Large files are put aside and written in portions.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

import app.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rows", _NUMBER, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("found", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("touched_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('staging','writing','done','taking_back','taken_back','stopped')",
            name=op.f("ck_import_file_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_import_file_status"), "import_file", ["status"])
    op.create_table(
        "import_portion",
        sa.Column("import_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("undo", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_file.id"], name=op.f("fk_import_portion_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_portion")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("import_portion")
    op.drop_index(op.f("ix_import_file_status"), table_name="import_file")
    op.drop_table("import_file")
