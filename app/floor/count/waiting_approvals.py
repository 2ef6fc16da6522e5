"""Counts that wait for a second person: what they would change, as a supervisor sees it before deciding.

They are decided about on the floor's own screen (``second_count``).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalog.models import Item, Lot
from app.floor.count.differences import booked_at, compare, key_of
from app.floor.count.memory import CountMemory
from app.floor.count.units_in_hand import Hands, certain, hands_of
from app.floor.models import ASKS_APPROVAL, Scan
from app.people.models import Operator
from app.places.models import Location
from app.tasks.life import APPROVAL
from app.tasks.models import IS_UNFINISHED, Task


@dataclass(frozen=True, slots=True)
class Change:
    """Of one item (and lot or serial number) ``counted`` units were found where the books have ``booked``.

    ``taken`` of those that the books have here are in somebody's hands (``whose``), and ``coming`` ones, which the
    books have elsewhere, are about to be put here or are already. ``units`` is what approving posts: what no hand could
    explain. ``price`` is the item's own, for one base unit.
    """

    sku: str
    name: str
    lot: str
    serial: str
    counted: int
    booked: int
    taken: int
    coming: int
    whose: str
    units: int
    price: Decimal | None

    @property
    def value(self) -> Decimal | None:
        """What these units are worth at the item's price, a loss negative; None where it has no price."""
        return None if self.price is None else self.units * self.price


@dataclass(frozen=True, slots=True)
class Approval:
    """A count of ``place`` by ``counter`` that is not posted yet; ``operator`` is deciding about it."""

    task_id: int
    place: str
    place_kind: str
    counter: str
    since: datetime
    operator: str | None
    changes: tuple[Change, ...]


def waiting_approvals(session: Session, warehouse_id: int, *, limit: int = 50) -> list[Approval]:
    """The oldest first; the changes are held against the books as they are now."""
    asked_at = (
        select(func.max(Scan.received_at))
        .where(Scan.task_id == Task.id, ASKS_APPROVAL, Scan.outcome == "accepted")
        .correlate(Task)
        .scalar_subquery()
    )
    statement = (
        select(Task, Location.code, Location.kind, func.coalesce(asked_at, Task.created_at), Operator.name)
        .join(Location, Location.id == Task.location_id)
        .outerjoin(Operator, Operator.id == Task.operator_id)
        .where(
            Task.kind == "count",
            Task.document_type == APPROVAL,
            IS_UNFINISHED,
            Task.warehouse_id == warehouse_id,
        )
        .order_by(Task.id)
        .limit(limit)
    )
    rows = session.execute(statement).all()
    hands = hands_of(session, warehouse_id, {row.Task.location_id for row in rows if row.Task.location_id})
    return [
        Approval(
            task_id=task.id,
            place=place,
            place_kind=kind,
            counter=counter_of(session, task),
            since=since,
            operator=operator,
            changes=_changes(session, task, hands[task.location_id or 0]),
        )
        for task, place, kind, since, operator in rows
    ]


def counter_of(session: Session, task: Task) -> str:
    """Who counted what waits."""
    return session.get_one(Operator, CountMemory.read_json(task.memory).counter).name


def changes_of(session: Session, task: Task) -> tuple[Change, ...]:
    """What approving a count would change, held against the books and the hands as they are now."""
    assert task.location_id is not None, "a count without its bin"
    return _changes(session, task, hands_of(session, task.warehouse_id, [task.location_id])[task.location_id])


def _changes(session: Session, task: Task, hands: Hands) -> tuple[Change, ...]:
    """What was counted otherwise than booked; also where a hand explains it, and nothing will be posted."""
    assert task.location_id is not None, "a count without its bin"
    memory = CountMemory.read_json(task.memory)
    counts, booked = memory.to_approve or {}, booked_at(session, task.location_id, only=memory.only)
    moved = set(memory.moved)
    posted = {
        key_of(each.item_id, each.lot_id, each.serial): each
        for each in compare(counts, certain(counts, booked, hands), leave_out=moved)
    }
    seen = {key_of(each.item_id, each.lot_id, each.serial): each for each in compare(counts, booked, leave_out=moved)}
    found = dict(sorted({**seen, **posted}.items()))
    items = {
        row.id: row
        for row in session.scalars(select(Item).where(Item.id.in_({each.item_id for each in found.values()})))
    }
    lots = {
        row.id: row for row in session.scalars(select(Lot).where(Lot.id.in_({each.lot_id for each in found.values()})))
    }
    return tuple(
        Change(
            sku=items[each.item_id].sku,
            name=items[each.item_id].name,
            lot=lots[each.lot_id].code if each.lot_id else "",
            serial=each.serial,
            counted=counts.get(key, 0),
            booked=booked.get(key, 0),
            taken=hands.taken.get(key, 0),
            coming=hands.coming.get(key, 0),
            whose=", ".join(hands.whose.get(key, [])),
            units=posted[key].units if key in posted else 0,
            price=items[each.item_id].price,
        )
        for key, each in found.items()
    )
