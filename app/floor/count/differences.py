"""What a count found, held against the books: the differences of one bin, and their posting.

A count is ``key -> units``, where the key names item, lot and serial number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.control.adjustments import lose
from app.control.limits import APPROVED, share
from app.db import table
from app.floor.count.memory import Work
from app.floor.count.undo_loss import note_orders
from app.floor.shared import confirm
from app.language import _
from app.ledger.for_sale import condition_in, hold_places
from app.ledger.models import Balance, Movement
from app.ledger.post import Move, Place
from app.orders.allocate import hold_stock
from app.orders.expire import hold_all_expired
from app.orders.stock_in_hand import hold_work_at
from app.places.models import ADJUSTMENT, Location, Warehouse
from app.refusal import Refused

balance, movement = table(Balance), table(Movement)

Counts = Mapping[str, int]
"""``item:lot:serial`` -> units found (lot 0 for none)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the shelf has more (or fewer) of than the books."""

    item_id: int
    lot_id: int | None
    serial: str
    units: int


def key_of(item_id: int, lot_id: int | None, serial: str) -> str:
    """The key of one thing in a count."""
    return f"{item_id}:{lot_id or 0}:{serial}"


def item_of(key: str) -> int:
    """The item that a key names."""
    return int(key.split(":")[0])


def last_movement(work: Work) -> int:
    """The newest movement of all: what comes after it came after this moment."""
    return work.session.scalar(select(func.max(movement.c.id))) or 0


def books(work: Work) -> Counts:
    """What the books have in this bin, its rows locked until the differences are posted."""
    assert work.task.location_id is not None, "a count without its bin"
    here = Balance.location_id == work.task.location_id
    hold_work_at(work.session, here)  # before the stock, as their scans do
    chosen = work.session.scalars(select(Balance.item_id).where(here, Balance.allocated > 0)).all()
    if chosen:  # other stock may be chosen instead
        hold_stock(work.session, chosen, work.task.warehouse_id)
    return booked_at(work.session, work.task.location_id, only=work.memory.only, is_locked=True)


def booked_at(session: Session, location_id: int, *, only: Sequence[int] = (), is_locked: bool = False) -> Counts:
    """What the books have in a bin (of ``only`` these items)."""
    statement = (
        select(balance.c.item_id, balance.c.lot_id, balance.c.serial, balance.c.quantity)
        .where(balance.c.location_id == location_id, balance.c.quantity > 0)
        .order_by(balance.c.item_id, balance.c.id)
    )
    found: dict[str, int] = {}
    for row in session.execute(statement.with_for_update() if is_locked else statement):
        if not only or row.item_id in only:
            key = key_of(row.item_id, row.lot_id, row.serial)
            found[key] = found.get(key, 0) + row.quantity
    return found


def moved_meanwhile(work: Work) -> set[int]:
    """Items that moved in or out of the bin since their first scan (those that nobody scanned: since the bin was)."""
    since, start, only = work.memory.since, work.memory.start, work.memory.only
    assert start is not None, "a count that has not begun"
    here = work.task.location_id
    rows = work.session.execute(
        select(movement.c.item_id, func.max(movement.c.id).label("last"))
        .where(
            movement.c.id > start,
            or_(movement.c.source_location_id == here, movement.c.target_location_id == here),
        )
        .group_by(movement.c.item_id)
    ).all()
    return {
        row.item_id for row in rows if row.last > since.get(row.item_id, start) and (not only or row.item_id in only)
    }


def compare(counts: Counts, booked: Counts, *, leave_out: set[int]) -> list[Difference]:
    """Where the shelf and the books part, in a stable order; some items are left out."""
    found = []
    for key in sorted(counts.keys() | booked.keys()):
        units = counts.get(key, 0) - booked.get(key, 0)
        if units and item_of(key) not in leave_out:
            item, lot, serial = key.split(":", 2)
            found.append(Difference(int(item), int(lot) or None, serial, units))
    return found


def require_here(work: Work, item_id: int, serial: str) -> None:
    """A unit with a number was found. Errors: ``serial_elsewhere`` where the books have it in another place."""
    statement = (
        select(Location.code)
        .join(balance, balance.c.location_id == Location.id)
        .where(
            balance.c.item_id == item_id,
            balance.c.serial_here == serial,
            balance.c.location_id != work.task.location_id,
        )
    )
    place = work.session.scalar(statement)
    if place:
        raise Refused(
            "serial_elsewhere",
            _("Serial %(serial)s is booked at %(place)s. Set it aside and move it.", serial=serial, place=place),
        )


def post_differences(work: Work, found: list[Difference]) -> None:
    """ADJUSTMENT <-> bin; what orders had chosen of a loss is let go of, and chosen again elsewhere.

    They count for everybody who counted (``control.limits``), unless a second person approved them. What is found where
    nothing is sold is not for sale before somebody has looked at it, nor is an expired lot.
    """
    place = work.session.get_one(Location, work.task.location_id)
    warehouse = work.session.get_one(Warehouse, work.task.warehouse_id)
    dated = [each.item_id for each in found if each.lot_id is not None and each.units > 0]
    hold_all_expired(work.session, warehouse, dated)
    if any(each.units > 0 for each in found):
        hold_places(work.session, [place.id])
        work.session.refresh(place)
    condition = condition_in(place.kind, is_blocked=place.is_blocked)
    for each in found:
        sku = confirm.item_row(work.session, each.item_id).sku
        if each.units > 0:
            move = Move(
                each.item_id,
                each.units,
                Place(ADJUSTMENT, None, condition),
                Place(place.id, None, condition),
                lot_id=each.lot_id,
                serial=each.serial,
            )
            posted = [work.post("count", [(move, sku, "ADJUSTMENT", place.code)])]
        else:
            posted, losses = [], _losses(work, each)
            note_orders(work, (loss.source.container_id for loss in losses))
            for loss in losses:
                one = lose(work.session, work.header("count"), loss, warehouse)
                work.show(one, [(sku, place.code, "ADJUSTMENT")])
                posted.append(one)
        ids = [one.posting_id for one in posted]
        work.memory = replace(work.memory, posted=(*work.memory.posted, *ids))
        if work.task.document_type != APPROVED:
            share(work.session, ids, {*work.memory.counters} - {work.actor.operator_id})
    hold_all_expired(work.session, warehouse, dated)


def _losses(work: Work, difference: Difference) -> list[Move]:
    """Which of the units are gone: the loose and sellable ones first."""
    rows = work.session.execute(
        select(balance.c.quantity, balance.c.container_id, balance.c.condition)
        .where(
            balance.c.location_id == work.task.location_id,
            balance.c.item_id == difference.item_id,
            func.coalesce(balance.c.lot_id, 0) == (difference.lot_id or 0),
            balance.c.serial == difference.serial,
            balance.c.quantity > 0,
        )
        .order_by(balance.c.container_id.is_not(None), balance.c.condition != "available", balance.c.id)
    ).all()
    left, found = -difference.units, []
    assert work.task.location_id is not None, "a count without its bin"
    for row in rows:
        taken = min(left, row.quantity)
        if taken:
            source = Place(work.task.location_id, row.container_id, row.condition)
            target = Place(ADJUSTMENT, None, row.condition)
            found.append(
                Move(
                    difference.item_id,
                    taken,
                    source,
                    target,
                    lot_id=difference.lot_id,
                    serial=difference.serial,
                )
            )
            left -= taken
    return found
