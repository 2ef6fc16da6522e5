"""The rows that only the API asks for in this form."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.orders.find import no_order
from app.orders.models import Order
from app.people.models import Operator
from app.places.models import Warehouse
from app.refusal import Refused
from app.tasks.models import Task

STRATEGIES = ("single",)
"""How orders can be released together: one tote for each order."""


def orders(session: Session, *, channel: str, order_ref: str, status: str, after: int, limit: int) -> Sequence[Order]:
    """Orders after an id, narrowed by what is not empty."""
    statement = select(Order).where(Order.id > after).order_by(Order.id).limit(limit)
    if channel:
        statement = statement.where(Order.channel == channel)
    if order_ref:
        statement = statement.where(Order.order_ref == order_ref)
    if status:
        statement = statement.where(Order.status == status)
    return session.scalars(statement).all()


def require_strategy(strategy: str) -> None:
    """Errors: ``unknown_strategy``, which says what is possible."""
    if strategy not in STRATEGIES:
        raise Refused(
            "unknown_strategy",
            _(
                "Orders can't be released by %(this)s. Use one of: %(these)s.",
                this=strategy,
                these=", ".join(STRATEGIES),
            ),
            possible=list(STRATEGIES),
        )


def require_orders(session: Session, order_ids: Sequence[int]) -> None:
    """Errors: ``unknown_order``."""
    known = set(session.scalars(select(Order.id).where(Order.id.in_(order_ids)))) if order_ids else set()
    missing = sorted(set(order_ids) - known)
    if missing:
        raise no_order(", ".join(map(str, missing[:5])), orders=missing)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task in a list; ``operator`` holds it or did it."""

    id: int
    kind: str
    status: str
    priority: int
    done_lines: int
    lines: int
    operator: str | None
    document: str
    warehouse: str


def tasks(
    session: Session, *, kind: str, status: str, warehouse: str, document: str, after: int, limit: int
) -> list[TaskRow]:
    """Tasks after an id, narrowed by what is not empty."""
    statement = (
        select(
            Task.id,
            Task.kind,
            Task.status,
            Task.priority,
            Task.done_lines,
            Task.lines,
            Operator.name,
            Task.document,
            Warehouse.code,
        )
        .join(Warehouse, Warehouse.id == Task.warehouse_id)
        .outerjoin(Operator, Operator.id == Task.operator_id)
        .where(Task.id > after)
        .order_by(Task.id)
        .limit(limit)
    )
    for column, wanted in (
        (Task.kind, kind),
        (Task.status, status),
        (Warehouse.code, warehouse),
        (Task.document, document),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    return [TaskRow(*row) for row in session.execute(statement)]
