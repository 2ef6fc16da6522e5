"""A short taken back: what was missing is there after all, and is wanted from that place again.

As long as nobody counts the place, and nothing else was done with the units that were looked for elsewhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.floor.shared import totes
from app.floor.shared.confirm import once_more
from app.floor.shared.count_request import hold_place, waiting_count, withdraw_count
from app.floor.shared.memory import AtBin, ShortDone
from app.floor.shared.step import Said, Work
from app.language import _
from app.orders import found_again
from app.refusal import Refused
from app.tasks.life import reopen
from app.tasks.lines import Line, grow_line, line_of
from app.tasks.models import Task


def note(
    work: Work,
    line: Line,
    *,
    begun: Mapping[str, Any],
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
        ShortDone(
            short=work.key,
            line=line.id,
            begun=begun,
            counted=work.counted,
            count=count,
            released=tuple((released or {}).items()),
            chosen=tuple((chosen or {}).items()),
            left_out=left_out,
        )
    )


def last_short(work: Work) -> ShortDone | None:
    """The short that was the last thing done in this task: nothing was counted, or posted, since."""
    last = work.memory.undo[-1] if work.memory.undo else None
    if not isinstance(last, ShortDone):
        return None
    is_as_it_was = (work.counted, work.memory.line) == (last.counted, last.line)
    return last if not work.counted or is_as_it_was else None


def take_back(work: Work, short: ShortDone) -> Said | None:
    """The last short is taken back; None where it stays, and the worker wants what was done before it instead.

    Errors: ``short_stays`` where something has followed from it.
    """
    line = line_of(work.session, short.line)
    assert line is not None, "a line that was short is gone"
    place = line.source_container or line.source
    if short.count:
        counted = work.session.scalar(select(Task.location_id).where(Task.id == short.count))
        assert counted is not None, "a count without its bin"
        hold_place(work, counted)
    count = waiting_count(work, short.count) if short.count else None
    if short.count and count is None:
        _stays(work, line, _("%(place)s is being counted, or was.", place=place))
        return None
    released = dict(short.released)
    if not found_again.take_back(work.session, released=released, chosen=dict(short.chosen)):
        _stays(work, line, _("Its units went elsewhere."))
        return None
    if short.left_out:
        grow_line(work.session, line.id, short.left_out)
    if count is not None:
        withdraw_count(work, count, short.short)
    _go_on_at(work, short)
    work.memory = replace(work.memory, reports={**work.memory.reports, short.short: ()})
    work.session.refresh(work.task)
    if reopen(work.session, work.task):
        totes.ask_again(work)
        work.session.flush()
    work.next_line()
    units = sum(released.values()) + short.left_out
    return Said(
        "short_undone",
        _("Not missing any more: %(n)s × %(sku)s in %(place)s.", n=units, sku=line.sku, place=place),
    )


def _stays(work: Work, line: Line, why: str) -> None:
    """What is not there stays missing: whoever wants that back does not lose a good pick for it unasked."""
    before = work.memory.undo[:-1]
    stays = _("%(sku)s stays missing. %(why)s", sku=line.sku, why=why)
    if not before and not work.counted:
        raise Refused("short_stays", stays)
    once_more(
        work,
        "short_stays",
        _("%(stays)s Undo once more to take back what was done before.", stays=stays),
    )
    work.memory = replace(work.memory, undo=before)


def _go_on_at(work: Work, short: ShortDone) -> None:
    """The line waits as it did; for its bin, if the worker went on to another or put back what was counted."""
    memory = work.memory
    is_at_bin = not isinstance(memory, AtBin) or memory.bin in (None, short.begun.get("bin"))
    is_as_it_was = is_at_bin and work.counted == short.counted
    memory = replace(memory.without_line(), undo=memory.undo[:-1], line=short.line)
    work.memory = memory.with_line_at_hand(short.begun) if is_as_it_was else memory
