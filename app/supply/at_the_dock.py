"""A purchase order that changes while somebody receives it: the job at the dock asks for what is ordered now."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tasks.lines import grow_line, shrink_line
from app.tasks.models import UNFINISHED, Task, TaskLine


def tell_the_dock(session: Session, more: Mapping[int, int]) -> None:
    """Purchase order line id -> units that are ordered more (fewer, where negative): the line that is being received
    follows. What was counted beyond it is set aside at the next scan (``floor.judge``)."""
    changed = {line_id: units for line_id, units in more.items() if units}
    if not changed:
        return
    asked = (
        select(TaskLine.id, TaskLine.document_line_id, TaskLine.quantity, TaskLine.done)
        .join(Task, Task.id == TaskLine.task_id)
        .where(
            Task.kind == "receive",
            Task.document_type == "purchase_order",
            Task.status.in_(UNFINISHED),
            TaskLine.status.in_(("open", "done")),
            TaskLine.document_line_id.in_(changed),
        )
        .order_by(TaskLine.id)
    )
    for row in session.execute(asked).all():
        units = changed[row.document_line_id]
        if units > 0:
            grow_line(session, row.id, units)
        else:
            shrink_line(session, row.id, min(-units, row.quantity - row.done))
