"""A short pick: the bin holds less than it should. Other stock is looked for, and somebody is asked to count the bin.

Taken back, the units are wanted from that bin again: as long as nobody counts it, and nothing else was done with them.
"""

from typing import Any

from app.floor import handover
from app.floor.confirm import once_more
from app.floor.drop import must_drop
from app.floor.recount import open_count, waiting_count, withdraw_count
from app.floor.step import BEGUN, Arguments, Said, Work
from app.language import _
from app.orders import found_again, fulfil
from app.refusal import Refused
from app.tasks.lines import Line, line_of, lines
from app.tasks.models import TaskLine

Facts = dict[str, Any]
_AT_LINE = ("line", "counted", *BEGUN)


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
    released, elsewhere = fulfil.short(
        work.session,
        allocation_ids=[each.document_line_id for each in same if each.document_line_id is not None],
        task_id=work.task.id,
        warehouse_id=work.task.warehouse_id,
        today=work.today,
        location_id=line.source_location_id,
        keep={line.document_line_id or 0: work.counted},
    )
    work.session.refresh(work.task)
    count = open_count(work, line.source_location_id)
    work.can_undo(
        short=work.key,
        line=line.id,
        count=count,
        released=list(released.items()),
        chosen=list(elsewhere.chosen.items()),
        begun={name: work.memory[name] for name in _AT_LINE if name in work.memory},
    )
    work.report(sku=line.sku, place=line.source or "", units=missing)
    if not work.counted:
        work.forget(*_AT_LINE)
    work.next_line()
    if work.line is None and work.memory.get("totes") and not must_drop(work):
        work.remember(is_dropped=True)
        handover.to_packing(work)
    found = missing - elsewhere.unfound
    return Said(
        "short",
        _("%(n)s short. %(found)s are taken from another bin, a count is opened.", n=missing, found=found),
    )


def last_short(work: Work) -> Facts | None:
    """The short that was the last thing done in this task: nothing was counted, or picked, since."""
    stack = work.memory.get("undo", [])
    if not stack or "short" not in stack[-1]:
        return None
    facts: Facts = stack[-1]
    begun = facts["begun"]
    is_as_it_was = work.counted == begun.get("counted", 0) and work.memory.get("line") == begun.get("line")
    return facts if not work.counted or is_as_it_was else None


def take_back(work: Work, facts: Facts) -> Said | None:
    """The last short is taken back; None where it stays, and the worker wants what was done before it instead.

    Errors: ``short_stays`` where something has followed from it.
    """
    line = line_of(work.session, facts["line"])
    assert line is not None, "a line that was short is gone"
    count = waiting_count(work, facts["count"])
    if count is None:
        _stays(work, line, _("%(place)s is being counted, or was.", place=line.source))
        return None
    released, chosen = dict(facts["released"]), dict(facts["chosen"])
    if not found_again.take_back(work.session, released=released, chosen=chosen):
        _stays(work, line, _("Its units went elsewhere."))
        return None
    withdraw_count(work, count, facts["short"])
    work.memory["reports"] = {**work.memory.get("reports", {}), facts["short"]: []}
    _go_on_at(work, facts)
    work.session.refresh(work.task)
    if work.task.status == "done":
        work.task.status, work.task.done_at = "claimed", None
        work.session.flush()
    work.next_line()
    return Said(
        "short_undone",
        _(
            "Not missing any more: %(n)s × %(sku)s in %(place)s.",
            n=sum(released.values()),
            sku=line.sku,
            place=line.source,
        ),
    )


def _stays(work: Work, line: Line, why: str) -> None:
    """What is not there stays missing: whoever wants that back does not lose a good pick for it unasked."""
    stack = work.memory["undo"][:-1]
    stays = _("%(sku)s stays missing. %(why)s", sku=line.sku, why=why)
    if not stack and not work.counted:
        raise Refused("short_stays", stays)
    once_more(
        work,
        "short_stays",
        _("%(stays)s Undo once more to take back what was done before.", stays=stays),
    )
    work.remember(undo=stack)


def _go_on_at(work: Work, facts: Facts) -> None:
    """The line waits as it did; for its bin, if the worker went on to another or put back what was counted."""
    begun = facts["begun"]
    is_at_bin = work.memory.get("bin") in (None, begun.get("bin"))
    is_as_it_was = is_at_bin and work.counted == begun.get("counted", 0)
    work.remember(undo=work.memory["undo"][:-1])
    work.forget(*_AT_LINE)
    work.remember(**{"line": facts["line"], **(begun if is_as_it_was else {})})
