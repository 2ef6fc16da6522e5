"""Pick one order: bin, item, tote, line by line along the walk; then the tote goes to packing.

The line is posted when the tote is scanned: bin -> tote. Until then nothing has moved. Short, skip and undo are here.
"""

from dataclasses import replace

from app.barcode.internal import InternalKind, encode
from app.floor.pick.drop_off import DROP, must_drop
from app.floor.pick.memory import PickDone, PickMemory, Work
from app.floor.pick.prompts import count_units, exceptions, prompt, tote_code
from app.floor.pick.short_pick import short
from app.floor.pick.which_stock import NARROWER, accept_serial, check_lot, needs_narrower, standing_here
from app.floor.shared import confirm, handover, totes
from app.floor.shared.step import (
    Arguments,
    Meaning,
    Prompt,
    Said,
    Step,
    Way,
    Workflow,
    action_way,
    scan_way,
    something_posted,
)
from app.floor.shared.undo import no_arguments, nothing_to_tell, undo
from app.language import _
from app.ledger.post import Move, Place
from app.orders import fulfil
from app.refusal import Refused
from app.tasks.life import give_back
from app.tasks.lines import Line, to_the_end


def waiting(work: Work) -> Step[PickMemory] | None:
    line = work.line
    if line is None:
        return DROP if work.memory.totes and must_drop(work) else None
    if work.memory.bin != line.source_location_id:
        return BIN
    if work.memory.pending:
        return NARROWER[work.memory.pending]
    return TOTE if work.counted >= line.left else ITEM


# The bin.


def _ask_bin(work: Work) -> Prompt:
    line = work.the_line
    code = encode(InternalKind.LOCATION, line.source or "")
    ways = [scan_way(code, line.source or ""), *exceptions(work)]
    return prompt(work, _("Go to the bin and scan it"), value=line.source or "", ways=ways, expects=("location",))


def _accept_bin(work: Work, meaning: Meaning) -> Said:
    return confirm.source(work, work.the_line, meaning)


# The item, each unit or one and a quantity.


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    scan = scan_way(line.code, line.name)
    quantity = action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left)
    ways = [quantity, scan, *_tote_ways(work)] if work.counted and not line.serial else [scan]
    value = f"{work.counted} / {line.left}" if work.counted else str(line.left)
    expects = ("item", "quantity", "target") if work.counted else ("item",)
    return prompt(work, _("Scan the item"), value=value, ways=[*ways, *exceptions(work)], expects=expects)


