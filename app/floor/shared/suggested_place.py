"""Where units go best: to their like where there is room, else into the first empty bin on the walk.

A line that is sent to an empty bin has it for itself: the bin's row is held while the line is written, and the writing
asks once more whether nobody else was sent there. So of many who put away at once no two go to one empty bin, and
nobody waits: a bin that another just chooses is passed over.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.db import changed, table
from app.floor.shared.step import Work
from app.ledger.for_sale import NOTHING_SOLD
from app.ledger.models import Balance
from app.places.models import Location
from app.tasks.lines import Line
from app.tasks.models import TaskLine

balance, task_line = table(Balance), table(TaskLine)
_TRIES = 20
"""So many bins may be taken under one's nose before any bin will do."""


def suggest_bin(
    work: Work, *, item_id: int, units: int, condition: str = "available", avoid: Collection[int] = ()
) -> int | None:
    """The id of the best place for units of an item; None where the warehouse has no place for them.

    ``avoid``: where they stand now, or what was found full. Reads only: another may be sent there as well.
    """
    if condition == "quarantine":
        return work.session.scalar(_quarantine(work, avoid))
    for statement in (
        _with_its_like(work, item_id, units, avoid),
        _empty(work, units, avoid),
        _bins(work, units, avoid),
    ):
        found = work.session.scalar(statement.limit(1))
        if found is not None:
            return found
    return None


def send_to_bin(
    work: Work, line: Line, *, units: int, condition: str = "available", avoid: Collection[int] = ()
) -> int | None:
    """As ``suggest_bin``, written into the line: nobody else is sent to an empty bin that this line goes to."""
    if condition == "quarantine":
        return _sent(work, line, work.session.scalar(_quarantine(work, avoid)))
    found = work.session.scalar(_with_its_like(work, line.item_id, units, avoid).limit(1))
    if found is not None:
        return _sent(work, line, found)
    for empty in _empty_ones(work, units, avoid):
        if _sent(work, line, empty, _nothing_stands_in(empty), _nobody_goes_to(empty, but=line.id)):
            return empty
    return _sent(work, line, work.session.scalar(_bins(work, units, avoid).limit(1)))


def _sent(work: Work, line: Line, place_id: int | None, *conditions: ColumnElement[bool]) -> int | None:
    """The line goes there, if the conditions hold at this very moment; None where they do not."""
    if place_id is None:
        return None
    going = update(task_line).where(task_line.c.id == line.id, *conditions).values(target_location_id=place_id)
    return place_id if changed(work.session, going) else None


def _empty_ones(work: Work, units: int, avoid: Collection[int]) -> Iterator[int]:
    """Empty bins, one after the other, each held until the transaction ends; what others hold is passed over."""
    taken = list(avoid)
    for _try in range(_TRIES):
        held = _empty(work, units, taken).with_for_update(of=Location, key_share=True, skip_locked=True)
        found = work.session.scalar(held.limit(1))
        if found is None:
            return
        yield found
        taken.append(found)


def _quarantine(work: Work, avoid: Collection[int]) -> Select[int]:
    kept = select(Location.id).where(_here(work, avoid), Location.kind.in_(NOTHING_SOLD))
    return kept.order_by(Location.kind != "quarantine", Location.sequence, Location.code).limit(1)


def _with_its_like(work: Work, item_id: int, units: int, avoid: Collection[int]) -> Select[int]:
    """Bins that hold the item already and have room, the pick face first."""
    return (
        select(Location.id)
        .join(balance, balance.c.location_id == Location.id)
        .where(_here(work, avoid), Location.kind == "bin", balance.c.item_id == item_id, balance.c.quantity > 0)
        .where(_has_room(units))
        .order_by(Location.is_pick_face.desc(), Location.sequence)
    )


def _empty(work: Work, units: int, avoid: Collection[int]) -> Select[int]:
    """Bins with nothing in them to which nobody is sent."""
    return _bins(work, units, avoid).where(_nothing_stands_in(Location.id), _nobody_goes_to(Location.id))


def _bins(work: Work, units: int, avoid: Collection[int]) -> Select[int]:
    """Bins with room, in the order of the walk."""
    found = select(Location.id).where(_here(work, avoid), Location.kind == "bin", _has_room(units))
    return found.order_by(Location.sequence, Location.code)


def _here(work: Work, avoid: Collection[int]) -> ColumnElement[bool]:
    here = (Location.warehouse_id == work.task.warehouse_id) & Location.is_blocked.is_(False)
    return here & Location.id.not_in(avoid) if avoid else here


def _has_room(units: int) -> ColumnElement[bool]:
    standing = (
        select(func.coalesce(func.sum(balance.c.quantity), 0))
        .where(balance.c.location_id == Location.id)
        .correlate(Location)
        .scalar_subquery()
    )
    return Location.max_units.is_(None) | (Location.max_units >= standing + units)


def _nothing_stands_in(place: InstrumentedAttribute[int] | int) -> ColumnElement[bool]:
    return ~exists().where(balance.c.location_id == place, balance.c.quantity > 0)


def _nobody_goes_to(place: InstrumentedAttribute[int] | int, *, but: int = 0) -> ColumnElement[bool]:
    other = task_line.alias()
    return ~exists().where(other.c.target_location_id == place, other.c.status == "open", other.c.id != but)
