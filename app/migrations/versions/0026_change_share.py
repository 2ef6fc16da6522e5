"""Who else a posted change counts for, beside whoever posted it: several people counted that bin.

Revision: 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "change_share",
        sa.Column("posting_id", BIG, autoincrement=False, nullable=False),
        sa.Column("operator_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_change_share_operator_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_change_share_posting_id")),
        sa.PrimaryKeyConstraint("posting_id", "operator_id", name=op.f("pk_change_share")),
        sqlite_strict=True,
    )
    op.create_index("ix_change_share_day", "change_share", ["operator_id", "at"])


def downgrade() -> None:
    op.drop_table("change_share")
