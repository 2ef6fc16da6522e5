"""Reserve: each order line holds what its target says; this is the only writer of *committed*.

A line's target is computed from the newest state of its order (``quantity - cancelled - shipped``), and its open
reservations move to that target. Events are never applied as deltas, so a cancel that comes twice, or after a refund,
releases once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import changed, table
from app.ledger.sums import commit_units, lock_availability, shift
from app.orders import stock_in_hand
from app.orders.models import CANCELLING, Order, OrderLine, Reservation
from app.places.models import Warehouse
from app.tasks.models import Task

reservation = table(Reservation)
OPEN = reservation.c.quantity - reservation.c.consumed - reservation.c.released - reservation.c.expired
"""The units of a reservation that are neither shipped nor given up: its share of *committed*."""


@dataclass(slots=True)
class _Hold:
    id: int
    line_id: int
    item_id: int
    warehouse_id: int
    open: int


def settle(session: Session, order_id: int, *, reason: str = "order", line_ids: Sequence[int] | None = None) -> None:
    """Move the reservations of an order to its lines' targets, as far as there is stock; twice changes nothing.

    The order's row is the lock of its promise: whoever reserves, releases or ships for it holds that row. Where
    ``line_ids`` are given, only these lines are settled, and the order keeps its status: a portion of a cancellation.
    """
    order, lines = _locked(session, order_id, line_ids)
    if order.status == CANCELLING and line_ids is None:
        return  # it lets go of what it holds, a portion at a time
    holds = _open_holds(session, order_id, line_ids)
    held: dict[int, int] = defaultdict(int)
    for hold in holds:
        held[hold.line_id] += hold.open
    targets = {line.id: 0 if order.status == "cancelled" else target(line) for line in lines}
    moving = [line for line in lines if held[line.id] != targets[line.id]]
    falling = [line for line in moving if held[line.id] > targets[line.id]]
    rising = [(line, targets[line.id] - held[line.id]) for line in moving if held[line.id] < targets[line.id]]
    if falling:
        stock_in_hand.hold_work(session, [order_id])  # an entrance that lowers a target has done so before the order
        stock_in_hand.lock_stock_in_hand(session, [hold.id for hold in holds])
        stock_in_hand.lock_balances(session, [hold.id for hold in holds])
        lock_availability(session, [line.item_id for line in moving])
    for line in falling:
        mine = [hold for hold in holds if hold.line_id == line.id]
        _release(session, mine, held[line.id] - targets[line.id], reason=reason)
    if falling:
        stock_in_hand.close_empty_tasks(session, Task.document_type == "order", Task.document_id == order_id)
    if rising:
        _reserve(session, rising)  # after the releases: one line may take what another gave up
    if line_ids is None:
        set_status(session, order_id)


def target(line: OrderLine) -> int:
    """What a line should still hold."""
    return line.quantity - line.cancelled - line.shipped


def set_status(session: Session, order_id: int) -> None:
    """Open while a line wants something; then shipped if anything left. Only ``cancel`` makes a tombstone."""
    order, lines = _locked(session, order_id)
    if order.status in (CANCELLING, "cancelled"):
        return
    if any(target(line) for line in lines):
        order.status = "open"
    elif any(line.shipped for line in lines):
        order.status = "shipped"
    session.flush()


def shortfalls(session: Session, order_id: int) -> list[tuple[OrderLine, int]]:
    """The lines of an order that hold less than they want, each with what it holds."""
    _order, lines = _locked(session, order_id)
    held: dict[int, int] = defaultdict(int)
    for hold in _open_holds(session, order_id):
        held[hold.line_id] += hold.open
    return [(line, held[line.id]) for line in lines if held[line.id] < target(line)]


def _locked(
    session: Session, order_id: int, line_ids: Sequence[int] | None = None
) -> tuple[Order, Sequence[OrderLine]]:
    order = session.scalars(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    lines = session.scalars(
        select(OrderLine)
        .where(*_of(order_id, line_ids))
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    ).all()
    return order, lines


def _of(order_id: int, line_ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    return [OrderLine.order_id == order_id, *([] if line_ids is None else [OrderLine.id.in_(line_ids)])]


def _open_holds(session: Session, order_id: int, line_ids: Sequence[int] | None = None) -> list[_Hold]:
    statement = (
        select(reservation.c.id, reservation.c.order_line_id, reservation.c.item_id, reservation.c.warehouse_id, OPEN)
        .join(OrderLine, OrderLine.id == reservation.c.order_line_id)
        .where(*_of(order_id, line_ids), OPEN > 0)
        .order_by(reservation.c.item_id, reservation.c.warehouse_id, reservation.c.id.desc())
    )
    return [_Hold(*row) for row in session.execute(statement)]


def _release(session: Session, holds: list[_Hold], units: int, *, reason: str) -> None:
    """Give up ``units`` of these holds: first what has no stock chosen, then what is not picked, then what is."""
    free: list[tuple[_Hold, int]] = []
    for stage in (stock_in_hand.unallocated, stock_in_hand.give_back_allocated, stock_in_hand.put_back_picked):
        for hold in holds:
            if units <= 0 or hold.open <= 0:
                continue
            given = stage(session, hold.id, min(units, hold.open), reason=reason)
            if given:
                hold.open -= given
                units -= given
                free.append((hold, given))
    assert units == 0, "more was to be released than was held"
    for hold, given in free:
        statement = update(reservation).where(reservation.c.id == hold.id, given <= OPEN)
        released = changed(session, statement.values(released=reservation.c.released + given))
        assert released == 1, "the reservation of a locked order was changed by another"
        shift(session, hold.item_id, hold.warehouse_id, committed=-given)


def _reserve(session: Session, wanted: list[tuple[OrderLine, int]]) -> None:
    """Promise what there is."""
    available = lock_availability(session, [line.item_id for line, _units in wanted])
    warehouses = _ranked_warehouses(session, wanted, available)
    rows: list[dict[str, object]] = []
    promised: dict[tuple[int, int], int] = defaultdict(int)
    for line, units in wanted:
        left = units
        for warehouse_id in warehouses:
            taken = min(left, max(0, available.get((line.item_id, warehouse_id), 0)))
            if taken:
                available[line.item_id, warehouse_id] -= taken
                promised[line.item_id, warehouse_id] += taken
                left -= taken
                rows.append(
                    {
                        "order_line_id": line.id,
                        "item_id": line.item_id,
                        "warehouse_id": warehouse_id,
                        "quantity": taken,
                        "created_at": clock.now(),
                    }
                )
    for (item_id, warehouse_id), units in sorted(promised.items()):
        is_promised = commit_units(session, item_id, warehouse_id, units)
        assert is_promised, "a locked row was changed by another"
    if rows:
        session.execute(insert(reservation), rows)


def _ranked_warehouses(
    session: Session, wanted: list[tuple[OrderLine, int]], available: dict[tuple[int, int], int]
) -> list[int]:
    """One warehouse that fills everything first; else by priority, then by how much it has, then by id."""
    demand: dict[int, int] = defaultdict(int)
    for line, units in wanted:
        demand[line.item_id] += units
    if not available:
        return []
    ids = {warehouse_id for _item, warehouse_id in available}
    priority = {row.id: row.priority for row in session.scalars(select(Warehouse).where(Warehouse.id.in_(ids)))}

    def fills(warehouse_id: int) -> bool:
        return all(available.get((item_id, warehouse_id), 0) >= units for item_id, units in demand.items())

    def has(warehouse_id: int) -> int:
        return sum(max(0, available.get((item_id, warehouse_id), 0)) for item_id in demand)

    return sorted(ids, key=lambda id_: (not fills(id_), priority[id_], -has(id_), id_))


def committed_units() -> Select[Any]:
    """Item, warehouse, committed units, added up from the reservations: what the kept sum must equal."""
    return (
        select(reservation.c.item_id, reservation.c.warehouse_id, func.sum(OPEN))
        .where(OPEN > 0)
        .group_by(reservation.c.item_id, reservation.c.warehouse_id)
    )
