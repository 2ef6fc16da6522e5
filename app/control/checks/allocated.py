"""What each balance says is spoken for, against the allocations that still wait for their picker."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select

from app.db import table
from app.ledger.checks.difference import Difference, Look, differing, found
from app.ledger.models import Balance
from app.orders.stock_in_hand import ALLOCATED, allocation

balance = table(Balance)
KEY = (
    balance.c.item_id,
    balance.c.location_id,
    func.coalesce(balance.c.lot_id, 0),
    func.coalesce(balance.c.container_id, 0),
    balance.c.condition,
    balance.c.serial,
)


def check(look: Look) -> Iterator[Difference]:
    """``allocated``, by the balance's key."""
    kept = select(*KEY, balance.c.allocated).where(balance.c.allocated != 0)
    yield from found(look.session, differing("allocated", kept, _waiting()))


def _waiting() -> Select[Any]:
    statement = select(*KEY, func.sum(ALLOCATED)).join(allocation, allocation.c.balance_id == balance.c.id)
    return statement.where(ALLOCATED > 0).group_by(*KEY)
