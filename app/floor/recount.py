"""A place held less than the books say: somebody is asked to count it. Until then the books stay as they are."""

from sqlalchemy import select

from app.floor.step import Work
from app.tasks.models import Task
from app.tasks.queue import open_task

SOON = 80
"""The priority of such a count: before the yearly ones, after what a customer waits for."""


def open_count(work: Work, location_id: int) -> None:
    """Ask for a count of a place, once."""
    known = work.session.scalar(
        select(Task.id).where(
            Task.kind == "count", Task.location_id == location_id, Task.status.in_(("open", "claimed"))
        )
    )
    if known is None:
        open_task(
            work.session,
            kind="count",
            warehouse_id=work.task.warehouse_id,
            location_id=location_id,
            document_type=f"short_{work.task.kind}",
            document_id=work.task.document_id,
            document=work.task.document,
            priority=SOON,
        )
