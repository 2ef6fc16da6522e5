"""Reserve: each order line holds what its target says; this is the only writer of *committed*.

A line's target is computed from the newest state of its order (``quantity - cancelled - shipped``), and its open
reservations move to that target. Events are never applied as deltas, so a cancel that comes twice, or after a refund,
releases once.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import changed, table
from app.language import _
from app.ledger.post import commit_units, lock_availability, shift
from app.orders import stock_in_hand
from app.orders.models import Order, OrderLine, Reservation
from app.places.models import Warehouse
from app.refusal import Conflict

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


def settle(session: Session, order_id: int, *, reason: str = "order") -> None:
    """Move the reservations of an order to its lines' targets; settling twice changes nothing.

    Errors: ``insufficient_stock`` under policy ``refuse`` (the caller's transaction leaves no trace).
    """
    order = session.scalars(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    lines = session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    ).all()
    holds = _open_holds(session, order_id)
    held: dict[int, int] = defaultdict(int)
    for hold in holds:
        held[hold.line_id] += hold.open
    wanted: list[tuple[OrderLine, int]] = []
    for line in lines:
        target = 0 if order.status == "cancelled" else line.quantity - line.cancelled - line.shipped
        if held[line.id] > target:
            mine = [hold for hold in holds if hold.line_id == line.id]
            _release(session, mine, held[line.id] - target, reason=reason)
        elif held[line.id] < target:
            wanted.append((line, target - held[line.id]))
    if wanted:
        _reserve(session, order, wanted)


def _open_holds(session: Session, order_id: int) -> list[_Hold]:
    statement = (
        select(reservation.c.id, reservation.c.order_line_id, reservation.c.item_id, reservation.c.warehouse_id, OPEN)
        .join(OrderLine, OrderLine.id == reservation.c.order_line_id)
        .where(OrderLine.order_id == order_id, OPEN > 0)
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
        assert changed(session, statement.values(released=reservation.c.released + given)) == 1
        shift(session, hold.item_id, hold.warehouse_id, committed=-given)


def _reserve(session: Session, order: Order, wanted: list[tuple[OrderLine, int]]) -> None:
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
        if left and order.policy == "refuse":
            raise Conflict(
                "insufficient_stock",
                _("Only %(got)s of %(wanted)s %(sku)s are available.", got=units - left, wanted=units, sku=line.sku),
                sku=line.sku,
            )
    for (item_id, warehouse_id), units in sorted(promised.items()):
        assert commit_units(session, item_id, warehouse_id, units), "a locked row was changed by another"
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


def committed_units(session: Session) -> dict[tuple[int, int], int]:
    """(item, warehouse) -> committed, added up from the reservations: what the kept sum must equal."""
    statement = (
        select(reservation.c.item_id, reservation.c.warehouse_id, func.sum(OPEN))
        .where(OPEN > 0)
        .group_by(reservation.c.item_id, reservation.c.warehouse_id)
    )
    return {(item_id, warehouse_id): int(units) for item_id, warehouse_id, units in session.execute(statement)}
