"""Pick faces have a minimum and a maximum, and the work that fills them is a kind of its own.

Revision: 0028, after 0027.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "kind IN ('receive','putaway','pick','pack','ship','inspect','count','move')"
AFTER = "kind IN ('receive','putaway','replenish','pick','pack','ship','inspect','count','move')"
_task = sa.table(
    "task",
    *(sa.column(name) for name in ("kind", "status", "operator_id")),
    sa.column("done_at", app.db.UtcDateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table(
        "pick_face",
        sa.Column("id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("location_id", BIG, nullable=False),
        sa.Column("minimum", BIG, nullable=False),
        sa.Column("maximum", BIG, nullable=False),
        sa.CheckConstraint("minimum > 0 AND maximum >= minimum", name=op.f("ck_pick_face_levels")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_pick_face_item_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_pick_face_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_face")),
        sa.UniqueConstraint("item_id", "location_id", name=op.f("uq_pick_face_item_id_location_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_pick_face_location_id", "pick_face", ["location_id"])
    _check(BEFORE, AFTER)


def downgrade() -> None:
    """Replenishing that was done becomes a move; what is open is called off."""
    filling = sa.and_(_task.c.kind == "replenish", _task.c.status.in_(("open", "claimed")))
    gone = sa.update(_task).where(filling)
    op.execute(gone.values(status="cancelled", operator_id=None, done_at=datetime.now(UTC)))
    op.execute(sa.update(_task).where(_task.c.kind == "replenish").values(kind="move"))
    _check(AFTER, BEFORE)
    op.drop_table("pick_face")


def _check(old: str, new: str) -> None:
    """PostgreSQL changes a check; SQLite's table is made again around its rows, with all that is on it."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_task_kind"), "task", type_="check")
        op.create_check_constraint(op.f("ck_task_kind"), "task", new)
        return
    told = "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'task' AND sql IS NOT NULL ORDER BY name"
    objects = connection.exec_driver_sql(told).all()
    (table,) = (row.sql for row in objects if row.type == "table")
    assert old in table, table
    connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
    others = [row for row in objects if row.type in ("index", "trigger")]
    for row in others:
        connection.exec_driver_sql(f"DROP {row.type} {row.name}")
    connection.exec_driver_sql("ALTER TABLE task RENAME TO task_before")
    connection.exec_driver_sql(table.replace(old, new))
    connection.exec_driver_sql("INSERT INTO task SELECT * FROM task_before")
    connection.exec_driver_sql("DROP TABLE task_before")
    for row in others:
        connection.exec_driver_sql(row.sql)
    connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")
