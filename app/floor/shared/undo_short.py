"""A short taken back: what was missing is there after all, and is wanted from that place again.

As long as nobody counts the place, and nothing else was done with the units that were looked for elsewhere.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.floor.shared import totes
from app.floor.shared.confirm import once_more
from app.floor.shared.count_request import hold_place, waiting_count, withdraw_count
from app.floor.shared.step import BEGUN, Said, Work
from app.language import _
from app.orders import found_again
from app.refusal import Refused
from app.tasks.lines import Line, grow_line, line_of
from app.tasks.models import Task

Facts = dict[str, Any]
AT_LINE = ("line", "counted", *BEGUN)
"""What a task remembers of the line that the worker is at."""


def at_line(work: Work) -> Facts:
    """All of it, as it is now: what a short forgets comes back with it."""
    return {name: work.memory[name] for name in AT_LINE if name in work.memory}


def note(
    work: Work,
    line: Line,
    *,
    begun: Facts,
    count: int | None,
    released: Mapping[int, int] | None = None,
    chosen: Mapping[int, int] | None = None,
    left_out: int = 0,
) -> None:
    """Keep what is needed to take this short back.

    ``begun``: the line as it was before. ``count``: the count that was asked for. ``released`` and ``chosen``: units by
    allocation, of a pick. ``left_out``: units that the line does not ask for any more, of other work.
    """
    work.can_undo(
        short=work.key,
        line=line.id,
        begun=begun,
        counted=work.counted,
        count=count,
        released=list((released or {}).items()),
        chosen=list((chosen or {}).items()),
        left_out=left_out,
    )


def last_short(work: Work) -> Facts | None:
    """The short that was the last thing done in this task: nothing was counted, or posted, since."""
    stack = work.memory.get("undo", [])
    if not stack or "short" not in stack[-1]:
        return None
    facts: Facts = stack[-1]
    is_as_it_was = (work.counted, work.memory.get("line")) == (facts["counted"], facts["line"])
    return facts if not work.counted or is_as_it_was else None


def take_back(work: Work, facts: Facts) -> Said | None:
    """The last short is taken back; None where it stays, and the worker wants what was done before it instead.

    Errors: ``short_stays`` where something has followed from it.
    """
    line = line_of(work.session, facts["line"])
    assert line is not None, "a line that was short is gone"
    place = line.source_container or line.source
    if facts["count"]:
        counted = work.session.scalar(select(Task.location_id).where(Task.id == facts["count"]))
        assert counted is not None, "a count without its bin"
        hold_place(work, counted)
    count = waiting_count(work, facts["count"]) if facts["count"] else None
    if facts["count"] and count is None:
        _stays(work, line, _("%(place)s is being counted, or was.", place=place))
        return None
    released, chosen, left_out = dict(facts["released"]), dict(facts["chosen"]), facts["left_out"]
    if not found_again.take_back(work.session, released=released, chosen=chosen):
        _stays(work, line, _("Its units went elsewhere."))
        return None
    if left_out:
        grow_line(work.session, line.id, left_out)
    if count is not None:
        withdraw_count(work, count, facts["short"])
    work.memory["reports"] = {**work.memory.get("reports", {}), facts["short"]: []}
    _go_on_at(work, facts)
    work.session.refresh(work.task)
    if work.task.status == "done":
        work.task.status, work.task.done_at = "claimed", None
        totes.ask_again(work)
        work.session.flush()
    work.next_line()
    units = sum(released.values()) + left_out
    return Said(
        "short_undone",
        _("Not missing any more: %(n)s × %(sku)s in %(place)s.", n=units, sku=line.sku, place=place),
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
    is_as_it_was = is_at_bin and work.counted == facts["counted"]
    work.remember(undo=work.memory["undo"][:-1])
    work.forget(*AT_LINE)
    work.remember(**{"line": facts["line"], **(begun if is_as_it_was else {})})
