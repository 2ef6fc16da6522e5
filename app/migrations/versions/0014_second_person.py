"""Corrections wait for a second person, and what one person changed in a day is found quickly.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CHANGE = sa.text("reason IN ('opening', 'count', 'damage', 'found', 'lost', 'expired', 'other')")
_WAITING = sa.text("decision = ''")


def upgrade() -> None:
    op.create_table(
        "wanted_change",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("warehouse_id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("wanted", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("asked_by", _ID, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("asked_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("decided_at", app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("posting_id", _ID, nullable=True),
        sa.CheckConstraint("decision IN ('','approved','refused')", name=op.f("ck_wanted_change_decision")),
        sa.CheckConstraint("(decision = '') = (decided_at IS NULL)", name=op.f("ck_wanted_change_decided_at")),
        sa.ForeignKeyConstraint(["asked_by"], ["operator.id"], name=op.f("fk_wanted_change_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["operator.id"], name=op.f("fk_wanted_change_decided_by")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_wanted_change_item_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_wanted_change_posting_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_wanted_change_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wanted_change")),
        sa.UniqueConstraint("key", name=op.f("uq_wanted_change_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_wanted_change_waiting",
        "wanted_change",
        ["warehouse_id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index(
        "ix_posting_change",
        "posting",
        ["operator_id", "recorded_at"],
        sqlite_where=_CHANGE,
        postgresql_where=_CHANGE,
    )


def downgrade() -> None:
    op.drop_index("ix_posting_change", table_name="posting")
    op.drop_index("ix_wanted_change_waiting", table_name="wanted_change")
    op.drop_table("wanted_change")
