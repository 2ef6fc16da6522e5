"""Stock that expires is set on hold, wherever it stands, by a posting with that reason; it is not promised any more.

- chosen for an order and not picked: let go, and another lot is chosen for the same pick where there is one
- picked, and not shipped: it is taken out of its order too, because nobody may be sent it. The units stay where they
  are, on hold, and a put-back takes them out of the tote or carton; the order keeps its promise and is released
  again, or stands at risk on the desk where no other stock is

A lot is good on its last day, by the calendar of the warehouse that it stands in.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import table
from app.ledger.for_sale import balance, is_good, location, lot, not_for_sale
from app.ledger.models import Movement
from app.ledger.post import Header, Move, Place, post
from app.ledger.standing import hold_still
from app.orders import lost
from app.orders.allocate import hold_stock
from app.orders.models import Order, OrderLine, Reservation
from app.orders.put_back import ask_again
from app.orders.shipments import leave_out_empty
from app.orders.stock_in_hand import (
    IN_HAND,
    allocation,
    close_empty_tasks,
    hold_work_at,
    holding,
    loading_lines,
    lock_stock_in_hand,
    shrink_packing,
)
from app.places.models import LAST_VIRTUAL, Warehouse
from app.tasks.lines import cancel_lines, change_line
from app.tasks.lines import task_line as line
from app.tasks.models import Task, TaskLine
from app.tasks.queue import hold

movement = table(Movement)
REASON = "expired"
AT_ONCE = 50
"""Balances of one transaction: few enough that a scan hardly waits for them."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """A balance of a lot that is not good any more."""

    id: int
    item_id: int
    lot_id: int
    serial: str
    location_id: int
    container_id: int | None
    lot: str
    expiry: date


def hold_expired(session: Session, warehouse: Warehouse, *, item_ids: Sequence[int] = (), limit: int = AT_ONCE) -> int:
    """Set on hold what has expired in this warehouse (of these items), at most ``limit`` balances.

    Returns the units."""
    gone = _expired(session, warehouse, item_ids, limit)
    if not gone:
        return 0
    _hold_putaway(session, gone)
    hold_work_at(session, balance.c.id.in_([each.id for each in gone]))
    held = _held(session, gone)
    orders = _lock_orders(session, held)
    hold_stock(session, {each.item_id for each in gone}, warehouse.id)
    tasks: dict[int, int | None] = {}
    units = 0
    for each in gone:
        tasks |= lost.let_go(session, each.id, _quantity(session, each.id))
        quantity = _quantity(session, each.id)  # its row is held now
        if quantity:
            tasks |= _take_out(session, each)
            _post(session, each, quantity)
            _still_put_away(session, each)
            if each.container_id is not None:
                ask_again(session, balance.c.container_id == each.container_id)
            units += quantity
    lost.choose_again(session, tasks, warehouse_id=warehouse.id, today=clock.today(warehouse.time_zone))
    close_empty_tasks(session, Task.id.in_(set(tasks.values())))
    if orders:
        close_empty_tasks(session, Task.document_type == "order", Task.document_id.in_(orders))
    for order in session.scalars(lost.orders_of(held)).all():
        leave_out_empty(session, order)
    return units


def hold_all_expired(session: Session, warehouse: Warehouse, item_ids: Sequence[int]) -> None:
    """Set on hold everything of these items that has expired in this warehouse.

    Whoever posts units of such a lot does this before, too: all work for what stood there already is held then, before
    the posting touches the kept sums.
    """
    while item_ids and hold_expired(session, warehouse, item_ids=item_ids):
        pass


def old_again(session: Session, warehouse: Warehouse, posting_ids: Sequence[int]) -> list[int]:
    """The items of lots that have expired by now and would be for sale again if these postings were taken back."""
    is_unsold = not_for_sale(movement.c.target_condition) | (movement.c.target_location_id <= LAST_VIRTUAL)
    statement = (
        select(movement.c.item_id)
        .join(lot, lot.c.id == movement.c.lot_id)
        .where(
            movement.c.posting_id.in_(posting_ids),
            ~not_for_sale(movement.c.source_condition),
            is_unsold,
            ~is_good(clock.today(warehouse.time_zone)),
        )
        .distinct()
        .order_by(movement.c.item_id)
    )
    return list(session.scalars(statement))


def expired_items(session: Session, warehouse: Warehouse) -> list[int]:
    """Items of which something has expired in this warehouse and is not on hold yet; for whoever only looks."""
    return sorted({each.item_id for each in _expired(session, warehouse, (), AT_ONCE)})


def hold_expired_of(session: Session, order_id: int) -> None:
    """What has expired of an order's items is not promised to it, however soon the worker would have come by."""
    latest = clock.now().date() + timedelta(days=1)  # somewhere on earth it is this day at most
    statement = (
        select(balance.c.item_id, location.c.warehouse_id)
        .join_from(OrderLine, balance, balance.c.item_id == OrderLine.item_id)
        .join(lot, lot.c.id == balance.c.lot_id)
        .join(location, location.c.id == balance.c.location_id)
        .where(
            OrderLine.order_id == order_id,
            ~is_good(latest),
            ~not_for_sale(balance.c.condition),
            balance.c.quantity > 0,
        )
        .distinct()
    )
    items: dict[int, list[int]] = {}
    for row in session.execute(statement):
        items.setdefault(row.warehouse_id, []).append(row.item_id)
    for warehouse_id, item_ids in sorted(items.items()):
        hold_all_expired(session, session.get_one(Warehouse, warehouse_id), item_ids)


