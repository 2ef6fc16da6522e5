"""What is on hold in totes and cartons is brought back into bins by put-aways, and none of it is forgotten.

A worker may say that it is not there, and a count finds it after all; a lot may expire in its tote.
"""

from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from app.db import table
from app.ledger.models import Balance
from app.orders.models import Order, OrderLine, Reservation
from app.orders.stock_in_hand import holding
from app.places.models import PICKED_INTO, Container
from app.tasks.models import UNFINISHED, Task, TaskLine
from app.tasks.queue import NewLine, open_task

balance, container, line = table(Balance), table(Container), table(TaskLine)


def ask_again(session: Session, *where: ColumnElement[bool]) -> list[int]:
    """Open put-backs for units on hold in totes and cartons (narrowed by conditions on balances) that no open line asks
    for. Returns the tasks' ids."""
    asked = (
        select(func.coalesce(func.sum(line.c.quantity - line.c.done), 0))
        .join(Task, Task.id == line.c.task_id)
        .where(
            Task.kind == "putaway",
            Task.status.in_(UNFINISHED),
            line.c.status == "open",
            line.c.source_container_id == balance.c.container_id,
            line.c.source_condition == balance.c.condition,
            line.c.item_id == balance.c.item_id,
            func.coalesce(line.c.lot_id, 0) == func.coalesce(balance.c.lot_id, 0),
            line.c.serial == balance.c.serial,
        )
        .correlate(balance)
        .scalar_subquery()
    )
    statement = (
        select(balance, container.c.warehouse_id, (balance.c.quantity - asked).label("forgotten"))
        .join(container, container.c.id == balance.c.container_id)
        .where(balance.c.condition == "hold", balance.c.quantity > asked, container.c.kind.in_(PICKED_INTO), *where)
        .order_by(balance.c.id)
    )
    return [_open(session, row) for row in session.execute(statement).all()]


def _open(session: Session, row: Row[Any]) -> int:
    order = session.execute(
        select(Order.id, Order.order_ref)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Reservation, Reservation.order_line_id == OrderLine.id)
        .join(holding, holding.c.reservation_id == Reservation.id)
        .where(holding.c.container_id == row.container_id)
        .order_by((holding.c.item_id == row.item_id).desc(), holding.c.id.desc())
        .limit(1)
    ).one()
    return open_task(
        session,
        kind="putaway",
        warehouse_id=row.warehouse_id,
        document_type="put_back",
        document_id=order.id,
        document=order.order_ref,
        priority=50,
        lines=[
            NewLine(
                item_id=row.item_id,
                quantity=row.forgotten,
                lot_id=row.lot_id,
                serial=row.serial,
                source_location_id=row.location_id,
                source_container_id=row.container_id,
                source_condition=row.condition,
            )
        ],
    ).id
