"""What is chosen and picked for a promise is never more than it still promises."""

from collections.abc import Iterator

from sqlalchemy import func, select, union_all

from app.ledger.checks.difference import Difference, Look, exceeding, found
from app.orders.reserve import OPEN, reservation
from app.orders.stock_in_hand import ALLOCATED, IN_HAND, allocation, holding


def check(look: Look) -> Iterator[Difference]:
    """``picked``, by reservation."""
    spoken = union_all(
        select(allocation.c.reservation_id, ALLOCATED.label("units")).where(ALLOCATED > 0),
        select(holding.c.reservation_id, holding.c.quantity.label("units")).where(IN_HAND),
    ).subquery()
    units = func.sum(spoken.c.units)
    statement = exceeding("picked", [reservation.c.id], units, OPEN)
    statement = statement.join(spoken, spoken.c.reservation_id == reservation.c.id)
    yield from found(look.session, statement.group_by(reservation.c.id).having(units > OPEN))
