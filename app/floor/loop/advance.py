"""One scan, as far as it goes: replay, lock, resolve, judge, remember, answer.

The device made the id of the scan. The task is locked and the id is looked up: a retry gets the stored answer again,
with ``replayed`` set, and changes nothing. Judging (``judge``) happens inside a savepoint: a refusal undoes whatever
the rule had begun, while the refused scan itself is kept with its answer (``answer``).
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.db import core
from app.floor.kinds import KINDS
from app.floor.loop.answer import Answer, answered
from app.floor.loop.ended_job import require_going_on
from app.floor.loop.heard import Heard
from app.floor.loop.judge import judge
from app.floor.loop.scan_record import KNOWN, answer_again, keep, known, scan_answer
from app.floor.loop.scan_record import scan as scan_table
from app.floor.shared.confirm import AskAgain
from app.floor.shared.double_read import look_back, note_read
from app.floor.shared.step import Arguments, Work, WorkWith
from app.language import _
from app.people.actor import Actor
from app.places.models import Location, Warehouse
from app.refusal import Conflict, NotFound, Refused
from app.tasks.life import keep_progress
from app.tasks.models import UNFINISHED, Task
from app.tasks.queue import require_role, take_over, taken


def scan(
    session: Session,
    settings: Settings,
    actor: Actor,
    task_id: int,
    *,
    scan_id: str,
    code: str,
    scanned_at: datetime | None = None,
) -> Answer:
    """Judge one scan of a task. A refusal is an answer too (``outcome`` refused) and is remembered.

    Errors: ``unknown_task``; ``task_taken``; ``role_missing``; ``idempotency_key_reused``.
    """
    heard = Heard(id=scan_id, task_id=task_id, code=_storable(code), scanned_at=scanned_at)
    return _advance(session, settings, actor, heard)


def act(
    session: Session,
    settings: Settings,
    actor: Actor,
    task_id: int,
    *,
    action_id: str,
    name: str,
    quantity: int | None = None,
    reason: str = "",
    code: str = "",
    note: str = "",
    scanned_at: datetime | None = None,
) -> Answer:
    """Do one action of a task (quantity, short, skip, undo, ...). Errors: as ``scan``."""
    name, reason, code, note = map(_storable, (name, reason, code, note))
    arguments = Arguments(quantity=quantity, reason=reason, code=code, note=note)
    heard = Heard(id=action_id, task_id=task_id, code=name, arguments=arguments, scanned_at=scanned_at)
    return _advance(session, settings, actor, heard)


def _storable(text: str) -> str:
    """The text without what no database keeps: a NUL, or half a character."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def show(session: Session, settings: Settings, actor: Actor, task_id: int) -> Answer:
    """The task as it stands: its prompt, and nothing judged. Reads only."""
    work, _seen = _load(session, settings, actor, task_id)
    return answered(work, outcome=None, code="", message="")


def held(session: Session, settings: Settings, actor: Actor, task_id: int) -> Work:
    """The task held still, ready to be worked at by somebody who scans nothing. Errors: ``unknown_task``."""
    work, _seen = _load(session, settings, actor, task_id, is_locked=True)
    return work


def _advance(session: Session, settings: Settings, actor: Actor, heard: Heard) -> Answer:
    work, stored = _load(session, settings, actor, heard.task_id, scan_id=heard.id, is_locked=True)
    if stored is None and not _is_mine(actor, work.task):
        stored = known(session, heard.id)  # a twin may have been judged while we waited
    if stored is not None:
        return {"asked": False, **answer_again(stored, actor, heard.body_hash), "replayed": True}
    if heard.kind == "action" and heard.code == "take_over":
        take_over(session, actor, heard.task_id)
        session.refresh(work.task)
    _require_mine(session, actor, work.task)
    work, expected, answer = _judged(work, heard)
    _keep(work)
    keep(
        session,
        actor,
        scan_id=heard.id,
        task_id=heard.task_id,
        kind=heard.kind,
        code=heard.code,
        expected=expected,
        outcome=answer["outcome"] or "",
        answer_code=answer["code"],
        answer=dict(answer),
        body_hash=heard.body_hash,
        scanned_at=heard.scanned_at,
        received_at=work.now,
    )
    return answer


