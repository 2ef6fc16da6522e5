"""Inspect: what comes back is received into quarantine, looked at, and only then decided about.

Two postings for each line: CUSTOMER -> the returns place in quarantine (on hand and unavailable rise together), then by
the inspector's decision: into a bin and sellable again, kept in quarantine or as damaged, to SCRAP, or to the SUPPLIER.
"""

from functools import partial

from sqlalchemy import select

from app.barcode.internal import InternalKind, encode
from app.floor import confirm
from app.floor.step import Arguments, Meaning, Prompt, Said, Step, Way, Work, Workflow, action_way, scan_way
from app.floor.suggest import suggest_bin
from app.floor.undo import Facts, no_arguments, undo
from app.language import N_, _
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.orders.models import Holding, Reservation
from app.places.models import CUSTOMER, SCRAP, SUPPLIER, Location
from app.refusal import Refused
from app.returns import disposition
from app.returns.models import RmaLine
from app.tasks.lines import Line, lines, shrink_line, to_the_end
from app.tasks.models import TaskLine

BENCHES = ("returns", "quarantine", "dock")
REASONS = ("damaged", "unwanted", "wrong_item", "defective", "parts_missing", "other")
LABELS = {
    "restock": N_("As new: back into stock"),
    "quarantine": N_("Keep it in quarantine"),
    "damaged": N_("Keep it as damaged"),
    "scrap": N_("Scrap it"),
    "vendor": N_("Send it to the vendor"),
}
_KEPT = {"restock": "available", "quarantine": "quarantine", "damaged": "damaged"}
"""The decisions that put the units somewhere in the house, and the condition that they get there."""
_OUTSIDE = {"scrap": (SCRAP, "SCRAP"), "vendor": (SUPPLIER, "SUPPLIER")}


def waiting(work: Work) -> Step | None:
    if work.line is None:
        return None
    if "bench" in work.memory:
        return TARGET if "decision" in work.memory else DECISION
    if not work.counted:
        return ITEM
    if work.line.tracking == "lot" and "lot" not in work.memory:
        return LOT
    if work.line.tracking == "serial" and len(work.memory.get("serials", [])) < work.counted:
        return SERIAL
    return MORE if work.counted < work.line.left else BENCH


def _prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    line = work.the_line
    announced = _rma_line(work, line)
    if work.counted or work.memory.get("undo") or "bench" in work.memory:
        ways = [*ways, action_way("undo", _("Undo"))]
    return Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=ways,
        location=work.memory.get("bench", {}).get("place"),
        sku=line.sku,
        name=line.name,
        image_url=line.image_url,
        lot=work.memory.get("lot"),
        quantity=line.left,
        counted=work.memory.get("bench", {}).get("units", work.counted),
        document=work.task.document,
        detail=[(_("Announced"), str(announced.quantity)), (_("Reason"), announced.reason or "-")],
    )


def _rma_line(work: Work, line: Line) -> RmaLine:
    assert line.document_line_id is not None, "an inspection without its return line"
    return work.session.get_one(RmaLine, line.document_line_id, populate_existing=True)


# What came back.


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    ways = [scan_way(line.code, line.name)]
    if len(lines(work.session, work.task.id, TaskLine.status == "open")) > 1:
        ways.append(action_way("skip", _("Later")))
    if work.memory.get("undo"):
        ways.append(action_way("done", _("The rest did not come")))
    return _prompt(work, _("Scan what came back"), value=line.sku, ways=ways, expects=("item",))


