"""A serial number is one unit in the world: at most one real place holds it, and at most once.

The number belongs to its item: the same number on two items is two units. The database refuses the second one
(``uq_balance_serial``, ``ck_balance_serial``); here is what the worker hears. The proof is in ``checks.serials``.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.db import core, table
from app.language import _
from app.ledger.models import Balance, Movement
from app.places.models import CUSTOMER, Container, Location
from app.refusal import Refused

balance, movement = table(Balance), table(Movement)
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


def with_customers(session: Session, item_id: int, serials: Sequence[str]) -> dict[str, int]:
    """Those of these units that a customer has: serial -> the carton in which it left last.

    A unit that was sold twice is with the customer of its latest shipment. One that came back is not with a customer
    any more, wherever it went from there; a return that was undone leaves it where it was.
    """
    left_in_carton = (movement.c.target_location_id == CUSTOMER) & movement.c.source_container_id.is_not(None)
    found: dict[str, int] = {}
    for start in range(0, len(serials), _PORTION):
        way = (
            select(
                func.max(movement.c.id).label("last"),
                func.max(case((left_in_carton, movement.c.id))).label("shipped"),
            )
            .where(
                movement.c.item_id == item_id,
                movement.c.serial != literal_column("''"),  # as its index says
                movement.c.serial.in_(serials[start : start + _PORTION]),
            )
            .group_by(movement.c.serial)
            .subquery()
        )
        shipped, last = movement.alias(), movement.alias()
        rows = (
            select(shipped.c.serial, shipped.c.source_container_id)
            .join_from(way, shipped, shipped.c.id == way.c.shipped)
            .join(last, last.c.id == way.c.last)
            .where(last.c.target_location_id == CUSTOMER)
        )
        found |= {row.serial: row.source_container_id for row in core(session).execute(rows)}
    return found


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
