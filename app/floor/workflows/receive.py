"""Receive: goods of a purchase order come in at the dock.

Item, then lot and expiry where the item wants them (a GS1 label gives all at once), the quantity by scanning on or by
the keypad, then the dock: SUPPLIER -> dock, and *inbound* becomes *on hand*. What is received opens put-away work.
"""

from datetime import date, timedelta

from sqlalchemy import select

from app.catalog.models import Lot
from app.floor import confirm, logistic_unit
from app.floor.dates import typed_date
from app.floor.logistic_unit import or_sscc
from app.floor.step import (
    Arguments,
    Meaning,
    Prompt,
    Said,
    Step,
    Way,
    Work,
    Workflow,
    action_way,
    scan_way,
    something_posted,
)
from app.floor.undo import Facts, no_arguments, undo
from app.language import _
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.places.models import SUPPLIER
from app.refusal import Refused
from app.supply.purchase_orders import receive_units
from app.tasks.lines import Line, cancel_lines, line_of, lines, to_the_end
from app.tasks.models import Task, TaskLine
from app.tasks.queue import NewLine, add_lines, finish, open_task

DOCKS = ("dock", "stage")


def waiting(work: Work) -> Step | None:
    if work.line is None or work.memory.get("is_done"):
        return None
    line = work.line
    if not work.counted:
        return ITEM
    if line.tracking == "lot" and "lot" not in work.memory:
        return LOT
    if line.has_expiry and "expiry" not in work.memory:
        return EXPIRY
    if line.tracking == "serial" and len(work.memory.get("serials", [])) < work.counted:
        return SERIAL
    return MORE if work.counted < line.left and not logistic_unit.is_complete(work) else TARGET


def _prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    line = work.the_line
    expiry = work.memory.get("expiry")
    sscc = logistic_unit.of(work).get("sscc")
    return Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=[*ways, *_always(work)],
        sku=line.sku,
        name=line.name,
        image_url=line.image_url,
        quantity=line.left,
        counted=work.counted,
        lot=work.memory.get("lot"),
        expiry=expiry,
        document=work.task.document,
        detail=[
            (_("Ordered"), str(line.quantity)),
            (_("Received"), str(line.done)),
            *([("SSCC", sscc)] if sscc else []),
        ],
    )


def _always(work: Work) -> list[Way]:
    ways = [action_way("skip", _("Later"))] if not work.counted else []
    if work.task.done_lines or work.memory.get("undo"):
        ways.append(action_way("done", _("Nothing more comes today")))
    if work.counted or work.memory.get("undo") or logistic_unit.of(work):
        ways.append(action_way("undo", _("Undo")))
    return ways


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    ways = [scan_way(line.code, line.name)]
    instruction = _("Scan what is inside this unit") if logistic_unit.of(work) else _("Scan an item of the delivery")
    return _prompt(work, instruction, value=line.sku, ways=ways, expects=("item",))


def _accept_item(work: Work, meaning: Meaning) -> Said:
    if work.counted and meaning.type == "location":
        return _accept_target(work, meaning)
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Scan an item of %(document)s.", document=work.task.document))
    line = work.the_line
    logistic_unit.require_one(work, meaning)
    if work.counted and meaning.id != line.item_id:
        raise Refused(
            "finish_line_first",
            _("Scan the dock for the %(n)s %(sku)s first, then the next item.", n=work.counted, sku=line.sku),
        )
    if not work.counted:
        line = _line_for(work, meaning)
        work.remember(line=line.id)
        work.next_line()
    _check_lot(work, meaning)
    said = confirm.count(work, line, meaning.quantity, limit=_limit(work, line))
    logistic_unit.counted(work, meaning)
    return said


def _limit(work: Work, line: Line) -> int:
    """How many may come: what is due, and what the house tolerates above it."""
    return line.left + line.quantity * work.settings.receipt_tolerance_percent // 100


def _line_for(work: Work, meaning: Meaning) -> Line:
    """The open line of this item; a delivery is unpacked in any order. Errors: ``not_on_order``; ``over_receipt``."""
    found = lines(work.session, work.task.id, TaskLine.item_id == meaning.id)
    still_open = [line for line in found if line.status == "open"]
    if still_open:
        return still_open[0]
    if found:
        raise Refused(
            "over_receipt",
            _("All of %(sku)s are received already. Set the rest aside and ask the office.", sku=meaning.code),
        )
    raise Refused(
        "not_on_order",
        _(
            "%(sku)s is not on %(document)s. Set it aside and ask the office.",
            sku=meaning.code,
            document=work.task.document,
        ),
    )


def _check_lot(work: Work, meaning: Meaning) -> None:
    known = work.memory.get("lot")
    if known and meaning.lot and meaning.lot != known:
        raise Refused(
            "lot_differs",
            _("This is lot %(lot)s. Scan the dock for lot %(known)s first.", lot=meaning.lot, known=known),
        )
    expiry = work.memory.get("expiry")
    if known and expiry and meaning.expiry and meaning.expiry.isoformat() != expiry:
        raise _expiry_conflict(known, expiry)


