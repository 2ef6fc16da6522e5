"""Nothing is kept for sale where nothing is sold: in quarantine, among returns, in a blocked place."""

from collections.abc import Iterator

from sqlalchemy import func

from app.ledger.checks.difference import Difference, Look, exceeding, found
from app.ledger.for_sale import NOWHERE_SOLD, balance, location


def check(look: Look) -> Iterator[Difference]:
    """``for_sale``, by item, location, lot or 0, container or 0: units that were promised and could never be chosen."""
    key = [
        balance.c.item_id,
        balance.c.location_id,
        func.coalesce(balance.c.lot_id, 0),
        func.coalesce(balance.c.container_id, 0),
    ]
    kept = exceeding("for_sale", key, balance.c.quantity, 0)
    kept = kept.join_from(balance, location, location.c.id == balance.c.location_id)
    yield from found(look.session, kept.where(NOWHERE_SOLD, balance.c.quantity > 0))
