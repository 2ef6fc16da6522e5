"""Returns as a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.returns.models import Rma, RmaLine


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """Units announced, here, and decided on."""

    id: int
    number: str
    order_id: int
    order_ref: str
    channel: str
    status: str
    created_at: datetime
    units: int
    received: int
    inspected: int


def return_rows(session: Session, *, status: str = "", before: int = 0, limit: int) -> list[ReturnRow]:
    """Newest first."""
    # The page first, then its sums.
    page = select(Rma.id).order_by(Rma.id.desc()).limit(limit)
    if before:
        page = page.where(Rma.id < before)
    if status:
        page = page.where(Rma.status == status)
    statement = (
        select(
            Rma.id,
            Rma.number,
            Order.id,
            Order.order_ref,
            Order.channel,
            Rma.status,
            Rma.created_at,
            func.coalesce(func.sum(RmaLine.quantity), 0),
            func.coalesce(func.sum(RmaLine.received), 0),
            func.coalesce(func.sum(RmaLine.inspected), 0),
        )
        .join(Order, Order.id == Rma.order_id)
        .outerjoin(RmaLine, RmaLine.rma_id == Rma.id)
        .group_by(Rma.id, Order.id)
        .order_by(Rma.id.desc())
        .where(Rma.id.in_(page))
    )
    rows: Iterable[Any] = session.execute(statement)
    return [ReturnRow(*row) for row in rows]
