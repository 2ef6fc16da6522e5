"""The carton that is being packed: begun with an SSCC of its own, closed by one posting tote -> carton, opened again.

The order's own books follow each movement, so that the promise and the goods never part.
"""

from dataclasses import replace

from sqlalchemy import select

from app.db import table
from app.floor.pack import carton_label
from app.floor.pack.memory import CartonDone, PackedUnits, Work
from app.floor.pack.verified_units import verified_units
from app.floor.shared import confirm, handover
from app.floor.shared.step import Said
from app.floor.shared.totes import require_mine
from app.language import _
from app.ledger.models import Balance
from app.ledger.post import Move, Place, reverse
from app.orders import fulfil
from app.orders.models import Holding, ShipmentCarton
from app.places.models import Container
from app.places.numbers import next_sscc
from app.refusal import Refused
from app.tasks.life import reopen
from app.tasks.lines import Line, lines, reopen_units
from app.tasks.models import TaskLine

balance = table(Balance)


def carton_of(work: Work) -> Container | None:
    carton_id = work.memory.carton
    return work.session.get(Container, carton_id) if carton_id else None


def begin_carton(work: Work) -> Container:
    """A new carton with an SSCC of its own, at the packing station."""
    station = work.first_place(("pack", "stage", "floor"))
    assert station is not None, "every warehouse has its floor"
    carton = Container(
        code=next_sscc(work.session, work.settings.company_prefix),
        kind="carton",
        warehouse_id=work.task.warehouse_id,
        location_id=station.id,
    )
    work.session.add(carton)
    work.session.flush()
    _join_shipment(work, carton)
    work.memory = replace(work.memory, carton=carton.id)
    carton_label.print_carton(work, carton)
    return carton


def close_carton(work: Work, carton: Container) -> Said:
    counts = {line_id: units for line_id, units in verified_units(work).items() if units}
    if not counts:
        raise Refused("carton_empty", _("The carton is empty. Scan an item first."))
    carton_label.require_label(work, carton)
    assert carton.location_id is not None, "a carton that stands nowhere"
    by_id = {line.id: line for line in lines(work.session, work.task.id, TaskLine.id.in_(counts))}
    gone = _take_out_cancelled(work, counts, by_id)
    if gone:
        return gone
    totes = sorted({line.source_container_id for line in by_id.values() if line.source_container_id is not None})
    standing, held = _standing(work, totes), fulfil.held_in(work.session, totes)
    moves = []
    packed = []
    for line_id, units in sorted(counts.items()):
        line = by_id[line_id]
        for place, taken in _take(standing, line, units):
            move = Move(
                line.item_id, taken, place, Place(carton.location_id, carton.id), lot_id=line.lot_id, serial=line.serial
            )
            moves.append((move, line.sku, line.source_container or "", carton.code))
        _tell_packed(work, held, line, units, target=carton.id)
        assert line.source_container_id is not None, "a packing line without its tote"
        packed.append(PackedUnits(line=line_id, quantity=units, tote=line.source_container_id))
    posted = work.post("pack", moves)
    for line_id, units in sorted(counts.items()):
        work.finish_units(by_id[line_id], units)
    _join_shipment(work, carton)
    carton.status = "closed"
    is_known = all(by_id[line_id].unit_weight_grams for line_id in counts)
    carton.weight_grams = work.memory.grams if is_known else None
    work.memory = replace(work.memory.with_carton_empty(), carton=None, label=None)
    work.can_undo(CartonDone(posting=posted.posting_id, packed=tuple(packed), carton=carton.id))
    work.session.flush()
    if work.line is None:
        to_shipping(work)
    else:
        begin_carton(work)
    return Said("carton_closed", _("Carton closed with %(n)s units.", n=sum(counts.values())))


def _join_shipment(work: Work, carton: Container) -> None:
    """The carton is one of the order's shipment; a cancellation may have thrown it out while it was still empty."""
    assert work.task.document_id is not None, "packing without an order"
    fulfil.join_shipment(work.session, work.task.document_id, work.task.warehouse_id, carton.id)


def _take_out_cancelled(work: Work, counts: dict[int, int], by_id: dict[int, Line]) -> Said | None:
    """Units that were verified and then cancelled are named, and not counted any more."""
    wanted = {id_: by_id[id_].left if by_id[id_].status == "open" else 0 for id_ in counts}
    gone = {id_: units - wanted[id_] for id_, units in counts.items() if units > wanted[id_]}
    if not gone:
        return None
    left = {id_: min(units, wanted[id_]) for id_, units in counts.items() if wanted[id_]}
    grams = sum(by_id[id_].unit_weight_grams * units for id_, units in gone.items())
    work.memory = replace(work.memory, verified=left, grams=work.memory.grams - grams)
    names = ", ".join(f"{units} {by_id[id_].sku}" for id_, units in gone.items())
    return Said("line_gone", _("Just cancelled: take %(units)s out of the carton, then scan it.", units=names))


