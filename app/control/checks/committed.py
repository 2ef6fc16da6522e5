"""The kept *committed* of each item in each warehouse, against what orders still wait for."""

from collections.abc import Iterator

from sqlalchemy import select

from app.db import table
from app.ledger.checks.difference import Difference, Look, differing, found
from app.ledger.models import Availability
from app.orders.reserve import committed_units

availability = table(Availability)


def check(look: Look) -> Iterator[Difference]:
    """``committed``, by item and warehouse."""
    kept = select(availability.c.item_id, availability.c.warehouse_id, availability.c.committed)
    yield from found(look.session, differing("committed", kept, committed_units()))
