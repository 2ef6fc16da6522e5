"""Backorders: orders that wait for stock get what has come in, the oldest first.

The work follows what changed, never the whole backlog. Whatever makes more of an item available (a receipt, a return, a
cancellation, units found) counts ``risen`` of its kept sums up in the same statement. Only the waiting lines of such
items are looked for, at most as many as there are units, and served in small portions, each in its own transaction, so
that scans go between. Where nothing has risen, an idle site, the look costs one probe of an empty index.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam, func, nulls_last, select, update
from sqlalchemy.orm import Session

from app.ledger.sums import AVAILABLE, availability, lock_availability
from app.orders.models import Order, OrderLine
from app.orders.reserve import OPEN, reservation, settle

Result = TypeVar("Result")
Write = Callable[[Callable[[Session], Result]], Result]
"""How an entrance runs one portion in a transaction of its own (``app.db.transact``)."""
Read = Callable[[], AbstractContextManager[Session]]
"""How an entrance reads, beside the writers (``app.db.reading``)."""
ITEMS_AT_ONCE = 200
PORTION = 5
"""Orders of one transaction: a scan waits for one of these at most (measured: 2 to 4 ms an order)."""
LINES_AT_ONCE = 100
"""And lines, where orders are large; one order is never divided (measured: 50 to 75 ms for one of 500 lines)."""


@dataclass(frozen=True, slots=True)
class Risen:
    """An item of which more is available in a warehouse than when its waiting orders were last served."""

    item_id: int
    warehouse_id: int
    times: int
    available: int


def risen(session: Session, *, limit: int = ITEMS_AT_ONCE) -> list[Risen]:
    """Where available has risen since it was last looked at."""
    columns = (availability.c.item_id, availability.c.warehouse_id, availability.c.risen, AVAILABLE)
    statement = select(*columns).where(availability.c.risen > 0).order_by(*columns[:2]).limit(limit)
    return [Risen(*row) for row in session.execute(statement)]


def waiting(session: Session, found: Iterable[Risen]) -> list[int]:
    """The orders that these units may go to, oldest first: of each item at most as many lines as there are units."""
    units: dict[int, int] = {}
    for each in found:
        units[each.item_id] = units.get(each.item_id, 0) + max(0, each.available)
    orders = {
        row.id: (row.need_by is None, row.need_by, row.placed_at, row.id)
        for item_id, most in units.items()
        if most
        for row in session.execute(_LINES.limit(bindparam("most")), {"item": item_id, "most": most})
    }
    return sorted(orders, key=lambda id_: orders[id_])


def is_short() -> ColumnElement[bool]:
    """Of a row of order lines: it holds less than it wants."""
    promised = (
        select(func.coalesce(func.sum(OPEN), 0))
        .where(reservation.c.order_line_id == OrderLine.id)
        .correlate(OrderLine)
        .scalar_subquery()
    )
    wants = OrderLine.quantity > OrderLine.cancelled + OrderLine.shipped  # in the words of the index
    return wants & (OrderLine.quantity - OrderLine.cancelled - OrderLine.shipped > promised)


URGENCY: tuple[Any, ...] = (nulls_last(Order.need_by), Order.placed_at, Order.id)
"""Which order comes first: the one that is needed first, else the one that was placed first."""
_LINES = (
    select(Order.id, Order.need_by, Order.placed_at)
    .join(OrderLine, OrderLine.order_id == Order.id)
    .where(OrderLine.item_id == bindparam("item"), Order.status == "open", is_short())
    .order_by(*URGENCY)
)


def short_of(session: Session, order_ids: Sequence[int]) -> list[int]:
    """Those of these open orders that hold less than they want, the oldest first."""
    statement = (
        select(Order.id)
        .where(Order.id.in_(order_ids), Order.status == "open")
        .where(select(OrderLine.id).where(OrderLine.order_id == Order.id, is_short()).correlate(Order).exists())
        .order_by(*URGENCY)
    )
    return list(session.scalars(statement))


def serve(session: Session, order_ids: Sequence[int]) -> int:
    """Settle these orders, in the order given. Returns how many.

    All their rows are held before the first is settled, in the order in which everybody takes them: orders by id, then
    the sums of their items.
    """
    held = select(Order.id).where(Order.id.in_(order_ids)).order_by(Order.id)
    session.execute(held.with_for_update())
    items = session.scalars(select(OrderLine.item_id).distinct().where(OrderLine.order_id.in_(order_ids), is_short()))
    lock_availability(session, items)
    for order_id in order_ids:
        settle(session, order_id)
    return len(order_ids)


def looked_at(session: Session, found: Sequence[Risen]) -> None:
    """Nothing waits for these any more, unless more came in while we looked: then it is looked at again."""
    seen = [{"seen": each.times, "a_item": each.item_id, "a_warehouse": each.warehouse_id} for each in found]
    session.connection().execute(_LOOKED_AT, sorted(seen, key=lambda one: (one["a_item"], one["a_warehouse"])))


_LOOKED_AT = (
    update(availability)
    .where(
        availability.c.item_id == bindparam("a_item"),
        availability.c.warehouse_id == bindparam("a_warehouse"),
        availability.c.risen == bindparam("seen"),
    )
    .values(risen=0)
)


def fill_backorders(write: Write[Any], read: Read) -> int:
    """Give what has come in to the orders that wait for it. Returns how many orders were looked at."""
    served = 0
    while True:
        with read() as session:
            found = risen(session)
            orders = waiting(session, found)
        for portion in portions(read, orders):
            served += write(partial(serve, order_ids=portion))
        if found:
            write(partial(looked_at, found=found))
        if len(found) < ITEMS_AT_ONCE:
            return served


def portions(read: Read, order_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """So many orders as go into one transaction."""
    start = 0
    while start < len(order_ids):
        end = start + fitting(read, order_ids[start : start + PORTION])
        yield order_ids[start:end]
        start = end


def fitting(read: Read, order_ids: Sequence[int]) -> int:
    """How many of the first of these orders go into one transaction: at least one, whatever it holds."""
    lines = select(OrderLine.order_id, func.count()).where(OrderLine.order_id.in_(order_ids))
    with read() as session:
        counts = {order_id: int(many) for order_id, many in session.execute(lines.group_by(OrderLine.order_id))}
    total = 0
    for number, order_id in enumerate(order_ids):
        total += counts.get(order_id, 0)
        if number and total > LINES_AT_ONCE:
            return number
    return len(order_ids)
