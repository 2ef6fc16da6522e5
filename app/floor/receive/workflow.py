"""Receive: goods come in at the dock, by a purchase order or (blind) by none.

Item, then lot and expiry where the item wants them (a GS1 label gives all at once), the quantity by scanning on or by
the keypad, then the dock: SUPPLIER -> dock, and *inbound* becomes *on hand*. What is received opens put-away work. What
came damaged goes straight into quarantine.
"""

from dataclasses import replace

from app.floor.receive import arriving_goods, blind_receipt
from app.floor.receive.arriving_goods import check_lot
from app.floor.receive.damaged_receipt import DOCKS, damaged, target_kinds
from app.floor.receive.memory import ReceiptDone, ReceiveMemory, Work
from app.floor.receive.prompts import prompt
from app.floor.shared import confirm, handover, logistic_unit, over_receipt
from app.floor.shared.logistic_unit import or_sscc
from app.floor.shared.memory import LogisticUnit
from app.floor.shared.over_receipt import is_blind
from app.floor.shared.step import (
    Arguments,
    Meaning,
    Prompt,
    Said,
    Step,
    Workflow,
    action_way,
    scan_way,
    something_posted,
)
from app.floor.shared.undo import no_arguments, undo
from app.language import _
from app.ledger.for_sale import NOTHING_SOLD, is_for_sale
from app.ledger.post import Move, Place
from app.places.models import SUPPLIER
from app.refusal import Refused
from app.supply.models import PurchaseOrder
from app.supply.purchase_orders import hold_order_of, receive_units
from app.tasks.lines import Line, line_of, lines, to_the_end
from app.tasks.models import TaskLine


def waiting(work: Work) -> Step[ReceiveMemory] | None:
    if work.memory.is_done:
        return None
    if is_blind(work):
        if work.memory.reason is None:
            return blind_receipt.REASON
    elif work.line is None:
        return None
    if not work.counted:
        return ITEM
    unanswered = arriving_goods.waiting(work)
    if unanswered is not None:
        return unanswered
    is_whole = not is_blind(work) and work.counted >= work.the_line.left
    if is_whole or logistic_unit.is_complete(work) or work.memory.fault is not None:
        return TARGET
    return SERIALS if work.the_line.tracking == "serial" else MORE


def _ask_item(work: Work) -> Prompt:
    if is_blind(work):
        ways = [action_way("done", _("Nothing more comes"))]
        return prompt(work, _("Scan what came"), value=work.task.document, ways=ways, expects=("item",))
    line = work.the_line
    ways = [scan_way(line.code, line.name)]
    instruction = _("Scan an item of the delivery")
    if work.memory.unit != LogisticUnit():
        instruction = _("Scan what is inside this unit")
    return prompt(work, instruction, value=line.sku, ways=ways, expects=("item",))


def _accept_item(work: Work, meaning: Meaning) -> Said:
    if work.counted and meaning.type == "location":
        return _accept_target(work, meaning)
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Scan an item of %(document)s.", document=work.task.document))
    logistic_unit.require_one(work, meaning)
    if work.counted and meaning.id != work.the_line.item_id:
        raise Refused(
            "finish_line_first",
            _(
                "Scan the dock for the %(n)s × %(sku)s first, then the next item.",
                n=work.counted,
                sku=work.the_line.sku,
            ),
        )
    if not work.counted:
        line = blind_receipt.line_for(work, meaning) if is_blind(work) else _line_for(work, meaning)
        work.memory = replace(work.memory, line=line.id)
        work.next_line()
    check_lot(work, meaning)
    return _count(work, meaning)


def _count(work: Work, meaning: Meaning) -> Said:
    """Errors: ``too_many`` beyond what the house tolerates; a blind receipt takes what comes."""
    said = over_receipt.count(work, meaning.quantity)
    logistic_unit.counted(work, meaning)
    return said


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


