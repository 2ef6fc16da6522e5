"""The office changed the purchase order while it was unpacked: what is counted beyond it stays outside."""

from dataclasses import replace

from app.floor.receive.memory import Work
from app.floor.shared import line_gone as shared
from app.floor.shared import over_receipt
from app.floor.shared.step import Said
from app.language import _
from app.tasks import lines


def line_gone(work: Work) -> Said | None:
    """Of what is counted, only what is ordered now may come in; None where nothing changed."""
    line_id, line = work.memory.line, work.line
    if line_id is None:
        return None
    if line is not None and line.id == line_id:
        return _ordered_less(work, line, work.counted - over_receipt.limit(work, line))
    gone = lines.line_of(work.session, line_id)
    if gone is not None and work.counted:
        return _ordered_less(work, gone, work.counted)
    return shared.line_gone(work)


def _ordered_less(work: Work, line: lines.Line, units: int) -> Said | None:
    if units <= 0:
        return None
    left = work.counted - units
    if left:
        work.memory = replace(work.memory, counted=left, serials=work.memory.serials[:left])
    else:
        work.memory = work.memory.without_line()
    return Said(
        "line_gone",
        _(
            "%(document)s has just been changed. Set %(n)s × %(sku)s aside and ask the office.",
            document=work.task.document,
            n=units,
            sku=line.sku,
        ),
    )
