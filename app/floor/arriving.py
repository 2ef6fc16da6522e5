"""What arriving goods say of themselves: the lot, the expiry date, each unit's serial number.

A GS1 label says all of it at once. A lot has one expiry date for ever; a serial number is in stock once.
"""

from datetime import date, timedelta

from sqlalchemy import select

from app.catalog.models import Lot
from app.floor import confirm
from app.floor.dates import in_words, may_be_day_first, typed_date
from app.floor.logistic_unit import or_sscc
from app.floor.receipt import prompt
from app.floor.step import Meaning, Prompt, Said, Step, Way, Work, scan_way
from app.language import _
from app.ledger.serials import require_nowhere
from app.refusal import Refused
from app.tasks.lines import Line

FACTS = ("lot", "expiry", "serials")
"""What the task remembers of the goods being counted."""


def waiting(work: Work) -> Step | None:
    """The fact that the counted goods have not told yet."""
    line = work.the_line
    if line.tracking == "lot" and "lot" not in work.memory:
        return LOT
    if line.has_expiry and "expiry" not in work.memory:
        return EXPIRY
    if line.tracking == "serial" and len(work.memory.get("serials", [])) < work.counted:
        return SERIAL
    return None


def check_lot(work: Work, meaning: Meaning) -> None:
    known = work.memory.get("lot")
    if known and meaning.lot and meaning.lot != known:
        raise Refused(
            "lot_differs",
            _("This is lot %(lot)s. Scan the dock for lot %(known)s first.", lot=meaning.lot, known=known),
        )
    expiry = work.memory.get("expiry")
    if known and expiry and meaning.expiry and meaning.expiry.isoformat() != expiry:
        raise _expiry_conflict(known, date.fromisoformat(expiry))


def _expiry_conflict(lot: str, known: date) -> Refused:
    return Refused(
        "expiry_conflict",
        _("Lot %(lot)s is known to expire on %(day)s. Look at the label again.", lot=lot, day=in_words(known)),
    )


def _ask_lot(work: Work) -> Prompt:
    line = work.the_line
    today = f"{work.today:%Y%m%d}"
    ways = [scan_way(today, _("No lot on the goods: use today's date"))]
    return prompt(work, _("Scan the lot"), value=line.sku, ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "lot":
        raise confirm.wrong(meaning, wanted=_("Scan the lot of %(sku)s.", sku=work.the_line.sku))
    work.remember(lot=meaning.code)
    known = work.session.scalar(select(Lot).where(Lot.item_id == work.the_line.item_id, Lot.code == meaning.code))
    if known is not None and known.expiry is not None:
        _require_good(work, known.expiry)
        if meaning.expiry and meaning.expiry != known.expiry:
            raise _expiry_conflict(meaning.code, known.expiry)
        work.remember(expiry=known.expiry.isoformat())
    return Said("lot_confirmed", _("Lot %(lot)s", lot=meaning.code))


def _ask_expiry(work: Work) -> Prompt:
    line = work.the_line
    good_until = work.today + timedelta(days=365)
    ways = [scan_way(good_until.isoformat(), _("Good until %(day)s", day=in_words(good_until)))]
    return prompt(work, _("Scan or type the expiry date"), value=line.sku, ways=ways, expects=("expiry",))


def _accept_expiry(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "expiry":
        raise confirm.wrong(meaning, wanted=_("Scan the expiry date (YYYY-MM-DD)."))
    day = typed_date(meaning.code, today=work.today)
    if day is None:
        raise Refused("bad_date", _("%(text)s is no date. Give it as YYYY-MM-DD.", text=meaning.code[:20]))
    if may_be_day_first(meaning.code, today=work.today):
        confirm.once_more(
            work,
            "which_date",
            _(
                "%(text)s means %(day)s. Send it again to take it so, or write it as YYYY-MM-DD.",
                text=meaning.code,
                day=in_words(day),
            ),
        )
    _require_good(work, day)
    work.remember(expiry=day.isoformat())
    return Said("expiry_confirmed", _("Good until %(day)s", day=in_words(day)))


def _require_good(work: Work, day: date) -> None:
    if day < work.today and work.memory.get("fault") != "expired":
        raise Refused("expired", _("Expired on %(day)s. Set it aside and ask the office.", day=in_words(day)))


def serial_way(work: Work) -> Way:
    """A number for the next unit, where it bears none that a robot could read."""
    line = work.the_line
    number = len(work.memory.get("serials", [])) + 1
    return scan_way(f"{line.sku}-{work.task.id}-{line.id}-{line.done + number}", _("The unit's serial number"))


def _ask_serial(work: Work) -> Prompt:
    ways = [serial_way(work)]
    return prompt(work, _("Scan the serial number"), value=work.the_line.sku, ways=ways, expects=("serial",))


def accept_serial(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "serial":
        raise confirm.wrong(meaning, wanted=_("Scan the serial number of %(sku)s.", sku=work.the_line.sku))
    serials = work.memory.get("serials", [])
    if meaning.code in serials:
        raise Refused("serial_twice", _("Serial %(serial)s was scanned already. Scan another.", serial=meaning.code))
    require_nowhere(work.session, [(work.the_line.item_id, meaning.code)])
    work.remember(serials=[*serials, meaning.code])
    return Said("serial_confirmed", _("Serial %(serial)s", serial=meaning.code))


def lot_id(work: Work, line: Line) -> int | None:
    """The lot's row, made if it is new. Errors: ``expiry_conflict`` where a known lot has another date."""
    code = work.memory.get("lot")
    if not code:
        return None
    text = work.memory.get("expiry")
    expiry = date.fromisoformat(text) if text else None
    known = work.session.scalar(select(Lot).where(Lot.item_id == line.item_id, Lot.code == code))
    if known is None:
        known = Lot(item_id=line.item_id, code=code, expiry=expiry)
        work.session.add(known)
        work.session.flush()
    elif expiry and known.expiry and known.expiry != expiry:
        raise _expiry_conflict(code, known.expiry)
    return known.id


LOT = Step(("lot", "sscc"), _ask_lot, or_sscc(_accept_lot), takes_new=True)
EXPIRY = Step(("expiry", "sscc"), _ask_expiry, or_sscc(_accept_expiry), takes_new=True)
SERIAL = Step(("serial", "sscc"), _ask_serial, or_sscc(accept_serial), takes_new=True)
