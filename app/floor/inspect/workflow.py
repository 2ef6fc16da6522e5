"""Inspect: what comes back is received into quarantine, looked at, and only then decided about. What stands in the
house and is not for sale is looked at where it stands (``standing_stock``).

Two postings for each line: CUSTOMER -> the returns place in quarantine (on hand and unavailable rise together), then by
the inspector's decision: into a bin and sellable again, kept in quarantine or as damaged, to SCRAP, or to the SUPPLIER.
"""

from dataclasses import replace
from functools import partial

from app.floor.inspect import standing_stock
from app.floor.inspect.decision import DECISION, LABELS, TARGET, bench_moves, decide, take_back
from app.floor.inspect.memory import Bench, InspectionDone, InspectMemory, Work
from app.floor.inspect.off_the_bench import leave_to_others
from app.floor.inspect.returned_goods import LOT, SERIAL, prompt, set_aside, set_aside_way
from app.floor.inspect.stock_inspection import of_stock
from app.floor.shared import confirm, handover
from app.floor.shared.missing_stock import leave_out
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
from app.ledger.post import Place
from app.places.models import CUSTOMER
from app.refusal import Refused
from app.returns import disposition
from app.tasks.lines import Line, lines, shrink_line, to_the_end
from app.tasks.models import TaskLine

BENCHES = ("returns", "quarantine", "dock")


def waiting(work: Work) -> Step[InspectMemory] | None:
    if of_stock(work):
        return standing_stock.waiting(work)
    if work.line is None:
        return None
    if work.memory.bench is not None:
        return DECISION if work.memory.decision is None else TARGET
    if not work.counted:
        return ITEM
    if work.line.tracking == "lot" and work.memory.lot is None:
        return LOT
    if work.line.tracking == "serial" and len(work.memory.serials) < work.counted:
        return SERIAL
    return MORE if work.counted < work.line.left else BENCH


# What came back.


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    ways = [scan_way(line.code, line.name)]
    if len(lines(work.session, work.task.id, TaskLine.status == "open")) > 1:
        ways.append(action_way("skip", _("Later")))
    if something_posted(work):
        ways.append(action_way("done", _("The rest did not come")))
    elif work.memory.is_set_aside:
        ways.append(action_way("done", _("Nothing of this order came")))
    return prompt(work, _("Scan what came back"), value=line.sku, ways=ways, expects=("item",))


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
            _("Finish the %(n)s × %(sku)s first, then the next item.", n=work.counted, sku=line.sku),
        )
    if not work.counted:
        line = _line_for(work, meaning)
        work.memory = replace(work.memory, line=line.id)
        work.next_line()
    known = work.memory.lot
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
    ways = [scan_way(line.code, line.name), *confirm.place_ways(work, BENCHES), set_aside_way()]
    if line.tracking != "serial":
        ways.insert(0, action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left))
    return prompt(
        work,
        _("Scan the next unit, or the returns place")
        if line.tracking == "serial"
        else _("Scan on, give the quantity, or scan the returns place"),
        value=f"{work.counted} / {line.left}",
        ways=ways,
        expects=("item", "target") if line.tracking == "serial" else ("item", "quantity", "target"),
    )


# The first posting: into quarantine. The second one follows the decision.


def _ask_bench(work: Work) -> Prompt:
    places = confirm.place_ways(work, BENCHES)
    value = places[0]["label"] if places else _("the returns place")
    ways = [*places, set_aside_way()]
    return prompt(work, _("Put it there and scan the returns place"), value=value, ways=ways, expects=("target",))


