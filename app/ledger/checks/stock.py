"""Balances, on hand and unavailable against the replay of all movements, some items at a time.

Some items at a time, because a replay of everything at once would have to be sorted on the disk: an item's movements
are found by their index, and nobody else's are touched.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import FromClause, Select, func, select, union_all
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.db import table
from app.ledger.checks.difference import Difference, Look, differing, exceeding, found
from app.ledger.for_sale import not_for_sale
from app.ledger.models import Availability, Balance, Movement
from app.places.models import LAST_VIRTUAL, Location

movement, balance, availability = table(Movement), table(Balance), table(Availability)
location, item = table(Location), table(Item)
PORTIONS = 100
_END = 2**62


def check(look: Look) -> Iterator[Difference]:
    """``balance``, ``negative``, ``on_hand``, ``unavailable``."""
    portions = _portions(look.session)
    for number, (first, last) in enumerate(portions):
        look.tell(number, len(portions))
        replay = replayed(first, last).cte("replay")
        everything = select(replay)
        yield from found(
            look.session,
            differing("balance", _balances(first, last), everything),
            exceeding("negative", list(replay.c)[:-1], replay.c.units, 0).where(replay.c.units < 0),
            differing("on_hand", _kept("on_hand", first, last), in_warehouses(replay, is_unavailable=False)),
            differing("unavailable", _kept("unavailable", first, last), in_warehouses(replay, is_unavailable=True)),
        )


def replayed(first: int, last: int) -> Select[Any]:
    """What every real place holds of the items from ``first`` to ``last``, added up from nothing but movements: item,
    location, lot or 0, container or 0, condition, serial, units. Virtual and empty places are left out."""
    sides = union_all(
        *(
            select(
                movement.c.item_id,
                movement.c[f"{side}_location_id"].label("location_id"),
                func.coalesce(movement.c.lot_id, 0).label("lot_id"),
                func.coalesce(movement.c[f"{side}_container_id"], 0).label("container_id"),
                movement.c[f"{side}_condition"].label("condition"),
                movement.c.serial,
                (movement.c.quantity * sign).label("units"),
            ).where(movement.c.item_id.between(first, last), movement.c[f"{side}_location_id"] > LAST_VIRTUAL)
            for side, sign in (("source", -1), ("target", 1))
        )
    ).subquery()
    *key, units = sides.c
    return select(*key, func.sum(units).label("units")).group_by(*key).having(func.sum(units) != 0)


def _portions(session: Session) -> list[tuple[int, int]]:
    """Ranges of item ids with about as many items each; the first and the last have no end, because an edited row may
    name an item that was never there."""
    size = max(1, session.execute(select(func.count()).select_from(item)).scalar_one() // PORTIONS)
    turn = func.row_number().over(order_by=item.c.id).label("turn")
    numbered = select(item.c.id, turn).subquery()
    ends = session.scalars(select(numbered.c.id).where(numbered.c.turn % size == 0).order_by(numbered.c.id)).all()
    return [(start + 1, end) for start, end in zip([-_END, *ends], [*ends, _END], strict=True)]


def _balances(first: int, last: int) -> Select[Any]:
    return select(
        balance.c.item_id,
        balance.c.location_id,
        func.coalesce(balance.c.lot_id, 0),
        func.coalesce(balance.c.container_id, 0),
        balance.c.condition,
        balance.c.serial,
        balance.c.quantity,
    ).where(balance.c.item_id.between(first, last))


def _kept(name: str, first: int, last: int) -> Select[Any]:
    return select(availability.c.item_id, availability.c.warehouse_id, availability.c[name]).where(
        availability.c.item_id.between(first, last)
    )


def in_warehouses(stock: FromClause, *, is_unavailable: bool) -> Select[Any]:
    """Item, warehouse, units: *on hand*, or that part of it which is *unavailable*. ``stock`` has the columns item_id,
    location_id, condition and units."""
    statement = select(stock.c.item_id, location.c.warehouse_id, func.sum(stock.c.units))
    statement = statement.join_from(stock, location, location.c.id == stock.c.location_id)
    if is_unavailable:
        statement = statement.where(not_for_sale(stock.c.condition))
    return statement.group_by(stock.c.item_id, location.c.warehouse_id)
