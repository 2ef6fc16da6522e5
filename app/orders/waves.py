"""A wave: orders released to the floor together. Each gets its stock allocated and one pick task, in route order."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.orders import allocate
from app.orders.backorders import (
    PORTION,
    URGENCY,
    Read,
    Write,
    fill_backorders,
    fitting,
    is_short,
    portions,
    serve,
    short_of,
)
from app.orders.models import Order, OrderLine
from app.orders.replenish import replenish
from app.orders.reserve import OPEN, reservation
from app.orders.stock_in_hand import ALLOCATED, allocation, release_allocation
from app.places.models import Warehouse
from app.tasks.life import call_off
from app.tasks.models import Task, TaskLine
from app.tasks.queue import add_lines, hold, open_task


def release_wave(
    session: Session, warehouse: Warehouse, *, order_ids: Sequence[int] = (), max_orders: int | None = None
) -> list[int]:
    """Allocate stock to the open orders (or those named) and open their pick tasks, most urgent first.

    Orders that wait for stock are settled first, so that a delivery since then is used. Returns the tasks' ids. All in
    this one transaction, which is for small houses and tests: an entrance releases in portions (``release``).
    """
    tasks: list[int] = []

    def write(work: Callable[[Session], Any]) -> Any:
        return work(session)

    def note(_session: Session, opened: list[int]) -> int:
        tasks.extend(opened)
        return len(tasks)

    release(write, lambda: nullcontext(session), warehouse.id, order_ids=order_ids, max_orders=max_orders, note=note)
    return tasks


@dataclass(frozen=True, slots=True)
class HowFar:
    """How many of so many orders were looked at. ``last``: the last of them, where it goes on; None: it is through."""

    looked_at: int
    of: int
    last: int | None


Note = Callable[[Session, list[int]], int]
"""Keeps the tasks that a portion opened, in its transaction, and says how many the wave has by now."""


def release(
    write: Write[Any],
    read: Read,
    warehouse_id: int,
    *,
    order_ids: Sequence[int] = (),
    max_orders: int | None = None,
    note: Note,
    after: int | None = None,
    until: Callable[[], bool] = lambda: False,
) -> HowFar:
    """Release orders in portions, each in a transaction of its own, so that scans go between.

    What a portion did stays done if the next one fails; whoever releases again goes on where it ended, because an order
    whose stock is chosen is no candidate any more. Where ``until`` says that it is enough for now, whoever goes on with
    ``after`` passes by those for which there was no stock to choose.
    """
    if order_ids:
        with read() as session:
            short = short_of(session, order_ids)
        for portion in portions(read, short):
            write(partial(serve, order_ids=portion))
    else:
        fill_backorders(write, read)
    with read() as session:
        found = candidates(session, warehouse_id, order_ids, after=after)
    looked_at, of, last = 0, len(found), None
    most = len(found) if max_orders is None else max_orders
    left = PORTION if max_orders is None else most - write(lambda session: note(session, []))
    while found and left > 0:
        if looked_at and until():
            return HowFar(looked_at, of, last)
        many = fitting(read, found[: min(PORTION, left)])
        portion, found = found[:many], found[many:]
        count = write(partial(_release_portion, warehouse_id=warehouse_id, order_ids=portion, note=note))
        looked_at, last = looked_at + len(portion), portion[-1]
        left = PORTION if max_orders is None else most - count
    return HowFar(looked_at, of, None)


def candidates(
    session: Session, warehouse_id: int, order_ids: Sequence[int] = (), *, after: int | None = None
) -> list[int]:
    """The open orders (or those named) with promises here for which no stock is chosen yet, most urgent first; those
    that are less urgent than the order ``after``, where one is given."""
    is_unchosen = OPEN > allocate.ALLOCATED_OF_IT + allocate.HELD_OF_IT
    statement = _reservations(warehouse_id).where(is_unchosen).with_only_columns(Order.id).order_by(None)
    if order_ids:
        statement = statement.where(Order.id.in_(order_ids))
    urgent = statement.distinct().subquery()
    columns = select(Order.id, Order.need_by, Order.placed_at)
    found = session.execute(columns.join(urgent, urgent.c.id == Order.id).order_by(*URGENCY)).all()
    last = session.execute(columns.where(Order.id == after)).first() if after is not None else None
    return [row.id for row in found if last is None or _urgency(row) > _urgency(last)]


def _urgency(row: Any) -> tuple[bool, Any, Any, int]:
    """``URGENCY`` of a row, to be compared."""
    return (row.need_by is None, row.need_by or row.placed_at, row.placed_at, row.id)


def _release_portion(session: Session, warehouse_id: int, order_ids: Sequence[int], note: Note) -> int:
    """Choose stock for these orders, one after the other, and open their picks; bins that run low by it are filled."""
    found: dict[int, list[int]] = defaultdict(list)
    for order_id, reservation_id in session.execute(_reservations(warehouse_id).where(Order.id.in_(order_ids))):
        found[order_id].append(reservation_id)
    wanted = allocate.unchosen(session, [id_ for ids in found.values() for id_ in ids])
    items = [item for item, _warehouse, _units in wanted.values()]
    today = clock.today(session.get_one(Warehouse, warehouse_id).time_zone)
    stock = allocate.free_stock(session, item_ids=items, warehouse_id=warehouse_id, today=today) if items else {}
    tasks = []
    for order_id, reservation_ids in found.items():
        chosen = allocate.choose({id_: wanted[id_] for id_ in reservation_ids if id_ in wanted}, stock)
        if chosen:
            tasks.append(_open_pick(session, warehouse_id, order_id, chosen))
    replenish(session, session.get_one(Warehouse, warehouse_id), item_ids=items)
    return note(session, tasks)


def _reservations(warehouse_id: int) -> Select[int, int]:
    """(order, reservation) of what may be picked here, the most urgent order first. One that is to go complete waits
    while a line of it is short."""
    short = select(OrderLine.id).where(OrderLine.order_id == Order.id, is_short()).correlate(Order)
    return (
        select(Order.id, reservation.c.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(reservation, reservation.c.order_line_id == OrderLine.id)
        .where(
            Order.status == "open",
            reservation.c.warehouse_id == warehouse_id,
            OPEN > 0,
            (Order.policy != "complete") | ~short.exists(),
        )
        .order_by(*URGENCY, reservation.c.id)
    )


def _open_pick(session: Session, warehouse_id: int, order_id: int, chosen: list[allocate.Chosen]) -> int:
    order = session.get_one(Order, order_id)
    route = sorted(chosen, key=lambda one: (one.stock.sequence, one.stock.code, one.stock.item_id))
    allocation_ids = allocate.write(session, route)
    task = open_task(
        session,
        kind="pick",
        warehouse_id=warehouse_id,
        document_type="order",
        document_id=order.id,
        document=order.order_ref,
        due_at=order.need_by,
    )
    link_lines(session, task.id, route, allocation_ids)
    return task.id


def link_lines(
    session: Session, task_id: int, chosen: Sequence[allocate.Chosen], allocation_ids: Sequence[int]
) -> None:
    """Open the pick lines of these allocations in a task, and tell each allocation its line."""
    lines = [allocate.pick_line(each, id_) for each, id_ in zip(chosen, allocation_ids, strict=True)]
    line_ids = add_lines(session, task_id, lines)
    named = update(allocation).where(allocation.c.id == bindparam("a_id")).values(task_line_id=bindparam("a_line"))
    pairs = zip(allocation_ids, line_ids, strict=True)
    session.connection().execute(named, [{"a_id": id_, "a_line": line_id} for id_, line_id in pairs])


def withdraw(session: Session, task_id: int) -> int:
    """Close a pick task whatever is still open in it: its stock is free again, what was picked stays picked.

    The orders keep their promise and can be released again. Returns the units given back to their bins.
    """
    hold(session, Task.id == task_id)
    lines = select(TaskLine.id).where(TaskLine.task_id == task_id)
    rows = session.execute(
        select(allocation.c.id, ALLOCATED.label("open"))
        .where(allocation.c.task_line_id.in_(lines), ALLOCATED > 0)
        .order_by(allocation.c.balance_id)
    ).all()
    for row in rows:
        release_allocation(session, row.id, row.open)
    call_off(session, Task.id == task_id)
    return sum(int(row.open) for row in rows)