def _accept_item(work: Work, meaning: Meaning) -> Said:
    if work.counted and meaning.type == "location":
        return _accept_bench(work, meaning)
    line = work.the_line
    if meaning.type == "serial":
        raise Refused("scan_item_first", _("Scan the item first, then its serial number."))
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Scan an item of %(document)s.", document=work.task.document))
    if work.counted and meaning.id != line.item_id:
        raise Refused(
            "finish_line_first",
            _("Finish the %(n)s %(sku)s first, then the next item.", n=work.counted, sku=line.sku),
        )
    if not work.counted:
        line = _line_for(work, meaning)
        work.remember(line=line.id)
        work.next_line()
    known = work.memory.get("lot")
    if known and meaning.lot and meaning.lot != known:
        raise Refused(
            "lot_differs", _("This is lot %(lot)s. Finish lot %(known)s first.", lot=meaning.lot, known=known)
        )
    return confirm.count(work, line, meaning.quantity)


def _line_for(work: Work, meaning: Meaning) -> Line:
    """The open line of this item. Errors: ``not_announced``; ``returned_already``."""
    found = lines(work.session, work.task.id, TaskLine.item_id == meaning.id)
    still_open = [line for line in found if line.status == "open"]
    if still_open:
        return still_open[0]
    if found:
        raise Refused(
            "returned_already", _("All announced %(sku)s are inspected. Set this one aside.", sku=meaning.code)
        )
    raise Refused(
        "not_announced",
        _(
            "%(sku)s is not on %(document)s. Set it aside and ask the office.",
            sku=meaning.code,
            document=work.task.document,
        ),
    )


def _ask_more(work: Work) -> Prompt:
    line = work.the_line
    ways = [scan_way(line.code, line.name), *confirm.place_ways(work, BENCHES)]
    if line.tracking != "serial":
        ways.insert(0, action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left))
    return _prompt(
        work,
        _("Scan the next unit, or the returns place")
        if line.tracking == "serial"
        else _("Scan on, give the quantity, or scan the returns place"),
        value=f"{work.counted} / {line.left}",
        ways=ways,
        expects=("item", "target") if line.tracking == "serial" else ("item", "quantity", "target"),
    )


