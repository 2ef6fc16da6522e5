"""Suppliers and purchase orders. The open quantity of a purchase order line *is* inbound."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model


class Supplier(Model):
    """Who sends goods. ``lead_time_days`` with its standard deviation serves the planner."""

    __tablename__ = "supplier"
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    lead_time_days: Mapped[int | None]
    lead_time_sd_days: Mapped[int | None]
    min_order_units: Mapped[int | None]


class PurchaseOrder(Model):
    """An order of ours to a supplier, arriving at one warehouse. ``status``: open, closed."""

    __tablename__ = "purchase_order"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    supplier_id: Mapped[int] = mapped_column(BigInt, ForeignKey("supplier.id"))
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    status: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("status IN ('open','closed')", name="status"), STRICT)


class PurchaseOrderLine(Model):
    """``quantity`` base units ordered, ``received`` so far, ``short_closed`` that will not come.

    Open = ``max(0, quantity - received - short_closed)``: its share of *inbound*.
    """

    __tablename__ = "purchase_order_line"
    id: Mapped[Id]
    purchase_order_id: Mapped[int] = mapped_column(BigInt, ForeignKey("purchase_order.id"))
    line: Mapped[str]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"), index=True)
    quantity: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    short_closed: Mapped[int] = mapped_column(default=0)
    unit_cost: Mapped[Decimal | None]
    eta: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("purchase_order_id", "line"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received >= 0", name="received"),
        CheckConstraint("short_closed >= 0", name="short_closed"),
        STRICT,
    )
