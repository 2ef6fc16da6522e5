"""What becomes of a task once somebody works at it: given back, finished, open again, waiting for a decision, ended.

Whoever calls one of these holds the task's row (``queue``), or names only tasks in their conditions that nobody holds.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, update
from sqlalchemy.orm import Session

from app import clock
from app.db import core, table
from app.people.actor import Actor
from app.tasks.models import UNFINISHED, EndedTask, Task

APPROVAL = "approval"
"""The document type of work that waits for a supervisor's decision: nobody else is given it."""
task_table = table(Task)


def keep_progress(
    session: Session, task_id: int, *, memory: dict[str, Any] | None, lines: int, finished_at: datetime | None
) -> None:
    """What one scan changed in its task's row, in one statement: what the job remembers (None: as before), how many
    ``lines`` more are done (fewer, where negative), and that it is finished."""
    values: dict[str, Any] = {}
    if memory is not None:
        values["memory"] = memory
    if lines:
        values["done_lines"] = lines
    if finished_at is not None:
        values |= {"status": "done", "done_at": finished_at}
    if values:
        given = {f"new_{name}": value for name, value in values.items()}
        core(session).execute(_change(tuple(values)), {"task": task_id, **given})


@cache
def _change(names: tuple[str, ...]) -> Any:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names if name != "done_lines"}
    if "done_lines" in names:
        values["done_lines"] = task_table.c.done_lines + bindparam("new_done_lines")
    return update(task_table).where(task_table.c.id == bindparam("task")).values(values)


def give_back(session: Session, task: Task) -> None:
    """A task goes back to the queue, with what it remembers; everything done in it stays done."""
    task.status, task.operator_id, task.claimed_at = "open", None, None
    session.flush()


def reopen(session: Session, task: Task) -> bool:
    """Something of a finished task was taken back: whoever finished it goes on with it. False where it was not."""
    if task.status != "done":
        return False
    task.status, task.done_at = "claimed", None
    session.flush()
    return True


def wait_for_approval(session: Session, task: Task) -> str:
    """The task goes back to the queue, where only a supervisor may take it up; they give it back, or go on with it.

    Returns the document type that it had: ``approval_decided`` wants it back.
    """
    document_type, task.document_type = task.document_type, APPROVAL
    give_back(session, task)
    return document_type


def approval_decided(session: Session, task: Task, document_type: str) -> None:
    """A supervisor has decided: the task is one like others again."""
    task.document_type = document_type
    session.flush()


def call_off(session: Session, *where: ColumnElement[bool]) -> None:
    """Cancel those of these unfinished tasks that ask for nothing any more, because their document went away."""
    session.execute(
        update(task_table)
        .where(*where, Task.status.in_(UNFINISHED))
        .values(status="cancelled", done_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def end(session: Session, actor: Actor, task: Task, *, reason: str) -> None:
    """A supervisor ends a task that is held here: it is cancelled, and who did that, when and why is kept."""
    held_by_id = task.operator_id if task.status == "claimed" else None
    call_off(session, Task.id == task.id)
    session.add(
        EndedTask(task_id=task.id, by_id=actor.operator_id, held_by_id=held_by_id, reason=reason, at=clock.now())
    )
    session.flush()
    session.refresh(task)
