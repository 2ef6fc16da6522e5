"""The bench tells the return: received, inspected, and each of these taken back.

The inspector's decision posts; what the channel believes about "restock" moves nothing. Each function is called in the
transaction that posts the movement.
"""

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.db import changed, table
from app.language import _
from app.orders.models import OrderLine
from app.refusal import Refused
from app.returns.authorise import rma_of
from app.returns.models import Rma, RmaLine

DISPOSITIONS = ("restock", "quarantine", "damaged", "scrap", "vendor")
"""What can become of a returned unit: back into a bin, kept in quarantine, kept as damaged, SCRAP, or to SUPPLIER."""


def received(session: Session, rma_line_id: int, quantity: int) -> None:
    """``quantity`` units of a return line arrived at the bench (negative: were not there after all).

    Errors: ``return_too_many`` where more arrive than were announced; ``not_shipped`` where their carton never left.
    """
    line = _locked(session, rma_line_id)
    if line.received + quantity > line.quantity:
        raise Refused(
            "return_too_many",
            _(
                "%(n)s are announced, %(received)s are here already. Set the rest aside and ask the office.",
                n=line.quantity,
                received=line.received,
            ),
        )
    line.received += quantity
    session.flush()
    order_line = table(OrderLine)
    is_out = changed(
        session,
        update(order_line)
        .where(order_line.c.id == line.order_line_id, order_line.c.returned + quantity <= order_line.c.shipped)
        .values(returned=order_line.c.returned + quantity),
    )
    if not is_out:
        raise Refused("not_shipped", _("Its carton never left. Set the goods aside and ask the office."))


def inspected(session: Session, rma_line_id: int, quantity: int) -> None:
    """A disposition was posted for ``quantity`` units of a return line (negative: it was taken back).

    The RMA closes with its last announced unit and opens again when that one is taken back.
    Errors: ``not_received`` where fewer units wait for a decision.
    """
    line = _locked(session, rma_line_id)
    if line.inspected + quantity > line.received:
        raise Refused(
            "not_received",
            _("Only %(n)s wait for a decision. Receive them first.", n=line.received - line.inspected),
        )
    line.inspected += quantity
    session.flush()
    waiting = session.execute(
        select(func.coalesce(func.sum(RmaLine.quantity - RmaLine.inspected), 0)).where(RmaLine.rma_id == line.rma_id)
    ).scalar_one()
    session.execute(update(table(Rma)).where(Rma.id == line.rma_id).values(status="open" if waiting else "closed"))


def close(session: Session, number: str) -> None:
    """What is announced and not here will not come: the RMA closes.

    Errors: ``unknown_return``; ``inspection_waiting`` while received units wait for a decision.
    """
    rma = rma_of(session, number)
    _hold(session, Rma.id == rma.id)
    waiting = session.scalar(select(func.sum(RmaLine.received - RmaLine.inspected)).where(RmaLine.rma_id == rma.id))
    if waiting:
        raise Refused("inspection_waiting", _("%(n)s units wait for a decision. Inspect them first.", n=waiting))
    session.execute(update(table(Rma)).where(Rma.id == rma.id).values(status="closed"))


def _hold(session: Session, which: ColumnElement[bool]) -> None:
    """Hold a return still: of two who inspect its last lines, or inspect and close it, the second sees the first."""
    session.execute(select(Rma.id).where(which).with_for_update(key_share=True))


def _locked(session: Session, rma_line_id: int) -> RmaLine:
    _hold(session, Rma.id.in_(select(RmaLine.rma_id).where(RmaLine.id == rma_line_id)))
    return session.scalars(
        select(RmaLine).where(RmaLine.id == rma_line_id).with_for_update().execution_options(populate_existing=True)
    ).one()
