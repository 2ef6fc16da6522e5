"""Replenish: from a reserve bin into a pick face, so that nobody picks from an empty bin.

The reserve bin (or the container in it), the item and how many, then the pick face. Another bin than the planned one is
asked for twice. What is not there is left out, and a count of the reserve bin is asked for.
"""

from dataclasses import replace

from sqlalchemy import select

from app.barcode.internal import InternalKind, encode
from app.floor.replenish.free_stock import ask_for_less
from app.floor.replenish.memory import ReplenishMemory, Work
from app.floor.shared import confirm
from app.floor.shared.memory import PostingDone
from app.floor.shared.missing_stock import leave_out, with_short
from app.floor.shared.question import about_line
from app.floor.shared.step import Arguments, Meaning, Prompt, Said, Step, Way, Workflow, action_way, scan_way
from app.floor.shared.undo import no_arguments, nothing_to_tell, undo
from app.language import _
from app.ledger.for_sale import PICKED_FROM
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.refusal import Refused
from app.tasks.lines import Line, lines, to_the_end
from app.tasks.models import TaskLine


def waiting(work: Work) -> Step[ReplenishMemory] | None:
    line = work.line
    if line is None:
        return None
    if work.memory.bin != line.source_location_id:
        return SOURCE
    if work.memory.pending:
        return SERIAL if line.serial else LOT
    return TARGET if work.counted >= line.left else ITEM


# From where.


def _later(work: Work, ways: list[Way]) -> list[Way]:
    return with_short(work, ways if work.counted else [*ways, action_way("skip", _("Later"))])


def _ask_source(work: Work) -> Prompt:
    line = work.the_line
    if line.source_container:
        place, kind = line.source_container, InternalKind.CONTAINER
        instruction = _("Go to %(place)s and scan the container", place=line.source)
    else:
        place, kind = line.source or "", InternalKind.LOCATION
        instruction = _("Go to the reserve bin and scan it")
    ways = _later(work, [scan_way(encode(kind, place), place)])
    return about_line(work, instruction, value=place, ways=ways, expects=("location", "container"))


def _accept_source(work: Work, meaning: Meaning) -> Said:
    """Errors: ``wrong_location``; ``scan_bin_first``; ``scan_container`` where the reserve stands in one."""
    line = work.the_line
    if line.source_container and meaning.type == "location" and meaning.id == line.source_location_id:
        raise Refused(
            "scan_container", _("Right bin. Take it from %(code)s: scan its label.", code=line.source_container)
        )
    said = confirm.source(work, line, meaning)
    return ask_for_less(work, line) or said


# What, and how many.


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    scan = scan_way(line.code, line.name)
    quantity = action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left)
    ways = [quantity, scan, *_face_ways(line)] if work.counted else [scan]
    value = f"{work.counted} / {line.left}" if work.counted else str(line.left)
    expects = ("item", "quantity", "target") if work.counted else ("item",)
    return about_line(work, _("Scan the item"), value=value, ways=_later(work, ways), expects=expects)


def _accept_item(work: Work, meaning: Meaning) -> Said:
    """Errors: ``wrong_item``; ``wrong_lot``; ``wrong_serial``; ``too_many``."""
    line = work.the_line
    if work.counted and meaning.type == "location":
        return _accept_target(work, meaning)
    if meaning.type == "serial":
        return _take_unit(work, line, meaning)
    if meaning.type == "lot" and meaning.item_id == line.item_id:
        _require_lot(line, meaning.lot)
        work.memory = replace(work.memory, lot_is_known=True)
        return confirm.count(work, line, 1)
    confirm.item(line, meaning)
    if meaning.lot:
        _require_lot(line, meaning.lot)
        work.memory = replace(work.memory, lot_is_known=True)
    if line.serial and meaning.serial:
        return _take_unit(work, line, meaning)
    if line.serial or _which_lot(work, line):
        asks = replace(work.memory, line=line.id, waiting_units=meaning.quantity)
        work.memory = replace(asks, pending="serial" if line.serial else "lot")
        if line.serial:
            return Said("scan_serial", _("Now scan the serial number of %(sku)s.", sku=line.sku))
        return Said("scan_lot", _("Several lots are here. Scan the lot: %(lot)s", lot=line.lot))
    return confirm.count(work, line, meaning.quantity)


def _which_lot(work: Work, line: Line) -> bool:
    """Whether several lots of the item stand here, and nothing has said yet which one is in hand."""
    if line.lot_id is None or work.memory.lot_is_known:
        return False
    statement = select(Balance.lot_id).where(
        Balance.location_id == line.source_location_id,
        Balance.container_id == line.source_container_id,
        Balance.item_id == line.item_id,
        Balance.quantity > 0,
    )
    return len(set(work.session.scalars(statement))) > 1


def _require_lot(line: Line, lot: str) -> None:
    if line.lot and lot != line.lot:
        raise Refused("wrong_lot", _("Wrong: this is lot %(this)s. Take lot %(lot)s.", this=lot, lot=line.lot))


