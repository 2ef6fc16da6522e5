"""Wrong tries count where they come from: on a person's own devices, at the address of a stranger.

Until now a stranger's address was a device. Whoever has signed in on a device keeps it as their own.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _locks() -> list[sa.Column]:
    return [
        sa.Column("failures", _COUNT, nullable=False),
        sa.Column("locked_until", app.db.UtcDateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "own_device",
        sa.Column("operator_id", _COUNT, nullable=False),
        sa.Column("device_id", _COUNT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *_locks(),
        sa.Column("lock_count", _COUNT, nullable=False),
        sa.CheckConstraint("kind IN ('pin','office')", name=op.f("ck_own_device_kind")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_own_device_operator_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_own_device_device_id")),
        sa.PrimaryKeyConstraint("operator_id", "device_id", "kind", name=op.f("pk_own_device")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_own_device_device_id"), "own_device", ["device_id"])
    op.create_table(
        "stranger",
        sa.Column("id", _COUNT, autoincrement=True, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        *_locks(),
        sa.Column("last_seen_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stranger")),
        sa.UniqueConstraint("address", name=op.f("uq_stranger_address")),
        sqlite_strict=True,
    )
    for kind, which in (("pin", "device_id IS NOT NULL"), ("office", "device_id IS NOT NULL AND proved_at IS NOT NULL")):
        op.execute(
            "INSERT INTO own_device (operator_id, device_id, kind, failures, lock_count)"
            f" SELECT DISTINCT operator_id, device_id, '{kind}', 0, 0 FROM token WHERE kind = 'session' AND {which}"
        )
    op.execute(
        "DELETE FROM device WHERE name NOT LIKE 'D-%'"
        " AND NOT EXISTS (SELECT 1 FROM token WHERE token.device_id = device.id)"
    )


def downgrade() -> None:
    op.drop_table("stranger")
    op.drop_index(op.f("ix_own_device_device_id"), table_name="own_device")
    op.drop_table("own_device")
