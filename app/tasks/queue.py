"""The queue of work: open a task, claim it, release it, take it over. Two workers never hold one line.

A claim is one conditional UPDATE, so that of two workers who reach for the same task one is told that it is gone.

**The order of the locks**, everywhere: tasks (of several by ``TURNS``, then by id); the document (an order, a purchase
order, a return); places; reservations, allocations, holdings; balances in the ledger's order; the kept sums. A scan
begins with its own task, so whoever changes work that somebody may be scanning at (a cancellation, a count that finds
less) holds those tasks before anything else, with ``hold``. Out of this order two may wait for each other: nothing is
lost by it, for the entrance tries the loser again, but it costs a second.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, insert, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import changed, table
from app.language import _
from app.people.actor import Actor
from app.people.models import Operator
from app.refusal import Conflict, Forbidden, NotFound
from app.tasks.kinds import ROLES, TURNS
from app.tasks.life import APPROVAL, give_back
from app.tasks.lines import count
from app.tasks.models import UNFINISHED, Task, TaskLine
from app.words import word

STOCK = "stock"
"""The document type of an inspection of what stands here and is not for sale; that of a return is ``rma``."""


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A line of a task that is being opened; its fields are those of ``TaskLine``."""

    item_id: int | None = None
    quantity: int = 0
    lot_id: int | None = None
    serial: str = ""
    source_location_id: int | None = None
    source_container_id: int | None = None
    source_condition: str = "available"
    target_location_id: int | None = None
    target_container_id: int | None = None
    document_line_id: int | None = None


def open_task(
    session: Session,
    *,
    kind: str,
    warehouse_id: int,
    lines: Sequence[NewLine] = (),
    document_type: str = "",
    document_id: int | None = None,
    document: str = "",
    location_id: int | None = None,
    container_id: int | None = None,
    priority: int = 100,
    due_at: datetime | None = None,
) -> Task:
    """Open a task with its lines, in the order given."""
    task = Task(
        kind=kind,
        warehouse_id=warehouse_id,
        document_type=document_type,
        document_id=document_id,
        document=document,
        location_id=location_id,
        container_id=container_id,
        priority=priority,
        due_at=due_at,
        memory={},
        lines=0,
        created_at=clock.now(),
    )
    session.add(task)
    session.flush()
    add_lines(session, task.id, lines)
    return task


def add_lines(session: Session, task_id: int, lines: Sequence[NewLine]) -> list[int]:
    """Append lines to a task; returns their ids in the order given."""
    if not lines:
        return []
    last = session.scalar(
        select(TaskLine.position).where(TaskLine.task_id == task_id).order_by(TaskLine.position.desc()).limit(1)
    )
    rows = [
        {"task_id": task_id, "position": (last or 0) + index, **asdict(line)}
        for index, line in enumerate(lines, start=1)
    ]
    statement = insert(table(TaskLine)).returning(table(TaskLine).c.id, sort_by_parameter_order=True)
    ids = list(session.execute(statement, rows).scalars())
    count(session, task_id, lines=len(lines))
    return ids


def hold(session: Session, *where: ColumnElement[bool]) -> set[int]:
    """Hold unfinished tasks still until the transaction ends, in the order of the locks. Returns their ids.

    Whoever scans at one of them waits, or is waited for; only who holds a task may change its lines and counters.
    """
    turn = case({kind: number for number, kind in enumerate(TURNS)}, value=Task.kind)
    statement = (
        select(table(Task).c.id)
        .where(*where, Task.status.in_(UNFINISHED))
        .order_by(turn, Task.id)
        .with_for_update(key_share=True)
    )
    return set(session.scalars(statement))


def require_role(actor: Actor, kind: str) -> None:
    """Errors: ``role_missing`` where the actor may not do this kind of task."""
    if not actor.may(*ROLES[kind]):
        raise Forbidden(
            "role_missing", _("You may not do this work (%(kind)s). Ask your supervisor.", kind=word(kind)), kind=kind
        )