_Stock = tuple[int | None, int, int | None, str]
"""container, item, lot, serial"""


def _standing(work: Work, containers: list[int]) -> dict[_Stock, list[list[int]]]:
    """Where units stand inside containers: [location, units], oldest first."""
    statement = select(balance).where(
        balance.c.container_id.in_(containers), balance.c.condition == "available", balance.c.quantity > 0
    )
    found: dict[_Stock, list[list[int]]] = {}
    for row in work.session.execute(statement.order_by(balance.c.id)):
        key = (row.container_id, row.item_id, row.lot_id, row.serial)
        found.setdefault(key, []).append([row.location_id, row.quantity])
    return found


def _take(standing: dict[_Stock, list[list[int]]], line: Line, units: int) -> list[tuple[Place, int]]:
    """Take a line's units out of what stands in its tote. Errors: ``not_enough_stock``."""
    found = []
    for place in standing.get((line.source_container_id, line.item_id, line.lot_id, line.serial), []):
        taken = min(units, place[1])
        if taken:
            found.append((Place(place[0], line.source_container_id), taken))
            place[1] -= taken
            units -= taken
    if units:
        raise Refused("not_enough_stock", _("The tote does not hold that many. Count it and scan again."))
    return found


def _tell_packed(work: Work, held: list[fulfil.Held], line: Line, units: int, *, target: int) -> None:
    """Move the units of the line's own promise from their tote to the carton (or back) in the order's own books.

    Another promise of the same item may stand beside it, in this tote or in the next one: it keeps its units.
    """
    mine = work.session.get_one(Holding, line.document_line_id)
    source = line.source_container_id if target != line.source_container_id else None
    for index, one in enumerate(held):
        is_mine = (one.reservation_id, one.lot_id, one.serial) == (mine.reservation_id, line.lot_id, line.serial)
        if is_mine and source in (None, one.container_id):
            taken = min(units, one.quantity)
            if taken:
                fulfil.packed(work.session, one, quantity=taken, container_id=target)
                held[index] = replace(one, quantity=one.quantity - taken)
                units -= taken
    assert units == 0, "more was packed than was picked for this order"


def drop_carton(work: Work, carton: Container) -> None:
    """A carton that stayed empty does not travel; its number is never used again."""
    carton.status = "closed"
    work.session.flush()
    row = work.session.scalar(select(ShipmentCarton).where(ShipmentCarton.container_id == carton.id))
    if row is not None:
        work.session.delete(row)
    work.memory = replace(work.memory, carton=None)
    carton_label.forget_label(work, carton)


def may_reopen(work: Work) -> bool:
    """Until the carton that was closed last has left."""
    closed = work.memory.undo
    return bool(closed) and work.session.get_one(Container, closed[-1].carton).status != "shipped"


def to_shipping(work: Work) -> None:
    """Every unit is in a carton."""
    handover.to_shipping(work)
    work.memory = replace(work.memory, is_handed=True)


def reopen_carton(work: Work) -> Said:
    """Forget the counts of the open carton; with none, take the last closed carton's units back into the tote."""
    counts = verified_units(work)
    if counts:
        work.memory = work.memory.with_carton_empty()
        return Said("count_undone", _("Take %(n)s units out of the carton again.", n=sum(counts.values())))
    if not work.memory.undo:
        raise Refused("nothing_to_undo", _("There is nothing to undo in this task."))
    done = work.memory.undo[-1]
    carton = work.session.get_one(Container, done.carton, populate_existing=True)
    if carton.status == "shipped":
        raise Refused("shipped_already", _("This carton has left. Unload it first."))
    handover.withdraw_from_shipping(work, carton)
    require_mine(work, {each.tote for each in done.packed})
    posted = reverse(work.session, done.posting, work.header("undo"))
    totes = {each.tote: work.session.get_one(Container, each.tote).code for each in done.packed}
    work.show(
        posted,
        [
            (
                confirm.item_row(work.session, move.item_id).sku,
                carton.code,
                totes.get(move.target.container_id or 0, ""),
            )
            for move in posted.moves
        ],
    )
    by_id = {line.id: line for line in lines(work.session, work.task.id)}
    held = fulfil.held_in(work.session, [carton.id])
    for each in done.packed:
        line = by_id[each.line]
        _tell_packed(work, held, line, each.quantity, target=each.tote)
        if reopen_units(work.session, line.id, each.quantity):
            work.count_lines(-1)
    spare = carton_of(work)
    if spare is not None:
        drop_carton(work, spare)
    carton.status, carton.weight_grams = "open", None
    work.memory = replace(work.memory, undo=work.memory.undo[:-1], carton=carton.id, is_handed=False)
    reopen(work.session, work.task)
    work.session.flush()
    work.next_line()
    units = sum(each.quantity for each in done.packed)
    return Said("undone", _("Undone: put %(n)s units back into the tote and scan them again.", n=units))
