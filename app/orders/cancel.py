"""Cancel: lines or a whole order, before and after picking.

A cancellation lowers the target of its lines and settles: reservations are released, pick lines vanish, and what is
already in a tote is put on hold with a put-back task. What has been shipped stays shipped.

That is long work where the order is large, so it is done in portions, each whole in itself, and scans go between. A
whole order is *being cancelled* from the first one on (``cancelling``): nobody wants any of its lines, its picking,
packing and loading is called off, and nothing opens it again; the rest of what it holds is let go of a few lines at a
time, by whoever comes by (the request, the same again, the worker). Lines of an order that goes on are cancelled a few
at a time, each together with what it holds.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.db import table
from app.language import _
from app.orders.backorders import Read, Write
from app.orders.find import order_of
from app.orders.models import CANCELLING, Order, OrderLine
from app.orders.reserve import OPEN, reservation, set_status, settle, target
from app.orders.shipments import leave_out_empty
from app.orders.stock_in_hand import hold_work
from app.people.decisions import By, decide, decisions_about
from app.refusal import NotFound, Refused
from app.tasks.life import call_off
from app.tasks.lines import give_up_lines
from app.tasks.models import Task
from app.tasks.queue import hold

NOBODY = By(program="orders")
"""The program itself: a channel takes its order back, an import is taken back."""
CANCELLED = "cancelled"
"""The decision about a whole order, or about units of its lines."""
PORTION = 10
"""Lines of one transaction (measured: 2 to 4 ms a line on SQLite)."""
AT_ONCE = 10
"""Portions that a request does itself: the worker goes on with a larger order."""
_WORK = ("pick", "pack", "ship")

line = table(OrderLine)
_WANTED = line.c.quantity - line.c.cancelled - line.c.shipped
_HELD = (
    select(func.coalesce(func.sum(OPEN), 0))
    .where(reservation.c.order_line_id == line.c.id)
    .correlate(line)
    .scalar_subquery()
)


def cancel_order(session: Session, order_id: int, *, reason: str, by: By = NOBODY) -> None:
    """Cancel whatever is not shipped, in this one transaction: for whoever needs it done at once, and for tests.

    Twice is the same as once. The reason is kept, with who and when."""
    begin(session, order_id, reason=reason, by=by)
    complete(session, order_id)


def cancel_in_portions(write: Write[Any], order_id: int, *, reason: str, by: By = NOBODY) -> bool:
    """The same, each portion in a transaction of its own. False where the worker has to go on with it.

    Errors: ``unknown_order``."""
    write(partial(begin, order_id=order_id, reason=reason, by=by))
    return not all(write(partial(let_go, order_id=order_id)) for _portion in range(AT_ONCE))


def finish(write: Write[Any], read: Read) -> int:
    """Let go of what is left of all orders that are being cancelled. Returns the portions."""
    with read() as session:
        ids = session.scalars(select(Order.id).where(Order.status == CANCELLING).order_by(Order.id)).all()
    done = 0
    for order_id in ids:
        while write(partial(let_go, order_id=order_id)):
            done += 1
        done += 1
    return done


def begin(session: Session, order_id: int, *, reason: str, by: By = NOBODY) -> None:
    """Nobody wants any of it from here on, and nobody picks, packs or loads for it; what it holds, it still holds."""
    order = _locked(session, order_id)
    units, _shipped = _left(session, order_id)
    gone = OrderLine.quantity - OrderLine.shipped
    session.execute(update(OrderLine).where(OrderLine.order_id == order_id).values(cancelled=gone, cancelled_here=gone))
    if units:
        decide(session, "order", order_id, what=CANCELLED, reason=reason, by=by)
    if order.status == "open":
        order.status = CANCELLING
        session.flush()
    _call_off(session, order_id)


def let_go(session: Session, order_id: int) -> bool:
    """Let go of what the next few lines hold and nobody wants; with the last of them the order is at its end.

    Returns whether there is more to do. Whoever comes late, or twice, changes nothing.
    """
    order = _locked(session, order_id)
    if order.status != CANCELLING:
        return False
    lines = list(session.scalars(_too_much(line.c.order_id == order_id).limit(PORTION + 1)))
    if lines:
        settle(session, order_id, reason=_reason(session, order_id), line_ids=lines[:PORTION])
    if len(lines) > PORTION:
        return True
    # A carton may have come off the truck meanwhile: then its units are the order's again, and it is open.
    order.status = "open" if any(_left(session, order_id)) else "cancelled"
    _end(session, order)
    return False


def complete(session: Session, order_id: int) -> None:
    """Let go of all that is left of an order that is being cancelled, in this one transaction."""
    while let_go(session, order_id):
        pass


def cancel_lines(
    session: Session, order_id: int, lines: Sequence[tuple[str, int]], *, reason: str, by: By = NOBODY
) -> None:
    """Cancel ``(line_ref, quantity)`` units, in this one transaction.

    Errors: ``unknown_line``; ``cancel_too_many`` where fewer are unshipped.
    """
    check_lines(session, order_id, lines, reason=reason, by=by)
    cancel_some(session, order_id, lines, reason=reason, is_last=True)


def check_lines(
    session: Session, order_id: int, lines: Sequence[tuple[str, int]], *, reason: str, by: By = NOBODY
) -> None:
    """Whether so many units of each of these lines can be cancelled; who decided it, and why, is kept.

    Errors: ``unknown_order``; ``unknown_line``; ``cancel_too_many`` where fewer are unshipped.
    """
    _locked(session, order_id)
    rows = {row.line_ref: row for row in _lines(session, order_id, [line_ref for line_ref, _units in lines])}
    asked: dict[str, int] = {}
    for line_ref, quantity in lines:
        row = rows.get(line_ref)
        if row is None:
            raise NotFound("unknown_line", _("The order has no line %(line)s.", line=line_ref))
        left = target(row) - asked.get(line_ref, 0)
        if not 0 < quantity <= left:
            raise Refused(
                "cancel_too_many",
                _("%(left)s of line %(line)s can still be cancelled, not %(n)s.", left=left, line=line_ref, n=quantity),
            )
        asked[line_ref] = asked.get(line_ref, 0) + quantity
    detail = ", ".join(f"{line_ref}: {quantity}" for line_ref, quantity in lines)
    decide(session, "order", order_id, what=CANCELLED, reason=reason, by=by, detail=detail)


def cancel_some(
    session: Session, order_id: int, lines: Sequence[tuple[str, int]], *, reason: str, is_last: bool
) -> None:
    """Cancel these units, or as many of them as are not shipped by now; what the lines hold too much is let go of.

    With the last ones, the other lines of the order may take what these gave up.
    """
    order = _locked(session, order_id)
    if order.status == CANCELLING:
        return
    rows = {row.line_ref: row for row in _lines(session, order_id, [line_ref for line_ref, _units in lines])}
    for line_ref, quantity in lines:
        row = rows[line_ref]
        row.cancelled += min(quantity, target(row))
        row.cancelled_here = row.cancelled
    session.flush()
    if not any(_left(session, order_id)):
        order.status = "cancelled"  # with the last wanted unit of an order that shipped nothing, it is a tombstone
        session.flush()
    settle(session, order_id, reason=reason, line_ids=None if is_last else [row.id for row in rows.values()])
    _end(session, order)


def _end(session: Session, order: Order) -> None:
    """Whether the order goes on; cartons in which nothing of it is left go out with no shipment."""
    session.flush()
    set_status(session, order.id)
    leave_out_empty(session, order)
    if order.status != "open":
        _call_off(session, order.id)


def _left(session: Session, order_id: int) -> tuple[int, int]:
    """The units of an order that are still wanted, and those that were shipped."""
    sums = (func.coalesce(func.sum(each), 0) for each in (_WANTED, line.c.shipped))
    wanted, shipped = session.execute(select(*sums).where(line.c.order_id == order_id)).one()
    return int(wanted), int(shipped)


def _reason(session: Session, order_id: int) -> str:
    """Why the order is being cancelled: it is noted at what is put back."""
    said = [each.reason for each in decisions_about(session, "order", order_id) if each.what == CANCELLED]
    return said[-1] if said else CANCELLED


def _too_much(*where: ColumnElement[bool]) -> Any:
    """The lines that hold more than they want."""
    return select(line.c.id).where(*where, _HELD > _WANTED).order_by(line.c.id)


def _call_off(session: Session, order_id: int) -> None:
    """Nobody picks, packs or loads for it any more."""
    of_it = (Task.document_type == "order", Task.document_id == order_id, Task.kind.in_(_WORK))
    give_up_lines(session, hold(session, *of_it))
    call_off(session, *of_it)


def _locked(session: Session, order_id: int) -> Order:
    """The order, with all work for it held still first: who scans at it has a task and asks for the order next."""
    hold_work(session, [order_id])
    return order_of(session, order_id, is_held=True)


def _lines(session: Session, order_id: int, line_refs: Sequence[str]) -> Sequence[OrderLine]:
    return session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order_id, OrderLine.line_ref.in_(line_refs))
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    ).all()
