"""What becomes of a unit that came back, or stands here and is not for sale: only the inspector's decision posts.

Into a bin and sellable again, kept in quarantine or as damaged, to SCRAP, or to the SUPPLIER.
"""

from dataclasses import replace

from app.barcode.internal import InternalKind, encode
from app.catalog.models import Lot
from app.floor.inspect.memory import Bench, Decision, InspectionDone, Work
from app.floor.inspect.off_the_bench import with_missing
from app.floor.inspect.returned_goods import prompt, rma_line
from app.floor.inspect.stock_inspection import of_stock
from app.floor.shared import confirm, handover
from app.floor.shared.step import Arguments, Meaning, Prompt, Said, Step, Way, action_way, scan_way
from app.floor.shared.suggested_place import send_to_bin
from app.language import N_, _
from app.ledger.for_sale import NOTHING_SOLD, PICKED_FROM
from app.ledger.post import Move, Place
from app.places.models import SCRAP, SUPPLIER, Location
from app.refusal import Refused
from app.returns import disposition

REASONS = ("damaged", "unwanted", "wrong_item", "defective", "parts_missing", "expired", "other")
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


def decision_ways(work: Work) -> list[Way]:
    """What may become of it, as ways; what has expired does not go back into stock."""
    reason = _announced_reason(work)
    names = [*LABELS] if not _is_expired(work) else ["scrap", "vendor", "quarantine", "damaged"]
    return [action_way(name, _(LABELS[name]), reason=reason) for name in names]


def _is_expired(work: Work) -> bool:
    """Of goods that stand here, by their line; of what came back, by the lot that was scanned."""
    line, lot_id = work.the_line, work.memory.bench.lot if work.memory.bench else None
    expiry = line.expiry
    if not of_stock(work):
        expiry = work.session.get_one(Lot, lot_id, populate_existing=True).expiry if lot_id else None
    return expiry is not None and expiry < work.today


def _expired() -> Refused:
    return Refused(
        "expired",
        _("It has expired: it can't go back into stock. Keep it in quarantine, scrap it, or send it to the vendor."),
    )


def bench_moves(work: Work, source: Place, target: Place) -> list[Move]:
    """What is on the bench, from a place to a place; each serial number moves alone."""
    bench, item_id = work.memory.the_bench, work.the_line.item_id
    if bench.serials:
        return [Move(item_id, 1, source, target, serial=serial) for serial in bench.serials]
    return [Move(item_id, bench.units, source, target, lot_id=bench.lot)]


def _ask_decision(work: Work) -> Prompt:
    units = work.memory.the_bench.units
    return prompt(
        work,
        _("What becomes of it?"),
        value=f"{units} x {work.the_line.sku}",
        ways=with_missing(work, decision_ways(work)),
        expects=("disposition",),
    )


def _announced_reason(work: Work) -> str:
    """What the customer said, in our words: an action card carries no reason of its own."""
    if of_stock(work):
        return "expired" if _is_expired(work) else "other"
    said = rma_line(work, work.the_line).reason
    return said if said in REASONS else "other"


def _no_scan(_work: Work, meaning: Meaning) -> Said:
    raise confirm.wrong(meaning, wanted=_("Choose what becomes of it: an action card, or the screen."))


def decide(work: Work, arguments: Arguments, *, name: str) -> Said:
    """Another decision takes the place of one that is not carried out yet.

    Errors: ``scan_item_first`` before anything is received; ``unknown_reason``; ``expired`` for old goods."""
    if work.memory.decision is not None:
        take_back(work)
    if of_stock(work):
        _begin_bench(work)
    if name == "restock" and _is_expired(work):
        raise _expired()
    if work.memory.bench is None:
        raise Refused("scan_item_first", _("Receive the item first: scan it, then the returns place."))
    reason = arguments.reason or _announced_reason(work)
    if reason not in REASONS:
        raise Refused(
            "unknown_reason", _("Give a reason: %(reasons)s.", reasons=", ".join(REASONS)), reasons=list(REASONS)
        )
    if name in _OUTSIDE:
        location_id, code = _OUTSIDE[name]
        return _settle(work, name, reason, Place(location_id, None, _condition(work)), code)
    plan = _plan(work, name)
    work.memory = replace(work.memory, decision=Decision(name=name, reason=reason, plan=plan))
    if plan is None:
        return Said("decided", _no_room(work))
    return Said("decided", _("%(decision)s. Now bring it there.", decision=_(LABELS[name])))


def take_back(work: Work) -> None:
    """The decision is not carried out: it can be made again, or the goods are left as they stand."""
    work.memory = replace(work.memory, decision=None, bench=None if of_stock(work) else work.memory.bench)


def _no_room(work: Work) -> str:
    return _(
        "No bin has room for %(n)s. Scan one that takes them all the same, or leave them in quarantine.",
        n=work.memory.the_bench.units,
    )


