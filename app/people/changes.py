"""What was changed about people, and by whom: kept, because a PIN or a role opens doors."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.people import security_log
from app.people.models import Operator, OperatorChange


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change. ``by`` is None where it was made on the command line."""

    at: datetime
    what: str
    detail: str
    by: str | None


def note(session: Session, *, operator_id: int, by_id: int | None, what: str, detail: str = "") -> None:
    """Write down that somebody changed something about a person."""
    security_log.tell(session, what, operator_id=operator_id, by_id=by_id, detail=detail)
    session.add(OperatorChange(operator_id=operator_id, by_id=by_id, at=clock.now(), what=what, detail=detail))


def changes_of(session: Session, operator_id: int, *, limit: int = 50) -> list[ChangeRow]:
    """The newest changes of a person, newest first."""
    by = aliased(Operator)
    statement = (
        select(OperatorChange.at, OperatorChange.what, OperatorChange.detail, by.name)
        .outerjoin(by, by.id == OperatorChange.by_id)
        .where(OperatorChange.operator_id == operator_id)
        .order_by(OperatorChange.id.desc())
        .limit(limit)
    )
    return [ChangeRow(*row) for row in session.execute(statement)]
