"""An order comes in, or its newest state does: lines are written, then settled.

What a channel sends is a state, never an event: the same state twice changes nothing, an older revision is ignored,
and nothing revives a cancelled order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.catalog.models import Item
from app.language import _
from app.orders.models import Order, OrderLine
from app.orders.reserve import settle
from app.refusal import Conflict, Refused


@dataclass(frozen=True, kw_only=True)
class LineRequest:
    """One wanted line: ``quantity`` base units, 0 where the channel no longer wants it."""

    line_ref: str
    sku: str
    quantity: int
    price: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class OrderRequest:
    """The newest state of an order as its channel tells it. ``is_cancelled`` leaves a tombstone even if it is new."""

    channel: str
    order_ref: str
    lines: Sequence[LineRequest] = ()
    ship_to: dict[str, Any] = field(default_factory=dict)
    placed_at: datetime | None = None
    need_by: datetime | None = None
    policy: str = "backorder"
    revision: int = 0
    is_cancelled: bool = False


def place(session: Session, request: OrderRequest) -> tuple[int, str]:
    """Write the order as its newest state says and reserve for it. Returns its id and created, updated or unchanged.

    Errors: ``unknown_sku``; ``duplicate_line``; ``bad_quantity``; ``insufficient_stock`` under policy ``refuse``, which
    leaves no order behind.
    """
    _check(request)
    items = _items(session, request.lines)
    order = _find(session, request)
    if order is None:
        order = _create(session, request)
        outcome = "created"
    elif order.status == "cancelled" or request.revision < order.revision:
        return order.id, "unchanged"
    else:
        outcome = "unchanged"
        if request.ship_to and request.ship_to != order.ship_to:
            order.ship_to, outcome = request.ship_to, "updated"
        order.revision = max(order.revision, request.revision)
    if request.is_cancelled:
        from app.orders.cancel import cancel_order  # the two call each other: a cancel may be an order's first state

        cancel_order(session, order.id, reason="channel")
        return order.id, "created" if outcome == "created" else "updated"
    if _write_lines(session, order, request, items) and outcome == "unchanged":
        outcome = "updated"
    session.flush()
    if outcome != "unchanged":
        settle(session, order.id)
    return order.id, outcome


def _check(request: OrderRequest) -> None:
    seen: set[str] = set()
    for line in request.lines:
        if line.quantity < 0:
            raise Refused("bad_quantity", _("Line %(line)s: the quantity is below 0.", line=line.line_ref))
        if line.line_ref in seen:
            raise Refused("duplicate_line", _("Line %(line)s stands twice. Number the lines.", line=line.line_ref))
        seen.add(line.line_ref)


def _items(session: Session, lines: Sequence[LineRequest]) -> dict[str, int]:
    wanted = {line.sku for line in lines}
    known = dict(session.execute(select(Item.sku, Item.id).where(Item.sku.in_(wanted))).tuples().all())
    missing = sorted(wanted - set(known))
    if missing:
        raise Refused(
            "unknown_sku", _("There is no item %(sku)s. Import it first.", sku=", ".join(missing[:5])), skus=missing
        )
    return known


def _find(session: Session, request: OrderRequest) -> Order | None:
    return session.scalar(
        select(Order).where(Order.channel == request.channel, Order.order_ref == request.order_ref).with_for_update()
    )


def _create(session: Session, request: OrderRequest) -> Order:
    now = clock.now()
    order = Order(
        channel=request.channel,
        order_ref=request.order_ref,
        policy=request.policy,
        revision=request.revision,
        ship_to=request.ship_to,
        placed_at=request.placed_at or now,
        need_by=request.need_by,
        created_at=now,
    )
    session.add(order)
    try:
        session.flush()
    except IntegrityError:  # two hosts placed the same order at the same moment
        raise Conflict(
            "order_in_progress",
            _("Order %(ref)s is being placed by another request. Send it again.", ref=request.order_ref),
        ) from None
    return order


def _write_lines(session: Session, order: Order, request: OrderRequest, items: dict[str, int]) -> bool:
    """Write the lines; a line that the newest state does not name is no longer wanted. Returns whether one changed."""
    rows = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    known = {row.line_ref: row for row in rows}
    is_changed = False
    for line in request.lines:
        row = known.pop(line.line_ref, None)
        if row is None:
            if line.quantity:
                session.add(
                    OrderLine(
                        order_id=order.id,
                        line_ref=line.line_ref,
                        item_id=items[line.sku],
                        sku=line.sku,
                        quantity=line.quantity,
                        price=line.price,
                    )
                )
                is_changed = True
            continue
        is_changed |= _write_line(row, line, items[line.sku])
    for row in known.values():
        is_changed |= _want(row, 0)
    if is_changed and order.status == "shipped":
        order.status = "open"
    return is_changed


def _write_line(row: OrderLine, line: LineRequest, item_id: int) -> bool:
    if row.item_id != item_id and row.sku != line.sku:
        raise Refused(
            "line_item_changed",
            _("Line %(line)s was another item. Cancel it and add a new line.", line=line.line_ref),
        )
    is_changed = _want(row, line.quantity)
    if line.price is not None and line.price != row.price:
        row.price = line.price
        is_changed = True
    return is_changed


def _want(row: OrderLine, quantity: int) -> bool:
    """Move a line to the quantity that the channel wants now. What was shipped stays; our own cancellations stay."""
    if quantity == row.quantity or (quantity < row.quantity and row.quantity - row.cancelled <= quantity):
        return False
    if quantity > row.quantity:
        row.quantity = quantity
        return True
    cancelled = min(row.quantity - quantity, row.quantity - row.shipped)
    is_changed = cancelled > row.cancelled
    row.cancelled = max(row.cancelled, cancelled)
    return is_changed
