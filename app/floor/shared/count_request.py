"""A place held less than the books say: somebody is asked to count it. Until then the books stay as they are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.db import lock
from app.floor.shared.memory import CountRequest
from app.floor.shared.memory_json import read_memory, write_memory
from app.floor.shared.step import Work
from app.places.models import Location
from app.tasks.life import call_off
from app.tasks.models import UNFINISHED, Task
from app.tasks.queue import open_task

SOON = 80
"""The priority of such a count: before the yearly ones, after what a customer waits for."""


def open_count(work: Work, location_id: int) -> int:
    """Ask for a count of a place, once: a count that was asked for here remembers by which scans. Returns its id."""
    hold_place(work, location_id)
    unfinished = Task.status.in_(UNFINISHED)
    known = work.session.execute(
        select(Task.id, Task.status, Task.memory)
        .where(Task.kind == "count", Task.location_id == location_id, unfinished)
        .order_by(Task.id)
        .limit(1)
    ).first()
    if known is not None and (known.status == "claimed" or _is_begun(known.memory)):
        return int(known.id)
    waiting = waiting_count(work, known.id) if known is not None else None
    if waiting is not None and waiting.status == "open":  # one that is just being ended answers for nobody else
        request = _request(waiting)
        if request.asked is not None:
            waiting.memory = write_memory(CountRequest(asked=(*request.asked, work.key)))
        return waiting.id
    new = open_task(
        work.session,
        kind="count",
        warehouse_id=work.task.warehouse_id,
        location_id=location_id,
        document_type=f"short_{work.task.kind}",
        document_id=work.task.document_id,
        document=work.task.document,
        priority=SOON,
    )
    new.memory = write_memory(CountRequest(asked=(work.key,)))
    return new.id


def hold_place(work: Work, location_id: int) -> None:
    """Who says that a place held less, and who takes that back, do so one after the other.

    Held before the stock, as everywhere (``app/tasks/queue.py``); an open count of it may still be claimed meanwhile.
    """
    lock(work.session, work.session.get_one(Location, location_id))


def waiting_count(work: Work, task_id: int) -> Task | None:
    """The count, held still, while nobody has begun it (or it was called off); None once somebody has."""
    count = work.session.scalar(
        select(Task)
        .where(Task.id == task_id, Task.status.in_(("open", "cancelled")))
        .with_for_update(skip_locked=True)  # a counter who is at it may wait for this very pick
        .execution_options(populate_existing=True)
    )
    return None if count is None or _is_begun(count.memory) else count


def _request(count: Task) -> CountRequest:
    """All that a count remembers which nobody has begun."""
    return read_memory(CountRequest, count.memory)


def _is_begun(memory: Mapping[str, Any]) -> bool:
    """Whether somebody counted: they gave it back, or what they found waits for its approval."""
    return memory != write_memory(read_memory(CountRequest, memory))


def withdraw_count(work: Work, count: Task, key: str) -> None:
    """The scan of this key does not ask for the count any more; without anybody else who does, it is called off."""
    request = _request(count)
    if request.asked is None or count.status != "open":
        return
    asked = tuple(each for each in request.asked if each != key)
    count.memory = write_memory(CountRequest(asked=asked))
    work.session.flush()
    if not asked:
        call_off(work.session, Task.id == count.id)
