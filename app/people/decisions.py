"""What somebody decided about a document, why and when: an order cancelled, a delivery closed short, the expiry date of
a lot corrected. Kept for ever."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.people.models import Decision, Operator


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision. ``by`` is a person's name or a program's."""

    at: datetime
    what: str
    reason: str
    detail: str
    by: str


@dataclass(frozen=True, slots=True)
class By:
    """Who decides: a person, or else a program by its name."""

    operator_id: int | None = None
    program: str = ""


def decide(
    session: Session, document_type: str, document_id: int, *, what: str, reason: str, by: By, detail: str = ""
) -> None:
    """Write down a decision, in the transaction that carries it out."""
    session.add(
        Decision(
            document_type=document_type,
            document_id=document_id,
            what=what,
            reason=reason,
            detail=detail,
            operator_id=by.operator_id,
            program=by.program,
            at=clock.now(),
        )
    )
    session.flush()


def decisions_about(session: Session, document_type: str, document_id: int) -> list[DecisionRow]:
    """All decisions about a document, the oldest first."""
    statement = (
        select(
            Decision.at, Decision.what, Decision.reason, Decision.detail, func.coalesce(Operator.name, Decision.program)
        )
        .outerjoin(Operator, Operator.id == Decision.operator_id)
        .where(Decision.document_type == document_type, Decision.document_id == document_id)
        .order_by(Decision.id)
    )
    return [DecisionRow(*row) for row in session.execute(statement)]


def decided_since(session: Session, document_type: str, what: str, since: datetime) -> list[int]:
    """The documents about which this was decided since then."""
    statement = (
        select(Decision.document_id)
        .where(Decision.document_type == document_type, Decision.what == what, Decision.at >= since)
        .distinct()
        .order_by(Decision.document_id)
    )
    return list(session.scalars(statement))