def _accept_item(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if work.counted and meaning.type == "container" and meaning.id != line.source_container_id:
        return _accept_tote(work, meaning)
    if work.is_second_read and meaning.type in ("location", "container"):
        return confirm.source(work, line, meaning)
    if meaning.type == "container" and meaning.id == line.source_container_id:
        work.memory = replace(work.memory, container=meaning.id)
        return count_units(work, line, 1)
    if meaning.type == "lot" and meaning.item_id == line.item_id:
        check_lot(line, meaning.lot)
        work.memory = replace(work.memory, lot_is_known=True)
        return count_units(work, line, 1)
    if meaning.type == "serial":
        return accept_serial(work, meaning)
    if meaning.type == "location" and meaning.id == line.source_location_id:
        return _bin_names_item(work, line)
    confirm.item(line, meaning)
    if meaning.lot:
        check_lot(line, meaning.lot)
        work.memory = replace(work.memory, lot_is_known=True)
    if line.serial and meaning.serial:
        return accept_serial(work, replace(meaning, type="serial", code=meaning.serial))
    if line.serial:
        work.memory = replace(work.memory, pending="serial", line=line.id, waiting_units=meaning.quantity)
        return Said("scan_serial", _("Now scan the serial number: %(serial)s", serial=line.serial))
    if not work.counted:
        narrower = needs_narrower(work, line)
        if narrower:
            work.memory = replace(work.memory, pending=narrower, line=line.id, waiting_units=meaning.quantity)
            if narrower == "lot":
                return Said("scan_lot", _("Several lots are here. Scan the lot: %(lot)s", lot=line.lot))
            return Said("scan_container", _("It stands in several containers here. Scan the container."))
    return count_units(work, line, meaning.quantity)


def _bin_names_item(work: Work, line: Line) -> Said:
    """The bin holds one thing only: scanning it again names the item. Errors: ``narrower_scan``."""
    if work.counted or len(set(standing_here(work, line, whole_bin=True))) != 1:
        raise Refused("narrower_scan", _("Several things are in %(place)s. Scan the item.", place=line.source))
    return count_units(work, line, 1)


# The tote.


def _tote_ways(work: Work) -> list[Way]:
    code = tote_code(work)
    return [scan_way(encode(InternalKind.CONTAINER, code), code)] if code else []


def _ask_tote(work: Work) -> Prompt:
    code = tote_code(work)
    instruction = _("Put %(n)s into the tote and scan it", n=work.counted)
    ways = _tote_ways(work)
    if code:
        ways.append(action_way("full", _("The tote is full, or not here: take another")))
    else:
        ways.append(action_way("no_tote", _("No tote to be had: leave the job")))
    return prompt(work, instruction, value=code or _("an empty tote"), ways=ways, expects=("target",))


def _accept_tote(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id:
        raise confirm.too_many(line.left, work.counted)
    tote = totes.accept(work, meaning)
    quantity = work.counted
    assert line.source_location_id is not None, "a pick line without its bin"
    assert line.document_line_id is not None, "a pick line without its allocation"
    move = Move(
        line.item_id,
        quantity,
        Place(line.source_location_id, line.source_container_id),
        Place(tote.stands, tote.id),
        lot_id=line.lot_id,
        serial=line.serial,
        from_allocated=quantity,
    )
    posted = work.post("pick", [(move, line.sku, line.source or "", tote.code)], line_id=line.id)
    fulfil.picked(
        work.session,
        line.document_line_id,
        quantity=quantity,
        container_id=tote.id,
        item_id=line.item_id,
        lot_id=line.lot_id,
        serial=line.serial,
    )
    used = work.memory.totes
    work.memory = replace(work.memory, totes=used if tote.id in used else (*used, tote.id))
    work.can_undo(
        PickDone(
            posting=posted.posting_id,
            line=line.id,
            quantity=quantity,
            tote=tote.id,
            source=line.source or "",
            target=tote.code,
        )
    )
    work.finish_units(line, quantity)
    work.memory = replace(work.memory.answered(), container=None, lot_is_known=False)
    if work.line is None and not must_drop(work):
        work.memory = replace(work.memory, is_dropped=True)
        handover.to_packing(work)
    return Said("picked", _("%(n)s × %(sku)s in %(tote)s", n=quantity, sku=line.sku, tote=tote.code))


# The drop: all totes go to one place.


# Exceptions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    if work.line is None:
        raise Refused("scan_item_first", _("Every line is picked. Bring the totes to packing."))
    if work.line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    return confirm.set_count(work, work.line, arguments)


def _full(work: Work) -> Said:
    """The tote takes no more, or is not to be found: the next free one. What is in the old one stays there.

    Errors: ``no_tote_yet``; ``no_free_tote``.
    """
    if work.task.container_id is None:
        raise Refused("no_tote_yet", _("No tote is in use yet. Scan an empty one."))
    work.task.container_id = None
    if totes.proposed(work) is None:
        raise Refused("no_free_tote", _("Every tote is in use. Empty one at packing, or ask your supervisor."))
    return Said("next_tote", _("Take %(tote)s.", tote=tote_code(work)))


def _no_tote(work: Work) -> Said:
    """Nothing to pick into, and none will come by itself: what is in hand goes back, and the job to the queue. The desk
    is told while picks wait for totes. Where one is free by now, it is proposed instead.

    Errors: ``scan_item_first``."""
    line = work.line
    if line is None or not work.counted:
        raise Refused("scan_item_first", _("Scan the item first."))
    if work.task.container_id is None and totes.proposed(work) is not None:
        return Said("next_tote", _("Take %(tote)s.", tote=tote_code(work)))
    units = work.counted
    work.memory = work.memory.without_line()
    work.next_line()
    give_back(work.session, work.task)
    return Said(
        "given_back",
        _(
            "Put %(n)s × %(sku)s back in %(place)s. The job waits until totes are free: bring some back from packing, "
            "or take another job.",
            n=units,
            sku=line.sku,
            place=line.source,
        ),
    )


def _skip(work: Work) -> Said:
    line = work.line
    if line is None or work.counted:
        raise Refused("finish_line_first", _("Put what you counted into the tote first, or undo it."))
    to_the_end(work.session, work.task.id, line.id)
    work.memory = work.memory.without_line()
    work.next_line()
    return Said("skipped", _("%(place)s comes again at the end.", place=line.source))


def _undo(work: Work) -> Said:
    if work.memory.is_dropped:
        raise Refused("packed_next", _("The totes are at packing already. Undo it there."))
    return undo(
        work,
        PickDone,
        tell=nothing_to_tell,
        tell_first=_tell_undone,
        allocate_source=True,
    )


def _tell_undone(work: Work, line: Line, done: PickDone) -> None:
    assert line.document_line_id is not None
    fulfil.picked(
        work.session,
        line.document_line_id,
        quantity=-done.quantity,
        container_id=done.tote,
        item_id=line.item_id,
        lot_id=line.lot_id,
        serial=line.serial,
    )


def finished(work: Work) -> str:
    if work.memory.totes:
        return _("Order %(order)s is picked. Next: pack it, or take the next job.", order=work.task.document)
    return _("Nothing of order %(order)s could be picked. Take the next job.", order=work.task.document)


BIN = Step(("location",), _ask_bin, _accept_bin)
ITEM = Step(("item", "target"), _ask_item, _accept_item)
TOTE = Step(("target",), _ask_tote, _accept_tote)

WORKFLOW = Workflow(
    kind="pick",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "full": no_arguments(_full),
        "no_tote": no_arguments(_no_tote),
        "skip": no_arguments(_skip),
        "short": short,
        "undo": no_arguments(_undo),
    },
    finished=finished,
    may_undo=lambda work: something_posted(work) and not work.memory.is_dropped,
)
