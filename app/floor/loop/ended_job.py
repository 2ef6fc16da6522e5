"""A job that a supervisor ended: what its worker hears at the next scan, and what becomes of what is in hand."""

from sqlalchemy import select

from app.floor.kinds import KINDS
from app.floor.shared.step import Work
from app.language import _
from app.people.models import Operator
from app.refusal import Refused
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
    return " ".join(filter(None, [said, KINDS[work.task.kind].put_back_words(work), _("Take the next one.")]))
