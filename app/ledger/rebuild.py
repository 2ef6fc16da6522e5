"""Derive again what is derived from the facts: balances, and the kept sums of each item in each warehouse."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, delete, func, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from app.db import table
from app.ledger.checks.difference import Difference
from app.ledger.checks.stock import in_warehouses
from app.ledger.models import BALANCE_KEY, Availability, Balance
from app.ledger.sums import SUMS

balance, availability = table(Balance), table(Availability)


def rebuild(session: Session, differences: Iterable[Difference], committed: Select[Any], inbound: Select[Any]) -> None:
    """Mend the balances that differ, then write all sums anew. ``committed`` and ``inbound``: item, warehouse, units.

    Balance rows keep their ids, because allocations name them.
    """
    _mend_balances(session, differences)
    session.execute(delete(availability))
    stock = select(balance.c.item_id, balance.c.location_id, balance.c.condition, balance.c.quantity.label("units"))
    sums = (
        in_warehouses(stock.subquery(), is_unavailable=False),
        in_warehouses(stock.subquery(), is_unavailable=True),
        committed,
        inbound,
    )
    sides = []
    for name, each in zip(SUMS, sums, strict=True):
        item_id, warehouse_id, units = each.subquery().c
        columns = (units if other == name else literal(0) for other in SUMS)
        sides.append(
            select(
                item_id.label("item_id"),
                warehouse_id.label("warehouse_id"),
                *(column.label(other) for column, other in zip(columns, SUMS, strict=True)),
            )
        )
    both = union_all(*sides).subquery()
    added = select(both.c.item_id, both.c.warehouse_id, *(func.sum(both.c[name]) for name in SUMS))
    statement = added.group_by(both.c.item_id, both.c.warehouse_id)
    session.execute(insert(availability).from_select(["item_id", "warehouse_id", *SUMS], statement))
    session.execute(update(availability).values(risen=1))  # whoever waits may have been kept waiting by a wrong sum


def _mend_balances(session: Session, differences: Iterable[Difference]) -> None:
    mended: dict[tuple[Any, ...], dict[str, int | str]] = {}
    rising = set()
    for difference in differences:
        if difference.what == "balance" and int(difference.replayed) > int(difference.kept):
            rising.add(difference.key)
        column = {"balance": "quantity", "allocated": "allocated"}.get(difference.what)
        if column:
            mended.setdefault(difference.key, {})[column] = difference.replayed
    # What falls comes first: a unit with a serial number leaves one place before it stands in another.
    for key, values in sorted(mended.items(), key=lambda each: each[0] in rising):
        is_it = [column == part for column, part in zip(BALANCE_KEY, key, strict=True)]
        known = session.execute(select(balance.c.id).where(*is_it)).scalar()
        if known is not None:
            session.execute(update(balance).where(balance.c.id == known).values(values))
            continue
        names = ("item_id", "location_id", "lot_id", "container_id", "condition", "serial")
        row = dict(zip(names, key, strict=True)) | {"quantity": 0, "allocated": 0} | values
        session.execute(insert(balance), row | {name: row[name] or None for name in ("lot_id", "container_id")})
