"""Authorise a return: an RMA for units that were shipped and not announced before."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app import clock
from app.language import _
from app.orders.find import order_on
from app.orders.fulfil import held_in
from app.orders.models import OrderLine
from app.places.numbers import next_number
from app.refusal import NotFound, Refused
from app.returns.models import Rma, RmaLine


def authorise(session: Session, *, channel: str, order_ref: str, lines: Sequence[tuple[str, int, str]]) -> Rma:
    """Open an RMA for ``(line_ref, quantity, reason)`` of one order. Nothing moves until the goods are here.

    Errors: ``unknown_order``; ``unknown_line``; ``bad_quantity``; ``not_shipped``; ``return_too_many`` where more would
    come back than went out and is not announced yet.
    """
    order = order_on(session, channel, order_ref)
    if not lines:
        raise Refused("bad_quantity", _("Name at least one line with a quantity above 0."))
    rows = {
        row.line_ref: row
        for row in session.scalars(
            select(OrderLine).where(OrderLine.order_id == order.id).execution_options(populate_existing=True)
        )
    }
    wanted: dict[str, int] = defaultdict(int)
    for line_ref, quantity, _reason in lines:
        if quantity <= 0:
            raise Refused("bad_quantity", _("Line %(line)s: give a quantity above 0.", line=line_ref))
        wanted[line_ref] += quantity
    for line_ref, quantity in wanted.items():
        _check(session, rows.get(line_ref), line_ref, quantity)
    rma = Rma(number=f"RMA-{next_number(session, 'rma'):06d}", order_id=order.id, created_at=clock.now())
    session.add(rma)
    session.flush()
    session.add_all(
        RmaLine(
            rma_id=rma.id,
            order_line_id=rows[line_ref].id,
            item_id=rows[line_ref].item_id,
            quantity=quantity,
            reason=reason,
        )
        for line_ref, quantity, reason in lines
    )
    session.flush()
    return rma


def _check(session: Session, row: OrderLine | None, line_ref: str, quantity: int) -> None:
    if row is None:
        raise NotFound("unknown_line", _("The order has no line %(line)s.", line=line_ref))
    if not row.shipped:
        raise Refused("not_shipped", _("Line %(line)s is not shipped. Cancel it instead.", line=line_ref))
    left = row.shipped - announced_units(session, row.id)
    if quantity > left:
        raise Refused(
            "return_too_many",
            _("%(left)s of line %(line)s can still come back, not %(n)s.", left=left, line=line_ref, n=quantity),
            left=left,
        )


def announced_units(session: Session, order_line_id: int) -> int:
    """Units of an order line that some RMA speaks for: all of an open one's, only what came of a closed one's."""
    spoken_for = case((Rma.status == "open", RmaLine.quantity), else_=RmaLine.received)
    statement = select(func.coalesce(func.sum(spoken_for), 0)).join(Rma, Rma.id == RmaLine.rma_id)
    return int(session.execute(statement.where(RmaLine.order_line_id == order_line_id)).scalar_one())


def require_not_announced(session: Session, container_id: int) -> None:
    """A shipped carton may be said not to have left. The caller holds its orders.

    Errors: ``return_announced`` where units of it are announced to come back: nothing comes back that never left.
    """
    coming_off: dict[int, int] = defaultdict(int)
    for held in held_in(session, [container_id], is_shipped=True):
        coming_off[held.order_line_id] += held.quantity
    rows = session.scalars(
        select(OrderLine).where(OrderLine.id.in_(coming_off)).execution_options(populate_existing=True)
    )
    for row in rows:
        if row.shipped - coming_off[row.id] < announced_units(session, row.id):
            raise Refused(
                "return_announced",
                _("A return of %(sku)s is announced: it has left. Close the return first, at the desk.", sku=row.sku),
            )


def rma_of(session: Session, number: str) -> Rma:
    """A return by its number. Errors: ``unknown_return``."""
    found = session.scalar(select(Rma).where(Rma.number == number))
    if found is None:
        raise NotFound("unknown_return", _("There is no return %(number)s. Check the papers.", number=number))
    return found


def lines_of(session: Session, rma_id: int) -> list[tuple[RmaLine, OrderLine]]:
    """A return's lines with the order lines that they come back from."""
    statement = (
        select(RmaLine, OrderLine)
        .join(OrderLine, OrderLine.id == RmaLine.order_line_id)
        .where(RmaLine.rma_id == rma_id)
        .order_by(RmaLine.id)
        .execution_options(populate_existing=True)
    )
    return [(line, order_line) for line, order_line in session.execute(statement)]
