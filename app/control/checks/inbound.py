"""The kept *inbound* of each item in each warehouse, against what open purchase orders still bring."""

from collections.abc import Iterator

from sqlalchemy import select

from app.db import table
from app.ledger.checks.difference import Difference, Look, differing, found
from app.ledger.models import Availability
from app.supply.purchase_orders import inbound_units

availability = table(Availability)


def check(look: Look) -> Iterator[Difference]:
    """``inbound``, by item and warehouse."""
    kept = select(availability.c.item_id, availability.c.warehouse_id, availability.c.inbound)
    yield from found(look.session, differing("inbound", kept, inbound_units()))
