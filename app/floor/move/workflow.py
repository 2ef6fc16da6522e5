"""Move: goods from one place to another, for no document. Nothing is planned: each line is made by scanning.

A bin or container, the item and how many, then the place. A container scanned first and a place right after it moves
with everything in it; an empty licence plate scanned before the place takes what is counted. What an order has chosen
stays where it is, unless a supervisor overrides.
"""

from dataclasses import replace

from sqlalchemy import select

from app.barcode.internal import InternalKind, encode
from app.control.stowing import stow
from app.db import table
from app.floor.move.memory import MoveDone, MoveMemory, Work
from app.floor.move.movable_stock import (
    begin_line,
    content_of,
    count_units,
    has_containers,
    item_ways,
    require_unpicked,
    row_of,
)
from app.floor.move.whole_container import move_whole, place_for
from app.floor.shared import confirm, handover, logistic_unit
from app.floor.shared.memory import LogisticUnit
from app.floor.shared.step import Arguments, Meaning, Prompt, Said, Step, Way, Workflow, action_way, scan_way
from app.floor.shared.stock_override import allow, choose_again, hold_chosen, let_go
from app.floor.shared.suggested_place import suggest_bin
from app.floor.shared.undo import no_arguments, undo
from app.floor.shared.which_one import (
    ask_which_of_lots,
    ask_which_unit,
    lot_ways,
    require_lot,
    require_serial,
    serial_ways,
)
from app.language import _
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.places.models import Container, Location
from app.refusal import Refused
from app.tasks.lines import Line, cancel_lines, change_line

balance = table(Balance)


def waiting(work: Work) -> Step[MoveMemory] | None:
    if work.memory.is_done:
        return None
    if work.memory.bin is None:
        return SOURCE
    if work.memory.pending:
        return SERIAL if work.memory.pending == "serial" else LOT
    if not work.counted:
        return CONTENT if work.memory.container else ITEM
    return TARGET


def _prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    if work.memory.bin or work.memory.undo:
        ways = [*ways, action_way("undo", _("Undo"))]
    line = work.line if work.counted else None
    prompt = Prompt(
        expects=expects, instruction=instruction, value=value, ways=ways, location=work.memory.place or None
    )
    if line is not None:
        prompt.sku, prompt.name, prompt.image_url = line.sku, line.name, line.image_url
        prompt.lot, prompt.serial, prompt.container = line.lot, line.serial or None, line.source_container
        prompt.quantity, prompt.counted = line.left, work.counted
    return prompt


# From where.


def _ask_source(work: Work) -> Prompt:
    ways = [action_way("done", _("Nothing more to move"))]
    return _prompt(
        work, _("Scan the bin or container to move from"), value="", ways=ways, expects=("location", "container")
    )


def _accept_source(work: Work, meaning: Meaning) -> Said:
    """Errors: ``scan_bin_first``; ``not_here``; ``nothing_here`` for a place that is empty."""
    if meaning.type == "item":
        raise Refused("scan_bin_first", _("Scan the bin first that you take it from."))
    if meaning.type == "container":
        found = work.session.get_one(Container, meaning.id, populate_existing=True)
        if found.warehouse_id != work.task.warehouse_id or found.location_id is None or found.status == "shipped":
            raise Refused("not_here", _("%(code)s does not stand in this warehouse.", code=found.code))
        work.memory = replace(work.memory, bin=found.location_id, container=found.id, place=found.code)
    elif meaning.type == "location":
        work.memory = replace(work.memory, bin=meaning.id, container=0, place=meaning.code)
    else:
        raise confirm.wrong(meaning, wanted=_("Scan the bin or container to move from."))
    if not content_of(work):
        if work.memory.container or not has_containers(work):
            raise Refused("nothing_here", _("%(place)s is empty. Scan another.", place=meaning.code))
        raise Refused(
            "scan_container", _("Everything in %(place)s stands in containers. Scan one.", place=meaning.code)
        )
    return Said("source_confirmed", _("From %(place)s", place=meaning.code))


# What.


def _ask_item(work: Work) -> Prompt:
    place = work.memory.place
    return _prompt(work, _("Scan the item to move"), value=place, ways=item_ways(work), expects=("item",))


