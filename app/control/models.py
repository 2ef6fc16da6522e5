"""Corrections that wait for a second person, and whom a change counts for."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model


class WantedChange(Model):
    """A correction that is more than one person may post alone. ``wanted``: what ``adjust`` was asked, by its names.

    ``decision`` is empty while it waits, then approved (and ``posting_id`` is what was posted) or refused.
    """

    __tablename__ = "wanted_change"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    wanted: Mapped[dict[str, Any]]
    asked_by: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"))
    device: Mapped[str]
    asked_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    decided_at: Mapped[datetime | None]
    posting_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("posting.id"))
    __table_args__ = (
        CheckConstraint("decision IN ('','approved','refused')", name="decision"),
        CheckConstraint("(decision = '') = (decided_at IS NULL)", name="decided_at"),
        Index(
            "ix_wanted_change_waiting",
            "warehouse_id",
            sqlite_where=text("decision = ''"),
            postgresql_where=text("decision = ''"),
        ),
        STRICT,
    )


class ChangeShare(Model):
    """A posted change that counts for this person too, who did not post it (see ``limits``)."""

    __tablename__ = "change_share"
    posting_id: Mapped[int] = mapped_column(BigInt, ForeignKey("posting.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"), primary_key=True)
    at: Mapped[datetime]
    __table_args__ = (Index("ix_change_share_day", "operator_id", "at"), STRICT)
