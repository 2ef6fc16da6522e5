"""Floor work: tasks are opened and claimed; scans and actions advance them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from sqlalchemy.orm import Session

from app.floor.begin.start import start
from app.floor.loop import advance, end_job
from app.floor.loop.end_job import LONGEST_REASON
from app.floor.shared.step import Prompt
from app.people.actor import Actor
from app.places.warehouses import warehouse_of
from app.tasks import queue
from app.web.api import queries
from app.web.api.body import UNITS_MAX, Between, Code, ScanId, Scanned, Size, Words
from app.web.api.paging import Page, Paged
from app.web.api.queries import TaskRow
from app.web.api.route import WORKERS, reads, writes
from app.web.gate.security import current_actor, settings

Kind = Literal["receive", "putaway", "replenish", "pick", "pack", "ship", "inspect", "count", "move"]
_TASK = "/tasks/<int(max=9223372036854775807):task_id>"
Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """A task: how many of its lines are done, and who holds it.

    ``can_undo``: it is finished, and whoever asks may still take its last posting back by the action *undo*.
    """

    id: int
    kind: Kind
    status: Literal["open", "claimed", "done", "cancelled"]
    done_lines: int
    lines: int
    operator: str | None
    document: str
    warehouse: str
    can_undo: bool


@dataclass(frozen=True, kw_only=True)
class PostedMovement:
    """A movement that this scan posted."""

    id: int
    sku: str
    quantity: int
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class TaskAnswer:
    """The whole answer: the verdict (null where nothing was judged), the task, and what to do next.

    ``asked``: it was refused as a question, and the same scan once more does it. ``replayed``: this is the first answer
    to the same scan again. A prompt without ``ways`` says what comes next.
    """

    outcome: Literal["accepted", "refused"] | None
    code: str
    message: str
    asked: bool
    replayed: bool
    task: TaskState
    prompt: Prompt
    movements: tuple[PostedMovement, ...]


@dataclass(frozen=True, kw_only=True)
class TaskQuery(Paged):
    """Narrows the list; nothing given: all tasks, the finished ones too."""

    kind: Literal["", "receive", "putaway", "replenish", "pick", "pack", "ship", "inspect", "count", "move"] = ""
    status: Literal["", "open", "claimed", "done", "cancelled"] = ""
    warehouse: Annotated[str, Size(0, 64)] = ""
    document: Annotated[str, Size(0, 64)] = ""


@reads("/tasks")
def list_tasks(session: Session, query: TaskQuery) -> Page[TaskRow]:
    """Tasks in the order in which they were opened."""
    after = query.cursor(int)
    found = queries.tasks(
        session,
        kind=query.kind,
        status=query.status,
        warehouse=query.warehouse,
        document=query.document,
        after=after[0] if after else 0,
        limit=query.limit + 1,
    )
    return query.page(found, lambda row: (row.id,))


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """``document``: a purchase order to receive (``blind`` where none came), a tote or order to pack, an order to ship,
    an RMA to inspect. ``location``: the bin to count."""

    kind: Annotated[str, Size(1, 20)]
    warehouse: Code
    document: Annotated[str, Size(0, 64)] = ""
    location: Annotated[str, Size(0, 64)] = ""


@writes("/tasks", may=WORKERS, answer=TaskAnswer, status=(201,))
def open_task(session: Session, body: NewTask) -> Answer:
    """Open a job, or find the one that is open for it, and hold it.

    Errors: ``unknown_kind``; ``role_missing``; ``unknown_warehouse`` and what else is named and not there;
    ``nothing_to_do``; ``task_taken``.
    """
    task_id = start(
        session,
        settings(),
        current_actor(),
        kind=body.kind,
        warehouse=body.warehouse,
        document=body.document,
        location=body.location,
    )
    return _shown(session, task_id)


@dataclass(frozen=True, kw_only=True)
class NewClaim:
    """``kind`` narrows what this worker is offered."""

    warehouse: Code
    kind: Kind | None = None


@writes("/tasks/claims", may=WORKERS, answer=TaskAnswer, status=(200, 204))
def claim_task(session: Session, body: NewClaim) -> tuple[Answer | None, int]:
    """This worker's next job: what they hold already, what was given to them, what is free. 204: there is none.

    Errors: ``unknown_warehouse``.
    """
    warehouse = warehouse_of(session, body.warehouse)
    kinds = (body.kind,) if body.kind else ()
    task_id = queue.claim_next(session, current_actor(), warehouse_id=warehouse.id, kinds=kinds)
    return (None, 204) if task_id is None else (_shown(session, task_id), 200)


@reads(_TASK, may=WORKERS, answer=TaskAnswer)
def get_task(session: Session, *, task_id: int) -> Answer:
    """One task at its prompt. Errors: ``unknown_task``."""
    return _shown(session, task_id)


@dataclass(frozen=True, kw_only=True)
class NewScan:
    """``scan_id`` is made by the device at the trigger; the same id gets the same answer. ``code`` as the scanner sent
    it, group separators and all. ``device`` names the handheld in the history."""

    scan_id: ScanId
    code: Scanned
    scanned_at: datetime | None = None
    device: Annotated[str, Size(0, 64)] = ""


@writes(f"{_TASK}/scans", may=WORKERS, answer=TaskAnswer, status=(200, 422))
def scan(session: Session, body: NewScan, *, task_id: int) -> tuple[Answer, int]:
    """One scan. 422 with the whole answer where a rule said no.

    Errors: ``unknown_task``; ``role_missing``; ``task_taken``; ``task_not_claimed``; ``idempotency_key_reused``.
    """
    answer = advance.scan(
        session,
        settings(),
        _on(body.device),
        task_id,
        scan_id=body.scan_id,
        code=body.code,
        scanned_at=body.scanned_at,
    )
    return _judged(answer)


@dataclass(frozen=True, kw_only=True)
class NewAction:
    """``name`` is one of those that the prompt's ways offer, or one that the task knows (undo, skip, short, ...)."""

    action_id: ScanId
    name: Annotated[str, Size(1, 40)]
    quantity: Annotated[int, Between(0, UNITS_MAX)] | None = None
    reason: Annotated[str, Size(0, 64)] = ""
    code: Annotated[str, Size(0, 1000)] = ""
    note: Words = ""
    scanned_at: datetime | None = None
    device: Annotated[str, Size(0, 64)] = ""


