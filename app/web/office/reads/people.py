"""People as lists."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.people.models import Operator
from app.refusal import NotFound


def operators(session: Session) -> list[Operator]:
    """Everybody, those who work here now first, by name."""
    return list(session.scalars(select(Operator).order_by(Operator.is_active.desc(), Operator.name, Operator.id)))


def active_operators(session: Session) -> list[Operator]:
    """Whom a task can be given to."""
    return list(session.scalars(select(Operator).where(Operator.is_active).order_by(Operator.name, Operator.id)))


def person_of(session: Session, operator_id: int) -> Operator:
    """One person. Errors: ``unknown_operator``."""
    found = session.get(Operator, operator_id)
    if found is None:
        raise NotFound("unknown_operator", _("There is no such operator. Choose one of the list."))
    return found