def _ask_content(work: Work) -> Prompt:
    place = work.memory.place
    instruction = _("Scan the place to move all of it to, or an item in it")
    return _prompt(work, instruction, value=place, ways=item_ways(work), expects=("item", "target"))


def _accept_content(work: Work, meaning: Meaning) -> Said:
    return move_whole(work, meaning) if meaning.type == "location" else _accept_item(work, meaning)


def _accept_item(work: Work, meaning: Meaning) -> Said:
    """Errors: ``not_here`` for an item that does not stand there; ``scan_container`` where it stands in one."""
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Scan an item in %(place)s.", place=work.memory.place))
    found = content_of(work, meaning.id)
    if not found:
        in_box = select(Balance.id).where(
            Balance.location_id == work.memory.bin, Balance.item_id == meaning.id, Balance.quantity > 0
        )
        if work.session.scalar(in_box.limit(1)):
            raise Refused("scan_container", _("%(sku)s stands in a container here. Scan that.", sku=meaning.code))
        raise Refused(
            "not_here", _("%(sku)s is not in %(place)s. Count the place.", sku=meaning.code, place=work.memory.place)
        )
    require_unpicked(work)
    serial, lots = found[0].serial, {row.lot_id for row in found}
    if serial or len(lots) > 1:
        return ask_which_unit(work, meaning) if serial else ask_which_of_lots(work, meaning)
    return begin_line(work, found[0], meaning.quantity)