@writes(f"{_TASK}/actions", may=WORKERS, answer=TaskAnswer, status=(200, 422))
def act(session: Session, body: NewAction, *, task_id: int) -> tuple[Answer, int]:
    """One action, judged and answered as a scan is. Errors: as for a scan."""
    answer = advance.act(
        session,
        settings(),
        _on(body.device),
        task_id,
        action_id=body.action_id,
        name=body.name,
        quantity=body.quantity,
        reason=body.reason,
        code=body.code,
        note=body.note,
        scanned_at=body.scanned_at,
    )
    return _judged(answer)


@writes(f"{_TASK}/releases", may=WORKERS, answer=TaskAnswer)
def release_task(session: Session, *, task_id: int) -> Answer:
    """Give a task back to the queue, with all that is done in it. Errors: ``unknown_task``; ``not_your_task``."""
    queue.release(session, current_actor(), task_id)
    return _shown(session, task_id)


@dataclass(frozen=True, kw_only=True)
class NewEnd:
    """``reason`` is told to whoever holds the task, and kept."""

    reason: Annotated[str, Size(1, LONGEST_REASON)]


@writes(f"{_TASK}/ends", may=WORKERS, answer=TaskAnswer)
def end_task(session: Session, body: NewEnd, *, task_id: int) -> Answer:
    """End a task that nobody can finish. What it held goes where it belongs, by the rules of a cancellation: chosen
    stock is free, what is in totes is put back, and its document can go on. Its worker hears ``task_ended``.

    Errors: ``unknown_task``; ``role_missing`` for anybody but a supervisor; ``reason_needed``; ``task_done``.
    """
    end_job.end_task(session, settings(), current_actor(), task_id, reason=body.reason)
    return _shown(session, task_id)


@writes(f"{_TASK}/takeovers", may=WORKERS, answer=TaskAnswer)
def take_task_over(session: Session, *, task_id: int) -> Answer:
    """Take a task from whoever holds it, at the line where they are.

    Errors: ``unknown_task``; ``role_missing``; ``task_done``.
    """
    queue.take_over(session, current_actor(), task_id)
    return _shown(session, task_id)


def _on(device: str) -> Actor:
    """Who acts, on the device that the request names."""
    actor = current_actor()
    return replace(actor, device=device) if device else actor


def _shown(session: Session, task_id: int) -> Answer:
    return advance.show(session, settings(), current_actor(), task_id)


def _judged(answer: Answer) -> tuple[Answer, int]:
    return answer, 422 if answer["outcome"] == "refused" else 200
