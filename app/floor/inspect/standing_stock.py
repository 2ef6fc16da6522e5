"""Look over goods that stand here already and are not for sale: the item, how many of it, what becomes of them.

Lot and serial number are asked for only where the item alone does not say which line is meant.
"""

from dataclasses import replace

from app.floor.inspect.decision import TARGET, decision_ways
from app.floor.inspect.memory import InspectMemory, Work
from app.floor.shared import confirm
from app.floor.shared.missing_stock import with_short
from app.floor.shared.question import about_line
from app.floor.shared.step import Meaning, Prompt, Said, Step, Way, action_way, scan_way
from app.floor.shared.which_one import (
    ask_which_of_lots,
    ask_which_unit,
    lot_ways,
    require_lot,
    require_serial,
    serial_ways,
)
from app.language import _
from app.refusal import Refused
from app.tasks.lines import Line, lines
from app.tasks.models import TaskLine
from app.words import word


def waiting(work: Work) -> Step[InspectMemory] | None:
    """The step of an inspection of stock that is unanswered."""
    if work.line is None:
        return None
    if work.memory.decision is not None:
        return TARGET
    if work.memory.pending:
        return SERIAL if work.memory.pending == "serial" else LOT
    return LOOK if work.counted else ITEM


def prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    """The question, with where the goods stand and in which condition."""
    asked = about_line(work, instruction, value=value, ways=ways, expects=expects)
    asked.location = asked.container or asked.location
    asked.target = None
    asked.detail = [(_("Condition"), word(work.the_line.source_condition))]
    return asked


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    place = line.source_container or line.source
    ways = [scan_way(line.code, line.name), action_way("skip", _("Later")), action_way("done", _("Leave the rest"))]
    return prompt(
        work,
        _("Look at %(n)s in %(place)s: scan the item", n=line.left, place=place),
        value=line.sku,
        ways=with_short(work, ways),
        expects=("item",),
    )


def _accept_item(work: Work, meaning: Meaning) -> Said:
    """Errors: ``not_here`` for an item that no line of this inspection has; ``wrong_*``."""
    line = work.the_line
    if meaning.type == "container" and meaning.id == line.source_container_id:
        return Said("container_confirmed", _("Right: %(code)s. Now scan the item.", code=meaning.code))
    if meaning.type == "location" and meaning.id == line.source_location_id:
        return Said("bin_confirmed", _("Right bin: %(place)s", place=meaning.code))
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Wanted: %(sku)s %(name)s.", sku=line.sku, name=line.name))
    found = _lines_of(work, meaning.id)
    if not found:
        raise Refused("not_here", _("%(sku)s does not wait for a decision here.", sku=meaning.code))
    if meaning.serial:
        return _take_serial(work, found, meaning.serial)
    if meaning.lot:
        return _take_lot(work, found, meaning.lot, meaning.quantity)
    has_serial = bool(found[0].serial)
    if not has_serial and len({each.lot_id for each in found}) == 1:
        return _take(work, found, meaning.quantity)
    return ask_which_unit(work, meaning) if has_serial else ask_which_of_lots(work, meaning)


def _lines_of(work: Work, item_id: int) -> list[Line]:
    """The open lines of an item, that one first which is asked for."""
    found = lines(work.session, work.task.id, TaskLine.item_id == item_id, TaskLine.status == "open")
    return sorted(found, key=lambda each: each.id != work.the_line.id)


def _take(work: Work, found: list[Line], units: int) -> Said:
    work.memory = replace(work.memory.answered(), line=found[0].id)
    work.next_line()
    return confirm.count(work, work.the_line, units)


def _take_lot(work: Work, found: list[Line], lot: str, units: int) -> Said:
    of_lot = [each for each in found if each.lot == lot]
    if not of_lot:
        raise Refused("wrong_lot", _("Lot %(lot)s does not wait for a decision here.", lot=lot))
    return _take(work, of_lot, units)


def _take_serial(work: Work, found: list[Line], serial: str) -> Said:
    of_serial = [each for each in found if each.serial == serial]
    if not of_serial:
        raise Refused("wrong_serial", _("Serial %(serial)s does not wait for a decision here.", serial=serial))
    return _take(work, of_serial, 1)


def _ask_lot(work: Work) -> Prompt:
    found = _lines_of(work, work.memory.the_item)
    codes = dict.fromkeys(each.lot for each in found if each.lot)
    return prompt(work, _("Scan the lot"), value=found[0].sku, ways=_with_back(lot_ways(codes)), expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    require_lot(meaning)
    return _take_lot(work, _lines_of(work, work.memory.the_item), meaning.code, work.memory.waiting_units)


def _ask_serial(work: Work) -> Prompt:
    found = _lines_of(work, work.memory.the_item)
    ways = serial_ways(each.serial for each in found[:3])
    return prompt(work, _("Scan the serial number"), value=found[0].sku, ways=_with_back(ways), expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    require_serial(meaning)
    return _take_serial(work, _lines_of(work, work.memory.the_item), meaning.code)


def _with_back(ways: list[Way]) -> list[Way]:
    return [*ways, action_way("undo", _("Undo"))]


def _ask_look(work: Work) -> Prompt:
    line = work.the_line
    ways: list[Way] = []
    if work.counted < line.left:
        ways = [action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left), scan_way(line.code, line.name)]
    return prompt(
        work,
        _("What becomes of it?"),
        value=f"{work.counted} × {line.sku}",
        ways=with_short(work, [*ways, *decision_ways(work)]),
        expects=("item", "quantity", "disposition") if ways else ("disposition",),
    )


def _accept_look(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Choose what becomes of it: an action card, or the screen."))
    if meaning.id != line.item_id:
        raise Refused(
            "finish_line_first",
            _("Finish the %(n)s × %(sku)s first, then the next item.", n=work.counted, sku=line.sku),
        )
    if line.serial:
        raise confirm.too_many(line.left, work.counted)
    if meaning.lot and line.lot and meaning.lot != line.lot:
        raise Refused(
            "lot_differs", _("This is lot %(lot)s. Finish lot %(known)s first.", lot=meaning.lot, known=line.lot)
        )
    return confirm.count(work, line, meaning.quantity)


ITEM = Step(("item",), _ask_item, _accept_item)
LOT = Step(("lot",), _ask_lot, _accept_lot)
SERIAL = Step(("serial",), _ask_serial, _accept_serial)
LOOK = Step(("item", "disposition"), _ask_look, _accept_look)
