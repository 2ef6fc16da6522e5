"""People as lists."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.models import Operator


def operators(session: Session) -> list[Operator]:
    """Everybody, those who work here now first, by name."""
    return list(session.scalars(select(Operator).order_by(Operator.is_active.desc(), Operator.name, Operator.id)))


def active_operators(session: Session) -> list[Operator]:
    """Whom a task can be given to."""
    return list(session.scalars(select(Operator).where(Operator.is_active).order_by(Operator.name, Operator.id)))
