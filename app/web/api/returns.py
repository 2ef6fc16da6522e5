"""Returns: an RMA for what was shipped and is to come back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from sqlalchemy.orm import Session

from app.orders.models import Order
from app.returns.authorise import authorise, lines_of, rma_of
from app.returns.models import Rma
from app.web.api.body import Code, Size, Units
from app.web.api.route import BOOKS, TRADE, reads, writes


@dataclass(frozen=True, kw_only=True)
class NewReturnLine:
    """Units of one order line that are to come back, and why."""

    line_ref: Code
    quantity: Units
    reason: Annotated[str, Size(0, 200)] = ""


@dataclass(frozen=True, kw_only=True)
class NewReturn:
    """What the customer sends back of one order."""

    channel: Annotated[str, Size(1, 40)]
    order_ref: Code
    lines: Annotated[tuple[NewReturnLine, ...], Size(1, 1000)]


@dataclass(frozen=True, kw_only=True)
class ReturnLineState:
    """One line: ``quantity`` announced, ``received`` at the bench, ``inspected`` and decided upon."""

    line_ref: str
    sku: str
    quantity: int
    received: int
    inspected: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnState:
    """A return authorisation."""

    number: str
    status: Literal["open", "closed"]
    channel: str
    order_ref: str
    created_at: datetime
    lines: tuple[ReturnLineState, ...]


@writes("/returns", may=TRADE, status=(201,))
def authorise_return(session: Session, body: NewReturn) -> ReturnState:
    """Announce a return. Nothing moves until the goods are here and inspected.

    Errors: ``unknown_order``; ``unknown_line``; ``not_shipped``; ``return_too_many``.
    """
    wanted = [(line.line_ref, line.quantity, line.reason) for line in body.lines]
    return _state(session, authorise(session, channel=body.channel, order_ref=body.order_ref, lines=wanted))


@reads("/returns/<path:number>", may=BOOKS)
def get_return(session: Session, *, number: str) -> ReturnState:
    """One return. Errors: ``unknown_return``."""
    return _state(session, rma_of(session, number))


def _state(session: Session, rma: Rma) -> ReturnState:
    order = session.get_one(Order, rma.order_id)
    return ReturnState(
        number=rma.number,
        status=rma.status,  # type: ignore[arg-type]  # the table's CHECK knows the same two words
        channel=order.channel,
        order_ref=order.order_ref,
        created_at=rma.created_at,
        lines=tuple(
            ReturnLineState(
                line_ref=order_line.line_ref,
                sku=order_line.sku,
                quantity=line.quantity,
                received=line.received,
                inspected=line.inspected,
                reason=line.reason,
            )
            for line, order_line in lines_of(session, rma.id)
        ),
    )
