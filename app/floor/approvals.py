"""Counts that wait for a second person: what they would change, as a supervisor sees it before deciding.

They are decided about on the floor's own screen (``second_person.py``).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.floor.differences import booked_at, compare
from app.floor.models import Scan
from app.people.models import Operator
from app.places.models import Location
from app.tasks.models import Task
from app.tasks.queue import APPROVAL


@dataclass(frozen=True, slots=True)
class Change:
    """``units`` more of an item (fewer, where negative) than the books have."""

    sku: str
    name: str
    units: int


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
        .where(Scan.task_id == Task.id, Scan.answer_code == "approval_needed", Scan.outcome == "accepted")
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
            Task.status.in_(("open", "claimed")),
            Task.warehouse_id == warehouse_id,
        )
        .order_by(Task.id)
        .limit(limit)
    )
    return [
        Approval(
            task_id=task.id,
            place=place,
            counter=session.get_one(Operator, task.memory["counter"]).name,
            since=since,
            operator=operator,
            changes=_changes(session, task),
        )
        for task, place, since, operator in session.execute(statement)
    ]


def _changes(session: Session, task: Task) -> tuple[Change, ...]:
    assert task.location_id is not None, "a count without its bin"
    booked = booked_at(session, task.location_id, only=task.memory.get("only"))
    found = compare(task.memory["to_approve"], booked, leave_out=set(task.memory["moved"]))
    items = {row.id: row for row in session.scalars(select(Item).where(Item.id.in_({each.item_id for each in found})))}
    return tuple(Change(items[each.item_id].sku, items[each.item_id].name, each.units) for each in found)
