"""What is known of goods that come back: what was announced, and which lots and serial numbers went out."""

from dataclasses import replace

from sqlalchemy import select

from app.floor.inspect.memory import Work
from app.floor.inspect.stock_inspection import of_stock
from app.floor.shared import confirm
from app.floor.shared.question import about_line, with_undo
from app.floor.shared.step import Meaning, Prompt, Said, Step, Way, action_way
from app.floor.shared.which_one import lot_ways, serial_ways
from app.language import _
from app.ledger.serials import with_customers
from app.orders.models import Holding, Order, OrderLine, Reservation
from app.refusal import Refused
from app.returns.models import RmaLine
from app.tasks.lines import Line
from app.words import word


def prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    """The question, with what was announced; of goods that stand here, with where they stand."""
    line = work.the_line
    if of_stock(work):
        asked = about_line(work, instruction, value=value, ways=ways, expects=expects)
        asked.location = asked.container or asked.location
        asked.detail = [(_("Condition"), word(line.source_condition))]
        return asked
    announced, bench = rma_line(work, line), work.memory.bench
    return Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=with_undo(work, ways, is_begun=bench is not None),
        location=bench.place if bench else None,
        sku=line.sku,
        name=line.name,
        image_url=line.image_url,
        lot=work.memory.lot,
        quantity=line.left,
        counted=bench.units if bench else work.counted,
        document=work.task.document,
        detail=[(_("Announced"), str(announced.quantity)), (_("Reason"), word(announced.reason) or "-")],
    )


def rma_line(work: Work, line: Line) -> RmaLine:
    """The return's own line."""
    assert line.document_line_id is not None, "an inspection without its return line"
    return work.session.get_one(RmaLine, line.document_line_id, populate_existing=True)


def _went_out(work: Work) -> list[Holding]:
    """What left the house for this order line, carton by carton."""
    statement = (
        select(Holding)
        .join(Reservation, Reservation.id == Holding.reservation_id)
        .where(
            Reservation.order_line_id == rma_line(work, work.the_line).order_line_id,
            Holding.is_shipped,
            Holding.quantity > 0,
        )
        .order_by(Holding.id)
    )
    return list(work.session.scalars(statement))


def _shipped_lots(work: Work) -> list[str]:
    return confirm.lot_codes(work.session, [held.lot_id for held in _went_out(work) if held.lot_id is not None])


def _ask_lot(work: Work) -> Prompt:
    ways = [*lot_ways(_shipped_lots(work)), set_aside_way()]
    return prompt(work, _("Scan the lot"), value=work.the_line.sku, ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    """Errors: ``wrong_lot`` for one that did not go out with this order line."""
    if meaning.type != "lot":
        raise confirm.wrong(meaning, wanted=_("Scan the lot of %(sku)s.", sku=work.the_line.sku))
    lots = _shipped_lots(work)
    if meaning.code not in lots:
        raise Refused(
            "wrong_lot",
            _(
                "Lot %(this)s was not shipped in this order. Shipped: %(lots)s.",
                this=meaning.code,
                lots=", ".join(lots),
            ),
        )
    work.memory = replace(work.memory, lot=meaning.code)
    return Said("lot_confirmed", _("Lot %(lot)s", lot=meaning.code))


def _serials_out(work: Work) -> list[str]:
    """Serial numbers that left in this order line last, are still with its customer, and are not scanned yet."""
    out = [held for held in _went_out(work) if held.serial]
    there = with_customers(work.session, work.the_line.item_id, [held.serial for held in out])
    scanned = set(work.memory.serials)
    return [held.serial for held in out if there.get(held.serial) == held.container_id and held.serial not in scanned]


def _ask_serial(work: Work) -> Prompt:
    ways = [*serial_ways(_serials_out(work)), set_aside_way()]
    return prompt(work, _("Scan the serial number"), value=work.the_line.sku, ways=ways, expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    """Errors: ``serial_twice``; ``serial_mismatch`` for a unit that did not go out with this order line."""
    if meaning.type != "serial":
        raise confirm.wrong(meaning, wanted=_("Scan the serial number of %(sku)s.", sku=work.the_line.sku))
    serials = work.memory.serials
    if meaning.code in serials:
        raise Refused("serial_twice", _("Serial %(serial)s was scanned already. Scan another.", serial=meaning.code))
    if meaning.code not in _serials_out(work):
        raise _mismatch(work, meaning.code)
    work.memory = replace(work.memory, serials=(*serials, meaning.code))
    return Said("serial_confirmed", _("Serial %(serial)s", serial=meaning.code))


def _mismatch(work: Work, serial: str) -> Refused:
    """Why this unit does not come back from this order: it was sold again since, or never left in it."""
    item_id = work.the_line.item_id
    carton_id = with_customers(work.session, item_id, [serial]).get(serial)
    last = (
        select(Order.order_ref)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Reservation, Reservation.order_line_id == OrderLine.id)
        .join(Holding, Holding.reservation_id == Reservation.id)
        .where(
            Holding.container_id == carton_id,
            Holding.item_id == item_id,
            Holding.serial == serial,
            Holding.is_shipped,
            Holding.quantity > 0,
        )
    )
    order = work.session.scalar(last) if carton_id else None
    if order is None:
        said = _("Serial %(serial)s did not leave in this order, or is back already. Set it aside.", serial=serial)
    else:
        said = _(
            "Serial %(serial)s went out last in order %(order)s. Set it aside for a return of that order.",
            serial=serial,
            order=order,
        )
    return Refused("serial_mismatch", said)


def set_aside_way() -> Way:
    """Wherever something is in hand that was not received yet."""
    return action_way("set_aside", _("It is not from this order"))


def set_aside(work: Work) -> Said:
    """What is in hand did not leave in this order: the unit whose serial number is asked for, else all that is counted.

    It is nobody's stock: the office says whose it is. Errors: ``unknown_action`` where nothing is in hand, or it was
    received already.
    """
    if of_stock(work) or work.memory.bench is not None or not work.counted:
        raise Refused(
            "unknown_action", _("%(name)s cannot be done here. See what the screen offers.", name="set_aside")
        )
    sku, serials = work.the_line.sku, work.memory.serials
    is_one = work.the_line.tracking == "serial" and len(serials) < work.counted
    units = 1 if is_one else work.counted
    work.memory = replace(work.memory, is_set_aside=True, counted=work.counted - units)
    if not work.counted:
        work.memory = work.memory.without_count()
        work.next_line()
    return Said("set_aside", _("Set %(n)s × %(sku)s aside, and ask the office.", n=units, sku=sku))


LOT = Step(("lot",), _ask_lot, _accept_lot)
SERIAL = Step(("serial",), _ask_serial, _accept_serial, takes_new=True)
