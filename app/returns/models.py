"""Return authorisations (RMA) and their lines."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model


class Rma(Model):
    """A return that we expect for one shipped order. ``status``: open, closed."""

    __tablename__ = "rma"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sales_order.id"), index=True)
    status: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("status IN ('open','closed')", name="status"), STRICT)


class RmaLine(Model):
    """``quantity`` units announced, ``received`` at the bench, ``inspected`` (a disposition was posted)."""

    __tablename__ = "rma_line"
    id: Mapped[Id]
    rma_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rma.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sales_order_line.id"))
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    quantity: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    inspected: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("inspected >= 0 AND inspected <= received AND received <= quantity", name="inspected"),
        STRICT,
    )