def _judged(work: Work, heard: Heard) -> tuple[Work, str, Answer]:
    """The job as it is afterwards, what was expected of the scan, and the answer to it."""
    again = _hear(work, heard)
    work.again = "" if work.is_second_read else again
    kind, task, expected = KINDS[work.task.kind], work.task, ""
    connection = core(work.session)
    # By hand: SQLAlchemy's own costs as much as two more statements. It ends with the transaction.
    connection.exec_driver_sql("SAVEPOINT judged")
    try:
        require_going_on(work)
        said = kind.line_gone(work)
        if said is None:
            step = kind.workflow.waiting(work) if task.status in UNFINISHED else None
            expected = " ".join(step.expects) if step else ""
            said = judge(work, kind, step, heard)
        work.session.flush()
        return work, expected, answered(work, outcome="accepted", code=said.code, message=said.message)
    except Refused as refused:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT judged")
        work.session.expunge_all()  # what the rule had begun is gone from the database, and from here
        work, _seen = _load(work.session, work.settings, work.actor, heard.task_id, is_locked=True)
        return work, expected, _refused(work, heard, refused)


def _refused(work: Work, heard: Heard, refused: Refused) -> Answer:
    """A refusal changes nothing; one that asks remembers what it was asked about."""
    _hear(work, heard)
    is_asked = isinstance(refused, AskAgain)
    if is_asked:
        work.memory = replace(work.memory, again=heard.code)
        note_read(work)
    return answered(work, outcome="refused", code=refused.code, message=refused.message, is_asked=is_asked)


def _hear(work: Work, heard: Heard) -> str:
    """The job is told what came. Returns the code that the last scan asked to be repeated: it is asked for no more."""
    again = work.memory.again
    work.key, work.raw, work.scanned_at = f"scan:{heard.id}", heard.code, heard.scanned_at
    if again:
        work.memory = replace(work.memory, again="")
    if heard.kind == "scan":
        look_back(work)
    return again


def _keep(work: Work) -> None:
    """What this scan changed in its task's row."""
    memory = work.memory.as_json()
    keep_progress(
        work.session,
        work.task.id,
        memory=memory if memory != work.task.memory else None,
        lines=work.lines_done,
        finished_at=work.now if work.is_finished else None,
    )


def _is_mine(actor: Actor, task: Task) -> bool:
    return task.status != "open" and task.operator_id == actor.operator_id


def _require_mine(session: Session, actor: Actor, task: Task) -> None:
    require_role(actor, task.kind)
    if task.status == "claimed" and task.operator_id != actor.operator_id:
        raise taken(session, task)
    if task.status == "done" and task.operator_id != actor.operator_id:
        raise Conflict("not_your_task", _("Someone else finished this task. Only they can undo it."))
    if task.status == "open":
        raise Conflict("task_not_claimed", _("Nobody holds this task. Claim it first, then scan."))


_TASK = (
    select(
        Task,
        Warehouse.code,
        Warehouse.time_zone,
        Location.id,
        *KNOWN,
    )
    .join(Warehouse, Warehouse.id == Task.warehouse_id)
    .join(Location, (Location.warehouse_id == Warehouse.id) & (Location.kind == "floor"))
    .outerjoin(scan_table, scan_table.c.scan_id == bindparam("scan_id"))
    .outerjoin(scan_answer, scan_answer.c.id == scan_table.c.id)
    .where(Task.id == bindparam("task"))
    .execution_options(populate_existing=True)
)
_LOCKED_TASK = _TASK.with_for_update(of=Task)


def _load(
    session: Session, settings: Settings, actor: Actor, task_id: int, *, scan_id: str = "", is_locked: bool = False
) -> tuple[Work, Any]:
    """The task with its warehouse, ready to be worked at, and what this scan's id was answered before, if it was.

    On PostgreSQL a twin of this scan that held the lock meanwhile is not seen here: it is found where the task is no
    longer this worker's, or else the unique id fails at the end, and the transaction is run again and finds it.
    Errors: ``unknown_task``.
    """
    given = {"task": task_id, "scan_id": scan_id}
    row = session.execute(_LOCKED_TASK if is_locked else _TASK, given).first()
    if row is None:
        raise NotFound("unknown_task", _("There is no such task. Go back and choose again."))
    task: Task = row[0]
    work = WorkWith(
        session=session,
        settings=settings,
        actor=actor,
        task=task,
        warehouse=row[1],
        time_zone=row[2],
        floor_id=row[3],
        now=clock.now(),
        memory=KINDS[task.kind].memory.read_json(task.memory),
    )
    return work, row if row.scanned_by is not None else None