def _begin_bench(work: Work) -> None:
    """What was counted of goods that stand here is decided about as they stand. Errors: ``scan_item_first``."""
    line = work.line
    if line is None or not work.counted:
        raise Refused("scan_item_first", _("Scan the item first, then say what becomes of it."))
    place = line.source_container or line.source or ""
    bench = Bench(units=work.counted, location=confirm.stands_at(work, line), place=place)
    work.memory = replace(work.memory, bench=bench)


def _condition(work: Work) -> str:
    """The condition in which it stands on the bench."""
    return work.the_line.source_condition if of_stock(work) else "quarantine"


def _plan(work: Work, name: str) -> int | None:
    """The suggested place: a bin for what is sellable (None where none has room), else the quarantine (or where it
    stands, where there is none)."""
    bench = work.memory.the_bench
    if name == "restock":
        return send_to_bin(work, work.the_line, units=bench.units)
    here = work.session.get(Location, bench.location)
    if of_stock(work) and here is not None and here.kind in NOTHING_SOLD and not here.is_blocked:
        return here.id
    kept = work.first_place(NOTHING_SOLD)
    return kept.id if kept else bench.location


def _planned_place(work: Work) -> Location | None:
    plan = work.memory.the_decision.plan
    return work.session.get(Location, plan) if plan else None


def _ask_target(work: Work) -> Prompt:
    plan = _planned_place(work)
    ways = [scan_way(encode(InternalKind.LOCATION, plan.code), plan.code)] if plan else []
    asked = prompt(
        work,
        _("Bring it there and scan the place") if plan else _no_room(work),
        value=plan.code if plan else _("any bin"),
        ways=with_missing(work, [*ways, *_other_ways(work)]),
        expects=("target",),
    )
    asked.target = plan.code if plan else None
    return asked


def _other_ways(work: Work) -> list[Way]:
    """What can be done where the goods cannot be brought to the place."""
    decision = work.memory.the_decision
    is_restock = decision.name == "restock"
    kept = [action_way("quarantine", _(LABELS["quarantine"]), reason=decision.reason)] if is_restock else []
    return [*kept, *([action_way("skip", _("Later"))] if of_stock(work) else [])]


def _accept_target(work: Work, meaning: Meaning) -> Said:
    decision, bench = work.memory.the_decision, work.memory.the_bench
    if decision.name == "restock" and _is_expired(work):  # its last good day went by on the way
        raise Refused("expired", _("It has expired by now: it can't go back into stock. Undo, then decide otherwise."))
    plan = _planned_place(work)
    if plan is not None and plan.id == bench.location and (meaning.type, meaning.id) == ("location", plan.id):
        place = plan  # it stays where it stands
    else:
        kinds = PICKED_FROM if decision.name == "restock" else NOTHING_SOLD
        place = confirm.target_location(work, meaning, kinds=kinds)
        if place.id != bench.location:
            confirm.room(work, place, bench.units)
        confirm.planned(work, place, plan_id=plan.id if plan else None, plan=plan.code if plan else None)
    name = decision.name
    return _settle(work, name, decision.reason, Place(place.id, None, _KEPT[name]), place.code)


def _settle(work: Work, name: str, reason: str, target: Place, code: str) -> Said:
    """Tell the return, which closes with its last unit, and post the decision: documents before the stock."""
    bench, line = work.memory.the_bench, work.the_line
    units = bench.units
    posted = None
    if of_stock(work):
        handover.hold_orders_of(work, line)
    else:
        assert line.document_line_id is not None, "an inspection without its return line"
        disposition.inspected(work.session, line.document_line_id, units)
    moves = _standing_moves(work, target) if of_stock(work) else _returned_moves(work, target)
    if moves:
        shown = [(move, line.sku, bench.place, code) for move in moves]
        posted = work.post(name, shown, line_id=line.id, note=reason)
    work.can_undo(
        InspectionDone(
            posting=posted.posting_id if posted else None,
            line=line.id,
            quantity=units,
            was="inspected",
            bench=bench,
            source=bench.place,
            target=code,
        )
    )
    work.memory = replace(work.memory, bench=None, decision=None)
    work.finish_units(line, units)
    if of_stock(work):
        handover.after_inspection(work, line)
    return Said("inspected", _("%(n)s × %(sku)s: %(place)s", n=units, sku=line.sku, place=code))


def _returned_moves(work: Work, target: Place) -> list[Move]:
    source = Place(work.memory.the_bench.location, None, "quarantine")
    return bench_moves(work, source, target) if source != target else []


def _standing_moves(work: Work, target: Place) -> list[Move]:
    """From wherever the units stand by now; what stays as it stands is not posted."""
    line, units = work.the_line, work.memory.the_bench.units
    return [
        Move(line.item_id, taken, stands, target, lot_id=line.lot_id, serial=line.serial)
        for stands, taken in confirm.standing(work, line, units)
        if stands != target
    ]


DECISION = Step(("disposition",), _ask_decision, _no_scan)
TARGET = Step(("target",), _ask_target, _accept_target)
