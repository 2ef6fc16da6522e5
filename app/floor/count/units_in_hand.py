"""What is in somebody's hands while a place is counted: scanned, and not posted yet, so that the books have it there.

Units that a picker took from the bin and has not put into the tote belong to the bin; units that are being put away may
be on the shelf already and belong to it only when the bin is scanned. A hand may have taken them a moment after its
scan or before it, so the count never posts what a hand could explain: ``certain`` is what is left of it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.db import core, table
from app.floor.count.differences import Counts, item_of, key_of
from app.floor.count.memory import InHand, Work
from app.people.models import Operator
from app.tasks.models import IS_UNFINISHED, Task, TaskLine

task, line = table(Task), table(TaskLine)
KINDS = ("pick", "putaway", "replenish", "move", "inspect")


@dataclass(slots=True)
class Hands:
    """``taken``: units that the books have in the place and somebody in hand. ``coming``: units in hand that are to be
    put here. ``who`` has them, by item (nobody any more where a task was given back with its count); ``whose`` they
    are, by key."""

    taken: dict[str, int] = field(default_factory=dict)
    coming: dict[str, int] = field(default_factory=dict)
    who: dict[int, str] = field(default_factory=dict)
    whose: dict[str, list[str]] = field(default_factory=dict)

    def as_found(self) -> InHand:
        """Both, as they are now: what must not change while it is counted."""
        return InHand(self.taken, self.coming)

    def items(self) -> set[int]:
        return {item_of(key) for key in (*self.taken, *self.coming)}


def hands_at(work: Work, *, is_closing: bool = False) -> Hands:
    """Who has what of the counted place in hand. ``is_closing``: scans that are just being judged are waited for."""
    here = work.task.location_id
    assert here is not None, "a count without its bin"
    if is_closing:
        takes_here = exists().where(
            line.c.task_id == task.c.id,
            line.c.status == "open",
            or_(line.c.source_location_id == here, line.c.target_location_id == here),
        )
        busy = select(task.c.id).where(
            task.c.warehouse_id == work.task.warehouse_id,
            task.c.kind.in_(KINDS),
            task.c.status == "claimed",
            task.c.id != work.task.id,
            takes_here,
        )
        core(work.session).execute(busy.order_by(task.c.id).with_for_update(read=True, of=task)).all()
    return hands_of(work.session, work.task.warehouse_id, [here])[here]


def hands_of(session: Session, warehouse_id: int, location_ids: Collection[int]) -> dict[int, Hands]:
    """Place -> who has what of it in hand, for whoever only looks."""
    counted, begun = task.c.memory["counted"].as_integer(), task.c.memory["line"].as_integer()
    statement = (
        select(
            line.c.item_id,
            line.c.lot_id,
            line.c.serial,
            line.c.source_location_id,
            line.c.target_location_id,
            counted.label("units"),
            Operator.name,
        )
        .join_from(task, line, line.c.id == begun)
        .outerjoin(Operator, Operator.id == task.c.operator_id)
        .where(
            task.c.warehouse_id == warehouse_id,
            task.c.kind.in_(KINDS),
            IS_UNFINISHED,
            counted > 0,
            or_(line.c.source_location_id.in_(location_ids), line.c.target_location_id.in_(location_ids)),
        )
        .order_by(task.c.id)
    )
    found = {place: Hands() for place in location_ids}
    for row in session.execute(statement) if found else ():
        key = key_of(row.item_id, row.lot_id, row.serial)
        for place in {row.source_location_id, row.target_location_id} & found.keys():
            hands = found[place]
            side = hands.taken if row.source_location_id == place else hands.coming
            side[key] = side.get(key, 0) + row.units
            hands.who[row.item_id] = row.name or ""
            names = hands.whose.setdefault(key, [])
            if row.name and row.name not in names:
                names.append(row.name)
    return found


def on_shelf(booked: Counts, hands: Hands) -> Counts:
    """What stands on the shelf where the books are right and every hand has taken what it scanned."""
    keys = booked.keys() | hands.taken.keys()
    return {key: left for key in keys if (left := booked.get(key, 0) - hands.taken.get(key, 0)) != 0}


def certain(counts: Counts, booked: Counts, hands: Hands) -> Counts:
    """What the books would have on the shelf by whatever a hand could explain: what differs from it is certain."""
    explained: dict[str, int] = {}
    for key in booked.keys() | hands.taken.keys() | hands.coming.keys():
        least = booked.get(key, 0) - hands.taken.get(key, 0)
        most = booked.get(key, 0) + hands.coming.get(key, 0)
        explained[key] = min(max(counts.get(key, 0), least), most)
    return {key: units for key, units in explained.items() if units}


def changed_meanwhile(work: Work, hands: Hands) -> set[int]:
    """Items of which somebody took or put back units in hand since they were counted first."""
    memory, now = work.memory, hands.as_found()
    items = hands.items() | {item_of(key) for side in memory.hands_start for key in side} | memory.hands.keys()
    then = {item: memory.hands.get(item) or of_item(memory.hands_start, item) for item in items}
    return {item for item in items if of_item(now, item) != then[item] and (not memory.only or item in memory.only)}


def of_item(hands: InHand, item_id: int) -> InHand:
    """What of one item is in hand."""
    taken, coming = ({key: n for key, n in side.items() if item_of(key) == item_id} for side in hands)
    return InHand(taken, coming)