def _ask_more(work: Work) -> Prompt:
    line = work.the_line
    docks = confirm.place_ways(work, DOCKS)
    if is_blind(work):
        ways, value = [*docks, action_way("quantity", _("How many are there?"))], str(work.counted)
    else:
        every = action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left)
        ways, value = [every, scan_way(line.code, line.name), *docks], f"{work.counted} / {line.left}"
    instruction = _("Scan on, give the quantity, or scan the dock")
    return prompt(work, instruction, value=value, ways=ways, expects=("item", "quantity", "target"))


def _ask_serials(work: Work) -> Prompt:
    line = work.the_line
    docks = confirm.place_ways(work, DOCKS)
    ways, value = [*docks, arriving_goods.serial_way(work)], str(work.counted)
    if not is_blind(work):
        ways, value = [arriving_goods.serial_way(work), *docks], f"{work.counted} / {line.left}"
    instruction = _("Scan the next serial number, or the dock")
    return prompt(work, instruction, value=value, ways=ways, expects=("serial", "item", "target"))


def _accept_serials(work: Work, meaning: Meaning) -> Said:
    """The next unit by its own number: the item was scanned with the first one."""
    if meaning.type != "serial":
        return _accept_item(work, meaning)
    said = arriving_goods.accept_serial(work, meaning)
    _count(work, meaning)
    return said


def _ask_target(work: Work) -> Prompt:
    kinds = target_kinds(work)
    ways = confirm.place_ways(work, kinds)
    instruction = _("Scan the dock") if kinds == DOCKS else _("Put it into quarantine and scan the place")
    place = next((way["label"] for way in ways), None)
    asked = prompt(work, instruction, value=place or str(work.counted), ways=ways, expects=("target",))
    asked.target = place
    return asked


def _accept_target(work: Work, meaning: Meaning) -> Said:
    if meaning.type == "item":
        return _accept_item(work, meaning)
    place = confirm.target_location(work, meaning, kinds=target_kinds(work))
    line, quantity = work.the_line, work.counted
    lot_id = arriving_goods.lot_id(work, line)
    fault = work.memory.fault
    if place.kind not in target_kinds(work):
        return Said("fault_noted", _("%(n)s go into quarantine.", n=quantity))
    is_kept = fault or confirm.item_row(work.session, line.item_id).inspect_on_receipt
    plate_id = logistic_unit.plate(work, place.id)
    target = Place(place.id, plate_id, "quarantine" if is_kept else "available")
    order = _hold_order(work, line)
    units = work.memory.serials or ("",)
    share = quantity if units == ("",) else 1
    moves = [Move(line.item_id, share, Place(SUPPLIER), target, lot_id=lot_id, serial=serial) for serial in units]
    posted = work.post(
        "receive",
        [(move, line.sku, "SUPPLIER", place.code) for move in moves],
        line_id=line.id,
        note=fault or work.memory.reason or "",
    )
    _tell_order(work, line, quantity, order)
    work.can_undo(
        ReceiptDone(
            posting=posted.posting_id,
            line=line.id,
            quantity=quantity,
            source=_("the delivery"),
            target=place.code,
            putaway=() if fault or _stays(work, target) else tuple(handover.to_putaway(work, moves)),
            plate=plate_id,
        )
    )
    work.finish_units(line, quantity)
    work.memory = work.memory.without_goods()
    return Said("received", _("%(n)s × %(sku)s received at %(place)s", n=quantity, sku=line.sku, place=place.code))


def _stays(work: Work, target: Place) -> bool:
    """Goods to be inspected first, in a house without a place for them: they are looked over where they are."""
    return not is_for_sale(target.condition) and not confirm.place_ways(work, NOTHING_SOLD)


def _hold_order(work: Work, line: Line) -> PurchaseOrder | None:
    """The purchase order, where there is one: it comes before the stock, for whoever changes it goes on to its sums."""
    if is_blind(work) or line.document_line_id is None:
        return None
    return hold_order_of(work.session, line.document_line_id)


