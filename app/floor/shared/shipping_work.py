"""Shipping work for what stands packed: every carton that may leave is asked for by one line, and by no second one.

A carton with units of a cancelled order in it stays until those are put back; an empty one never leaves.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.db import lock
from app.ledger.models import Balance
from app.orders.models import CANCELLING, Order, Shipment, ShipmentCarton
from app.places.models import Container
from app.tasks.models import UNFINISHED, Task, TaskLine
from app.tasks.queue import NewLine, add_lines, open_task

_stands = select(Balance.id).where(Balance.container_id == Container.id, Balance.quantity > 0)
_MAY_LEAVE = exists(_stands) & ~exists(_stands.where(Balance.condition != "available"))


def may_leave(session: Session, container_ids: Iterable[int]) -> set[int]:
    """Which of these cartons hold goods, and nothing that is on hold, in quarantine or damaged."""
    return set(session.scalars(select(Container.id).where(Container.id.in_(list(container_ids)), _MAY_LEAVE)))


def open_shipping(session: Session, order: Order, *, warehouse_id: int, due_at: datetime | None = None) -> int | None:
    """Open (or extend) the order's shipping task with the closed cartons that may leave and that no line asks for.

    Returns the task's id; None where there is no such carton, or the order is being cancelled.
    """
    lock(session, order)  # two put-backs, or two packers, must not each think that the other opens it
    if order.status == CANCELLING:
        return None
    unfinished = select(Task.id).where(
        Task.kind == "ship",
        Task.status.in_(UNFINISHED),
        Task.warehouse_id == warehouse_id,
        Task.document_type == "order",
        Task.document_id == order.id,
    )
    is_asked_for = exists().where(
        TaskLine.source_container_id == Container.id,
        TaskLine.status != "cancelled",
        TaskLine.task_id.in_(unfinished),
    )
    cartons = session.execute(
        select(Container.id, Container.location_id)
        .join(ShipmentCarton, ShipmentCarton.container_id == Container.id)
        .join(Shipment, Shipment.id == ShipmentCarton.shipment_id)
        .where(
            Shipment.order_id == order.id,
            Shipment.warehouse_id == warehouse_id,
            Shipment.status == "open",
            ShipmentCarton.shipped_at.is_(None),
            Container.status == "closed",
            _MAY_LEAVE,
            ~is_asked_for,
        )
        .order_by(Container.id)
    ).all()
    if not cartons:
        return None
    # Its last carton may just go; and who loads it holds that task while waiting for the order, which is held here.
    found = session.scalar(unfinished.order_by(Task.id).limit(1).with_for_update(skip_locked=True))
    if found is None:
        found = open_task(
            session,
            kind="ship",
            warehouse_id=warehouse_id,
            document_type="order",
            document_id=order.id,
            document=order.order_ref,
            due_at=due_at,
        ).id
    add_lines(
        session,
        found,
        [NewLine(quantity=1, source_location_id=row.location_id, source_container_id=row.id) for row in cartons],
    )
    return found


def resume_shipping(session: Session, order: Order, *, warehouse_id: int) -> int | None:
    """What kept a carton here is put right: it goes on to the door, unless its order is still being packed.

    Packing hands over all of its cartons at its end.
    """
    lock(session, order)
    packing = select(Task.id).where(
        Task.kind == "pack",
        Task.status.in_(UNFINISHED),
        Task.document_type == "order",
        Task.document_id == order.id,
    )
    if session.scalar(packing.limit(1)) is not None:
        return None
    return open_shipping(session, order, warehouse_id=warehouse_id, due_at=order.need_by)
