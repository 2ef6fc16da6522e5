"""What arriving goods say of themselves: the lot, the expiry date, each unit's serial number.

A GS1 label says all of it at once. A lot has one expiry date (``app.catalog.lots``); a serial number is in stock once.
Where a label says another date than its lot is known by, one of the two is wrong, and nobody at the dock knows which:
such goods are kept apart, in quarantine under the known date, until the desk has looked (``app.control.expiry_dates``).
"""

from dataclasses import replace
from datetime import date

from app.catalog.lots import good_until, keep_lots, known_lot
from app.catalog.models import Item
from app.floor.receive.memory import ReceiveMemory, Work
from app.floor.receive.prompts import prompt
from app.floor.shared import confirm
from app.floor.shared.expiry_date import hold_old, said_date
from app.floor.shared.logistic_unit import or_sscc
from app.floor.shared.step import Meaning, Prompt, Said, Step, Way, scan_way
from app.language import _, in_words
from app.ledger.serials import require_nowhere
from app.refusal import Refused
from app.tasks.lines import Line

OTHER_EXPIRY = "other_expiry"
"""Why goods are kept apart whose label contradicts what is known of their lot."""


def waiting(work: Work) -> Step[ReceiveMemory] | None:
    """The fact that the counted goods have not told yet."""
    line = work.the_line
    if line.tracking == "lot" and work.memory.lot is None:
        return LOT
    if line.has_expiry and work.memory.expiry is None:
        return EXPIRY
    if line.tracking == "serial" and len(work.memory.serials) < work.counted:
        return SERIAL
    return None


def check_lot(work: Work, meaning: Meaning) -> None:
    """A further label of what is counted names the same lot, and the same date.

    Errors: ``lot_differs``; ``expiry_conflict``."""
    known = work.memory.lot
    if known and meaning.lot and meaning.lot != known:
        raise Refused(
            "lot_differs",
            _("This is lot %(lot)s. Scan the dock for lot %(known)s first.", lot=meaning.lot, known=known),
        )
    if known and meaning.expiry:
        _require_alike(work, known, meaning.expiry)
        if work.memory.label_date is None:
            _require_good(work, meaning.expiry)
            work.memory = replace(work.memory, expiry=meaning.expiry)


def _require_alike(work: Work, lot: str, said: date) -> None:
    """What is counted bears one date. Errors: ``expiry_conflict``."""
    counted, known = work.memory.label_date or work.memory.expiry, work.memory.expiry
    if known is not None and said != counted:
        raise Refused(
            "expiry_conflict",
            _(
                "Lot %(lot)s is known to expire on %(day)s. Look at the label again. If it does say %(said)s, put away "
                "the %(n)s that you counted first, then scan this one.",
                lot=lot,
                day=in_words(known),
                said=in_words(said),
                n=work.counted,
            ),
        )


def _keep_apart(work: Work, lot: str, said: date | None, known: date | None) -> None:
    """Goods whose label contradicts their lot go into quarantine, once the label was looked at again.

    Errors: ``other_expiry``, until the same is scanned once more."""
    if said is None or known is None or said == known:
        return
    confirm.once_more(
        work,
        OTHER_EXPIRY,
        _(
            "Lot %(lot)s is known to expire on %(day)s. Look at the label again. If it does say %(said)s, scan it once "
            "more: the goods go into quarantine, and the office decides.",
            lot=lot,
            day=in_words(known),
            said=in_words(said),
        ),
    )
    fault = work.memory.fault or OTHER_EXPIRY
    work.memory = replace(work.memory, fault=fault, label_date=said, expiry=known)


def _item(work: Work) -> Item:
    return confirm.item_row(work.session, work.the_line.item_id)


