"""A short pick: the bin holds less than it should. Other stock is looked for, somebody is asked to count it, and a pick
face is filled again."""

from dataclasses import replace

from sqlalchemy import select

from app.floor.pick.drop_off import must_drop
from app.floor.pick.memory import Work
from app.floor.shared import handover, undo_short
from app.floor.shared.count_request import hold_place, open_count
from app.floor.shared.step import Arguments, Said
from app.language import _
from app.orders import fulfil
from app.orders.replenish import replenish
from app.places.models import Location, Warehouse
from app.refusal import Refused
from app.tasks.lines import Line, lines
from app.tasks.models import UNFINISHED, Task, TaskLine


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
    hold_place(work, line.source_location_id)  # before its stock: an Undo of another short here may be waiting for that
    released, elsewhere = fulfil.short(
        work.session,
        allocation_ids=[each.document_line_id for each in same if each.document_line_id is not None],
        task_id=work.task.id,
        warehouse_id=work.task.warehouse_id,
        today=work.today,
        avoid_locations=[line.source_location_id, *_uncounted(work, line)],
        keep={line.document_line_id or 0: work.counted},
    )
    work.session.refresh(work.task)
    count = open_count(work, line.source_location_id)
    replenish(work.session, work.session.get_one(Warehouse, work.task.warehouse_id), item_ids=[line.item_id])
    work.report(sku=line.sku, place=line.source or "", units=missing)
    begun = work.memory.line_at_hand()
    if not work.counted:
        work.memory = work.memory.without_line()
    undo_short.note(work, line, begun=begun, count=count, released=released, chosen=elsewhere.chosen)
    work.next_line()
    if work.line is None and work.memory.totes and not must_drop(work):
        work.memory = replace(work.memory, is_dropped=True)
        handover.to_packing(work)
    found = sum(elsewhere.chosen.values())
    return Said(
        "short",
        _("%(n)s short. %(found)s are taken from another bin, a count is opened.", n=missing, found=found),
    )


def _uncounted(work: Work, line: Line) -> list[int]:
    """Where this task missed the item before, and nobody has counted since: the books may still have it there."""
    reports = work.memory.reports.values()
    places = {one.place for each in reports for one in each if one.sku == line.sku}
    statement = (
        select(Location.id)
        .join(Task, Task.location_id == Location.id)
        .where(Location.warehouse_id == work.task.warehouse_id, Location.code.in_(places))
        .where(Task.kind == "count", Task.status.in_(UNFINISHED))
    )
    return list(work.session.scalars(statement))
