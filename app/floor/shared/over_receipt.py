"""How many units may come in: what is due and what the house tolerates above it; a blind receipt takes what comes."""

from app.floor.shared import confirm
from app.floor.shared.blind_number import BLIND
from app.floor.shared.step import Said, Work
from app.language import _
from app.tasks.lines import Line, change_line


def is_blind(work: Work) -> bool:
    """Whether these goods come without a purchase order."""
    return work.task.document_type == BLIND


def limit(work: Work, line: Line) -> int:
    """How many of the line may come, in base units; of a blind receipt as many as anybody moves at once."""
    if is_blind(work):
        return confirm.MOST_AT_ONCE
    return line.left + line.quantity * work.settings.receipt_tolerance_percent // 100


def count(work: Work, units: int) -> Said:
    """Count units of the waiting line. Errors: ``too_many`` beyond the limit, however they came to be so many."""
    line = work.the_line
    said = confirm.count(work, line, units, limit=limit(work, line))
    if not is_blind(work):
        return said
    grow(work)
    return Said("item_confirmed", _("%(n)s × %(sku)s", n=work.counted, sku=line.sku))


def grow(work: Work) -> None:
    """A line of a blind receipt asks for as many as were counted: nobody knew before."""
    change_line(work.session, work.the_line.id, quantity=work.the_line.done + work.counted)
    work.next_line()
