"""Undo: the last thing taken back. A count is forgotten; a posting is reversed by a posting of its own.

Nothing is ever deleted. Each workflow says what its document must be told; this file does what is the same for all.
"""

from collections.abc import Callable
from typing import TypeVar

from app.floor.shared.confirm import item_row
from app.floor.shared.memory import PostingDone
from app.floor.shared.step import Arguments, M, Said, Work, WorkWith
from app.floor.shared.totes import require_mine
from app.floor.shared.undo_short import last_short, take_back
from app.language import _
from app.ledger.post import reverse
from app.orders.expire import hold_all_expired, old_again
from app.places.models import Warehouse
from app.refusal import Refused
from app.tasks.life import reopen
from app.tasks.lines import Line, line_of, reopen_units

Posting = TypeVar("Posting", bound=PostingDone)


def undo(
    work: WorkWith[M],
    kind: type[Posting],
    *,
    tell: Callable[[WorkWith[M], Line, Posting], None],
    tell_first: Callable[[WorkWith[M], Line, Posting], None] | None = None,
    allocate_source: bool = False,
) -> Said:
    """Take back the last count or, if nothing is counted, the last posting (or short) of this task.

    ``tell`` informs the document, ``tell_first`` before anything is posted, where it may say no. ``kind`` is what this
    work keeps of its postings.
    Errors: ``nothing_to_undo``; ``short_stays``; ``tote_in_use`` where another order has the tote by now; those of
    ``ledger.reverse`` where the goods have moved on.
    """
    while (short := last_short(work)) is not None:
        said = take_back(work, short)
        if said is not None:
            return said
    if work.counted:
        line = work.the_line
        counted = work.counted
        work.memory = work.memory.without_count()
        work.next_line()
        return Said("count_undone", _("%(n)s × %(sku)s are not counted any more.", n=counted, sku=line.sku))
    if not work.memory.undo:
        raise Refused("nothing_to_undo", _("There is nothing to undo in this task."))
    done = work.memory.undo[-1]
    assert isinstance(done, kind), "a posting of another kind of work"
    reversed_line = line_of(work.session, done.line)
    assert reversed_line is not None, "a line that was posted is gone"
    if tell_first is not None:
        tell_first(work, reversed_line, done)
    house, old = work.session.get_one(Warehouse, work.task.warehouse_id), []
    if done.posting is not None:
        old = old_again(work.session, house, [done.posting])
        hold_all_expired(work.session, house, old)
        _reverse(work, done, done.posting, reversed_line, allocate_source=allocate_source)
    work.memory = work.memory.without_posting()
    tell(work, reversed_line, done)
    _reopen(work, reversed_line, done.quantity if done.done is None else done.done)
    hold_all_expired(work.session, house, old)
    work.next_line()
    return Said(
        "undone",
        _(
            "Undone: put %(n)s × %(sku)s back to %(place)s.",
            n=done.quantity,
            sku=reversed_line.sku or reversed_line.source_container,
            place=done.source or reversed_line.source or "?",
        ),
    )


def _reverse(work: Work, done: PostingDone, posting_id: int, line: Line, *, allocate_source: bool) -> None:
    if line.source_container_id is not None:
        require_mine(work, [line.source_container_id])
    header = work.header("undo", line_id=line.id)
    posted = reverse(work.session, posting_id, header, allocate_source=allocate_source)
    names = (done.target, done.source)
    work.show(posted, [(item_row(work.session, move.item_id).sku, *names) for move in posted.moves])


def _reopen(work: Work, line: Line, quantity: int) -> None:
    """The line waits for these units again, and the task is open again if it was finished."""
    if reopen_units(work.session, line.id, quantity):
        work.count_lines(-1)
    reopen(work.session, work.task)
    work.session.flush()


def nothing_to_tell(_work: Work, _line: Line, _done: PostingDone) -> None:
    """For work that no document waits for."""


def no_arguments(action: Callable[[WorkWith[M]], Said]) -> Callable[[WorkWith[M], Arguments], Said]:
    """An action that takes nothing but the work."""
    return lambda work, _arguments: action(work)
