"""Replenish: work that fills pick faces from reserve, before a picker stands at an empty bin.

A face that is low (``pick_faces.Face.is_low``) gets one task, with a line for each place that its item is brought from:
bins that are no pick face, the earliest expiry first, then first in first out. What is brought stays free until it is
in the face: orders come first, and the line asks for less where one took some of it meanwhile.

The levels alone decide, so that it doesn't matter who looks: the worker every half minute, a wave when it has chosen
its stock, a picker who found the bin short. Work that nobody has begun is called off again where the face filled up
otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app import clock
from app.db import lock
from app.language import _
from app.ledger.for_sale import may_be_chosen
from app.orders.backorders import Read, Write
from app.orders.pick_faces import IS_FILLING, Face, balance, face, faces, line, location, lot, task, total_of
from app.places.models import Location, Warehouse
from app.refusal import Refused
from app.tasks.life import call_off
from app.tasks.lines import cancel_lines, lines, shrink_line
from app.tasks.models import IS_UNFINISHED, TaskLine
from app.tasks.queue import NewLine, hold, open_task

KIND = "replenish"
PORTION = 10
"""Pick faces that are looked after in one transaction of the worker."""
SOON = 70
"""The priority of filling a bin: before the picks that will want it, after what somebody made urgent."""


def replenish(
    session: Session, house: Warehouse, *, item_ids: Iterable[int] = (), face_ids: Iterable[int] = ()
) -> list[int]:
    """Open work for the pick faces of these items (or these faces) that are low. Returns the tasks' ids.

    A face without reserve gets none: there is nothing to bring.
    """
    today = clock.today(house.time_zone)
    which = face.c.item_id.in_(sorted(set(item_ids))) | face.c.id.in_(sorted(set(face_ids)))
    low = [one.id for one in faces(session, house, today, which) if one.is_low and one.wanted]
    if not low:
        return []
    # Held, and looked at again: whoever else looked at the same moment has opened the work by then.
    session.execute(select(face.c.id).where(face.c.id.in_(low)).order_by(face.c.id).with_for_update(key_share=True))
    found = [one for one in faces(session, house, today, face.c.id.in_(low)) if one.is_low and one.wanted]
    return [task_id for one in found if (task_id := fill(session, house, one, today)) is not None]


def fill(session: Session, house: Warehouse, one: Face, today: date) -> int | None:
    """Open work that fills one face; None where there is no reserve of its item."""
    wanted = one.wanted
    brought = []
    for stock in session.execute(_reserve(house, one, today)):
        units = min(wanted, stock.free - stock.taken)
        if units > 0:
            wanted -= units
            brought.append(
                NewLine(
                    item_id=one.item_id,
                    quantity=units,
                    lot_id=stock.lot_id,
                    serial=stock.serial,
                    source_location_id=stock.location_id,
                    source_container_id=stock.container_id,
                    target_location_id=one.location_id,
                )
            )
        if not wanted:
            break
    if not brought:
        return None
    return open_task(
        session,
        kind=KIND,
        warehouse_id=house.id,
        document_type=KIND,
        document_id=one.id,
        document=one.location,
        location_id=one.location_id,
        priority=SOON,
        lines=brought,
    ).id


def fill_now(session: Session, house: Warehouse, place: Location) -> int:
    """Somebody wants this pick face filled up, though it may not be low yet. Returns the task's id; one that is open
    for it already is that.

    Errors: ``no_levels`` where nothing says how full it should be; ``face_is_full``; ``no_reserve``.
    """
    lock(session, place)
    waiting = select(task.c.id).where(IS_FILLING, task.c.warehouse_id == house.id, task.c.location_id == place.id)
    known = session.scalar(waiting.order_by(task.c.status == "claimed", task.c.priority, task.c.id).limit(1))
    if known is not None:
        return int(known)
    today = clock.today(house.time_zone)
    here = faces(session, house, today, face.c.location_id == place.id)
    if not here:
        raise Refused(
            "no_levels", _("%(code)s has no minimum and maximum. Ask the office to set them.", code=place.code)
        )
    wanting = [one for one in here if one.wanted]
    if not wanting:
        raise Refused("face_is_full", _("%(code)s is full, or what it needs is on its way.", code=place.code))
    opened = next(filter(None, (fill(session, house, one, today) for one in wanting)), None)
    if opened is None:
        raise Refused("no_reserve", _("There is no reserve to fill %(code)s from.", code=place.code))
    return opened


def _reserve(house: Warehouse, one: Face, today: date) -> Select[*tuple[object, ...]]:
    """The balances that a face is filled from, best first, with what other work takes of them already.

    Not from a bin where somebody just missed some of it: whoever counts it says first what is there.
    """
    taken = (
        select(total_of(line.c.quantity - line.c.done))
        .join_from(line, task, task.c.id == line.c.task_id)
        .where(
            IS_FILLING,
            task.c.warehouse_id == house.id,
            line.c.status == "open",
            line.c.item_id == balance.c.item_id,
            line.c.source_location_id == balance.c.location_id,
            line.c.source_container_id.is_not_distinct_from(balance.c.container_id),
            line.c.lot_id.is_not_distinct_from(balance.c.lot_id),
            line.c.serial == balance.c.serial,
        )
        .correlate(balance)
        .scalar_subquery()
    )
    missed = (
        select(task.c.id)
        .where(
            task.c.warehouse_id == house.id,
            task.c.kind == "count",
            task.c.location_id == balance.c.location_id,
            task.c.document_type.startswith("short_"),
            IS_UNFINISHED,
        )
        .correlate(balance)
    )
    return (
        select(
            balance.c.location_id,
            balance.c.container_id,
            balance.c.lot_id,
            balance.c.serial,
            (balance.c.quantity - balance.c.allocated).label("free"),
            taken.label("taken"),
        )
        .join_from(balance, location, location.c.id == balance.c.location_id)
        .outerjoin(lot, lot.c.id == balance.c.lot_id)
        .where(
            balance.c.item_id == one.item_id,
            balance.c.quantity > balance.c.allocated,
            may_be_chosen(today),
            location.c.warehouse_id == house.id,
            location.c.is_pick_face.is_(False),
            ~missed.exists(),
        )
        .order_by(lot.c.expiry.is_(None), lot.c.expiry, balance.c.id)
    )


# The worker's round.


@dataclass(frozen=True, slots=True)
class _Due:
    low: list[int]
    too_many: list[int]


def look(write: Write[int], read: Read) -> int:
    """Look at every pick face, without a lock; open what is missing and call off what is not wanted any more, a few
    faces in one transaction. Returns the tasks that were opened and called off."""
    with read() as session:
        due = [(house.id, _due(session, house)) for house in session.scalars(select(Warehouse).order_by(Warehouse.id))]
    done = 0
    for house_id, found in due:
        for portion in _portions(found.low):
            done += write(partial(_open_some, house_id=house_id, face_ids=portion))
        for portion in _portions(found.too_many):
            done += write(partial(_call_off_some, house_id=house_id, face_ids=portion))
    return done


def _due(session: Session, house: Warehouse) -> _Due:
    found = faces(session, house, clock.today(house.time_zone))
    return _Due(
        [one.id for one in found if one.is_low and one.wanted],
        [one.id for one in found if one.too_many],
    )


def _portions(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + PORTION] for start in range(0, len(ids), PORTION)]


def _open_some(session: Session, *, house_id: int, face_ids: Sequence[int]) -> int:
    return len(replenish(session, session.get_one(Warehouse, house_id), face_ids=face_ids))


def _call_off_some(session: Session, *, house_id: int, face_ids: Sequence[int]) -> int:
    house = session.get_one(Warehouse, house_id)
    held = _unbegun(session, task.c.document_id.in_(face_ids))
    done = 0
    for one in faces(session, house, clock.today(house.time_zone), face.c.id.in_(face_ids)):
        done += _take_away(session, held, one.too_many, document_id=one.id)
    return done


def call_off_for(session: Session, face_id: int) -> None:
    """The levels of a face are taken away: work that nobody has begun goes with them."""
    for task_id in _unbegun(session, task.c.document_id == face_id):
        cancel_lines(session, [each.id for each in lines(session, task_id, TaskLine.status == "open")])
        call_off(session, task.c.id == task_id)


def _unbegun(session: Session, which: ColumnElement[bool]) -> set[int]:
    """Tasks that nobody holds, held still; one that was given back with units in hand goes on where it was."""
    found = hold(session, task.c.kind == KIND, task.c.document_type == KIND, task.c.status == "open", which)
    empty = select(task.c.id, task.c.memory).where(task.c.id.in_(found))
    return {row.id for row in session.execute(empty) if not row.memory}


def _take_away(session: Session, held: set[int], units: int, *, document_id: int) -> int:
    """So many units fewer are brought, the last line's first. Returns the tasks that had nothing left."""
    done = 0
    for task_id in sorted(held, reverse=True):
        if session.scalar(select(task.c.document_id).where(task.c.id == task_id)) != document_id:
            continue
        for each in reversed(lines(session, task_id, TaskLine.status == "open")):
            less = min(units, each.left)
            if less:
                shrink_line(session, each.id, less)
                units -= less
        if not lines(session, task_id, TaskLine.status == "open", limit=1):
            call_off(session, task.c.id == task_id)
            done += 1
    return done