def _ask_lot(work: Work) -> Prompt:
    found = [row.lot_id for row in content_of(work, work.memory.the_item) if row.lot_id is not None]
    ways = lot_ways(confirm.lot_codes(work.session, found))
    sku = confirm.item_row(work.session, work.memory.the_item).sku
    return _prompt(work, _("Scan the lot"), value=sku, ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    require_lot(meaning)
    lot_id = confirm.lot(work, item_id=work.memory.the_item, code=meaning.code)
    found = [row for row in content_of(work, work.memory.the_item) if row.lot_id == lot_id]
    if not found:
        raise Refused("wrong_lot", _("Lot %(lot)s is not in %(place)s.", lot=meaning.code, place=work.memory.place))
    return begin_line(work, found[0], work.memory.waiting_units)


def _ask_serial(work: Work) -> Prompt:
    found = [row.serial for row in content_of(work, work.memory.the_item)][:3]
    sku = confirm.item_row(work.session, work.memory.the_item).sku
    return _prompt(work, _("Scan the serial number"), value=sku, ways=serial_ways(found), expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    require_serial(meaning)
    found = [row for row in content_of(work, work.memory.the_item) if row.serial == meaning.code]
    if not found:
        raise Refused(
            "wrong_serial",
            _("Serial %(serial)s is not in %(place)s.", serial=meaning.code, place=work.memory.place),
        )
    return begin_line(work, found[0], 1)


# Where to.


def _ask_target(work: Work) -> Prompt:
    line = work.the_line
    plan = suggest_bin(
        work,
        item_id=line.item_id,
        units=work.counted,
        condition="available" if line.source_condition == "available" else "quarantine",
        avoid=[line.source_location_id] if line.source_location_id else (),
    )
    place = work.session.get(Location, plan) if plan else None
    ways = [scan_way(encode(InternalKind.LOCATION, place.code), place.code)] if place else []
    if not line.serial:
        ways.append(action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left))
    prompt = _prompt(
        work,
        _("Scan on, give the quantity, or scan where it goes"),
        value=str(work.counted),
        ways=ways,
        expects=("item", "quantity", "target"),
    )
    prompt.target = place.code if place else None
    if plate := work.memory.unit.plate:
        prompt.detail.append((_("Onto"), plate))
    return prompt


def _accept_target(work: Work, meaning: Meaning) -> Said:
    """Errors: ``new_container``, ``container_in_use`` for a plate; those of the place, and of what is free."""
    line = work.the_line
    if meaning.type in ("plate", "container"):
        said = logistic_unit.put_on(work, meaning)
        if said is not None:
            return said
    if meaning.type == "item" and meaning.id == line.item_id and not line.serial:
        if meaning.lot and line.lot and meaning.lot != line.lot:
            raise Refused(
                "wrong_lot", _("Wrong: this is lot %(this)s. Take lot %(lot)s.", this=meaning.lot, lot=line.lot)
            )
        return count_units(work, work.counted + meaning.quantity)
    if meaning.type == "item":
        raise Refused(
            "finish_line_first",
            _("You hold %(n)s × %(sku)s. Scan where it goes first, or undo.", n=work.counted, sku=line.sku),
        )
    hold_chosen(work, Balance.item_id == line.item_id, Balance.location_id == line.source_location_id)
    place, units = place_for(work, meaning, is_sellable=line.source_condition == "available"), work.counted
    confirm.room(work, place, units)
    count_units(work, units)  # what was free when it was counted may be chosen by now
    chosen_for = let_go(work, [(row_of(work).id, units)])
    assert line.source_location_id is not None, "a move from nowhere"
    source = work.memory.place
    plate_id = logistic_unit.plate(work, place.id)
    move = Move(
        line.item_id,
        units,
        Place(line.source_location_id, line.source_container_id, line.source_condition),
        Place(place.id, plate_id, line.source_condition),
        lot_id=line.lot_id,
        serial=line.serial,
    )
    change_line(work.session, line.id, quantity=units, target_location_id=place.id)
    work.next_line()
    posted = work.post("move", [(move, line.sku, source, place.code)], line_id=line.id)
    choose_again(work, chosen_for)
    work.can_undo(
        MoveDone(
            posting=posted.posting_id,
            line=line.id,
            quantity=units,
            source=source,
            target=place.code,
            plate=plate_id,
            putaway=tuple(stow(work.session, place)),
        )
    )
    work.finish_units(work.the_line, units)
    work.memory = replace(work.memory.without_source(), unit=LogisticUnit())
    return Said("moved", _("%(n)s × %(sku)s in %(place)s", n=units, sku=line.sku, place=place.code))


# Actions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    quantity = confirm.typed_quantity(arguments)
    if not work.counted:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    if work.the_line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    count_units(work, quantity)
    return Said("quantity_confirmed", _("%(n)s × %(sku)s", n=quantity, sku=work.the_line.sku))


def _done(work: Work) -> Said:
    if work.counted:
        raise Refused("finish_line_first", _("You hold %(n)s. Scan where it goes first, or undo.", n=work.counted))
    work.memory = replace(work.memory.without_source(), is_done=True)
    return Said("move_done", _("Done."))


def _undo(work: Work) -> Said:
    """Step by step: the count, the place that was scanned, then the last posting."""
    if not work.counted and work.memory.bin is not None:
        work.memory = work.memory.without_source()
        return Said("undone", _("Scan again where you move from."))
    last = work.memory.undo[-1] if work.memory.undo else None
    line_id = work.memory.line if work.counted else last.line if last else None
    if last and not work.counted:
        handover.hold_putaway(work, last.putaway)
    said = undo(work, MoveDone, tell=_tell_undone)
    cancel_lines(work.session, [line_id] if line_id else [])
    work.memory = replace(work.memory, is_done=False, override=False)
    work.session.refresh(work.task)
    work.next_line()
    return said


def _tell_undone(work: Work, _line: Line, done: MoveDone) -> None:
    """A plate that took the goods is free; nothing waits to be moved, or to be put away."""
    handover.withdraw_from_putaway(work, done.putaway)
    logistic_unit.free(work, done.plate)


def finished(work: Work) -> str:
    return _("Moved. Take the next job.")


SOURCE = Step(("location", "container"), _ask_source, _accept_source)
ITEM = Step(("item",), _ask_item, _accept_item)
CONTENT = Step(("item", "target"), _ask_content, _accept_content)
LOT = Step(("lot",), _ask_lot, _accept_lot)
SERIAL = Step(("serial",), _ask_serial, _accept_serial, takes_new=True)
TARGET = Step(("item", "target", "plate"), _ask_target, _accept_target)

WORKFLOW = Workflow(
    kind="move",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "override": no_arguments(allow),
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
    },
    finished=finished,
)
