"""Where what a worker holds goes when the job is ended: it was in no posting yet, so the books have it where it was."""

from app.floor.shared.step import Work
from app.language import _
from app.tasks import lines
from app.tasks.lines import Line


def put_it_back(work: Work) -> str:
    """To where it was taken from; nothing where the hands are empty."""
    line = _in_hand(work)
    if line is None:
        return ""
    place = line.source_container or line.source or "?"
    return _("Put %(n)s × %(sku)s back to %(place)s.", n=work.counted, sku=line.sku or place, place=place)


def leave_it_there(work: Work) -> str:
    """It came in from outside, and was not received yet."""
    line = _in_hand(work)
    return _("Leave %(n)s × %(sku)s where they came in.", n=work.counted, sku=line.sku) if line else ""


def _in_hand(work: Work) -> Line | None:
    line_id = work.memory.line
    return lines.line_of(work.session, line_id) if line_id is not None and work.counted else None
