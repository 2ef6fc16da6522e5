"""A job that a supervisor ended: what its worker hears at the next scan, and what becomes of what is in hand."""

from sqlalchemy import select

from app.floor.shared.step import Work
from app.language import _
from app.people.models import Operator
from app.refusal import Refused
from app.tasks import lines
from app.tasks.models import EndedTask


def require_going_on(work: Work) -> None:
    """Errors: ``task_ended``, which says who ended it, why, and what to do with what is in hand."""
    said = ended_words(work)
    if said is not None:
        raise Refused("task_ended", said)


def ended_words(work: Work) -> str | None:
    """Who ended this job, why, and where what is in hand belongs; None where nobody did."""
    if work.task.status != "cancelled":
        return None
    row = work.session.execute(
        select(Operator.name, EndedTask.reason)
        .join(EndedTask, EndedTask.by_id == Operator.id)
        .where(EndedTask.task_id == work.task.id)
    ).first()
    if row is None:
        return None
    said = _("%(name)s ended this job: %(why)s.", name=row.name, why=row.reason.rstrip("."))
    return " ".join(filter(None, [said, _in_hand(work), _("Take the next one.")]))


def _in_hand(work: Work) -> str:
    """Where what the worker holds goes. It was in no posting yet, so the books have it where it was."""
    if sum(work.memory.get("counts", {}).values()) and work.task.kind == "pack":
        return _("Put what is in the open carton back into its tote.")
    line_id = work.memory.get("line")
    line = lines.line_of(work.session, line_id) if line_id is not None and work.counted else None
    if line is None:
        return ""
    if work.task.kind in ("receive", "inspect"):
        return _("Leave %(n)s × %(sku)s where they came in.", n=work.counted, sku=line.sku)
    place = line.source_container or line.source or "?"
    return _("Put %(n)s × %(sku)s back to %(place)s.", n=work.counted, sku=line.sku or place, place=place)
