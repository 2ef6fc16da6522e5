"""Who ended a job before its time, when and why.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ended_task",
        sa.Column("task_id", BIG, autoincrement=False, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("held_by_id", BIG, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_ended_task_reason")),
        sa.ForeignKeyConstraint(["by_id"], ["operator.id"], name=op.f("fk_ended_task_by_id")),
        sa.ForeignKeyConstraint(["held_by_id"], ["operator.id"], name=op.f("fk_ended_task_held_by_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_ended_task_task_id")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_ended_task")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("ended_task")
