"""Allocate: the exact stock for a reservation, bin by bin.

FEFO for dated lots, else the pick face first, then first in first out, in route order; only what
``ledger.for_sale`` lets an order have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.catalog.models import Lot
from app.db import table
from app.ledger.balances import allocate_units
from app.ledger.for_sale import PICKED_FROM, may_be_chosen
from app.ledger.models import Balance
from app.orders.reserve import OPEN, reservation
from app.orders.stock_in_hand import ALLOCATED, IN_HAND, allocation, holding, lock_reservations
from app.places.models import Location
from app.tasks.queue import NewLine

balance = table(Balance)


@dataclass(slots=True)
class Free:
    """A balance with units that nobody has spoken for, where it stands on the walk."""

    balance_id: int
    item_id: int
    lot_id: int | None
    serial: str
    location_id: int
    container_id: int | None
    code: str
    sequence: int
    free: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Units of one balance chosen for one reservation."""

    reservation_id: int
    stock: Free
    quantity: int


ALLOCATED_OF_IT = (
    select(func.coalesce(func.sum(ALLOCATED), 0))
    .where(allocation.c.reservation_id == reservation.c.id)
    .correlate(reservation)
    .scalar_subquery()
)
"""Of a row of reservations: its units that are chosen in a bin and not picked yet."""
HELD_OF_IT = (
    select(func.coalesce(func.sum(holding.c.quantity), 0))
    .where(holding.c.reservation_id == reservation.c.id, IN_HAND)
    .correlate(reservation)
    .scalar_subquery()
)
"""Of a row of reservations: its units that stand in totes and cartons."""


def unchosen(session: Session, reservation_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Reservation id -> (item, warehouse, units) for which no stock is chosen or picked yet.

    The reservations are locked, so that two jobs never choose stock for the same units.
    """
    lock_reservations(session, reservation_ids)
    statement = (
        select(
            reservation.c.id,
            reservation.c.item_id,
            reservation.c.warehouse_id,
            (OPEN - ALLOCATED_OF_IT - HELD_OF_IT).label("n"),
        )
        .where(reservation.c.id.in_(reservation_ids), OPEN > ALLOCATED_OF_IT + HELD_OF_IT)
        .order_by(reservation.c.id)
    )
    return {row.id: (row.item_id, row.warehouse_id, int(row.n)) for row in session.execute(statement)}


def hold_stock(session: Session, item_ids: Iterable[int], warehouse_id: int) -> None:
    """Hold everything of these items that stands in bins, in the global order.

    For whoever lets go of some of it, posts, and chooses other stock instead: what is chosen comes after the kept sums
    otherwise, and whoever puts the same item into that bin has it the other way round.
    """
    statement = (
        select(balance.c.id)
        .join(Location, Location.id == balance.c.location_id)
        .where(
            balance.c.item_id.in_(sorted(set(item_ids))),
            balance.c.quantity > 0,
            Location.kind.in_(PICKED_FROM),
            Location.warehouse_id == warehouse_id,
        )
        .order_by(balance.c.item_id, balance.c.location_id, balance.c.lot_id, balance.c.id)
    )
    session.execute(statement.with_for_update(of=balance))


def free_stock(
    session: Session, *, item_ids: Sequence[int], warehouse_id: int, today: date, avoid_locations: Sequence[int] = ()
) -> dict[int, list[Free]]:
    """Item id -> its free stock in bins, best first; rows are locked in the global order."""
    statement = (
        select(
            balance.c.id,
            balance.c.item_id,
            balance.c.lot_id,
            balance.c.serial,
            balance.c.location_id,
            balance.c.container_id,
            Location.code,
            Location.sequence,
            (balance.c.quantity - balance.c.allocated).label("free"),
            Location.is_pick_face,
            Lot.expiry,
        )
        .join(Location, Location.id == balance.c.location_id)
        .outerjoin(Lot, Lot.id == balance.c.lot_id)
        .where(
            balance.c.item_id.in_(sorted(set(item_ids))),
            may_be_chosen(today),
            balance.c.quantity > balance.c.allocated,
            Location.warehouse_id == warehouse_id,
            balance.c.location_id.not_in(list(avoid_locations)),
        )
        .order_by(balance.c.item_id, balance.c.location_id, balance.c.lot_id, balance.c.id)
        .with_for_update(of=balance)
    )
    found: dict[int, list[tuple[tuple[object, ...], Free]]] = {}
    for row in session.execute(statement):
        rank = (row.expiry or date.max, not row.is_pick_face, row.id, row.sequence)
        found.setdefault(row.item_id, []).append((rank, Free(*row[:9])))
    return {item: [free for _rank, free in sorted(rows, key=lambda pair: pair[0])] for item, rows in found.items()}


def choose(wanted: dict[int, tuple[int, int, int]], stock: dict[int, list[Free]]) -> list[Chosen]:
    """Deal free stock out to reservations, in the order given; takes the units out of ``stock``."""
    chosen: list[Chosen] = []
    for reservation_id, (item_id, _warehouse_id, units) in wanted.items():
        for free in stock.get(item_id, ()):
            taken = min(units, free.free)
            if taken:
                free.free -= taken
                units -= taken
                chosen.append(Chosen(reservation_id, free, taken))
            if not units:
                break
    return chosen


def write(session: Session, chosen: Sequence[Chosen]) -> list[int]:
    """Speak for the chosen stock; returns the allocations' ids in the order given."""
    for each in sorted(chosen, key=lambda one: one.stock.balance_id):
        is_free = allocate_units(session, each.stock.balance_id, each.quantity)
        assert is_free, "a locked balance was changed by another"
    if not chosen:
        return []
    rows = [
        {"reservation_id": each.reservation_id, "balance_id": each.stock.balance_id, "quantity": each.quantity}
        for each in chosen
    ]
    statement = insert(allocation).returning(allocation.c.id, sort_by_parameter_order=True)
    return list(session.execute(statement, rows).scalars())


def pick_line(chosen: Chosen, allocation_id: int) -> NewLine:
    """The pick line that an allocation opens."""
    return NewLine(
        item_id=chosen.stock.item_id,
        quantity=chosen.quantity,
        lot_id=chosen.stock.lot_id,
        serial=chosen.stock.serial,
        source_location_id=chosen.stock.location_id,
        source_container_id=chosen.stock.container_id,
        document_line_id=allocation_id,
    )
