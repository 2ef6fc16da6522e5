"""Why is this number what it is? Every sum of one item in one warehouse, with the facts that make it."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalog.items import item_of
from app.db import table
from app.ledger.history import steps
from app.ledger.on_hand import balances
from app.orders.availability import availability
from app.orders.lost import orders_at_risk
from app.orders.models import Order, OrderLine
from app.orders.reserve import OPEN, reservation
from app.orders.stock_in_hand import ALLOCATED, IN_HAND, allocation, holding
from app.places.warehouses import warehouse_of
from app.supply.models import PurchaseOrder, PurchaseOrderLine


def explain(session: Session, sku: str, warehouse: str, *, limit: int = 200) -> dict[str, Any]:
    """The sums, and beneath each what adds up to it.

    ``balances`` add up to *on hand* (those not ``available`` to *unavailable*), ``reservations`` to *committed*,
    ``inbound_lines`` to *inbound*. ``movements`` are the newest ``limit`` steps that changed *on hand* or
    *unavailable*, newest first, each with before and after; ``orders_at_risk`` is empty unless available is below 0.
    Errors: ``unknown_sku``, ``unknown_warehouse``.
    """
    house = warehouse_of(session, warehouse)
    item = item_of(session, sku)
    found = availability(session, skus=[sku], warehouse=warehouse)
    names = ("on_hand", "unavailable", "committed", "available", "inbound")
    sums = {name: getattr(found[0], name) if found else 0 for name in names}
    return {
        "sku": sku,
        "name": item.name,
        "warehouse": warehouse,
        **sums,
        "balances": [asdict(row) for row in balances(session, sku=sku, warehouse=warehouse)],
        "movements": [
            asdict(step)
            for step in steps(
                session,
                item_id=item.id,
                warehouse_id=house.id,
                on_hand=sums["on_hand"],
                unavailable=sums["unavailable"],
                limit=limit,
            )
        ],
        "reservations": _reservations(session, item.id, house.id),
        "inbound_lines": _inbound_lines(session, item.id, house.id),
        "orders_at_risk": [asdict(row) for row in orders_at_risk(session, item.id, house.id)],
    }


def _reservations(session: Session, item_id: int, warehouse_id: int) -> list[dict[str, Any]]:
    """Each open promise: how much of it is only promised, waits in a bin, or stands picked."""
    allocated = select(func.coalesce(func.sum(ALLOCATED), 0)).where(allocation.c.reservation_id == reservation.c.id)
    picked = select(func.coalesce(func.sum(holding.c.quantity), 0)).where(
        holding.c.reservation_id == reservation.c.id, IN_HAND
    )
    statement = (
        select(
            reservation.c.id,
            Order.id.label("order_id"),
            Order.channel,
            Order.order_ref,
            OrderLine.line_ref,
            reservation.c.created_at,
            OPEN.label("quantity"),
            allocated.correlate(reservation).scalar_subquery().label("allocated"),
            picked.correlate(reservation).scalar_subquery().label("picked"),
        )
        .join(OrderLine, OrderLine.id == reservation.c.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(reservation.c.item_id == item_id, reservation.c.warehouse_id == warehouse_id, OPEN > 0)
        .order_by(reservation.c.id)
    )
    return [dict(row) for row in session.execute(statement).mappings()]


def _inbound_lines(session: Session, item_id: int, warehouse_id: int) -> list[dict[str, Any]]:
    line = table(PurchaseOrderLine)
    to_come = line.c.quantity - line.c.received - line.c.short_closed
    statement = (
        select(
            PurchaseOrder.number,
            line.c.line,
            line.c.quantity.label("ordered"),
            line.c.received,
            line.c.short_closed,
            to_come.label("quantity"),
            line.c.eta,
        )
        .join(PurchaseOrder, PurchaseOrder.id == line.c.purchase_order_id)
        .where(line.c.item_id == item_id, PurchaseOrder.warehouse_id == warehouse_id, to_come > 0)
        .order_by(line.c.id)
    )
    return [dict(row) for row in session.execute(statement).mappings()]
