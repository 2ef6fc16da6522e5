"""Every scan and action, accepted or refused, with the answer that it got."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
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
