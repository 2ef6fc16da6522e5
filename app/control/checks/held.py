"""What orders have picked into a container must stand there for sale: never more is believed than there is."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app.db import table
from app.ledger.checks.difference import Difference, Look, exceeding, found
from app.ledger.models import Balance
from app.orders.stock_in_hand import IN_HAND, holding

balance = table(Balance)


def check(look: Look) -> Iterator[Difference]:
    """``held``, by container, item, lot or 0, serial."""
    key = (holding.c.container_id, holding.c.item_id, func.coalesce(holding.c.lot_id, 0), holding.c.serial)
    names = ("container_id", "item_id", "lot_id", "serial")
    named = [part.label(name) for part, name in zip(key, names, strict=True)]
    held = select(*named, func.sum(holding.c.quantity).label("units")).where(IN_HAND).group_by(*key).subquery()
    stands = (
        select(func.coalesce(func.sum(balance.c.quantity), 0))
        .where(
            balance.c.container_id == held.c.container_id,
            balance.c.item_id == held.c.item_id,
            func.coalesce(balance.c.lot_id, 0) == held.c.lot_id,
            balance.c.serial == held.c.serial,
            balance.c.condition == "available",
        )
        .scalar_subquery()
    )
    yield from found(
        look.session,
        exceeding("held", [held.c[name] for name in names], held.c.units, stands).where(held.c.units > stands),
    )
