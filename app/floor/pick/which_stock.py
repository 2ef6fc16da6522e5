"""Which of several: the lot, the container or the serial number, where the item alone does not say what is taken.

Until it is answered the units wait (``waiting_units``); the narrower scan counts them.
"""

from dataclasses import replace
from typing import Literal

from sqlalchemy import select

from app.barcode.internal import InternalKind, encode
from app.floor.pick.memory import Work
from app.floor.pick.prompts import count_units, exceptions, prompt
from app.floor.shared import confirm
from app.floor.shared.step import Meaning, Prompt, Said, Step, scan_way
from app.floor.shared.which_one import lot_ways, serial_ways
from app.language import _
from app.ledger.models import Balance
from app.refusal import Refused
from app.tasks.lines import Line


def standing_here(work: Work, line: Line, *, whole_bin: bool = False) -> list[tuple[int, int | None, int | None]]:
    """(item, lot, container) of what stands in the line's bin."""
    statement = select(Balance.item_id, Balance.lot_id, Balance.container_id).where(
        Balance.location_id == line.source_location_id, Balance.quantity > 0
    )
    if not whole_bin:
        statement = statement.where(Balance.item_id == line.item_id)
    return [(row.item_id, row.lot_id, row.container_id) for row in work.session.execute(statement)]


def needs_narrower(work: Work, line: Line) -> Literal["lot", "container"] | None:
    """Whether the item alone does not say which stock: several lots, or several containers, in this bin."""
    if work.memory.container is not None:
        return None
    here = standing_here(work, line)
    if line.lot_id is not None and not work.memory.lot_is_known and len({lot for _i, lot, _c in here}) > 1:
        return "lot"
    if len({container for _i, _lot, container in here}) > 1:
        return "container"
    return None


def check_lot(line: Line, lot: str) -> None:
    """The label's lot is the line's. Errors: ``wrong_lot``."""
    if line.lot and lot != line.lot:
        raise Refused("wrong_lot", _("Wrong: this is lot %(this)s. Take lot %(lot)s.", this=lot, lot=line.lot))


def _ask_lot(work: Work) -> Prompt:
    line = work.the_line
    ways = [*lot_ways([line.lot or ""]), *exceptions(work)]
    return prompt(work, _("Scan the lot"), value=line.lot or "", ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id and meaning.lot:
        meaning = Meaning(type="lot", item_id=meaning.id, code=meaning.lot, lot=meaning.lot)
    if meaning.type != "lot" or meaning.item_id != line.item_id:
        raise confirm.wrong(meaning, wanted=_("Scan lot %(lot)s.", lot=line.lot))
    check_lot(line, meaning.lot)
    work.memory = replace(work.memory, lot_is_known=True)
    return _count_waiting(work, line)


def _ask_container(work: Work) -> Prompt:
    line = work.the_line
    place = line.source_container or line.source or ""
    kind = InternalKind.CONTAINER if line.source_container else InternalKind.LOCATION
    ways = [scan_way(encode(kind, place), place), *exceptions(work)]
    return prompt(work, _("Scan the container that you take it from"), value=place, ways=ways, expects=("container",))


def _accept_container(work: Work, meaning: Meaning) -> Said:
    """The line's own container, or the bin itself where the line's units lie loose."""
    line = work.the_line
    is_loose = line.source_container_id is None
    if (is_loose and meaning.type == "location" and meaning.id == line.source_location_id) or (
        not is_loose and meaning.type == "container" and meaning.id == line.source_container_id
    ):
        work.memory = replace(work.memory, container=line.source_container_id or 0)
        return _count_waiting(work, line)
    wanted = _("Take it from %(place)s.", place=line.source_container or _("the loose units: scan the bin"))
    raise confirm.wrong(meaning, wanted=wanted)


def _ask_serial(work: Work) -> Prompt:
    line = work.the_line
    ways = [*serial_ways([line.serial]), *exceptions(work)]
    return prompt(work, _("Scan the serial number"), value=line.serial, ways=ways, expects=("serial",))


def accept_serial(work: Work, meaning: Meaning) -> Said:
    """The line's own unit, by its number. Errors: ``wrong_*``."""
    line = work.the_line
    if not line.serial or meaning.type != "serial" or meaning.code != line.serial:
        raise confirm.wrong(meaning, wanted=_("Take serial %(serial)s.", serial=line.serial))
    work.memory = work.memory.answered()
    return count_units(work, line, 1)


def _count_waiting(work: Work, line: Line) -> Said:
    """The narrower scan came: the item that waited for it counts now."""
    units = work.memory.waiting_units
    work.memory = work.memory.answered()
    return count_units(work, line, units)


LOT = Step(("lot",), _ask_lot, _accept_lot)
CONTAINER = Step(("container",), _ask_container, _accept_container)
SERIAL = Step(("serial",), _ask_serial, accept_serial, takes_new=True)


NARROWER = {"lot": LOT, "container": CONTAINER, "serial": SERIAL}
"""What may be asked for."""
