"""What becomes of a returned unit: the inspector decides at the bench, and only that decision posts.

Into a bin and sellable again, kept in quarantine or as damaged, to SCRAP, or to the SUPPLIER.
"""

from app.barcode.internal import InternalKind, encode
from app.floor import confirm
from app.floor.sent_back import prompt, rma_line
from app.floor.step import Arguments, Meaning, Prompt, Said, Step, Work, action_way, scan_way
from app.floor.suggest import send_to_bin
from app.language import N_, _
from app.ledger.post import Move, Place
from app.places.models import SCRAP, SUPPLIER, Location
from app.refusal import Refused
from app.returns import disposition

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


def bench_moves(work: Work, source: Place, target: Place) -> list[Move]:
    """What is on the bench, from a place to a place; each serial number moves alone."""
    bench, item_id = work.memory["bench"], work.the_line.item_id
    if bench["serials"]:
        return [Move(item_id, 1, source, target, serial=serial) for serial in bench["serials"]]
    return [Move(item_id, bench["units"], source, target, lot_id=bench["lot"])]


def _ask_decision(work: Work) -> Prompt:
    reason = _announced_reason(work)
    ways = [action_way(name, _(label), reason=reason) for name, label in LABELS.items()]
    units = work.memory["bench"]["units"]
    return prompt(
        work, _("What becomes of it?"), value=f"{units} x {work.the_line.sku}", ways=ways, expects=("disposition",)
    )


def _announced_reason(work: Work) -> str:
    """What the customer said, in our words: an action card carries no reason of its own."""
    said = rma_line(work, work.the_line).reason
    return said if said in REASONS else "other"


def _no_scan(_work: Work, meaning: Meaning) -> Said:
    raise confirm.wrong(meaning, wanted=_("Choose what becomes of it: an action card, or the screen."))


def decide(work: Work, arguments: Arguments, *, name: str) -> Said:
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
    bench = work.memory["bench"]
    if name == "restock":
        return send_to_bin(work, work.the_line, units=bench["units"])
    kept = work.first_place(("quarantine", "returns"))
    return kept.id if kept else None


def _planned_place(work: Work) -> Location | None:
    plan = work.memory["decision"]["plan"]
    return work.session.get(Location, plan) if plan else None


def _ask_target(work: Work) -> Prompt:
    plan = _planned_place(work)
    ways = [scan_way(encode(InternalKind.LOCATION, plan.code), plan.code)] if plan else []
    value = plan.code if plan else _("any bin")
    asked = prompt(work, _("Bring it there and scan the place"), value=value, ways=ways, expects=("target",))
    asked.target = plan.code if plan else None
    return asked


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
        moves = [(move, line.sku, bench["place"], code) for move in bench_moves(work, source, target)]
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
    return Said("inspected", _("%(n)s × %(sku)s: %(place)s", n=units, sku=line.sku, place=code))


DECISION = Step(("disposition",), _ask_decision, _no_scan)
TARGET = Step(("target",), _ask_target, _accept_target)
