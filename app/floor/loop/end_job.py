"""A supervisor ends a job that nobody can finish, or that nobody should: any kind, open or in somebody's hands.

What it held goes where it belongs, by the rules of a cancellation (``end`` in the folder of each kind), and the
document can go on. What was posted stays; what was only counted is where the books have it.

Whoever holds the job hears it at the next scan (``ended_job``). Who ended it, when and why is kept (``EndedTask``).
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.floor.kinds import KINDS
from app.floor.loop import advance
from app.floor.shared import totes
from app.language import _
from app.orders.stock_in_hand import hold_work
from app.people.actor import Actor
from app.refusal import Conflict, Forbidden, Refused
from app.tasks.life import end
from app.tasks.lines import cancel_lines, lines
from app.tasks.models import UNFINISHED, Task, TaskLine

LONGEST_REASON = 200


def end_task(session: Session, settings: Settings, actor: Actor, task_id: int, *, reason: str) -> None:
    """End an unfinished job.

    Errors: ``role_missing`` for anybody but a supervisor; ``reason_needed``; ``unknown_task``; ``task_done``.
    """
    if not actor.may("supervisor"):
        raise Forbidden("role_missing", _("Only a supervisor may end a job. Ask one."))
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise Refused("reason_needed", _("Say why you end this job. The worker who has it is told."))
    _hold_first(session, task_id)
    work = advance.held(session, settings, actor, task_id)
    if work.task.status not in UNFINISHED:
        raise Conflict("task_done", _("This task is finished. Take the next one."))
    end(session, actor, work.task, reason=why)
    left = lines(session, task_id, TaskLine.status == "open")
    KINDS[work.task.kind].end(work, left, why)
    cancel_lines(session, [line.id for line in left])
    totes.let_go_of_all(work)
    session.refresh(work.task)


def _hold_first(session: Session, task_id: int) -> None:
    """Of an order's work every task is held in its turn: this one may come after another that is scanned at."""
    order_id = session.scalar(select(Task.document_id).where(Task.id == task_id, Task.document_type == "order"))
    if order_id is not None:
        hold_work(session, [order_id])
