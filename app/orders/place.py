"""An order comes in, or its newest state does: lines are written, then settled.

What a channel sends is a state, never an event: the same state twice changes nothing, an older revision is ignored,
and nothing revives a cancelled order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.catalog.items import item_ids
from app.db import table, upsert
from app.language import _
from app.orders.cancel import begin, cancel_order, complete, let_go
from app.orders.expire import hold_expired_of
from app.orders.models import CANCELLING, Order, OrderLine
from app.orders.reserve import settle, shortfalls, target
from app.orders.shipments import leave_out_empty
from app.orders.stock_in_hand import hold_work
from app.refusal import Conflict, Refused

TAKEN_BACK = -1
"""The revision of an order of which nothing that was said counts: its file was taken back."""


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

    Errors: ``unknown_sku``; ``duplicate_line``; ``bad_quantity``; ``bad_time``; ``insufficient_stock`` under policy
    ``refuse``, which leaves no order behind.
    """
    _check(request)
    order, is_new = _find_or_create(session, request)
    if order.status == CANCELLING:
        complete(session, order.id)
    if not is_new and _is_over(order, request):
        return order.id, "unchanged"
    is_changed = _write_header(order, request)
    if request.is_cancelled:
        session.flush()
        begin(session, order.id, reason="channel")
        let_go(session, order.id)  # the worker goes on where it is a large one
        return order.id, "created" if is_new else "updated"
    is_changed |= _write_lines(session, order, request)
    session.flush()
    if is_new or is_changed:
        hold_expired_of(session, order.id)
        settle(session, order.id)
        if not is_new:
            leave_out_empty(session, order)
        _check_filled(session, order)
    return order.id, "created" if is_new else "updated" if is_changed else "unchanged"


def take_back(session: Session, order_id: int) -> bool:
    """An order that came with a file which was taken back: nobody wants it, until its channel or a file names it again.

    False where some of it has been shipped. One that somebody cancelled meanwhile stays a tombstone.
    """
    order = session.get_one(Order, order_id)
    if order.status == CANCELLING:
        complete(session, order_id)
    if order.status == "cancelled":
        return True
    mine = select(OrderLine).where(OrderLine.order_id == order_id).execution_options(populate_existing=True)
    said = {line.id: line.cancelled_here for line in session.scalars(mine)}
    cancel_order(session, order_id, reason="import taken back")
    if order.status != "cancelled":
        return False
    order.revision = TAKEN_BACK
    for line in session.scalars(mine):
        line.cancelled_here = said[line.id]
    session.flush()
    return True


def _is_over(order: Order, request: OrderRequest) -> bool:
    """Nothing that is said of this order now counts: it was cancelled, or we know something newer."""
    is_tombstone = order.status == "cancelled" and order.revision != TAKEN_BACK
    return is_tombstone or request.revision < order.revision


def would_be(order: Order | None, lines: Sequence[OrderLine], request: OrderRequest, items: Mapping[str, int]) -> str:
    """What ``place`` would answer, from copies of the rows: created, updated or unchanged. ``items``: SKU -> id.

    The copies are changed. Errors: those of ``place`` that do not depend on stock.
    """
    _check(request)
    if order is None:
        return "created"
    if _is_over(order, request):
        return "unchanged"
    is_changed = _write_header(order, request)
    if request.is_cancelled:
        return "updated"
    known = {row.line_ref: row for row in lines}
    for line in request.lines:
        row = known.pop(line.line_ref, None)
        if row is None:
            is_changed |= line.quantity > 0
        else:
            is_changed |= _write_line(row, line, row.item_id if row.sku == line.sku else items[line.sku])
    for row in known.values():
        is_changed |= _want(row, 0)
    return "updated" if is_changed else "unchanged"


