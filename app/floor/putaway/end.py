"""Putting away is ended: what the books still have there waits to be put away anew."""

from collections import defaultdict

from app.floor.putaway.memory import Work
from app.floor.shared import confirm, handover
from app.tasks.lines import Line, change_line, hand_on
from app.tasks.queue import NewLine, open_task


def end(work: Work, left: list[Line], _why: str) -> None:
    taken: dict[tuple[object, ...], int] = defaultdict(int)
    again: list[NewLine] = []
    whole: list[int] = []
    for line in left:
        place = line.source_container_id or -(line.source_location_id or 0)
        goods = (place, line.item_id, line.lot_id, line.serial, line.source_condition)
        units = min(line.left, confirm.units_there(work, line) - taken[goods])
        if units <= 0:
            continue
        taken[goods] += units
        if units == line.quantity:  # its receipt knows it, and may be undone
            change_line(work.session, line.id, source_location_id=confirm.stands_at(work, line))
            whole.append(line.id)
            continue
        again.append(
            NewLine(
                item_id=line.item_id,
                quantity=units,
                lot_id=line.lot_id,
                serial=line.serial,
                source_location_id=confirm.stands_at(work, line),
                source_container_id=line.source_container_id,
                source_condition=line.source_condition,
            )
        )
    if again or whole:
        new = open_task(
            work.session,
            kind="putaway",
            warehouse_id=work.task.warehouse_id,
            document_type=work.task.document_type,
            document_id=work.task.document_id,
            document=work.task.document,
            priority=work.task.priority,
            due_at=work.task.due_at,
            lines=again,
        )
        hand_on(work.session, whole, source_task_id=work.task.id, target_task_id=new.id)
    for line in left:
        handover.after_put_back(work, line)
    left[:] = [line for line in left if line.id not in whole]
