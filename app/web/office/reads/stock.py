"""Stock as a list: the sums by item, found by SKU or name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.catalog.models import Item, ItemBarcode
from app.db import table
from app.ledger.models import Availability
from app.ledger.sums import AVAILABLE

_sums = table(Availability)


@dataclass(frozen=True, slots=True)
class StockRow:
    """The sums of one item in one warehouse, in base units; all 0 where it never was there."""

    id: int
    sku: str
    name: str
    on_hand: int
    unavailable: int
    committed: int
    available: int
    inbound: int


def stock_rows(
    session: Session,
    *,
    warehouse_id: int,
    query: str = "",
    only: str = "",
    after: str = "",
    fewest_after: tuple[int, str] | None = None,
    limit: int,
) -> list[StockRow]:
    """By SKU, after a SKU; or those first of which the fewest are available, after a number and a SKU.

    ``query``: the beginning of a SKU, a part of a name, or a barcode. ``only``: out, short."""
    zero = func.coalesce
    turn: tuple[Any, ...] = (Item.sku,)
    is_behind = Item.sku > after
    if fewest_after is not None:
        turn = (zero(AVAILABLE, 0), Item.sku)
        is_behind = tuple_(*turn) > fewest_after
    statement = (
        select(
            Item.id,
            Item.sku,
            Item.name,
            zero(_sums.c.on_hand, 0),
            zero(_sums.c.unavailable, 0),
            zero(_sums.c.committed, 0),
            zero(AVAILABLE, 0),
            zero(_sums.c.inbound, 0),
        )
        .outerjoin(_sums, (_sums.c.item_id == Item.id) & (_sums.c.warehouse_id == warehouse_id))
        .where(is_behind)
        .order_by(*turn)
        .limit(limit)
    )
    if query:
        by_barcode = select(ItemBarcode.item_id).where(ItemBarcode.barcode == query)
        statement = statement.where(
            or_(
                func.lower(Item.sku).startswith(query.lower(), autoescape=True),
                func.lower(Item.name).contains(query.lower(), autoescape=True),
                Item.id.in_(by_barcode),
            )
        )
    if only == "out":
        statement = statement.where(zero(AVAILABLE, 0) <= 0)
    if only == "short":
        statement = statement.where(zero(AVAILABLE, 0) < 0)
    return [StockRow(*row) for row in session.execute(statement)]


def names_of(session: Session, skus: Iterable[str]) -> dict[str, str]:
    """SKU -> the item's name, where it has one of its own."""
    wanted = sorted(set(skus))
    portions = (wanted[start : start + 1000] for start in range(0, len(wanted), 1000))
    statement = select(Item.sku, Item.name).where(Item.name != Item.sku)
    return {sku: name for each in portions for sku, name in session.execute(statement.where(Item.sku.in_(each)))}
