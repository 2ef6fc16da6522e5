"""Undo: the last thing taken back. A count is forgotten; a posting is reversed by a posting of its own.

Nothing is ever deleted. Each workflow says what its document must be told; this file does what is the same for all.
"""

from collections.abc import Callable
from typing import Any

from app.floor.shared.confirm import item_row
from app.floor.shared.step import Arguments, Said, Work
from app.floor.shared.totes import require_mine
from app.floor.shared.undo_short import last_short, take_back
from app.language import _
from app.ledger.post import reverse
from app.orders.expire import hold_all_expired, old_again
from app.places.models import Warehouse
from app.refusal import Refused
from app.tasks.lines import Line, line_of, reopen_units

Facts = dict[str, Any]


def undo(
    work: Work,
    *,
    tell: Callable[[Work, Line, Facts], None],
    tell_first: Callable[[Work, Line, Facts], None] | None = None,
    begun: tuple[str, ...] = ("counted",),
    allocate_source: bool = False,
) -> Said:
    """Take back the last count or, if nothing is counted, the last posting (or short) of this task.

    ``tell`` informs the document, ``tell_first`` before anything is posted, where it may say no; ``begun`` are the
    facts of the waiting line that one undo forgets. A posting that did not count as done on its line (a return that was
    only received) says so as ``done``.
    Errors: ``nothing_to_undo``; ``short_stays``; ``tote_in_use`` where another order has the tote by now; those of
    ``ledger.reverse`` where the goods have moved on.
    """
    while (short := last_short(work)) is not None:
        said = take_back(work, short)
        if said is not None:
            return said
    if work.memory.get("counted"):
        line = work.the_line
        counted = work.counted
        work.forget(*begun, "counted", "line")
        work.next_line()
        return Said("count_undone", _("%(n)s × %(sku)s are not counted any more.", n=counted, sku=line.sku))
    stack: list[Facts] = list(work.memory.get("undo", []))
    if not stack:
        raise Refused("nothing_to_undo", _("There is nothing to undo in this task."))
    facts = stack.pop()
    reversed_line = line_of(work.session, facts["line"])
    assert reversed_line is not None, "a line that was posted is gone"
    if tell_first is not None:
        tell_first(work, reversed_line, facts)
    house, old = work.session.get_one(Warehouse, work.task.warehouse_id), []
    if facts["posting"] is not None:
        old = old_again(work.session, house, [facts["posting"]])
        hold_all_expired(work.session, house, old)
        _reverse(work, facts, reversed_line, allocate_source=allocate_source)
    work.remember(undo=stack)
    work.forget("bin", "container", "line")
    tell(work, reversed_line, facts)
    _reopen(work, reversed_line, facts["done" if "done" in facts else "quantity"])
    hold_all_expired(work.session, house, old)
    work.next_line()
    return Said(
        "undone",
        _(
            "Undone: put %(n)s × %(sku)s back to %(place)s.",
            n=facts["quantity"],
            sku=reversed_line.sku or reversed_line.source_container,
            place=facts.get("source") or reversed_line.source or "?",
        ),
    )


def _reverse(work: Work, facts: Facts, line: Line, *, allocate_source: bool) -> None:
    if line.source_container_id is not None:
        require_mine(work, [line.source_container_id])
    header = work.header("undo", line_id=line.id)
    posted = reverse(work.session, facts["posting"], header, allocate_source=allocate_source)
    names = (facts.get("target", ""), facts.get("source", ""))
    work.show(posted, [(item_row(work.session, move.item_id).sku, *names) for move in posted.moves])


def _reopen(work: Work, line: Line, quantity: int) -> None:
    """The line waits for these units again, and the task is open again if it was finished."""
    if reopen_units(work.session, line.id, quantity):
        work.count_lines(-1)
    if work.task.status == "done":
        work.task.status, work.task.done_at = "claimed", None
    work.session.flush()


def nothing_to_tell(_work: Work, _line: Line, _facts: Facts) -> None:
    """For work that no document waits for."""


def no_arguments(action: Callable[[Work], Said]) -> Callable[[Work, Arguments], Said]:
    """An action that takes nothing but the work."""
    return lambda work, _arguments: action(work)
