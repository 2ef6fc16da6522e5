"""A short pick taken back: the units were in their bin after all, and are chosen there again.

Only while nothing has followed from it: what was chosen instead is not picked, the promise was given no other stock,
and nobody else has spoken for the units in the bin.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.ledger.balances import allocate_units
from app.orders.allocate import balance, unchosen
from app.orders.stock_in_hand import allocation, lock_stock_in_hand, release_allocation
from app.tasks.lines import grow_line


def take_back(session: Session, *, released: Mapping[int, int], chosen: Mapping[int, int]) -> bool:
    """Undo what ``fulfil.short`` did: units ``released`` and ``chosen`` instead, each by allocation.

    ``False``, and nothing changed, where that cannot be undone exactly any more.
    """
    rows = _locked(session, [*released, *chosen])
    wanted: dict[int, int] = defaultdict(int)
    in_bins: dict[int, int] = defaultdict(int)
    for id_, units in released.items():
        wanted[rows[id_].reservation_id] += units
        in_bins[rows[id_].balance_id] += units
    for id_, units in chosen.items():
        if (rows[id_].quantity, rows[id_].picked, rows[id_].released) != (units, 0, 0):
            return False
        wanted[rows[id_].reservation_id] -= units
    free = {reservation_id: units for reservation_id, (_i, _w, units) in unchosen(session, sorted(wanted)).items()}
    if any(units > free.get(reservation_id, 0) for reservation_id, units in wanted.items()):
        return False
    if not _are_free(session, in_bins):
        return False
    for id_, units in sorted(chosen.items()):
        release_allocation(session, id_, units)
    for id_, units in sorted(released.items()):
        session.execute(update(allocation).where(allocation.c.id == id_).values(released=allocation.c.released - units))
        is_chosen = allocate_units(session, rows[id_].balance_id, units)
        assert is_chosen, "a locked balance was changed by another"
        if rows[id_].task_line_id is not None:
            grow_line(session, rows[id_].task_line_id, units)
    return True


def _locked(session: Session, allocation_ids: list[int]) -> dict[int, Row[Any]]:
    """The allocations as they are, held still together with the promises that they are for."""
    mine = allocation.c.id.in_(allocation_ids)
    lock_stock_in_hand(session, session.scalars(select(allocation.c.reservation_id).where(mine)).all())
    return {row.id: row for row in session.execute(select(allocation).where(mine))}


def _are_free(session: Session, units: Mapping[int, int]) -> bool:
    """Whether each balance still has so many units that nobody has spoken for; locked in the global order."""
    statement = (
        select(balance.c.id, (balance.c.quantity - balance.c.allocated).label("free"))
        .where(balance.c.id.in_(units))
        .order_by(balance.c.item_id, balance.c.location_id, balance.c.lot_id, balance.c.id)
        .with_for_update()
    )
    free = {row.id: row.free for row in session.execute(statement)}
    return all(free.get(id_, 0) >= wanted for id_, wanted in units.items())