def _check(request: OrderRequest) -> None:
    for moment in (request.placed_at, request.need_by):
        if moment is not None and not clock.is_of_our_time(moment):
            raise Refused("bad_time", _("%(year)s is not a year of an order. Look at its times.", year=moment.year))
    seen: set[str] = set()
    for line in request.lines:
        if line.quantity < 0:
            raise Refused("bad_quantity", _("Line %(line)s: the quantity is below 0.", line=line.line_ref))
        if line.line_ref in seen:
            raise Refused("duplicate_line", _("Line %(line)s stands twice. Number the lines.", line=line.line_ref))
        seen.add(line.line_ref)


def _check_filled(session: Session, order: Order) -> None:
    for line, held in shortfalls(session, order.id) if order.policy == "refuse" else ():
        raise Conflict(
            "insufficient_stock",
            _("Only %(got)s of %(wanted)s %(sku)s are available.", got=held, wanted=target(line), sku=line.sku),
            sku=line.sku,
        )


def _find_or_create(session: Session, request: OrderRequest) -> tuple[Order, bool]:
    """The order, locked, and whether it is new. Of two who place it at the same moment, the second finds it."""
    now = clock.now()
    statement = upsert(session, Order).on_conflict_do_nothing(index_elements=["channel", "order_ref"])
    values = {
        "channel": request.channel,
        "order_ref": request.order_ref,
        "status": "open",
        "policy": request.policy,
        "revision": request.revision,
        "ship_to": request.ship_to,
        "placed_at": request.placed_at or now,
        "need_by": request.need_by,
        "created_at": now,
    }
    created = session.scalar(statement.returning(Order.id), values)
    if created is None:
        known = select(Order.id).where(Order.channel == request.channel, Order.order_ref == request.order_ref)
        hold_work(session, session.scalars(known))
    order = session.scalars(
        select(Order)
        .where(Order.channel == request.channel, Order.order_ref == request.order_ref)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return order, created is not None


def _write_header(order: Order, request: OrderRequest) -> bool:
    """Take over what the newest state says of the whole order. Returns whether that changed anything."""
    is_changed = False
    if order.status == "cancelled":  # its file was taken back, and it is named again
        order.status, is_changed = "open", True
    order.revision = max(order.revision, request.revision)
    if request.ship_to and request.ship_to != order.ship_to:
        order.ship_to, is_changed = request.ship_to, True
    if request.need_by and request.need_by != order.need_by:
        order.need_by, is_changed = request.need_by, True
    return is_changed


def _write_lines(session: Session, order: Order, request: OrderRequest) -> bool:
    """Write the lines; a line that the newest state does not name is no longer wanted. Returns whether one changed."""
    rows = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).execution_options(populate_existing=True)
    )
    known = {row.line_ref: row for row in rows}
    items = _items(session, request.lines, known)
    is_changed = False
    new: list[dict[str, object]] = []
    for line in request.lines:
        row = known.pop(line.line_ref, None)
        if row is not None:
            is_changed |= _write_line(row, line, items[line.sku])
        elif line.quantity:
            new.append(
                {
                    "order_id": order.id,
                    "line_ref": line.line_ref,
                    "item_id": items[line.sku],
                    "sku": line.sku,
                    "quantity": line.quantity,
                    "price": line.price,
                }
            )
    if new:  # in one go: an order of thirteen lines is one statement, not thirteen
        session.execute(insert(table(OrderLine)), new)
        is_changed = True
    for row in known.values():
        is_changed |= _want(row, 0)
    return is_changed


def _items(session: Session, lines: Sequence[LineRequest], known: dict[str, OrderLine]) -> dict[str, int]:
    """SKU -> item id. A line keeps its item under the name that it was ordered by, renamed since or not."""
    wanted = {line.sku for line in lines}
    found = {known[line.line_ref].sku: known[line.line_ref].item_id for line in lines if line.line_ref in known}
    return found | item_ids(session, wanted - found.keys())


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
    """Move a line to the quantity that the channel wants now. What was shipped stays; what we cancelled stays so."""
    before = (row.quantity, row.cancelled)
    row.quantity = max(row.quantity, quantity)
    row.cancelled = min(max(row.cancelled_here, row.quantity - quantity), row.quantity - row.shipped)
    return (row.quantity, row.cancelled) != before