def _tell_order(work: Work, line: Line, quantity: int, order: PurchaseOrder | None) -> None:
    """The purchase order, where there is one, expects fewer (more again: a negative quantity)."""
    if order is None:
        return
    assert line.document_line_id is not None, "a receive line without its purchase order line"
    tolerance = work.settings.receipt_tolerance_percent if quantity > 0 else 0
    receive_units(work.session, line.document_line_id, quantity, tolerance_percent=tolerance, order=order)


# Exceptions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    if work.line is None or not work.counted:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    if work.line.tracking == "serial":
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    said = confirm.set_count(work, work.line, arguments, limit=over_receipt.limit(work, work.line))
    if is_blind(work):
        over_receipt.grow(work)
    return said


def _skip(work: Work) -> Said:
    if work.counted or work.line is None or is_blind(work):
        raise Refused("finish_line_first", _("Scan the dock for what you counted first, or undo it."))
    line = work.the_line
    to_the_end(work.session, work.task.id, line.id)
    work.memory = replace(work.memory, line=None)
    work.next_line()
    return Said("skipped", _("%(sku)s comes later.", sku=line.sku))


def _done(work: Work) -> Said:
    """Less came than was ordered: the rest stays open on the purchase order. A blind receipt always ends so."""
    if work.counted:
        raise Refused("finish_line_first", _("Scan the dock for what you counted first, or undo it."))
    if not work.memory.undo and not is_blind(work):
        raise Refused("nothing_received", _("Nothing was received yet. Scan an item, or release the task."))
    work.memory = replace(work.memory, unit=LogisticUnit(), is_done=True)
    if is_blind(work):
        blind_receipt.leave_rest(work)
        return Said("receipt_done", _("Done."))
    return Said("receipt_done", _("Done. What did not come stays open on %(po)s.", po=work.task.document))


def _is_put_away(work: Work) -> bool:
    """Whether something of the last receipt has left the dock."""
    begun = [line_of(work.session, id_) for id_ in _last_putaway(work)]
    return any(each is not None and each.done for each in begun)


def _last_putaway(work: Work) -> tuple[int, ...]:
    """The put-away lines of the last receipt."""
    return work.memory.undo[-1].putaway if work.memory.undo else ()


def _undo(work: Work) -> Said:
    """Errors: ``put_away_already``."""
    forgotten = logistic_unit.forget(work)
    if forgotten is not None:
        return forgotten
    if not work.counted:
        handover.hold_putaway(work, _last_putaway(work))
    if not work.counted and _is_put_away(work):
        raise Refused("put_away_already", _("This was put away already. Move it back first."))
    return undo(work, ReceiptDone, tell=_tell_undone, tell_first=_hold_first)


def _hold_first(work: Work, line: Line, _done: ReceiptDone) -> None:
    _hold_order(work, line)


def _tell_undone(work: Work, line: Line, done: ReceiptDone) -> None:
    handover.withdraw_from_putaway(work, done.putaway)
    logistic_unit.free(work, done.plate)
    _tell_order(work, line, -done.quantity, _hold_order(work, line))
    work.memory = replace(work.memory, is_done=False)


def finished(work: Work) -> str:
    if not something_posted(work):
        return _("Nothing was received. Take the next job.")
    return _("Delivery received. Next: put it away.")


ITEM = Step(("item", "sscc"), _ask_item, or_sscc(_accept_item))
MORE = Step(("item", "sscc", "location", "plate"), _ask_more, or_sscc(_accept_item))
SERIALS = Step(("serial", "item", "sscc", "location"), _ask_serials, or_sscc(_accept_serials), takes_new=True)
TARGET = Step(("location", "sscc", "plate"), _ask_target, or_sscc(_accept_target))

WORKFLOW = Workflow(
    kind="receive",
    waiting=waiting,
    actions={
        "reason": blind_receipt.say_why,
        "quantity": _quantity,
        "damaged": damaged,
        "skip": no_arguments(_skip),
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
    },
    finished=finished,
    may_undo=lambda work: something_posted(work) and not _is_put_away(work),
)
