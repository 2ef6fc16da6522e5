"""What stands in totes and cartons for sale is what orders hold there, in both directions.

Units that an order holds and that are not there can never be packed; units that are there and that nobody holds are for
sale where nobody picks from. Only a licence plate holds stock for everybody.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, func, literal, select, union_all

from app.db import table
from app.ledger.checks.difference import Difference, Look, exceeding, found
from app.ledger.models import Balance
from app.orders.stock_in_hand import IN_HAND, holding
from app.places.models import PICKED_INTO, Container

balance, container = table(Balance), table(Container)


def check(look: Look) -> Iterator[Difference]:
    """``held``, by container, item, lot or 0, serial."""
    sides = union_all(
        select(*_key(holding), holding.c.quantity.label("held"), literal(0).label("there")).where(IN_HAND),
        select(*_key(balance), literal(0).label("held"), balance.c.quantity.label("there")).where(
            balance.c.container_id.is_not(None), balance.c.condition == "available", balance.c.quantity > 0
        ),
    ).subquery()
    c = sides.c
    key, held, there = [c.container_id, c.item_id, c.lot, c.serial], func.sum(c.held), func.sum(c.there)
    statement = exceeding("held", key, held, there).join(container, container.c.id == c.container_id)
    is_wrong = (held > there) | (container.c.kind.in_(PICKED_INTO) & (held != there))
    yield from found(look.session, statement.group_by(*key, container.c.kind).having(is_wrong))


def _key(rows: Table) -> tuple[Any, ...]:
    return rows.c.container_id, rows.c.item_id, func.coalesce(rows.c.lot_id, 0).label("lot"), rows.c.serial
