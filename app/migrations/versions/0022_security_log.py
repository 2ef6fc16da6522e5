"""The security log, and which devices a supervisor has let in.

Whatever somebody has signed in on until now is let in already: nobody is locked out by an upgrade.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "enrolled_device",
        sa.Column("device_id", _ID, nullable=False),
        sa.Column("by_id", _ID, nullable=True),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["operator.id"], name=op.f("fk_enrolled_device_by_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_enrolled_device_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_enrolled_device")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO enrolled_device (device_id, at) SELECT id, created_at FROM device")
    op.create_table(
        "security_event",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("operator_id", _ID, nullable=True),
        sa.Column("by_id", _ID, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["operator.id"], name=op.f("fk_security_event_by_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_security_event_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_security_event_at"), "security_event", ["at"])
    op.create_index(op.f("ix_security_event_operator_id"), "security_event", ["operator_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_security_event_operator_id"), table_name="security_event")
    op.drop_index(op.f("ix_security_event_at"), table_name="security_event")
    op.drop_table("security_event")
    op.drop_table("enrolled_device")