def _ask_which(work: Work) -> Prompt:
    line = work.the_line
    if line.serial:
        instruction, value, word = _("Scan the serial number"), line.serial, "serial"
    else:
        instruction, value, word = _("Scan the lot"), line.lot or "", "lot"
    return about_line(work, instruction, value=value, ways=_later(work, [scan_way(value, value)]), expects=(word,))


def _accept_which(work: Work, meaning: Meaning) -> Said:
    """Errors: ``wrong_lot``; ``wrong_serial``; ``wrong_*``."""
    line = work.the_line
    if line.serial:
        return _take_unit(work, line, meaning)
    if meaning.type == "item" and meaning.id == line.item_id and meaning.lot:
        meaning = Meaning(type="lot", item_id=meaning.id, code=meaning.lot, lot=meaning.lot)
    if meaning.type != "lot" or meaning.item_id != line.item_id:
        raise confirm.wrong(meaning, wanted=_("Scan lot %(lot)s.", lot=line.lot))
    _require_lot(line, meaning.lot)
    units = work.memory.waiting_units
    work.memory = replace(work.memory.answered(), lot_is_known=True)
    return confirm.count(work, line, units)


def _take_unit(work: Work, line: Line, meaning: Meaning) -> Said:
    """One unit by its serial number; any of those that this job brings from here, in any order."""
    serial = meaning.serial or meaning.code
    here = lines(
        work.session,
        work.task.id,
        TaskLine.status == "open",
        TaskLine.item_id == line.item_id,
        TaskLine.source_location_id == line.source_location_id,
        TaskLine.serial == serial,
    )
    if not line.serial or not serial or not here:
        raise confirm.wrong(meaning, wanted=_("Take serial %(serial)s.", serial=line.serial))
    work.memory = replace(work.memory.answered(), line=here[0].id)
    work.next_line()
    return confirm.count(work, here[0], 1)


# Where to.


def _face_ways(line: Line) -> list[Way]:
    return [scan_way(encode(InternalKind.LOCATION, line.target), line.target)] if line.target else []


def _ask_target(work: Work) -> Prompt:
    line = work.the_line
    return about_line(
        work,
        _("Bring %(n)s to the pick face and scan it", n=work.counted),
        value=line.target or "",
        ways=_later(work, _face_ways(line)),
        expects=("target",),
    )


def _accept_target(work: Work, meaning: Meaning) -> Said:
    """The units are in the pick face. Errors: those of ``confirm.target_location``; ``bin_full``; ``other_bin``."""
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id:
        raise confirm.too_many(line.left, work.counted)
    less, units = ask_for_less(work, line), work.counted
    if less is not None:
        return less
    if meaning.type == "location" and meaning.id == line.source_location_id:
        work.memory = work.memory.without_count()
        work.next_line()
        return Said("put_back", _("Put %(n)s × %(sku)s back in %(place)s.", n=units, sku=line.sku, place=line.source))
    place = confirm.target_location(work, meaning, kinds=PICKED_FROM)
    confirm.planned(work, place, plan_id=line.target_location_id, plan=line.target)
    confirm.room(work, place, units)
    source = line.source_container or line.source or ""
    moves = [
        Move(line.item_id, some, stands, Place(place.id), lot_id=line.lot_id, serial=line.serial)
        for stands, some in confirm.standing(work, line, units)
    ]
    posted = work.post("replenish", [(move, line.sku, source, place.code) for move in moves], line_id=line.id)
    work.can_undo(
        PostingDone(posting=posted.posting_id, line=line.id, quantity=units, source=source, target=place.code)
    )
    work.finish_units(line, units)
    work.memory = replace(work.memory, bin=None, lot_is_known=False)
    return Said("replenished", _("%(n)s × %(sku)s in %(place)s", n=units, sku=line.sku, place=place.code))


# What else can be done.


def _quantity(work: Work, arguments: Arguments) -> Said:
    """Errors: ``scan_each`` for units with serial numbers; those of ``confirm.set_count``."""
    if work.line is not None and work.line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    return confirm.set_count(work, work.the_line, arguments)


def _skip(work: Work) -> Said:
    if work.counted:
        raise Refused("finish_line_first", _("You hold %(n)s. Scan where it goes first, or undo.", n=work.counted))
    line = work.the_line
    work.memory = work.memory.without_line()
    to_the_end(work.session, work.task.id, line.id)
    work.next_line()
    return Said("skipped", _("%(sku)s comes later.", sku=line.sku))


def _undo(work: Work) -> Said:
    return undo(work, PostingDone, tell=nothing_to_tell)


def finished(work: Work) -> str:
    return _("The pick face is filled.") if work.task.done_lines else _("Nothing was here to fill it with.")


SOURCE = Step(("location", "container"), _ask_source, _accept_source)
ITEM = Step(("item", "target"), _ask_item, _accept_item)
LOT = Step(("lot",), _ask_which, _accept_which)
SERIAL = Step(("serial",), _ask_which, _accept_which, takes_new=True)
TARGET = Step(("target", "item"), _ask_target, _accept_target)

WORKFLOW = Workflow(
    kind="replenish",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "skip": no_arguments(_skip),
        "short": leave_out,
        "undo": no_arguments(_undo),
    },
    finished=finished,
)