def claim_next(session: Session, actor: Actor, *, warehouse_id: int, kinds: Iterable[str] = ()) -> int | None:
    """The id of this worker's next task, now claimed; ``None`` where there is none.

    In this order: what I hold already, what was assigned to me, what is free; each by priority, then age.
    """
    wanted = [kind for kind in (kinds or ROLES) if actor.may(*ROLES[kind])]
    mine = select(Task.id).where(
        Task.status == "claimed",
        Task.operator_id == actor.operator_id,
        Task.warehouse_id == warehouse_id,
        Task.kind.in_(wanted),
    )
    held = session.scalar(mine.order_by(Task.claimed_at.desc()).limit(1))
    if held:
        return held
    free = (
        select(Task.id)
        .where(
            Task.status == "open",
            Task.warehouse_id == warehouse_id,
            Task.kind.in_(wanted),
            or_(Task.assigned_to_id.is_(None), Task.assigned_to_id == actor.operator_id),
        )
        .order_by(case((Task.assigned_to_id == actor.operator_id, 0), else_=1), Task.priority, Task.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if not actor.may("supervisor"):
        free = free.where(Task.document_type != APPROVAL)
    task_id = session.scalar(free)
    if task_id is None:
        return None
    _claim(session, actor, task_id)
    return task_id


def claim(session: Session, actor: Actor, task_id: int) -> None:
    """Claim one task that was chosen from a list; claiming what I already hold is fine.

    Errors: ``unknown_task``; ``role_missing``; ``task_taken`` where someone else was faster; ``task_done``.
    """
    task = task_of(session, task_id)
    require_role(actor, task.kind)
    _require_chief(actor, task)
    if task.status == "claimed" and task.operator_id == actor.operator_id:
        return
    if task.status == "claimed":
        raise taken(session, task)
    if task.status != "open" or not _claim(session, actor, task_id):
        raise Conflict("task_done", _("This task is finished. Take the next one."))


def _require_chief(actor: Actor, task: Task) -> None:
    if task.document_type == APPROVAL and not actor.may("supervisor"):
        raise Forbidden("role_missing", _("A supervisor must decide about this. Take the next task."), kind=task.kind)


def _claim(session: Session, actor: Actor, task_id: int) -> bool:
    statement = (
        update(table(Task))
        .where(Task.id == task_id, Task.status == "open")
        .values(status="claimed", operator_id=actor.operator_id, claimed_at=clock.now())
    )
    return changed(session, statement) == 1


def release(session: Session, actor: Actor, task_id: int) -> None:
    """Give a task back to the queue; everything done in it stays done.

    Errors: ``not_your_task``.
    """
    task = task_of(session, task_id)
    if task.status != "claimed" or (task.operator_id != actor.operator_id and not actor.may("supervisor")):
        raise Conflict("not_your_task", _("You do not hold this task. Nothing was changed."))
    give_back(session, task)


def take_over(session: Session, actor: Actor, task_id: int) -> str:
    """Take a task from whoever holds it, with its count and its totes as they are. Returns the other's name.

    Errors: ``role_missing``; ``task_done``.
    """
    task = task_of(session, task_id)
    require_role(actor, task.kind)
    _require_chief(actor, task)
    if task.status == "open":
        _claim(session, actor, task_id)
        return ""
    if task.status != "claimed":
        raise Conflict("task_done", _("This task is finished. Take the next one."))
    name = session.scalar(select(Operator.name).where(Operator.id == task.operator_id)) or ""
    session.execute(
        update(table(Task)).where(Task.id == task_id).values(operator_id=actor.operator_id, claimed_at=clock.now())
    )
    return name


def task_of(session: Session, task_id: int) -> Task:
    """A task by id, locked until the end of the transaction. Errors: ``unknown_task``."""
    task = session.scalar(
        select(Task).where(Task.id == task_id).with_for_update().execution_options(populate_existing=True)
    )
    if task is None:
        raise NotFound("unknown_task", _("There is no such task. Go back and choose again."))
    return task


def taken(session: Session, task: Task) -> Conflict:
    """The refusal that names who holds the task."""
    name = session.scalar(select(Operator.name).where(Operator.id == task.operator_id)) or "?"
    return Conflict(
        "task_taken",
        _("%(name)s is working on this. Take it over, or take the next task.", name=name),
        operator=name,
    )
