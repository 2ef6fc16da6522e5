"""What is available, and what may be promised: the one place that says so.

- ``available = on_hand - unavailable - committed`` (may fall below zero only where the world lost promised stock)
- ``atp(channel) = max(0, available - buffer(channel, item))``

Screens, channels, the API and the planner all ask here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.db import table
from app.ledger.models import Availability
from app.ledger.sums import AVAILABLE
from app.places.models import Warehouse

row = table(Availability)


@dataclass(frozen=True, slots=True)
class Available:
    """The sums of one item in one warehouse, in base units."""

    item_id: int
    sku: str
    warehouse: str
    on_hand: int
    unavailable: int
    committed: int
    available: int
    inbound: int

    def atp(self, buffer: int = 0) -> int:
        """Units that a channel with this buffer may promise; never negative."""
        return max(0, self.available - buffer)

    @property
    def is_oversold(self) -> bool:
        """The world lost stock that was promised: an exception that names orders, never clamped away."""
        return self.available < 0


def availability(
    session: Session,
    *,
    skus: Sequence[str] = (),
    warehouse: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> list[Available]:
    """The sums, by SKU and warehouse; ``after`` (sku, warehouse) and ``limit`` page through them."""
    statement = (
        select(
            row.c.item_id,
            Item.sku,
            Warehouse.code,
            row.c.on_hand,
            row.c.unavailable,
            row.c.committed,
            AVAILABLE,
            row.c.inbound,
        )
        .join(Item, Item.id == row.c.item_id)
        .join(Warehouse, Warehouse.id == row.c.warehouse_id)
        .order_by(Item.sku, Warehouse.code)
    )
    if skus:
        statement = statement.where(Item.sku.in_(skus))
    if warehouse:
        statement = statement.where(Warehouse.code == warehouse)
    if after:
        sku, code = after
        statement = statement.where((Item.sku > sku) | ((Item.sku == sku) & (Warehouse.code > code)))
    if limit:
        statement = statement.limit(limit)
    return [Available(*found) for found in session.execute(statement)]


def oversold(session: Session) -> list[Available]:
    """Every item whose available fell below zero, worst first."""
    return sorted((found for found in availability(session) if found.is_oversold), key=lambda found: found.available)
