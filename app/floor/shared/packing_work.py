"""Packing work for what stands picked: every unit in a tote is asked for by one packing line, and by no second one."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.db import lock
from app.orders.fulfil import Held, containers_of, held_in
from app.orders.models import CANCELLING, Order
from app.places.models import Container
from app.tasks.models import UNFINISHED, Task, TaskLine
from app.tasks.queue import NewLine, add_lines, open_task


def open_packing(session: Session, order: Order, *, warehouse_id: int, container_ids: Collection[int]) -> int | None:
    """Open (or extend) the order's packing task with the units in these totes that no packing line asks for.

    The same promise may come again: units that were missing at the bench, or the rest of a line into the same tote.
    Returns the task's id; None where every unit is asked for already, or the order is being cancelled.
    """
    lock(session, order)
    if order.status == CANCELLING:
        return None
    new = [
        NewLine(
            item_id=one.item_id,
            quantity=units,
            lot_id=one.lot_id,
            serial=one.serial,
            source_container_id=one.container_id,
            document_line_id=one.holding_id,
        )
        for one, units in unasked(session, order, container_ids=container_ids)
    ]
    if not new:
        return None
    found = session.scalar(
        select(Task.id)
        .where(
            Task.kind == "pack",
            Task.status == "open",
            Task.warehouse_id == warehouse_id,
            Task.document_type == "order",
            Task.document_id == order.id,
        )
        .limit(1)
        .with_for_update()
    )
    if found is None:
        found = open_task(
            session,
            kind="pack",
            warehouse_id=warehouse_id,
            document_type="order",
            document_id=order.id,
            document=order.order_ref,
            due_at=order.need_by,
        ).id
    add_lines(session, found, new)
    return found


def unasked(session: Session, order: Order, *, container_ids: Collection[int]) -> list[tuple[Held, int]]:
    """What the order holds in these totes, with the units of it that no packing line asks for."""
    held = [one for one in held_in(session, container_ids) if one.order_id == order.id]
    asked = _asked_for(session, [one.holding_id for one in held])
    left = [(one, one.quantity - asked[one.holding_id]) for one in held]
    return [(one, units) for one, units in left if units > 0]


def _asked_for(session: Session, holding_ids: Sequence[int]) -> dict[int, int]:
    """Holding id -> units that open packing lines ask for."""
    asked: dict[int, int] = defaultdict(int)
    statement = (
        select(TaskLine.document_line_id, TaskLine.quantity - TaskLine.done)
        .join(Task, Task.id == TaskLine.task_id)
        .where(
            Task.kind == "pack",
            Task.status.in_(UNFINISHED),
            TaskLine.status == "open",
            TaskLine.document_line_id.in_(holding_ids),
        )
    )
    for holding_id, units in session.execute(statement):
        if holding_id is not None:
            asked[holding_id] += units
    return asked


def totes_at_rest(session: Session, order_id: int, *, warehouse_id: int) -> list[int]:
    """The totes with units of an order that no picker carries any more."""
    is_carried = exists().where(Task.id == Container.task_id, Task.status.in_(UNFINISHED), Task.kind == "pick")
    ids = [each.id for each in containers_of(session, order_id, kinds=("tote",))]
    return list(
        session.scalars(
            select(Container.id).where(Container.id.in_(ids), Container.warehouse_id == warehouse_id, ~is_carried)
        )
    )
