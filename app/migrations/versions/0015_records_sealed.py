"""Scans and changes of people are append-only, and join the chain of seals.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

from app.ledger import guards

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_seal",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("record IN ('scan','operator_change')", name=op.f("ck_record_seal_record")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_record_seal")),
        sqlite_strict=True,
    )
    op.create_index("ix_record_seal_record", "record_seal", ["record", "position"], unique=False)
    for statement in guards.statements(op.get_bind().dialect.name, guards.RECORDS):
        op.execute(sa.text(statement))


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in guards.RECORDS:
        for trigger in ("no_update", "no_delete", "no_replace") if is_sqlite else ("append_only",):
            op.execute(f"DROP TRIGGER {name}_{trigger}" + ("" if is_sqlite else f" ON {name}"))
    op.drop_table("record_seal")
