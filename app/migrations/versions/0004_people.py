"""Who changed what about a person; and the office's sign-in by password and one-time code.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("operator", sa.Column("password_hash", sa.Text(), nullable=True))
    op.add_column("operator", sa.Column("totp_nonce", sa.Text(), nullable=True))
    op.add_column("operator", sa.Column("totp_step", BIG, nullable=True))
    op.add_column("token", sa.Column("proved_at", app.db.UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "recovery_code",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("operator_id", BIG, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_recovery_code_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_recovery_code_operator_id"), "recovery_code", ["operator_id"])
    op.create_table(
        "operator_change",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("operator_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_operator_change_operator_id")),
        sa.ForeignKeyConstraint(["by_id"], ["operator.id"], name=op.f("fk_operator_change_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_change")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_operator_change_operator_id"), "operator_change", ["operator_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_operator_change_operator_id"), table_name="operator_change")
    op.drop_table("operator_change")
    op.drop_index(op.f("ix_recovery_code_operator_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_column("token", "proved_at")
    for name in ("totp_step", "totp_nonce", "password_hash"):
        op.drop_column("operator", name)