def _expiry_conflict(lot: str, known: str) -> Refused:
    return Refused(
        "expiry_conflict",
        _("Lot %(lot)s is known to expire on %(day)s. Look at the label again.", lot=lot, day=known),
    )


def _ask_more(work: Work) -> Prompt:
    line = work.the_line
    ways: list[Way] = []
    if line.tracking != "serial":
        ways.append(action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left))
    ways += [scan_way(line.code, line.name), *confirm.place_ways(work, DOCKS)]
    return _prompt(
        work,
        _("Scan on, give the quantity, or scan the dock"),
        value=f"{work.counted} / {line.left}",
        ways=ways,
        expects=("item", "quantity", "target"),
    )


def _ask_lot(work: Work) -> Prompt:
    line = work.the_line
    today = f"{work.today:%Y%m%d}"
    ways = [scan_way(today, _("No lot on the goods: use today's date"))]
    return _prompt(work, _("Scan the lot"), value=line.sku, ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "lot":
        raise confirm.wrong(meaning, wanted=_("Scan the lot of %(sku)s.", sku=work.the_line.sku))
    work.remember(lot=meaning.code)
    known = work.session.scalar(select(Lot).where(Lot.item_id == work.the_line.item_id, Lot.code == meaning.code))
    if known is not None and known.expiry is not None:
        _require_good(work, known.expiry)
        if meaning.expiry and meaning.expiry != known.expiry:
            raise _expiry_conflict(meaning.code, known.expiry.isoformat())
        work.remember(expiry=known.expiry.isoformat())
    return Said("lot_confirmed", _("Lot %(lot)s", lot=meaning.code))


def _ask_expiry(work: Work) -> Prompt:
    line = work.the_line
    good_until = work.today + timedelta(days=365)
    ways = [scan_way(good_until.isoformat(), _("Good until %(day)s", day=good_until.isoformat()))]
    return _prompt(work, _("Scan or type the expiry date"), value=line.sku, ways=ways, expects=("expiry",))


def _accept_expiry(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "expiry":
        raise confirm.wrong(meaning, wanted=_("Scan the expiry date (YYYY-MM-DD)."))
    day = typed_date(meaning.code)
    if day is None:
        raise Refused("bad_date", _("%(text)s is no date. Give it as YYYY-MM-DD.", text=meaning.code[:20]))
    _require_good(work, day)
    work.remember(expiry=day.isoformat())
    return Said("expiry_confirmed", _("Good until %(day)s", day=day.isoformat()))


def _require_good(work: Work, day: date) -> None:
    if day < work.today:
        raise Refused("expired", _("Expired on %(day)s. Set it aside and ask the office.", day=day.isoformat()))


def _ask_serial(work: Work) -> Prompt:
    line = work.the_line
    number = len(work.memory.get("serials", [])) + 1
    ways = [scan_way(f"{line.sku}-{work.task.id}-{line.id}-{line.done + number}", _("The unit's serial number"))]
    return _prompt(work, _("Scan the serial number"), value=line.sku, ways=ways, expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "serial":
        raise confirm.wrong(meaning, wanted=_("Scan the serial number of %(sku)s.", sku=work.the_line.sku))
    serials = work.memory.get("serials", [])
    if meaning.code in serials:
        raise Refused("serial_twice", _("Serial %(serial)s was scanned already. Scan another.", serial=meaning.code))
    here = select(Balance.id).where(
        Balance.item_id == work.the_line.item_id, Balance.serial == meaning.code, Balance.quantity > 0
    )
    if work.session.scalar(here.limit(1)):
        raise Refused("serial_in_stock", _("Serial %(serial)s is in stock already. Look again.", serial=meaning.code))
    work.remember(serials=[*serials, meaning.code])
    return Said("serial_confirmed", _("Serial %(serial)s", serial=meaning.code))


def _ask_target(work: Work) -> Prompt:
    docks = confirm.place_ways(work, DOCKS)
    prompt = _prompt(work, _("Scan the dock"), value=str(work.counted), ways=docks, expects=("target",))
    prompt.target = next((way["label"] for way in docks), None)
    return prompt


def _accept_target(work: Work, meaning: Meaning) -> Said:
    if meaning.type == "item":
        return _accept_item(work, meaning)
    dock = confirm.target_location(work, meaning, kinds=DOCKS)
    line = work.the_line
    lot_id = _lot_id(work, line)
    condition = "quarantine" if confirm.item_row(work.session, line.item_id).inspect_on_receipt else "available"
    plate_id = logistic_unit.plate(work, dock.id)
    target = Place(dock.id, plate_id, condition)
    quantity = work.counted
    units = work.memory.get("serials") or [""]
    share = quantity if units == [""] else 1
    moves = [Move(line.item_id, share, Place(SUPPLIER), target, lot_id=lot_id, serial=serial) for serial in units]
    posted = work.post("receive", [(move, line.sku, "SUPPLIER", dock.code) for move in moves], line_id=line.id)
    assert line.document_line_id is not None, "a receive line without its purchase order line"
    receive_units(
        work.session,
        line.document_line_id,
        quantity,
        tolerance_percent=work.settings.receipt_tolerance_percent,
    )
    putaway_lines = _open_putaway(work, dock.id, [(move, condition) for move in moves])
    work.can_undo(
        posting=posted.posting_id,
        line=line.id,
        quantity=quantity,
        source=_("the delivery"),
        target=dock.code,
        putaway=putaway_lines,
        plate=plate_id,
    )
    work.finish_units(line, quantity)
    work.forget("lot", "expiry", "serials", "unit")
    return Said("received", _("%(n)s %(sku)s received at %(place)s", n=quantity, sku=line.sku, place=dock.code))


def _lot_id(work: Work, line: Line) -> int | None:
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
        raise _expiry_conflict(code, known.expiry.isoformat())
    return known.id


def _open_putaway(work: Work, dock_id: int, received: list[tuple[Move, str]]) -> list[int]:
    """Add what came in to the put-away work of this delivery that nobody has taken up yet."""
    found = work.session.scalar(
        select(Task.id)
        .where(
            Task.kind == "putaway",
            Task.status == "open",
            Task.document_type == work.task.document_type,
            Task.document_id == work.task.document_id,
        )
        .order_by(Task.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        found = open_task(
            work.session,
            kind="putaway",
            warehouse_id=work.task.warehouse_id,
            document_type=work.task.document_type,
            document_id=work.task.document_id,
            document=work.task.document,
        ).id
    return add_lines(
        work.session,
        found,
        [
            NewLine(
                item_id=move.item_id,
                quantity=move.quantity,
                lot_id=move.lot_id,
                serial=move.serial,
                source_location_id=dock_id,
                source_container_id=move.target.container_id,
                source_condition=condition,
            )
            for move, condition in received
        ],
    )


def _quantity(work: Work, arguments: Arguments) -> Said:
    if work.line is not None and work.line.tracking == "serial":
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    return confirm.set_count(work, work.the_line, arguments, limit=_limit(work, work.the_line))


def _skip(work: Work) -> Said:
    if work.counted:
        raise Refused("finish_line_first", _("Scan the dock for what you counted first, or undo it."))
    line = work.the_line
    to_the_end(work.session, work.task.id, line.id)
    work.forget("line")
    work.next_line()
    return Said("skipped", _("%(sku)s comes later.", sku=line.sku))


def _done(work: Work) -> Said:
    """The delivery held less than ordered: the rest stays open on the purchase order."""
    if work.counted:
        raise Refused("finish_line_first", _("Scan the dock for what you counted first, or undo it."))
    if not work.memory.get("undo"):
        raise Refused("nothing_received", _("Nothing was received yet. Scan an item, or release the task."))
    work.forget("unit")
    work.remember(is_done=True)
    return Said("receipt_done", _("Done. What did not come stays open on %(po)s.", po=work.task.document))


def _is_put_away(work: Work) -> bool:
    """Whether something of the last receipt has left the dock."""
    stack = work.memory.get("undo", [])
    begun = [line_of(work.session, id_) for id_ in stack[-1]["putaway"]] if stack else []
    return any(each is not None and each.done for each in begun)


def _undo(work: Work) -> Said:
    """Errors: ``put_away_already``."""
    forgotten = logistic_unit.forget(work)
    if forgotten is not None:
        return forgotten
    if not work.counted and _is_put_away(work):
        raise Refused("put_away_already", _("This was put away already. Move it back first."))
    return undo(work, tell=_tell_undone, begun=("lot", "expiry", "serials", "unit"))


def _tell_undone(work: Work, line: Line, facts: Facts) -> None:
    cancel_lines(work.session, facts["putaway"])
    emptied = select(Task.id).join(TaskLine, TaskLine.task_id == Task.id).where(TaskLine.id.in_(facts["putaway"]))
    for task_id in set(work.session.scalars(emptied.where(Task.status == "open", Task.lines <= 0))):
        finish(work.session, task_id, status="cancelled")
    logistic_unit.free(work, facts.get("plate"))
    assert line.document_line_id is not None
    receive_units(work.session, line.document_line_id, -facts["quantity"], tolerance_percent=0)
    work.forget("is_done")


def finished(work: Work) -> str:
    return _("Delivery received. Next: put it away.")


ITEM = Step(("item", "sscc"), _ask_item, or_sscc(_accept_item))
MORE = Step(("item", "sscc", "location"), _ask_more, or_sscc(_accept_item))
LOT = Step(("lot", "sscc"), _ask_lot, or_sscc(_accept_lot), takes_new=True)
EXPIRY = Step(("expiry", "sscc"), _ask_expiry, or_sscc(_accept_expiry), takes_new=True)
SERIAL = Step(("serial", "sscc"), _ask_serial, or_sscc(_accept_serial), takes_new=True)
TARGET = Step(("location", "sscc"), _ask_target, or_sscc(_accept_target))

WORKFLOW = Workflow(
    kind="receive",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "skip": no_arguments(_skip),
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
    },
    finished=finished,
    may_undo=lambda work: something_posted(work) and not _is_put_away(work),
)