def _ask_lot(work: Work) -> Prompt:
    line = work.the_line
    today = f"{work.today:%Y%m%d}"
    ways = [scan_way(today, _("No lot on the goods: use today's date"))]
    return prompt(work, _("Scan the lot"), value=line.sku, ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "lot":
        raise confirm.wrong(meaning, wanted=_("Scan the lot of %(sku)s.", sku=work.the_line.sku))
    known = known_lot(work.session, work.the_line.item_id, meaning.code)
    date_known = known.expiry if known is not None else None
    _keep_apart(work, meaning.code, meaning.expiry, date_known)
    said = date_known or meaning.expiry or good_until(meaning.produced, _item(work).shelf_life_days)
    work.memory = replace(work.memory, lot=meaning.code)
    if said is not None:
        _require_good(work, said)
        work.memory = replace(work.memory, expiry=said)
        if date_known is None:
            _require_fresh(work, said)
            return Said("expiry_confirmed", _("Lot %(lot)s, good until %(day)s", lot=meaning.code, day=in_words(said)))
    return Said("lot_confirmed", _("Lot %(lot)s", lot=meaning.code))


def _ask_expiry(work: Work) -> Prompt:
    line = work.the_line
    shelf_life_days = _item(work).shelf_life_days
    last = good_until(work.today, 365 if shelf_life_days is None else shelf_life_days)
    ways = [scan_way(last.isoformat(), _("Good until %(day)s", day=in_words(last)))] if last else []
    return prompt(work, _("Scan or type the expiry date"), value=line.sku, ways=ways, expects=("expiry",))


def _accept_expiry(work: Work, meaning: Meaning) -> Said:
    day = said_date(work, meaning)
    _require_good(work, day)
    _require_fresh(work, day)
    work.memory = replace(work.memory, expiry=day)
    return Said("expiry_confirmed", _("Good until %(day)s", day=in_words(day)))


def _require_good(work: Work, day: date) -> None:
    if day < work.today and work.memory.fault not in ("expired", OTHER_EXPIRY):
        raise Refused("expired", _("Expired on %(day)s. Set it aside and ask the office.", day=in_words(day)))


def _require_fresh(work: Work, day: date) -> None:
    """Goods do not keep longer than their item does: a date further away was misread, unless it is said once more.

    Errors: ``beyond_shelf_life``."""
    shelf_life_days = _item(work).shelf_life_days
    last = good_until(work.today, shelf_life_days)
    if last is not None and day > last:
        confirm.once_more(
            work,
            "beyond_shelf_life",
            _(
                "%(sku)s keeps %(days)s days, and %(day)s is later. Look again: scan it once more to take it so.",
                sku=work.the_line.sku,
                days=shelf_life_days,
                day=in_words(day),
            ),
        )


def serial_way(work: Work) -> Way:
    """A number for the next unit, where it bears none that a robot could read."""
    line = work.the_line
    number = len(work.memory.serials) + 1
    return scan_way(f"{line.sku}-{work.task.id}-{line.id}-{line.done + number}", _("The unit's serial number"))


def _ask_serial(work: Work) -> Prompt:
    ways = [serial_way(work)]
    return prompt(work, _("Scan the serial number"), value=work.the_line.sku, ways=ways, expects=("serial",))


def accept_serial(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "serial":
        raise confirm.wrong(meaning, wanted=_("Scan the serial number of %(sku)s.", sku=work.the_line.sku))
    serials = work.memory.serials
    if meaning.code in serials:
        raise Refused("serial_twice", _("Serial %(serial)s was scanned already. Scan another.", serial=meaning.code))
    require_nowhere(work.session, [(work.the_line.item_id, meaning.code)])
    work.memory = replace(work.memory, serials=(*serials, meaning.code))
    return Said("serial_confirmed", _("Serial %(serial)s", serial=meaning.code))


def lot_id(work: Work, line: Line) -> int | None:
    """The id of the lot, kept as ``app.catalog.lots`` says. It may turn out here that the goods are to be kept apart.

    Errors: ``other_expiry`` where the lot was given another date meanwhile, until that is confirmed; ``expired``
    where its last good day went by since it was scanned.
    """
    code = work.memory.lot
    if not code:
        return None
    said = work.memory.expiry
    kept = keep_lots(work.session, {(line.item_id, code): said})[line.item_id, code]
    _keep_apart(work, code, said, kept.expiry)
    if kept.expiry is not None and work.memory.fault is None:
        _require_good(work, kept.expiry)
    hold_old(work, line.item_id, kept)
    return kept.id


LOT = Step(("lot", "sscc"), _ask_lot, or_sscc(_accept_lot), takes_new=True)
EXPIRY = Step(("expiry", "sscc"), _ask_expiry, or_sscc(_accept_expiry), takes_new=True)
SERIAL = Step(("serial", "sscc"), _ask_serial, or_sscc(accept_serial), takes_new=True)
