"""Cancellations and short closes keep their reason, who and when.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("document_id", _ID, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("operator_id", _ID, nullable=True),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("operator_id IS NOT NULL OR program <> ''", name=op.f("ck_decision_by")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_decision_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sqlite_strict=True,
    )
    op.create_index("ix_decision_document", "decision", ["document_type", "document_id"])


def downgrade() -> None:
    op.drop_index("ix_decision_document", table_name="decision")
    op.drop_table("decision")