def _expired(session: Session, warehouse: Warehouse, item_ids: Sequence[int], limit: int) -> list[_Gone]:
    """In the global order of balances."""
    statement = (
        select(
            balance.c.id,
            balance.c.item_id,
            balance.c.lot_id,
            balance.c.serial,
            balance.c.location_id,
            balance.c.container_id,
            lot.c.code,
            lot.c.expiry,
        )
        .join_from(lot, balance, (balance.c.item_id == lot.c.item_id) & (balance.c.lot_id == lot.c.id))
        .join(location, location.c.id == balance.c.location_id)
        .where(
            ~is_good(clock.today(warehouse.time_zone)),
            ~not_for_sale(balance.c.condition),
            balance.c.quantity > 0,
            location.c.warehouse_id == warehouse.id,
        )
        .order_by(balance.c.item_id, balance.c.location_id, balance.c.lot_id, balance.c.id)
        .limit(limit)
    )
    if item_ids:
        statement = statement.where(lot.c.item_id.in_(sorted(set(item_ids))))
    return [_Gone(*row) for row in session.execute(statement)]


def _asked_by(gone: _Gone) -> ColumnElement[bool]:
    """The open put-away lines of a balance; those that were made while it was for sale."""
    place = (
        line.c.source_container_id == gone.container_id
        if gone.container_id is not None
        else line.c.source_container_id.is_(None) & (line.c.source_location_id == gone.location_id)
    )
    is_it = (line.c.item_id == gone.item_id) & (line.c.lot_id == gone.lot_id) & (line.c.serial == gone.serial)
    is_open = (line.c.status == "open") & ~not_for_sale(line.c.source_condition)
    return is_open & is_it & place & line.c.task_id.in_(select(Task.id).where(Task.kind == "putaway"))


def _hold_putaway(session: Session, gone: Sequence[_Gone]) -> None:
    asked = select(line.c.task_id).where(or_(*map(_asked_by, gone)))
    tasks = set(session.scalars(asked))
    if tasks:
        hold(session, Task.id.in_(tasks))


def _still_put_away(session: Session, gone: _Gone) -> None:
    """What was to be put away is put away all the same, on hold."""
    for line_id in session.scalars(select(line.c.id).where(_asked_by(gone))).all():
        change_line(session, line_id, source_condition="hold")


def _quantity(session: Session, balance_id: int) -> int:
    return int(session.execute(select(balance.c.quantity).where(balance.c.id == balance_id)).scalar_one())


def _held(session: Session, gone: Sequence[_Gone]) -> list[int]:
    """The reservations that have picked units in these containers."""
    boxes = {each.container_id for each in gone if each.container_id is not None}
    statement = select(holding.c.reservation_id).where(holding.c.container_id.in_(boxes), IN_HAND).distinct()
    return list(session.scalars(statement)) if boxes else []


def _lock_orders(session: Session, reservation_ids: Sequence[int]) -> list[int]:
    """Hold the orders whose picked units may go: whoever cancels, packs or ships them comes before or after."""
    if not reservation_ids:
        return []
    mine = (
        select(OrderLine.order_id)
        .join(Reservation, Reservation.order_line_id == OrderLine.id)
        .where(Reservation.id.in_(reservation_ids))
    )
    orders = session.scalars(select(Order.id).where(Order.id.in_(mine)).order_by(Order.id).with_for_update()).all()
    lock_stock_in_hand(session, reservation_ids)
    boxes = select(holding.c.container_id).where(holding.c.reservation_id.in_(reservation_ids), IN_HAND)
    hold_still(session, session.scalars(boxes).all())
    return list(orders)


def _take_out(session: Session, gone: _Gone) -> dict[int, int | None]:
    """What orders hold of it in its container is not theirs any more: reservation -> the pick that it came by."""
    if gone.container_id is None:
        return {}
    rows = session.execute(
        select(holding.c.id, holding.c.reservation_id, holding.c.quantity).where(
            holding.c.container_id == gone.container_id,
            holding.c.item_id == gone.item_id,
            holding.c.lot_id == gone.lot_id,
            holding.c.serial == gone.serial,
            IN_HAND,
        )
    ).all()
    for row in rows:
        session.execute(
            update(holding).where(holding.c.id == row.id).values(quantity=holding.c.quantity - row.quantity)
        )
        shrink_packing(session, row.id)
    if rows:
        cancel_lines(session, session.scalars(loading_lines(gone.container_id)).all())
    return _picked_by(session, [row.reservation_id for row in rows])


def _picked_by(session: Session, reservation_ids: Sequence[int]) -> dict[int, int | None]:
    picks = (
        select(allocation.c.reservation_id, func.max(TaskLine.task_id))
        .join(TaskLine, TaskLine.id == allocation.c.task_line_id)
        .where(allocation.c.reservation_id.in_(reservation_ids))
        .group_by(allocation.c.reservation_id)
    )
    found = {row[0]: row[1] for row in session.execute(picks)} if reservation_ids else {}
    return {reservation_id: found.get(reservation_id) for reservation_id in reservation_ids}


def _post(session: Session, gone: _Gone, units: int) -> None:
    header = Header(
        key=f"{REASON}:{uuid.uuid4()}",
        reason=REASON,
        device="expiry",
        document_type="lot",
        document=gone.lot,
        note=gone.expiry.isoformat(),
    )
    stands = Place(gone.location_id, gone.container_id)
    on_hold = Place(gone.location_id, gone.container_id, "hold")
    post(session, header, [Move(gone.item_id, units, stands, on_hold, lot_id=gone.lot_id, serial=gone.serial)])
