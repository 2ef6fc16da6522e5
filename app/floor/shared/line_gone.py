"""The line that the worker was at went away meanwhile: its order was cancelled."""

from app.floor.shared.step import Said, Work
from app.language import _
from app.tasks import lines


def line_gone(work: Work) -> Said | None:
    """Say so and go on, never crash; None where the line is still there."""
    line_id, in_hand = work.memory.line, work.counted
    if line_id is None or (work.line is not None and work.line.id == line_id):
        return None
    gone = lines.line_of(work.session, line_id)
    work.memory = work.memory.without_line()
    if gone is not None and in_hand:
        return too_many_now(gone, in_hand)
    if gone is not None and gone.status == "cancelled":
        return Said("line_gone", _("This line was cancelled. Go on with the next."))
    return None


def too_many_now(line: lines.Line, units: int) -> Said:
    """``units`` in hand are wanted no more."""
    return Said(
        "line_gone",
        _(
            "This has just been cancelled. Put %(n)s × %(sku)s back in %(place)s.",
            n=units,
            sku=line.sku or line.source_container,
            place=line.source or "?",
        ),
    )
