"""The board: what waits, what is being worked on and by whom; and what a supervisor does about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, aliased

from app.db import table
from app.language import _
from app.people.actor import Actor
from app.people.models import Operator
from app.refusal import NotFound, Refused
from app.tasks.kinds import ROLES
from app.tasks.models import IS_UNFINISHED, UNFINISHED, EndedTask, Task
from app.tasks.queue import release, require_role, task_of

_FIRST, _NORMAL = 10, 100
_holder, _assignee = aliased(Operator), aliased(Operator)


@dataclass(frozen=True, slots=True)
class Job:
    """One unfinished task as a list shows it: ``operator`` holds it, ``assigned_to`` is to begin it."""

    id: int
    kind: str
    status: str
    priority: int
    document: str
    lines: int
    done_lines: int
    created_at: datetime
    due_at: datetime | None
    claimed_at: datetime | None
    operator_id: int | None
    operator: str | None
    assigned_to: str | None


_JOBS = cast(
    Select[Any],
    select(
        Task.id,
        Task.kind,
        Task.status,
        Task.priority,
        Task.document,
        Task.lines,
        Task.done_lines,
        Task.created_at,
        Task.due_at,
        Task.claimed_at,
        Task.operator_id,
        _holder.name,
        _assignee.name,
    )
    .outerjoin(_holder, _holder.id == Task.operator_id)
    .outerjoin(_assignee, _assignee.id == Task.assigned_to_id),
)


def unfinished(session: Session, *, warehouse_id: int, kind: str = "", after: int = 0, limit: int = 50) -> list[Job]:
    """Open and claimed tasks, oldest first, after a task id."""
    statement = _JOBS.where(Task.warehouse_id == warehouse_id, IS_UNFINISHED, Task.id > after)
    if kind:
        statement = statement.where(Task.kind == kind)
    return [Job(*row) for row in session.execute(statement.order_by(Task.id).limit(limit))]


@dataclass(frozen=True, slots=True)
class Ended:
    """A task that ``by`` ended before its time; ``held_by`` had it in hand then."""

    id: int
    kind: str
    document: str
    lines: int
    done_lines: int
    held_by: str | None
    by: str
    at: datetime
    reason: str


def ended(session: Session, *, warehouse_id: int, before: int = 0, limit: int = 50) -> list[Ended]:
    """Tasks that a supervisor ended, the last one first; before a task id, where one is given."""
    statement = (
        select(
            Task.id,
            Task.kind,
            Task.document,
            Task.lines,
            Task.done_lines,
            _holder.name,
            _assignee.name,
            EndedTask.at,
            EndedTask.reason,
        )
        .join(EndedTask, EndedTask.task_id == Task.id)
        .outerjoin(_holder, _holder.id == EndedTask.held_by_id)
        .join(_assignee, _assignee.id == EndedTask.by_id)
        .where(Task.warehouse_id == warehouse_id)
        .order_by(EndedTask.task_id.desc())
        .limit(limit)
    )
    if before:
        statement = statement.where(EndedTask.task_id < before)
    return [Ended(*row) for row in session.execute(statement)]


def job_of(session: Session, task_id: int) -> Job:
    """One task, whatever its status. Errors: ``unknown_task``."""
    row = session.execute(_JOBS.where(Task.id == task_id)).first()
    if row is None:
        raise NotFound("unknown_task", _("There is no such task. Go back and choose again."))
    return Job(*row)


def held_by(session: Session, actor: Actor, *, warehouse_id: int) -> list[Job]:
    """What this worker has begun and not finished, the newest first."""
    statement = _JOBS.where(
        IS_UNFINISHED,
        Task.status == "claimed",
        Task.operator_id == actor.operator_id,
        Task.warehouse_id == warehouse_id,
    )
    return [Job(*row) for row in session.execute(statement.order_by(Task.claimed_at.desc()))]


def waiting(session: Session, actor: Actor, *, warehouse_id: int) -> list[tuple[str, int]]:
    """(kind, number of open tasks) for the kinds that this worker may do."""
    kinds = [kind for kind in ROLES if actor.may(*ROLES[kind])]
    statement = (
        select(Task.kind, func.count())
        .where(
            Task.warehouse_id == warehouse_id,
            IS_UNFINISHED,
            Task.status == "open",
            Task.kind.in_(kinds),
            (Task.assigned_to_id.is_(None)) | (Task.assigned_to_id == actor.operator_id),
        )
        .group_by(Task.kind)
    )
    found = {kind: int(number) for kind, number in session.execute(statement)}
    return [(kind, found[kind]) for kind in ROLES if kind in found]


def unfinished_by_kind(session: Session) -> list[tuple[str, int]]:
    """(kind, number of unfinished tasks), everywhere."""
    statement = select(Task.kind, func.count()).where(IS_UNFINISHED).group_by(Task.kind)
    return [(kind, int(number)) for kind, number in session.execute(statement.order_by(Task.kind))]


def put_first(session: Session, task_id: int) -> None:
    """Let a task be the next of its kind; once more lets it wait its turn again. Errors: ``unknown_task``."""
    task = task_of(session, task_id)
    priority = _NORMAL if task.priority == _FIRST else _FIRST
    session.execute(update(table(Task)).where(Task.id == task_id).values(priority=priority))


def assign(session: Session, actor: Actor, task_id: int, *, operator_id: int | None) -> None:
    """Give a task to somebody (None: to anybody); whoever holds it gives it back, with all that is done.

    Errors: ``unknown_task``; ``unknown_operator``; ``role_missing`` where they may not do this work; ``task_done``.
    """
    task = task_of(session, task_id)
    if task.status not in UNFINISHED:
        raise Refused("task_done", _("This task is finished. Take the next one."))
    if operator_id is not None:
        operator = session.get(Operator, operator_id)
        if operator is None or not operator.is_active:
            raise NotFound("unknown_operator", _("There is no such operator. Choose one of the list."))
        require_role(Actor(operator.id, operator.name, frozenset(operator.roles)), task.kind)
    if task.status == "claimed" and task.operator_id != operator_id:
        release(session, actor, task_id)
    session.execute(update(table(Task)).where(Task.id == task_id).values(assigned_to_id=operator_id))
