"""A serial number is one unit in the world: no movements bring in a second one while the first is here."""

from collections.abc import Iterator

from sqlalchemy import case, func, select

from app.db import table
from app.ledger.checks.difference import Difference, Look
from app.ledger.models import Movement
from app.places.models import LAST_VIRTUAL

movement = table(Movement)
_AT_ONCE = 1000


def check(look: Look) -> Iterator[Difference]:
    """``serial``, by item and number: the movements brought in ``replayed`` units more than they took out, and 1 is
    the most."""
    came = case((movement.c.target_location_id > LAST_VIRTUAL, movement.c.quantity), else_=0)
    went = case((movement.c.source_location_id > LAST_VIRTUAL, movement.c.quantity), else_=0)
    here = func.sum(came - went)
    statement = (
        select(movement.c.item_id, movement.c.serial, here)
        .where(movement.c.serial != "")
        .group_by(movement.c.item_id, movement.c.serial)
        .having(here > 1)
        .order_by(movement.c.item_id, movement.c.serial)
    )
    for item_id, serial, units in look.session.execute(statement.execution_options(yield_per=_AT_ONCE)):
        yield Difference("serial", (item_id, serial), 1, int(units))
