"""A line of a pick went away or shrank meanwhile: a part of its order was cancelled."""

from dataclasses import replace

from app.floor.pick.memory import Work
from app.floor.shared import line_gone as shared
from app.floor.shared.step import Said


def line_gone(work: Work) -> Said | None:
    """What is in hand beyond the line goes back into its bin; None where nothing changed."""
    line = work.line
    if line is None or line.id != work.memory.line:
        return shared.line_gone(work)
    too_many = work.counted - line.left
    if too_many <= 0:
        return None
    work.memory = replace(work.memory, counted=line.left)
    return shared.too_many_now(line, too_many)
