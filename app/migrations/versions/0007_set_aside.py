"""A scan that the server failed to judge is set aside on the floor and settled at the desk.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "set_aside",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("settled_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", _ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name=op.f("ck_set_aside_settled")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["operator.id"], name=op.f("fk_set_aside_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_set_aside_scan_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_set_aside_waiting",
        "set_aside",
        ["id"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("set_aside")