def _went_out(work: Work) -> list[tuple[int | None, str]]:
    """(lot, serial) of what left the house for this order line."""
    statement = (
        select(Holding.lot_id, Holding.serial)
        .join(Reservation, Reservation.id == Holding.reservation_id)
        .where(
            Reservation.order_line_id == _rma_line(work, work.the_line).order_line_id,
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
    return _prompt(work, _("Scan the lot"), value=work.the_line.sku, ways=ways, expects=("lot",))


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
    here = set(work.session.scalars(select(Balance.serial).where(Balance.item_id == item_id, Balance.quantity > 0)))
    scanned = set(work.memory.get("serials", []))
    return [serial for _lot, serial in _went_out(work) if serial and serial not in here | scanned]


def _ask_serial(work: Work) -> Prompt:
    ways = [scan_way(serial, _("Serial %(serial)s", serial=serial)) for serial in _serials_out(work)]
    return _prompt(work, _("Scan the serial number"), value=work.the_line.sku, ways=ways, expects=("serial",))


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


# First posting: into quarantine.


def _ask_bench(work: Work) -> Prompt:
    ways = confirm.place_ways(work, BENCHES)
    value = ways[0]["label"] if ways else _("the returns place")
    return _prompt(work, _("Put it there and scan the returns place"), value=value, ways=ways, expects=("target",))


def _accept_bench(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id:
        raise confirm.too_many(line.left, work.counted)
    place = confirm.target_location(work, meaning, kinds=BENCHES)
    assert line.document_line_id is not None, "an inspection without its return line"
    lot = work.memory.get("lot")
    bench = {
        "units": work.counted,
        "location": place.id,
        "place": place.code,
        "lot": confirm.lot(work, item_id=line.item_id, code=lot) if lot else None,
        "serials": work.memory.get("serials", []),
    }
    work.remember(bench=bench, line=line.id)
    moves = _moves(work, Place(CUSTOMER, None, "quarantine"), Place(place.id, None, "quarantine"))
    posted = work.post("return", [(move, line.sku, "CUSTOMER", place.code) for move in moves], line_id=line.id)
    disposition.received(work.session, line.document_line_id, work.counted)
    work.can_undo(
        posting=posted.posting_id,
        line=line.id,
        quantity=work.counted,
        done=0,
        was="received",
        source=_("the customer's parcel"),
        target=place.code,
    )
    work.forget("counted", "lot", "serials")
    return Said("received", _("%(n)s %(sku)s received. Now look at it.", n=bench["units"], sku=line.sku))


def _moves(work: Work, source: Place, target: Place) -> list[Move]:
    """What is on the bench, from a place to a place; each serial number moves alone."""
    bench, item_id = work.memory["bench"], work.the_line.item_id
    if bench["serials"]:
        return [Move(item_id, 1, source, target, serial=serial) for serial in bench["serials"]]
    return [Move(item_id, bench["units"], source, target, lot_id=bench["lot"])]


# The decision, and the second posting.


def _ask_decision(work: Work) -> Prompt:
    reason = _announced_reason(work)
    ways = [action_way(name, _(label), reason=reason) for name, label in LABELS.items()]
    units = work.memory["bench"]["units"]
    return _prompt(
        work, _("What becomes of it?"), value=f"{units} x {work.the_line.sku}", ways=ways, expects=("disposition",)
    )


def _announced_reason(work: Work) -> str:
    """What the customer said, in our words: an action card carries no reason of its own."""
    said = _rma_line(work, work.the_line).reason
    return said if said in REASONS else "other"


def _no_scan(_work: Work, meaning: Meaning) -> Said:
    raise confirm.wrong(meaning, wanted=_("Choose what becomes of it: an action card, or the screen."))


def _decide(work: Work, arguments: Arguments, *, name: str) -> Said:
    """Errors: ``scan_item_first`` before anything is received; ``unknown_reason``."""
    if "bench" not in work.memory:
        raise Refused("scan_item_first", _("Receive the item first: scan it, then the returns place."))
    reason = arguments.reason or _announced_reason(work)
    if reason not in REASONS:
        raise Refused(
            "unknown_reason", _("Give a reason: %(reasons)s.", reasons=", ".join(REASONS)), reasons=list(REASONS)
        )
    if name in _OUTSIDE:
        location_id, code = _OUTSIDE[name]
        return _settle(work, name, reason, Place(location_id, None, "quarantine"), code)
    work.remember(decision={"name": name, "reason": reason, "plan": _plan(work, name)})
    return Said("decided", _("%(decision)s. Now bring it there.", decision=_(LABELS[name])))


def _plan(work: Work, name: str) -> int | None:
    """The suggested place: a bin for what is sellable, else the quarantine (or the bench, where there is none)."""
    bench, item_id = work.memory["bench"], work.the_line.item_id
    if name == "restock":
        return suggest_bin(work, item_id=item_id, units=bench["units"])
    kept = work.first_place(("quarantine", "returns"))
    return kept.id if kept else None


def _planned_place(work: Work) -> Location | None:
    plan = work.memory["decision"]["plan"]
    return work.session.get(Location, plan) if plan else None


def _ask_target(work: Work) -> Prompt:
    plan = _planned_place(work)
    ways = [scan_way(encode(InternalKind.LOCATION, plan.code), plan.code)] if plan else []
    value = plan.code if plan else _("any bin")
    prompt = _prompt(work, _("Bring it there and scan the place"), value=value, ways=ways, expects=("target",))
    prompt.target = plan.code if plan else None
    return prompt


def _accept_target(work: Work, meaning: Meaning) -> Said:
    decision = work.memory["decision"]
    kinds = ("bin",) if decision["name"] == "restock" else ("quarantine", "returns")
    place = confirm.target_location(work, meaning, kinds=kinds)
    plan = _planned_place(work)
    confirm.room(work, place, work.memory["bench"]["units"])
    confirm.planned(work, place, plan_id=plan.id if plan else None, plan=plan.code if plan else None)
    name = decision["name"]
    return _settle(work, name, decision["reason"], Place(place.id, None, _KEPT[name]), place.code)


def _settle(work: Work, name: str, reason: str, target: Place, code: str) -> Said:
    """Post the decision and tell the return; it closes with its last unit."""
    bench, line = work.memory["bench"], work.the_line
    source = Place(bench["location"], None, "quarantine")
    units = bench["units"]
    posted = None
    if source != target:
        moves = [(move, line.sku, bench["place"], code) for move in _moves(work, source, target)]
        posted = work.post(name, moves, line_id=line.id, note=reason)
    assert line.document_line_id is not None, "an inspection without its return line"
    disposition.inspected(work.session, line.document_line_id, units)
    work.can_undo(
        posting=posted.posting_id if posted else None,
        line=line.id,
        quantity=units,
        was="inspected",
        bench=bench,
        source=bench["place"],
        target=code,
    )
    work.forget("bench", "decision")
    work.finish_units(line, units)
    return Said("inspected", _("%(n)s %(sku)s: %(place)s", n=units, sku=line.sku, place=code))


# Exceptions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    if work.line is None or "bench" in work.memory:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    if work.line.tracking == "serial":
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    return confirm.set_count(work, work.line, arguments)


def _skip(work: Work) -> Said:
    line = work.line
    if line is None or work.counted or "bench" in work.memory:
        raise Refused("finish_line_first", _("Decide about what you hold first, or undo it."))
    to_the_end(work.session, work.task.id, line.id)
    work.forget("line")
    work.next_line()
    return Said("skipped", _("%(sku)s comes later.", sku=line.sku))


def _done(work: Work) -> Said:
    """Less came than was announced: the rest stays announced, until it comes or the office closes the return.

    Errors: ``finish_line_first``; ``nothing_received``.
    """
    if work.counted or "bench" in work.memory:
        raise Refused("finish_line_first", _("Decide about what you hold first, or undo it."))
    if not work.memory.get("undo"):
        raise Refused("nothing_received", _("Nothing was received yet. Scan an item, or release the task."))
    for line in lines(work.session, work.task.id, TaskLine.status == "open"):
        shrink_line(work.session, line.id, line.left)
    work.session.refresh(work.task)
    work.remember(is_part=True)
    work.forget("line")
    work.next_line()
    return Said("receipt_done", _("Done. What did not come stays open on %(po)s.", po=work.task.document))


def _undo(work: Work) -> Said:
    if "decision" in work.memory:
        work.forget("decision")
        return Said("undone", _("Decide again."))
    return undo(work, tell=_tell_undone, begun=("lot", "serials"))


def _tell_undone(work: Work, line: Line, facts: Facts) -> None:
    """One undo takes back the decision, the next one the receipt."""
    assert line.document_line_id is not None, "an inspection without its return line"
    if facts["was"] == "inspected":
        disposition.inspected(work.session, line.document_line_id, -facts["quantity"])
        work.remember(bench=facts["bench"], line=line.id)
    else:
        disposition.received(work.session, line.document_line_id, -facts["quantity"])
        work.forget("bench", "decision")


def finished(work: Work) -> str:
    if work.memory.get("is_part"):
        return _("What came of return %(document)s is inspected. Take the next job.", document=work.task.document)
    return _("Return %(document)s is inspected. Take the next job.", document=work.task.document)


ITEM = Step(("item",), _ask_item, _accept_item)
MORE = Step(("item", "target"), _ask_more, _accept_item)
LOT = Step(("lot",), _ask_lot, _accept_lot)
SERIAL = Step(("serial",), _ask_serial, _accept_serial, takes_new=True)
BENCH = Step(("target",), _ask_bench, _accept_bench)
DECISION = Step(("disposition",), _ask_decision, _no_scan)
TARGET = Step(("target",), _ask_target, _accept_target)

WORKFLOW = Workflow(
    kind="inspect",
    waiting=waiting,
    actions={
        **{name: partial(_decide, name=name) for name in LABELS},
        "quantity": _quantity,
        "skip": no_arguments(_skip),
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
    },
    finished=finished,
)
