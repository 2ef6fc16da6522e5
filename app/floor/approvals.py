"""Counts that wait for a second person: what they would change, as a supervisor sees it before deciding.

They are decided about on the floor's own screen (``second_person.py``).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalog.models import Item, Lot
from app.floor.differences import booked_at, compare, key_of
from app.floor.models import ASKS_APPROVAL, Scan
from app.people.models import Operator
from app.places.models import Location
from app.tasks.models import IS_UNFINISHED, Task
from app.tasks.queue import APPROVAL


@dataclass(frozen=True, slots=True)
class Change:
    """Of one item (and lot or serial number) ``counted`` units were found where the books have ``booked``.

    ``price`` is the item's own, for one base unit.
    """

    sku: str
    name: str
    lot: str
    serial: str
    counted: int
    booked: int
    price: Decimal | None

    @property
    def units(self) -> int:
        """How many more there are than the books have (fewer, where negative)."""
        return self.counted - self.booked

    @property
    def value(self) -> Decimal | None:
        """What these units are worth at the item's price, a loss negative; None where it has no price."""
        return None if self.price is None else self.units * self.price


@dataclass(frozen=True, slots=True)
class Approval:
    """A count of ``place`` by ``counter`` that is not posted yet; ``operator`` is deciding about it."""

    task_id: int
    place: str
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
        select(Task, Location.code, func.coalesce(asked_at, Task.created_at), Operator.name)
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
    return [
        Approval(
            task_id=task.id,
            place=place,
            counter=counter_of(session, task),
            since=since,
            operator=operator,
            changes=changes_of(session, task),
        )
        for task, place, since, operator in session.execute(statement)
    ]


def counter_of(session: Session, task: Task) -> str:
    """Who counted what waits."""
    return session.get_one(Operator, task.memory["counter"]).name


def changes_of(session: Session, task: Task) -> tuple[Change, ...]:
    """What approving a count would change, held against the books as they are now."""
    assert task.location_id is not None, "a count without its bin"
    counts, booked = task.memory["to_approve"], booked_at(session, task.location_id, only=task.memory.get("only"))
    found = compare(counts, booked, leave_out=set(task.memory["moved"]))
    items = {row.id: row for row in session.scalars(select(Item).where(Item.id.in_({each.item_id for each in found})))}
    lots = {row.id: row for row in session.scalars(select(Lot).where(Lot.id.in_({each.lot_id for each in found})))}
    changes = []
    for each in found:
        item, key = items[each.item_id], key_of(each.item_id, each.lot_id, each.serial)
        changes.append(
            Change(
                sku=item.sku,
                name=item.name,
                lot=lots[each.lot_id].code if each.lot_id else "",
                serial=each.serial,
                counted=counts.get(key, 0),
                booked=booked.get(key, 0),
                price=item.price,
            )
        )
    return tuple(changes)
