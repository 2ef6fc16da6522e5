"""The tote holds another lot than the books say: swap the two, once, by scanning it twice.

The picker took lot B where lot A was booked, so B's units really are in the tote and A's still in the bin. The swap
posts just that: A goes back to the bin that it was picked from, B comes out of it. It needs as many free units of B in
that bin; a third lot, or a second swap of the same line, is refused.
"""

from dataclasses import replace

from sqlalchemy import func, select

from app.catalog.models import Lot
from app.db import table
from app.floor.pack.memory import Work
from app.floor.pack.verified_units import open_lines, verified_units
from app.floor.shared import confirm
from app.floor.shared.step import Meaning
from app.language import _
from app.ledger.for_sale import is_good
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.orders import fulfil
from app.orders.models import Allocation, OrderLine, Reservation
from app.places.models import Location
from app.refusal import Refused
from app.tasks.lines import Line, change_line, line_of, shrink_line
from app.tasks.models import TaskLine
from app.tasks.queue import NewLine, add_lines

balance = table(Balance)


def swap(work: Work, line: Line, meaning: Meaning) -> int:
    """Swap the open units of a packing line to the scanned lot. Returns the line that asks for them now.

    Errors: ``other_lot`` the first time, to be scanned again; ``wrong_lot`` for an unknown or expired lot, one without
    free units where the line was picked, or a line that was swapped already.
    """
    wrong = Refused("wrong_lot", _("This is lot %(this)s. Wanted: lot %(lot)s.", this=meaning.lot, lot=line.lot))
    if line.id in work.memory.swapped:
        raise wrong
    lot_id = work.session.scalar(select(Lot.id).where(Lot.item_id == line.item_id, Lot.code == meaning.lot))
    found = _picked_from(work, line, lot_id) if lot_id is not None else None
    if found is None:
        raise wrong
    confirm.once_more(
        work,
        "other_lot",
        _("Planned is lot %(plan)s. Scan lot %(lot)s again to send it instead.", plan=line.lot, lot=meaning.lot),
    )
    assert lot_id is not None and line.document_line_id is not None, "a packing line without its holding"  # noqa: PT018
    _post(work, line, lot_id, found, lot=meaning.lot)
    held = fulfil.swap_lot(work.session, line.document_line_id, quantity=line.left, lot_id=lot_id)
    swapped = _of_other_lot(work, line, lot_id, held)
    work.memory = replace(work.memory, swapped=(*work.memory.swapped, swapped))
    work.next_line()
    return swapped


def _of_other_lot(work: Work, line: Line, lot_id: int, holding_id: int) -> int:
    """The line that asks for the swapped units; what was packed of it before stays on the line of its own lot."""
    if not line.done:
        change_line(work.session, line.id, lot_id=lot_id, document_line_id=holding_id)
        return line.id
    new = NewLine(
        item_id=line.item_id,
        quantity=line.left,
        lot_id=lot_id,
        source_container_id=line.source_container_id,
        document_line_id=holding_id,
    )
    new_id = add_lines(work.session, work.task.id, [new])[0]
    shrink_line(work.session, line.id, line.left)
    work.session.refresh(work.task)
    return new_id


def _picked_from(work: Work, line: Line, lot_id: int | None) -> Location | None:
    """A bin that the order's units of this line were picked from and that has as many free ones of the other lot."""
    bins = (
        select(balance.c.location_id)
        .join(Allocation, Allocation.balance_id == balance.c.id)
        .join(Reservation, Reservation.id == Allocation.reservation_id)
        .join(OrderLine, OrderLine.id == Reservation.order_line_id)
        .where(
            OrderLine.order_id == work.task.document_id,
            balance.c.item_id == line.item_id,
            func.coalesce(balance.c.lot_id, 0) == (line.lot_id or 0),
            Allocation.picked > 0,
        )
    )
    statement = (
        select(Location)
        .join(Balance, Balance.location_id == Location.id)
        .join(Lot, Lot.id == Balance.lot_id)
        .where(
            is_good(work.today),
            Location.id.in_(bins),
            Balance.item_id == line.item_id,
            Balance.lot_id == lot_id,
            Balance.container_id.is_(None),
            Balance.condition == "available",
            Balance.quantity - Balance.allocated >= line.left,
        )
        .order_by(Location.sequence, Location.id)
        .limit(1)
    )
    return work.session.scalar(statement)


def _post(work: Work, line: Line, lot_id: int | None, bin_: Location, *, lot: str) -> None:
    stands = work.session.scalar(
        select(Balance.location_id).where(
            Balance.container_id == line.source_container_id,
            Balance.item_id == line.item_id,
            Balance.lot_id == line.lot_id,
            Balance.quantity >= line.left,
        )
    )
    if stands is None:
        raise Refused("not_enough_stock", _("The tote does not hold that many. Count it and scan again."))
    in_tote, in_bin = Place(stands, line.source_container_id), Place(bin_.id)
    tote = line.source_container or ""
    work.post(
        "lot_swap",
        [
            (Move(line.item_id, line.left, in_tote, in_bin, lot_id=line.lot_id), line.sku, tote, bin_.code),
            (Move(line.item_id, line.left, in_bin, in_tote, lot_id=lot_id), line.sku, bin_.code, tote),
        ],
        line_id=line.id,
        note=f"{line.lot} -> {lot}",
    )


def fits(line: Line, meaning: Meaning) -> bool:
    """The label's own lot or serial, where it carries one, is the line's."""
    return (not meaning.lot or not line.lot or meaning.lot == line.lot) and (
        not line.serial or not meaning.serial or meaning.serial == line.serial
    )


def swapped_lines(work: Work, meaning: Meaning) -> list[Line]:
    """The line of another lot that this one may replace, swapped to it."""
    counts = verified_units(work)
    for line in open_lines(work, TaskLine.item_id == meaning.id):
        if line.lot and line.id not in counts:
            swapped = line_of(work.session, swap(work, line, meaning))
            return [swapped] if swapped is not None else []
    return []
