"""A wave: orders released to the floor together. Each gets its stock allocated and one pick task, in route order."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, nulls_last, select, update
from sqlalchemy.orm import Session

from app import clock
from app.orders import allocate
from app.orders.models import Order, OrderLine
from app.orders.reserve import OPEN, reservation, settle
from app.orders.stock_in_hand import ALLOCATED, allocation, release_allocation
from app.places.models import Warehouse
from app.tasks.models import Task, TaskLine
from app.tasks.queue import add_lines, finish, open_task


def release_wave(
    session: Session, warehouse: Warehouse, *, order_ids: Sequence[int] = (), max_orders: int | None = None
) -> list[int]:
    """Allocate stock to the open orders (or those named) and open their pick tasks, most urgent first.

    Orders that wait for stock are settled first, so that a delivery since then is used. Returns the tasks' ids.
    """
    fill_backorders(session, order_ids=order_ids)
    today = clock.today(warehouse.time_zone)
    tasks: list[int] = []
    candidates = _candidates(session, warehouse.id, order_ids)
    wanted = allocate.unchosen(session, [id_ for ids in candidates.values() for id_ in ids])
    items = [item for item, _warehouse, _units in wanted.values()]
    stock = allocate.free_stock(session, item_ids=items, warehouse_id=warehouse.id, today=today) if items else {}
    for order_id, reservation_ids in candidates.items():
        if max_orders is not None and len(tasks) >= max_orders:
            break
        mine = {id_: wanted[id_] for id_ in reservation_ids if id_ in wanted}
        chosen = allocate.choose(mine, stock)
        if chosen:
            tasks.append(_open_pick(session, warehouse.id, order_id, chosen))
    return tasks


def _candidates(session: Session, warehouse_id: int, order_ids: Sequence[int]) -> dict[int, list[int]]:
    """Order id -> its reservations here that may be picked, the most urgent order first."""
    promised = (
        select(func.coalesce(func.sum(OPEN), 0))
        .where(reservation.c.order_line_id == OrderLine.id)
        .correlate(OrderLine)
        .scalar_subquery()
    )
    short = select(OrderLine.order_id).where(OrderLine.quantity - OrderLine.cancelled - OrderLine.shipped > promised)
    statement = (
        select(Order.id, reservation.c.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(reservation, reservation.c.order_line_id == OrderLine.id)
        .where(
            Order.status == "open",
            reservation.c.warehouse_id == warehouse_id,
            OPEN > 0,
            (Order.policy != "complete") | Order.id.not_in(short),
        )
        .order_by(nulls_last(Order.need_by), Order.placed_at, Order.id, reservation.c.id)
    )
    if order_ids:
        statement = statement.where(Order.id.in_(order_ids))
    found: dict[int, list[int]] = defaultdict(list)
    for order_id, reservation_id in session.execute(statement):
        found[order_id].append(reservation_id)
    return found


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
    for line_id, allocation_id in zip(add_lines(session, task_id, lines), allocation_ids, strict=True):
        session.execute(update(allocation).where(allocation.c.id == allocation_id).values(task_line_id=line_id))


def withdraw(session: Session, task_id: int) -> int:
    """Close a pick task whatever is still open in it: its stock is free again, what was picked stays picked.

    The orders keep their promise and can be released again. Returns the units given back to their bins.
    """
    lines = select(TaskLine.id).where(TaskLine.task_id == task_id)
    rows = session.execute(
        select(allocation.c.id, ALLOCATED.label("open"))
        .where(allocation.c.task_line_id.in_(lines), ALLOCATED > 0)
        .order_by(allocation.c.balance_id)
    ).all()
    for row in rows:
        release_allocation(session, row.id, row.open)
    finish(session, task_id, status="done" if session.get_one(Task, task_id).done_lines else "cancelled")
    return sum(int(row.open) for row in rows)


def fill_backorders(session: Session, *, order_ids: Sequence[int] = ()) -> int:
    """Settle every open order that holds less than it wants, oldest first. Returns how many were looked at."""
    promised = (
        select(func.coalesce(func.sum(OPEN), 0))
        .where(reservation.c.order_line_id == OrderLine.id)
        .correlate(OrderLine)
        .scalar_subquery()
    )
    statement = (
        select(Order.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.status == "open", OrderLine.quantity - OrderLine.cancelled - OrderLine.shipped > promised)
        .group_by(Order.id, Order.need_by, Order.placed_at)
        .order_by(nulls_last(Order.need_by), Order.placed_at, Order.id)
    )
    if order_ids:
        statement = statement.where(Order.id.in_(order_ids))
    waiting = list(session.scalars(statement))
    for order_id in waiting:
        settle(session, order_id)
    return len(waiting)