def _accept_bench(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id:
        raise confirm.too_many(line.left, work.counted)
    place = confirm.target_location(work, meaning, kinds=BENCHES)
    assert line.document_line_id is not None, "an inspection without its return line"
    lot = work.memory.lot
    bench = Bench(
        units=work.counted,
        location=place.id,
        place=place.code,
        lot=confirm.lot(work, item_id=line.item_id, code=lot) if lot else None,
        serials=work.memory.serials,
    )
    work.memory = replace(work.memory, bench=bench, line=line.id)
    disposition.received(work.session, line.document_line_id, work.counted)  # documents before the stock
    moves = bench_moves(work, Place(CUSTOMER, None, "quarantine"), Place(place.id, None, "quarantine"))
    posted = work.post("return", [(move, line.sku, "CUSTOMER", place.code) for move in moves], line_id=line.id)
    work.can_undo(
        InspectionDone(
            posting=posted.posting_id,
            line=line.id,
            quantity=work.counted,
            done=0,
            was="received",
            source=_("the customer's parcel"),
            target=place.code,
        )
    )
    work.memory = replace(work.memory, counted=0, lot=None, serials=())
    return Said("received", _("%(n)s × %(sku)s received. Now look at it.", n=bench.units, sku=line.sku))


# Exceptions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    if work.line is None or work.memory.bench is not None:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    if work.line.tracking == "serial" or work.line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    return confirm.set_count(work, work.line, arguments)


def _skip(work: Work) -> Said:
    line = work.line
    if of_stock(work) and work.memory.decision is not None:
        take_back(work)
        work.memory = replace(work.memory, counted=0)
    if line is None or work.counted or work.memory.bench is not None:
        raise Refused("finish_line_first", _("Decide about what you hold first, or undo it."))
    to_the_end(work.session, work.task.id, line.id)
    work.memory = replace(work.memory, line=None)
    work.next_line()
    return Said("skipped", _("%(sku)s comes later.", sku=line.sku))


def _done(work: Work) -> Said:
    """Less came than was announced: the rest stays announced, until it comes or the office closes the return.

    Errors: ``finish_line_first``; ``nothing_received``.
    """
    if work.counted or work.memory.bench is not None:
        raise Refused("finish_line_first", _("Decide about what you hold first, or undo it."))
    if not (something_posted(work) or work.memory.is_set_aside or of_stock(work)):
        raise Refused("nothing_received", _("Nothing was received yet. Scan an item, or release the task."))
    for line in lines(work.session, work.task.id, TaskLine.status == "open"):
        shrink_line(work.session, line.id, line.left)
    work.session.refresh(work.task)
    work.memory = replace(work.memory, is_part=True, line=None)
    work.next_line()
    if of_stock(work):
        return Said("left_as_it_is", _("Done. The rest stays as it is, and waits for its decision."))
    return Said("receipt_done", _("Done. What did not come stays open on %(po)s.", po=work.task.document))


def _undo(work: Work) -> Said:
    if work.memory.decision is not None:
        take_back(work)
        return Said("undone", _("Decide again."))
    if work.memory.pending:
        work.memory = work.memory.answered()
        return Said("count_undone", _("Scan the item again."))
    return undo(work, InspectionDone, tell=_tell_undone, tell_first=_tell_first)


def _tell_first(work: Work, line: Line, done: InspectionDone) -> None:
    """One undo takes back the decision, the next one the receipt; documents before the stock."""
    if of_stock(work):
        handover.before_put_back(work, line)
        return
    assert line.document_line_id is not None, "an inspection without its return line"
    if done.was == "inspected":
        disposition.inspected(work.session, line.document_line_id, -done.quantity)
    else:
        disposition.received(work.session, line.document_line_id, -done.quantity)


def _tell_undone(work: Work, line: Line, done: InspectionDone) -> None:
    if done.was == "inspected" and not of_stock(work):
        work.memory = replace(work.memory, bench=done.bench, line=line.id)
    else:
        work.memory = replace(work.memory, bench=None, decision=None)


def _short(work: Work, arguments: Arguments) -> Said:
    """Errors: ``unknown_action`` where nothing stands here yet; those of ``leave_out`` and ``leave_to_others``."""
    if not of_stock(work):
        return leave_to_others(work)
    if work.line is None or work.memory.decision is not None:
        raise Refused("unknown_action", _("%(name)s cannot be done here. See what the screen offers.", name="short"))
    return leave_out(work, arguments)


def finished(work: Work) -> str:
    if of_stock(work):
        return _("%(document)s is looked over. Take the next job.", document=work.task.document)
    if work.memory.is_part:
        return _("What came of return %(document)s is inspected. Take the next job.", document=work.task.document)
    return _("Return %(document)s is inspected. Take the next job.", document=work.task.document)


ITEM = Step(("item",), _ask_item, _accept_item)
MORE = Step(("item", "target"), _ask_more, _accept_item)
BENCH = Step(("target",), _ask_bench, _accept_bench)

WORKFLOW = Workflow(
    kind="inspect",
    waiting=waiting,
    actions={
        **{name: partial(decide, name=name) for name in LABELS},
        "quantity": _quantity,
        "short": _short,
        "set_aside": no_arguments(set_aside),
        "skip": no_arguments(_skip),
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
    },
    finished=finished,
)
