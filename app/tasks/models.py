"""Tasks and their lines."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model
from app.tasks.kinds import ROLES

UNFINISHED = ("open", "claimed")
"""The states of a task that somebody still works at, or will."""
_UNFINISHED = text("status IN ('open','claimed')")


class Task(Model):
    """One job. ``memory`` is what the waiting prompt has been told so far (the confirmed bin, the count, the tote), so
    that the same task goes on at the same line with the same quantity on another device.

    ``status``: open, claimed, done, cancelled. ``operator_id`` holds it while claimed; ``assigned_to_id`` is whom a
    supervisor gave it to before anybody started. Lower ``priority`` goes first.
    """

    __tablename__ = "task"
    id: Mapped[Id]
    kind: Mapped[str]
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    status: Mapped[str] = mapped_column(default="open")
    priority: Mapped[int] = mapped_column(default=100)
    operator_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    assigned_to_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    claimed_at: Mapped[datetime | None]
    document_type: Mapped[str] = mapped_column(default="")
    document_id: Mapped[int | None] = mapped_column(BigInt)
    document: Mapped[str] = mapped_column(default="")
    location_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("location.id"))
    container_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("container.id"))
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lines: Mapped[int] = mapped_column(default=0)
    done_lines: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("status IN ('open','claimed','done','cancelled')", name="status"),
        CheckConstraint("(status = 'claimed') = (operator_id IS NOT NULL AND done_at IS NULL)", name="claimed"),
        CheckConstraint(f"kind IN ({','.join(map(repr, ROLES))})", name="kind"),
        Index("ix_task_queue", "warehouse_id", "kind", "status", "priority", "id"),
        Index("ix_task_document", "document_type", "document_id"),
        Index("ix_task_unfinished", "warehouse_id", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        STRICT,
    )


IS_UNFINISHED = Task.status.in_([literal_column("'open'"), literal_column("'claimed'")])
"""In the words of ``ix_task_unfinished``: SQLite takes a partial index only for a query that has its condition spelt
out. With it a list of open work reads open work, and not the years behind it."""


class EndedTask(Model):
    """A task that a supervisor ended before its time: who, when, why, and who held it then."""

    __tablename__ = "ended_task"
    task_id: Mapped[int] = mapped_column(BigInt, ForeignKey("task.id"), primary_key=True, autoincrement=False)
    by_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"))
    held_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    reason: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"), STRICT)


class TaskLine(Model):
    """A movement not yet believed: ``quantity`` units from source to target, ``done`` of them already posted.

    ``document_line_id`` is the row that the line works for, in the words of the task's kind: a purchase order line, an
    allocation, an RMA line. ``position`` is its turn; skipping gives it the last one.
    """

    __tablename__ = "task_line"
    id: Mapped[Id]
    task_id: Mapped[int] = mapped_column(BigInt, ForeignKey("task.id"))
    position: Mapped[int]
    item_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("item.id"))
    lot_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("lot.id"))
    serial: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="open")
    source_location_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("location.id"))
    source_container_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("container.id"))
    source_condition: Mapped[str] = mapped_column(default="available")
    target_location_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("location.id"))
    target_container_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("container.id"))
    document_line_id: Mapped[int | None] = mapped_column(BigInt)
    __table_args__ = (
        CheckConstraint("status IN ('open','done','cancelled')", name="status"),
        CheckConstraint("quantity >= 0 AND done >= 0", name="quantity"),
        CheckConstraint("status <> 'open' OR done < quantity", name="open"),
        Index("ix_task_line_turn", "task_id", "status", "position"),
        Index("ix_task_line_document_line_id", "document_line_id"),
        Index("ix_task_line_target_location_id", "target_location_id"),
        STRICT,
    )
