"""Orders as a list, and one order with what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, func, nulls_last, select, text, union
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.orders.models import Order, OrderLine, Shipment, ShipmentCarton
from app.orders.reserve import OPEN, reservation
from app.places.models import Container
from app.tasks.models import Task

MOST_MATCHES = 1000
LAST_LETTER = "\U0010ffff"
OPEN_STATUSES = ("open", "waiting")


@dataclass(frozen=True, slots=True)
class OrderRow:
    """``units`` still wanted, ``promised`` of them; ``is_short`` where some wait for stock."""

    id: int
    channel: str
    order_ref: str
    status: str
    placed_at: datetime
    need_by: datetime | None
    ship_to: str
    lines: int
    units: int
    shipped: int
    promised: int

    @property
    def is_short(self) -> bool:
        return self.status == "open" and self.promised < self.units


@dataclass(frozen=True, slots=True)
class NeededAfter:
    """The order after which a page begins, of those that are needed first; ``id`` 0 before the first.

    Only open orders are listed so: there are few, however many there ever were."""

    need_by: datetime | None = None
    id: int = 0

    def those_behind(self) -> ColumnElement[bool]:
        """What comes after it: a later day, none at all, or the same and a higher number."""
        if self.need_by is None:
            return Order.need_by.is_(None) & (Order.id > self.id)
        is_same = (Order.need_by == self.need_by) & (Order.id > self.id)
        return is_same | (Order.need_by > self.need_by) | Order.need_by.is_(None)


_WANTED = OrderLine.quantity - OrderLine.cancelled - OrderLine.shipped
_promised = (
    select(func.coalesce(func.sum(OPEN), 0))
    .select_from(reservation)
    .join(OrderLine, OrderLine.id == reservation.c.order_line_id)
    .where(OrderLine.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
)
_wanted = (
    select(func.coalesce(func.sum(_WANTED), 0)).where(OrderLine.order_id == Order.id).correlate(Order).scalar_subquery()
)


def order_rows(
    session: Session,
    *,
    status: str = "",
    query: str = "",
    before: int = 0,
    limit: int,
    is_oldest_first: bool = False,
    needed: NeededAfter | None = None,
) -> list[OrderRow]:
    """Newest first, those that have waited longest, or those that are needed first (after ``needed``).

    ``waiting`` are open orders that wait for stock; ``query`` looks into numbers, names and SKUs."""
    # The page first, then its sums.
    turn: tuple[Any, ...] = (Order.id.asc() if is_oldest_first else Order.id.desc(),)
    if needed is not None:
        turn = (nulls_last(Order.need_by), Order.id.asc())
    page = select(Order.id).order_by(*turn).limit(limit)
    if needed is not None and needed.id:
        page = page.where(needed.those_behind())
    if before:
        page = page.where(Order.id < before)
    if status == "waiting":
        page = page.where(Order.status == "open", _wanted > _promised)
    elif status:
        page = page.where(Order.status == status)
    if query:
        page = page.where(Order.id.in_(_matching(session, query)))
    statement = (
        select(
            Order,
            func.count(OrderLine.id),
            func.coalesce(func.sum(_WANTED), 0),
            func.coalesce(func.sum(OrderLine.shipped), 0),
            _promised,
        )
        .outerjoin(OrderLine, OrderLine.order_id == Order.id)
        .group_by(Order.id)
        .order_by(*turn)
        .where(Order.id.in_(page))
    )
    return [
        OrderRow(
            id=order.id,
            channel=order.channel,
            order_ref=order.order_ref,
            status=order.status,
            placed_at=order.placed_at,
            need_by=order.need_by,
            ship_to=str(order.ship_to.get("name") or order.ship_to.get("ship_to_name") or ""),
            lines=lines,
            units=int(units),
            shipped=int(shipped),
            promised=int(promised),
        )
        for order, lines, units, shipped, promised in session.execute(statement)
    ]


def _matching(session: Session, query: str) -> CompoundSelect[int]:
    """Orders whose number begins so, of that channel, or with that SKU: one short walk along each index, of the highest
    numbers where very many match."""
    begins = query.lower()
    number = func.lower(Order.order_ref)
    by_number = select(Order.id)
    if session.get_bind().dialect.name == "postgresql":  # byte by byte too, in the words of its index
        by_number = by_number.where(number.startswith(begins, autoescape=True))
        by_number = by_number.order_by(text("lower(sales_order.order_ref) USING ~>~"))
    else:
        by_number = by_number.where(number >= begins, number < begins + LAST_LETTER).order_by(number.desc())
    walks = (
        by_number,
        select(Order.id).where(Order.channel == query).order_by(Order.order_ref.desc()),
        select(OrderLine.order_id)
        .where(OrderLine.item_id == select(Item.id).where(Item.sku == query).scalar_subquery())
        .order_by(OrderLine.id.desc()),
    )
    return union(*(select(walk.limit(MOST_MATCHES).subquery().c[0]) for walk in walks))


def shipments_of(session: Session, order_id: int) -> list[Shipment]:
    """An order's shipments."""
    return list(session.scalars(select(Shipment).where(Shipment.order_id == order_id).order_by(Shipment.id)))


def cartons_of(session: Session, shipment_ids: Sequence[int]) -> dict[int, list[str]]:
    """The codes of each shipment's cartons, in the order in which they were begun."""
    found: dict[int, list[str]] = {shipment_id: [] for shipment_id in shipment_ids}
    statement = (
        select(ShipmentCarton.shipment_id, Container.code)
        .join(Container, Container.id == ShipmentCarton.container_id)
        .where(ShipmentCarton.shipment_id.in_(shipment_ids))
        .order_by(ShipmentCarton.id)
    )
    for shipment_id, code in session.execute(statement):
        found[shipment_id].append(code)
    return found


def tasks_of(session: Session, order_id: int) -> list[Task]:
    """The work that an order made, newest first."""
    statement = select(Task).where(Task.document_type == "order", Task.document_id == order_id)
    return list(session.scalars(statement.order_by(Task.id.desc()).limit(20)))


def count_orders(session: Session) -> dict[str, int]:
    """How many orders are open, and how many of those wait for stock."""
    is_open = Order.status == "open"
    every = session.execute(select(func.count()).select_from(Order).where(is_open)).scalar_one()
    short = session.execute(select(func.count()).select_from(Order).where(is_open, _wanted > _promised)).scalar_one()
    return {"open": int(every), "waiting": int(short)}
