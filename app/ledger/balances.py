"""The kept balances: take from one by a conditional UPDATE, put into one, speak for part of one.

The row count of the UPDATE is the verdict on "is there enough?"; the CHECK on the table is the last wall.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.db import adding, changed, core, table
from app.language import _
from app.ledger.models import BALANCE_KEY, Balance
from app.places.models import Location
from app.refusal import Refused

balance = table(Balance)
BalanceKey = tuple[int, int, int, int, str, str]
"""item, location, lot or 0, container or 0, condition, serial: the global order in which balances are taken."""

_KEY = (
    (balance.c.item_id == bindparam("b_item"))
    & (balance.c.location_id == bindparam("b_location"))
    & (BALANCE_KEY[2] == bindparam("b_lot"))
    & (BALANCE_KEY[3] == bindparam("b_container"))
    & (balance.c.condition == bindparam("b_condition"))
    & (balance.c.serial == bindparam("b_serial"))
)
_TAKE = (
    update(balance)
    .where(
        _KEY,
        balance.c.allocated + bindparam("b_allocated") >= 0,
        balance.c.quantity + bindparam("b_quantity") >= balance.c.allocated + bindparam("b_allocated"),
    )
    .values(
        quantity=balance.c.quantity + bindparam("b_quantity"), allocated=balance.c.allocated + bindparam("b_allocated")
    )
)


def take(session: Session, key: BalanceKey, quantity: int, allocated: int) -> bool:
    """Add a change that may be negative; ``False``, and nothing changed, where the free units do not suffice."""
    return core(session).execute(_TAKE, _bind(key, quantity, allocated)).rowcount == 1


def _bind(key: BalanceKey, quantity: int, allocated: int) -> dict[str, int | str]:
    item, place, lot, container, condition, serial = key
    return {
        "b_item": item,
        "b_location": place,
        "b_lot": lot,
        "b_container": container,
        "b_condition": condition,
        "b_serial": serial,
        "b_quantity": quantity,
        "b_allocated": allocated,
    }


def put(session: Session, change: Sequence[tuple[BalanceKey, int, int]]) -> None:
    """Add to balances, in the order given, all in one go: an opening posts thousands."""
    rows = [
        {
            "item_id": item,
            "location_id": place,
            "lot_id": lot or None,
            "container_id": container or None,
            "condition": condition,
            "serial": serial,
            "quantity": quantity,
            "allocated": allocated,
        }
        for (item, place, lot, container, condition, serial), quantity, allocated in change
    ]
    statement = adding(session, Balance, key=BALANCE_KEY, columns=("quantity", "allocated"))
    core(session).execute(statement, rows if len(rows) > 1 else rows[0])


def not_enough(session: Session, key: BalanceKey, wanted: int) -> Refused:
    free = session.scalar(select(balance.c.quantity - balance.c.allocated).where(_KEY), _bind(key, 0, 0)) or 0
    sku = session.scalar(select(Item.sku).where(Item.id == key[0]))
    code = session.scalar(select(Location.code).where(Location.id == key[1]))
    return Refused(
        "not_enough_stock",
        _(
            "Only %(free)s of %(sku)s are free at %(place)s, not %(wanted)s. Count the place or take fewer.",
            free=free,
            sku=sku,
            place=code,
            wanted=wanted,
        ),
        free=free,
    )


_ALLOCATE = (
    update(balance)
    .where(balance.c.id == bindparam("b_id"), balance.c.quantity - balance.c.allocated >= bindparam("n"))
    .values(allocated=balance.c.allocated + bindparam("n"))
)
_RELEASE = (
    update(balance).where(balance.c.id == bindparam("b_id")).values(allocated=balance.c.allocated - bindparam("n"))
)


def allocate_units(session: Session, balance_id: int, quantity: int) -> bool:
    """Speak for ``quantity`` units of one balance if that many are free; ``False``, and nothing changed, if not."""
    return changed(session, _ALLOCATE, {"b_id": balance_id, "n": quantity}) == 1


def release_units(session: Session, balance_id: int, quantity: int) -> None:
    """Give allocated units of one balance back; below zero fails on the CHECK."""
    session.execute(_RELEASE, {"b_id": balance_id, "n": quantity})


def units_at(session: Session, location_id: int) -> int:
    """All units in one location, whatever they are: what ``max_units`` limits."""
    total = select(func.coalesce(func.sum(balance.c.quantity), literal_column("0")))
    return int(session.execute(total.where(balance.c.location_id == location_id)).scalar_one())
