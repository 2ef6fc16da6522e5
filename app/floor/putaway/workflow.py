"""Put away: from the dock (or a cancelled order's tote) into a bin.

The item is scanned where it stands, or the licence plate that it came on, then the bin. The suggested bin is one that
holds the item already and has room, else the first empty one on the walk; another bin is asked for twice. What is not
there is left out of the work.
"""

from dataclasses import replace

from app.barcode.internal import InternalKind, encode
from app.floor.putaway import license_plates
from app.floor.putaway.memory import PutawayMemory, Work
from app.floor.shared import confirm, handover, undo_short
from app.floor.shared.memory import PostingDone
from app.floor.shared.missing_stock import leave_out, with_short
from app.floor.shared.question import about_line
from app.floor.shared.step import Arguments, Meaning, Prompt, Said, Step, Way, Workflow, action_way, scan_way
from app.floor.shared.suggested_place import send_to_bin
from app.floor.shared.undo import no_arguments, nothing_to_tell, undo
from app.language import _
from app.ledger.for_sale import NOTHING_SOLD, PICKED_FROM, SELLABLE, is_for_sale
from app.ledger.post import Move, Place
from app.refusal import Refused
from app.tasks.lines import Line, change_line, line_of, lines, to_the_end
from app.tasks.models import TaskLine


def waiting(work: Work) -> Step[PutawayMemory] | None:
    if work.line is None:
        return None
    return TARGET if work.counted else ITEM


def _prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    asked = about_line(work, instruction, value=value, ways=ways, expects=expects)
    asked.location = asked.container or asked.location
    return asked


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    place = line.source_container or line.source
    instruction = _("Take %(n)s from %(place)s: scan the item", n=line.left, place=place)
    code = line.code
    if line.source_container and license_plates.is_on_plate(work, line):
        instruction = _("Take %(place)s with %(n)s: scan its label", n=line.left, place=place)
        code = encode(InternalKind.CONTAINER, line.source_container)
    ways = [scan_way(code, line.name), action_way("skip", _("Later"))]
    return _prompt(
        work,
        instruction,
        value=line.sku,
        ways=with_short(work, ways),
        expects=("item",),
    )


def _accept_item(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    plate_line = license_plates.line_of_plate(work, meaning)
    if plate_line is not None:
        return _take(work, plate_line)
    if meaning.type == "container" and meaning.id == line.source_container_id:
        return Said("container_confirmed", _("Right: %(code)s. Now scan the item.", code=meaning.code))
    if meaning.type == "item" and meaning.id != line.item_id:
        line = _other_line(work, line, meaning)
    confirm.item(line, meaning)
    license_plates.require_one_plate(work, line)
    return _take(work, line)


def _take(work: Work, line: Line) -> Said:
    work.memory = replace(work.memory, counted=line.left, line=line.id)
    work.next_line()
    _suggest(work, line)
    return Said("item_confirmed", _("%(n)s × %(sku)s", n=line.left, sku=line.sku))


def _other_line(work: Work, line: Line, meaning: Meaning) -> Line:
    """What stands on the dock is put away in any order: an item of a later line is taken up at once."""
    found = lines(work.session, work.task.id, TaskLine.item_id == meaning.id, TaskLine.status == "open")
    return found[0] if found else line


def _suggest(work: Work, line: Line) -> None:
    """The suggested bin stands in the line from now on: nobody else is sent to the same empty bin."""
    if line.target_location_id is not None:
        return
    send_to_bin(work, line, units=work.counted, condition=line.source_condition, avoid=work.memory.full_bins)
    work.next_line()


def _ask_target(work: Work) -> Prompt:
    line = work.the_line
    ways: list[Way] = []
    if line.target:
        ways.append(scan_way(encode(InternalKind.LOCATION, line.target), line.target))
        ways.append(action_way("full", _("The bin is full: another one")))
    return _prompt(
        work,
        _("Bring %(n)s to the bin and scan it", n=work.counted),
        value=line.target or _("any bin"),
        ways=with_short(work, ways),
        expects=("target",),
    )


def _accept_target(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id:
        raise confirm.too_many(line.left, work.counted)
    kinds = NOTHING_SOLD if line.source_condition == "quarantine" else PICKED_FROM
    place = confirm.target_location(work, meaning, kinds=kinds)
    confirm.room(work, place, work.counted)
    confirm.planned(work, place, plan_id=line.target_location_id, plan=line.target)
    handover.hold_orders_of(work, line)
    quantity = work.counted
    condition = "quarantine" if line.source_condition == "quarantine" else SELLABLE
    if line.expiry is not None and line.expiry < work.today and is_for_sale(condition):
        condition = "hold"  # of a cancelled order, or expired on the dock: nobody may be given it
    target = Place(place.id, None, condition)
    moves = [
        Move(line.item_id, units, stands, target, lot_id=line.lot_id, serial=line.serial)
        for stands, units in confirm.standing(work, line, quantity)
    ]
    source = line.source_container or line.source or ""
    posted = work.post("putaway", [(move, line.sku, source, place.code) for move in moves], line_id=line.id)
    work.can_undo(
        PostingDone(posting=posted.posting_id, line=line.id, quantity=quantity, source=source, target=place.code)
    )
    work.finish_units(line, quantity)
    handover.after_put_back(work, line)
    return Said("put_away", _("%(n)s × %(sku)s in %(place)s", n=quantity, sku=line.sku, place=place.code))


def _full(work: Work) -> Said:
    """The suggested bin takes no more: the next best one. What fits may be put there first, with its quantity.

    Errors: ``scan_item_first``; ``no_other_bin``.
    """
    line = work.the_line
    if not work.counted or line.target_location_id is None:
        raise Refused("scan_item_first", _("Scan the item first."))
    work.memory = replace(work.memory, full_bins=(*work.memory.full_bins, line.target_location_id))
    change_line(work.session, line.id, target_location_id=None)
    work.next_line()
    _suggest(work, work.the_line)
    place = work.the_line.target
    if place is None:
        raise Refused("no_other_bin", _("No other bin has room. Put it where it fits and scan that bin."))
    return Said("next_bin", _("Bring it to %(place)s.", place=place))


def _skip(work: Work) -> Said:
    if work.counted:
        raise Refused("finish_line_first", _("You hold %(n)s. Scan a bin first, or undo.", n=work.counted))
    line = work.the_line
    to_the_end(work.session, work.task.id, line.id)
    work.next_line()
    return Said("skipped", _("%(sku)s comes later.", sku=line.sku))


def _quantity(work: Work, arguments: Arguments) -> Said:
    return confirm.set_count(work, work.the_line, arguments)


def _undo(work: Work) -> Said:
    """Errors: those of ``undo``; ``being_shipped``, ``shipped_already`` where a carton went on without its goods."""
    short = undo_short.last_short(work)
    line = line_of(work.session, short.line) if short else None
    if line is not None:
        handover.before_put_back(work, line)
    return undo(
        work,
        PostingDone,
        tell=nothing_to_tell,
        tell_first=lambda work, line, _done: handover.before_put_back(work, line),
    )


def finished(work: Work) -> str:
    return _("All put away.") if work.task.done_lines else _("Nothing of it was here to be put away.")


ITEM = Step(("item",), _ask_item, _accept_item)
TARGET = Step(("target",), _ask_target, _accept_target)

WORKFLOW = Workflow(
    kind="putaway",
    waiting=waiting,
    actions={
        "full": no_arguments(_full),
        "skip": no_arguments(_skip),
        "quantity": _quantity,
        "short": leave_out,
        "undo": no_arguments(_undo),
    },
    finished=finished,
)
