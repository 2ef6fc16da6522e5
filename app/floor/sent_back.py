"""What is known of goods that come back: what was announced, and which lots and serial numbers went out."""

from sqlalchemy import select

from app.floor import confirm
from app.floor.inspection import of_stock
from app.floor.question import about_line, with_undo
from app.floor.step import Meaning, Prompt, Said, Step, Way, Work, scan_way
from app.language import _
from app.ledger.serials import standing
from app.orders.models import Holding, Reservation
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
    announced, bench = rma_line(work, line), work.memory.get("bench", {})
    return Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=with_undo(work, ways, is_begun=bool(bench)),
        location=bench.get("place"),
        sku=line.sku,
        name=line.name,
        image_url=line.image_url,
        lot=work.memory.get("lot"),
        quantity=line.left,
        counted=bench.get("units", work.counted),
        document=work.task.document,
        detail=[(_("Announced"), str(announced.quantity)), (_("Reason"), word(announced.reason) or "-")],
    )


def rma_line(work: Work, line: Line) -> RmaLine:
    """The return's own line."""
    assert line.document_line_id is not None, "an inspection without its return line"
    return work.session.get_one(RmaLine, line.document_line_id, populate_existing=True)


def _went_out(work: Work) -> list[tuple[int | None, str]]:
    """(lot, serial) of what left the house for this order line."""
    statement = (
        select(Holding.lot_id, Holding.serial)
        .join(Reservation, Reservation.id == Holding.reservation_id)
        .where(
            Reservation.order_line_id == rma_line(work, work.the_line).order_line_id,
            Holding.is_shipped,
            Holding.quantity > 0,
        )
        .order_by(Holding.id)
    )
    return [(row.lot_id, row.serial) for row in work.session.execute(statement)]


def _shipped_lots(work: Work) -> list[str]:
    return confirm.lot_codes(work.session, [lot for lot, _serial in _went_out(work) if lot is not None])


def _ask_lot(work: Work) -> Prompt:
    lots = _shipped_lots(work)
    ways = [scan_way(code, _("Lot %(lot)s", lot=code)) for code in lots]
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
    work.remember(lot=meaning.code)
    return Said("lot_confirmed", _("Lot %(lot)s", lot=meaning.code))


def _serials_out(work: Work) -> list[str]:
    """Serial numbers of this order line that are still with the customer and not scanned yet."""
    item_id = work.the_line.item_id
    out = [serial for _lot, serial in _went_out(work) if serial]
    here = {serial for (_item, serial), _place in standing(work.session, [(item_id, serial) for serial in out])}
    scanned = set(work.memory.get("serials", []))
    return [serial for serial in out if serial not in here | scanned]


def _ask_serial(work: Work) -> Prompt:
    ways = [scan_way(serial, _("Serial %(serial)s", serial=serial)) for serial in _serials_out(work)]
    return prompt(work, _("Scan the serial number"), value=work.the_line.sku, ways=ways, expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    """Errors: ``serial_twice``; ``serial_mismatch`` for a unit that did not go out with this order line."""
    if meaning.type != "serial":
        raise confirm.wrong(meaning, wanted=_("Scan the serial number of %(sku)s.", sku=work.the_line.sku))
    serials = work.memory.get("serials", [])
    if meaning.code in serials:
        raise Refused("serial_twice", _("Serial %(serial)s was scanned already. Scan another.", serial=meaning.code))
    if meaning.code not in _serials_out(work):
        raise Refused(
            "serial_mismatch",
            _("Serial %(serial)s did not leave in this order, or is back already. Set it aside.", serial=meaning.code),
        )
    work.remember(serials=[*serials, meaning.code])
    return Said("serial_confirmed", _("Serial %(serial)s", serial=meaning.code))


LOT = Step(("lot",), _ask_lot, _accept_lot)
SERIAL = Step(("serial",), _ask_serial, _accept_serial, takes_new=True)
