"""Every scan and action, accepted or refused, with the answer that it got."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model


class Scan(Model):
    """One scan or action. ``scan_id`` was made by the device at the trigger; the same id gets the same ``answer``.

    ``body_hash`` tells a true retry from another body under the same id. ``expected`` is what the prompt asked for.
    """

    __tablename__ = "scan"
    id: Mapped[Id]
    scan_id: Mapped[str] = mapped_column(unique=True)
    task_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("task.id"))
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"))
    device: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="scan")
    code: Mapped[str]
    expected: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str]
    answer_code: Mapped[str]
    answer: Mapped[dict[str, Any]]
    body_hash: Mapped[str]
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("kind IN ('scan','action')", name="kind"),
        CheckConstraint("outcome IN ('accepted','refused')", name="outcome"),
        Index("ix_scan_task_id", "task_id"),
        STRICT,
    )


class SetAside(Model):
    """A scan that the server failed to judge and that its operator set aside, so that the next ones could go on.

    ``request_id`` is the number under which the failure stands in the server's log. It waits for a supervisor, who
    looks what became of the goods and then settles it.
    """

    __tablename__ = "set_aside"
    id: Mapped[Id]
    scan_id: Mapped[str] = mapped_column(unique=True)
    request_id: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    note: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled"),
        Index(
            "ix_set_aside_waiting",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        STRICT,
    )
