"""A serial number is one unit in the world: at most one real place holds it, and at most once.

The number belongs to its item: the same number on two items is two units. The database refuses the second one
(``uq_balance_serial``, ``ck_balance_serial``); here is what the worker hears. The proof is in ``checks.serials``.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.db import core, table
from app.language import _
from app.ledger.models import Balance
from app.places.models import Container, Location
from app.refusal import Refused

balance = table(Balance)
Unit = tuple[int, str]
"""item, serial"""
_PORTION = 500
"""As many numbers as every database takes in one statement."""


def standing(session: Session, units: Iterable[Unit]) -> Iterator[tuple[Unit, str]]:
    """Those of these units that stand somewhere, each with its place: the container's code, else the location's."""
    numbers: dict[int, list[str]] = {}
    for item_id, serial in units:
        numbers.setdefault(item_id, []).append(serial)
    for item_id, serials in numbers.items():
        for start in range(0, len(serials), _PORTION):
            found = core(session).execute(_places(item_id, serials[start : start + _PORTION]))
            yield from (((item_id, row.serial_here), row.place) for row in found)


def _places(item_id: int, serials: Sequence[str]) -> Select[str, str]:
    return (
        select(balance.c.serial_here, func.coalesce(Container.code, Location.code).label("place"))
        .join(Location, Location.id == balance.c.location_id)
        .outerjoin(Container, Container.id == balance.c.container_id)
        .where(balance.c.item_id == item_id, balance.c.serial_here.in_(serials))
    )


def require_nowhere(session: Session, units: Iterable[Unit]) -> None:
    """Units that are about to come in. Errors: ``serial_in_stock`` names the one that stands somewhere, and where."""
    for (item_id, serial), place in standing(session, units):
        sku = session.scalar(select(Item.sku).where(Item.id == item_id))
        raise Refused(
            "serial_in_stock",
            _(
                "Serial %(serial)s of %(sku)s is in stock already, at %(place)s. Undo it and look at the number again.",
                serial=serial,
                sku=sku,
                place=place,
            ),
            serial=serial,
            place=place,
        )
