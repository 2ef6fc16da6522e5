"""Who may be the second person: somebody else than those who did it, and nobody who could have been them.

Whoever gave a worker a PIN today can sign in as that worker, count, and approve as themselves; and the other way round.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.language import _
from app.people.actor import Actor
from app.people.models import Operator, OperatorChange
from app.refusal import Forbidden, Refused

A_DAY = timedelta(days=1)
_GIVES_A_PIN = ("pin", "added")


def require_second_person(session: Session, actor: Actor, *, did: Iterable[int], asked_at: datetime) -> None:
    """Errors: ``role_missing``; ``second_person_needed`` for whoever did it; ``pin_given`` where the actor set the PIN
    of one of them (or they the actor's) within a day before it, or since."""
    workers = set(did)
    if not actor.may("supervisor"):
        raise Forbidden("role_missing", _("Only a supervisor may decide about this."))
    if actor.operator_id in workers:
        raise Refused("second_person_needed", _("You did this yourself. Someone else must approve it."))
    given = (
        select(Operator.name)
        .join(OperatorChange, OperatorChange.operator_id == Operator.id)
        .where(
            OperatorChange.what.in_(_GIVES_A_PIN),
            OperatorChange.at >= asked_at - A_DAY,
            or_(
                and_(OperatorChange.operator_id.in_(workers), OperatorChange.by_id == actor.operator_id),
                and_(OperatorChange.operator_id == actor.operator_id, OperatorChange.by_id.in_(workers)),
            ),
        )
        .limit(1)
    )
    name = session.scalar(given)
    if name is not None:
        raise Refused(
            "pin_given",
            _(
                "One of you set the other's PIN today (%(name)s). Someone else must approve it.",
                name=name,
            ),
        )
