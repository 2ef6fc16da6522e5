"""Not all of it is here: what is missing is left out of the work, and a count is asked for where the books have it."""

from dataclasses import replace

from app.floor.shared import confirm, count_request, handover, undo_short
from app.floor.shared.step import Arguments, Said, Way, Work, action_way
from app.language import _
from app.refusal import Refused
from app.tasks.lines import shrink_line


def with_short(work: Work, ways: list[Way]) -> list[Way]:
    """The ways, and the one to say that not all of it is here: the straight way, once the books say so too."""
    line = work.the_line
    there = confirm.units_there(work, line)
    if there >= (work.counted or line.left):
        return [*ways, action_way("short", _("Nothing more is here") if work.counted else _("It is not here"))]
    only = _("Only %(n)s are here", n=there) if there else _("It is not here any more")
    return [action_way("short", only, quantity=there), *ways]


def leave_out(work: Work, arguments: Arguments) -> Said:
    """The rest is left out of this work, and a count is asked for where the books have it.

    ``quantity`` is what is here; without one, what is in hand. What was adjusted away needs no count any more.
    Errors: ``bad_quantity``; ``nothing_to_short``.
    """
    line = work.the_line
    here = work.counted if arguments.quantity is None else arguments.quantity
    if here < 0:
        raise Refused("bad_quantity", _("Give a quantity of at least 0."))
    missing = line.left - here
    if missing <= 0:
        raise Refused("nothing_to_short", _("All %(n)s of it are here. Scan a bin.", n=line.left))
    is_to_be_counted = confirm.units_there(work, line) > here
    count = count_request.open_count(work, confirm.stands_at(work, line)) if is_to_be_counted else None
    shrink_line(work.session, line.id, missing)
    handover.after_put_back(work, line)
    work.session.refresh(work.task)
    begun = work.memory.line_at_hand()
    if work.counted and here:
        work.memory = replace(work.memory, counted=min(work.counted, here))
    else:
        work.memory = work.memory.without_count()
    undo_short.note(work, line, begun=begun, count=count, left_out=missing)
    work.next_line()
    place = line.source_container or line.source or ""
    work.report(sku=line.sku, place=place, units=missing)
    return Said("short", _("%(n)s × %(sku)s are not in %(place)s: left out.", n=missing, sku=line.sku, place=place))
