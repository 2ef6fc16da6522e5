"""Cancel: lines or a whole order, before and after picking.

A cancellation lowers the target of its lines and settles: reservations are released, pick lines vanish, and what is
already in a tote is put on hold with a put-back task. What has been shipped stays shipped.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.orders.models import Order, OrderLine
from app.orders.reserve import settle, target
from app.orders.shipments import leave_out_empty
from app.orders.stock_in_hand import hold_work
from app.people.decisions import By, decide
from app.refusal import NotFound, Refused
from app.tasks.queue import cancel_open_tasks

NOBODY = By(program="orders")
"""The program itself: a channel takes its order back, an import is taken back."""


def cancel_order(session: Session, order_id: int, *, reason: str, by: By = NOBODY) -> None:
    """Cancel whatever is not shipped. Twice is the same as once. The reason is kept, with who and when."""
    order = _locked(session, order_id)
    lines = _lines(session, order_id)
    units = sum(target(line) for line in lines)
    for line in lines:
        line.cancelled = line.cancelled_here = line.quantity - line.shipped
    if units:
        decide(session, "order", order_id, what="cancelled", reason=reason, by=by)
    _settle(session, order, lines, reason)


def cancel_lines(
    session: Session, order_id: int, lines: Sequence[tuple[str, int]], *, reason: str, by: By = NOBODY
) -> None:
    """Cancel ``(line_ref, quantity)`` units.

    Errors: ``unknown_line``; ``cancel_too_many`` where fewer are unshipped.
    """
    order = _locked(session, order_id)
    rows = {line.line_ref: line for line in _lines(session, order_id)}
    for line_ref, quantity in lines:
        row = rows.get(line_ref)
        if row is None:
            raise NotFound("unknown_line", _("The order has no line %(line)s.", line=line_ref))
        left = target(row)
        if not 0 < quantity <= left:
            raise Refused(
                "cancel_too_many",
                _("%(left)s of line %(line)s can still be cancelled, not %(n)s.", left=left, line=line_ref, n=quantity),
            )
        row.cancelled += quantity
        row.cancelled_here = row.cancelled
    detail = ", ".join(f"{line_ref}: {quantity}" for line_ref, quantity in lines)
    decide(session, "order", order_id, what="cancelled", reason=reason, by=by, detail=detail)
    _settle(session, order, list(rows.values()), reason)


def _settle(session: Session, order: Order, lines: Sequence[OrderLine], reason: str) -> None:
    """Move the promises; with the last wanted unit of an order that shipped nothing, the order is a tombstone."""
    if not any(target(line) or line.shipped for line in lines):
        order.status = "cancelled"
    session.flush()
    settle(session, order.id, reason=reason)
    leave_out_empty(session, order)
    if order.status != "open":
        for kind in ("pick", "pack", "ship"):
            cancel_open_tasks(session, kind=kind, document_type="order", document_id=order.id)


def _locked(session: Session, order_id: int) -> Order:
    """The order, with all work for it held still first: who scans at it has a task and asks for the order next."""
    hold_work(session, [order_id])
    order = session.scalar(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFound("unknown_order", _("There is no such order."))
    return order


def _lines(session: Session, order_id: int) -> Sequence[OrderLine]:
    return session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    ).all()
