"""Orders, their lines, and the promises made to them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model

POLICIES = ("backorder", "complete", "refuse")
CANCELLING = "cancelling"
"""An order of which nobody wants anything any more, and which still lets go of what it holds (``cancel``)."""


class Order(Model):
    """What a customer bought on one channel; (channel, order_ref) is its name in the outside world.

    ``policy``: backorder (ship what there is, keep the rest), complete (wait until all can go), refuse (all or none
    when placed). ``revision`` is the newest state of the channel's order that we have seen; an older one is ignored.
    ``status``: open, cancelling, shipped, cancelled. A cancelled order is a tombstone: nothing late reserves for it
    again.
    """

    __tablename__ = "sales_order"
    id: Mapped[Id]
    channel: Mapped[str]
    order_ref: Mapped[str]
    status: Mapped[str] = mapped_column(default="open", index=True)
    policy: Mapped[str] = mapped_column(default="backorder")
    revision: Mapped[int] = mapped_column(BigInt, default=0)
    ship_to: Mapped[dict[str, Any]] = mapped_column(default=dict)
    placed_at: Mapped[datetime]
    need_by: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("channel", "order_ref"),
        CheckConstraint("status IN ('open','cancelling','shipped','cancelled')", name="status"),
        CheckConstraint("policy IN ('backorder','complete','refuse')", name="policy"),
        STRICT,
    )


# The beginning of a number is looked up without regard to capitals: byte by byte, so that a range of the index has it.
Index(
    "ix_sales_order_lower_ref",
    func.lower(Order.order_ref).label("lower_ref"),
    postgresql_ops={"lower_ref": "text_pattern_ops"},
)


class OrderLine(Model):
    """``quantity`` base units of an item, by its immutable id; ``sku`` is how it was called when ordered.

    What the line should still hold is its target: ``quantity - cancelled - shipped``. ``cancelled_here`` of the
    cancelled units stay so whatever the channel says later, because we cancelled them; the rest follow the channel.
    """

    __tablename__ = "sales_order_line"
    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sales_order.id"))
    line_ref: Mapped[str]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"), index=True)
    sku: Mapped[str]
    quantity: Mapped[int]
    cancelled: Mapped[int] = mapped_column(default=0)
    cancelled_here: Mapped[int] = mapped_column(default=0)
    shipped: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    price: Mapped[Decimal | None]
    __table_args__ = (
        UniqueConstraint("order_id", "line_ref"),
        # Who wants an item still: not the thousands of lines that were shipped.
        Index(
            "ix_sales_order_line_wanted",
            "item_id",
            sqlite_where=text("quantity > cancelled + shipped"),
            postgresql_where=text("quantity > cancelled + shipped"),
        ),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("cancelled >= 0 AND shipped >= 0 AND cancelled + shipped <= quantity", name="resolved"),
        CheckConstraint("cancelled_here >= 0 AND cancelled_here <= cancelled", name="cancelled_here"),
        CheckConstraint("returned >= 0 AND returned <= shipped", name="returned"),
        STRICT,
    )


class Reservation(Model):
    """A promise of ``quantity`` units at a warehouse to an order line; no bin yet.

    Each unit is resolved once: consumed (shipped), released, expired, or still open
    (``quantity - consumed - released - expired``). Its open units are the line's share of *committed*.
    """

    __tablename__ = "reservation"
    id: Mapped[Id]
    order_line_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sales_order_line.id"), index=True)
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    quantity: Mapped[int]
    consumed: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)
    expired: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "consumed >= 0 AND released >= 0 AND expired >= 0 AND consumed + released + expired <= quantity",
            name="resolved",
        ),
        Index("ix_reservation_item_id_warehouse_id", "item_id", "warehouse_id"),
        STRICT,
    )


class Allocation(Model):
    """The exact stock chosen for a reservation: ``quantity`` units of one balance, one pick line.

    Open = ``quantity - picked - released``; the open units are the balance's ``allocated``.
    """

    __tablename__ = "allocation"
    id: Mapped[Id]
    reservation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("reservation.id"), index=True)
    balance_id: Mapped[int] = mapped_column(BigInt, ForeignKey("balance.id"), index=True)
    quantity: Mapped[int]
    picked: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)
    task_line_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("picked >= 0 AND released >= 0 AND picked + released <= quantity", name="resolved"),
        STRICT,
    )


class PickFace(Model):
    """A bin that an item is picked from: filled up to ``maximum`` units when fewer than ``minimum`` are left."""

    __tablename__ = "pick_face"
    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    location_id: Mapped[int] = mapped_column(BigInt, ForeignKey("location.id"))
    minimum: Mapped[int]
    maximum: Mapped[int]
    __table_args__ = (
        UniqueConstraint("item_id", "location_id"),
        CheckConstraint("minimum > 0 AND maximum >= minimum", name="levels"),
        Index("ix_pick_face_location_id", "location_id"),
        STRICT,
    )


class Holding(Model):
    """Picked units of one reservation in one container: first a tote, then a carton.

    Once shipped the row stays as the record of which lot left in which carton, and no longer counts as in hand.
    """

    __tablename__ = "holding"
    id: Mapped[Id]
    reservation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("reservation.id"))
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    lot_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("lot.id"))
    serial: Mapped[str] = mapped_column(default="")
    container_id: Mapped[int] = mapped_column(BigInt, ForeignKey("container.id"), index=True)
    quantity: Mapped[int]
    is_shipped: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"), STRICT)


HOLDING_KEY = (
    Holding.__table__.c.reservation_id,
    Holding.__table__.c.container_id,
    func.coalesce(Holding.__table__.c.lot_id, text("0")),
    Holding.__table__.c.serial,
)
Index("uq_holding_key", *HOLDING_KEY, unique=True)


class Shipment(Model):
    """Cartons of one order that left together; its number goes on the papers, its tracking back to the channel."""

    __tablename__ = "shipment"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sales_order.id"), index=True)
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    status: Mapped[str] = mapped_column(default="open")
    carrier: Mapped[str] = mapped_column(default="")
    tracking: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    shipped_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("status IN ('open','shipped','cancelled')", name="status"), STRICT)


class ShipmentCarton(Model):
    """A carton of a shipment."""

    __tablename__ = "shipment_carton"
    id: Mapped[Id]
    shipment_id: Mapped[int] = mapped_column(BigInt, ForeignKey("shipment.id"), index=True)
    container_id: Mapped[int] = mapped_column(BigInt, ForeignKey("container.id"), unique=True)
    shipped_at: Mapped[datetime | None]
