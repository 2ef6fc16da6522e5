"""A place held less than the books say: other stock is looked for, and somebody is asked to count the place.

Until it is counted the books stay as they are.
"""

from sqlalchemy import select

from app.db import lock
from app.floor import handover
from app.floor.drop import must_drop
from app.floor.step import BEGUN, Arguments, Said, Work
from app.language import _
from app.orders import fulfil
from app.places.models import Location
from app.refusal import Refused
from app.tasks.lines import lines
from app.tasks.models import Task, TaskLine
from app.tasks.queue import open_task

SOON = 80
"""The priority of such a count: before the yearly ones, after what a customer waits for."""


def open_count(work: Work, location_id: int) -> None:
    """Ask for a count of a place, once."""
    lock(work.session, work.session.get_one(Location, location_id))
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


def short(work: Work, arguments: Arguments) -> Said:
    """The bin holds less than it should: what is in hand stays counted, the rest is looked for elsewhere.

    All of this worker's open lines of the same item, lot and bin are let go of (of one serial number, where units have
    them: that the others are missing too, nobody said); a count of the bin is opened.
    """
    line = work.line
    if line is None:
        raise Refused("nothing_to_short", _("Every line is picked. Bring the totes to packing."))
    if arguments.quantity is not None and arguments.quantity != work.counted:
        raise Refused("bad_quantity", _("Scan what is there first; then say that it is not enough."))
    assert line.source_location_id is not None
    same = lines(
        work.session,
        work.task.id,
        TaskLine.status == "open",
        TaskLine.item_id == line.item_id,
        TaskLine.source_location_id == line.source_location_id,
        TaskLine.lot_id == line.lot_id if line.lot_id else TaskLine.lot_id.is_(None),
        TaskLine.serial == line.serial,
    )
    missing = sum(each.left for each in same) - work.counted
    if missing <= 0:
        raise Refused("nothing_to_short", _("You have all %(n)s of it. Scan the tote.", n=work.counted))
    unfound = fulfil.short(
        work.session,
        allocation_ids=[each.document_line_id for each in same if each.document_line_id is not None],
        task_id=work.task.id,
        warehouse_id=work.task.warehouse_id,
        today=work.today,
        location_id=line.source_location_id,
        keep={line.document_line_id or 0: work.counted},
    )
    work.session.refresh(work.task)
    open_count(work, line.source_location_id)
    if work.memory.get("undo"):
        work.can_undo(short=line.sku)
    work.report(sku=line.sku, place=line.source or "", units=missing)
    if not work.counted:
        work.forget("line", *BEGUN)
    work.next_line()
    if work.line is None and work.memory.get("totes") and not must_drop(work):
        work.remember(is_dropped=True)
        handover.to_packing(work)
    elsewhere = missing - unfound
    return Said(
        "short",
        _("%(n)s short. %(found)s are taken from another bin, a count is opened.", n=missing, found=elsewhere),
    )
