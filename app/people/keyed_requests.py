"""A program's request under an ``Idempotency-Key``, kept with its answer (rule: ``app.web.shared.idempotency``)."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import STRICT, BigInt, Id, Model, changed, table


class Idempotency(Model):
    """One keyed request and its answer. ``body_hash`` covers method, address and body."""

    __tablename__ = "idempotency"
    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"))
    key: Mapped[str]
    body_hash: Mapped[str]
    status: Mapped[int] = mapped_column(default=0)
    content_type: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    __table_args__ = (UniqueConstraint("operator_id", "key"), STRICT)


def forget_requests(session: Session, *, before: datetime) -> int:
    """Delete what was asked before that time; the same key would be a new request. Returns how many."""
    kept = table(Idempotency)
    return changed(session, delete(kept).where(kept.c.created_at < before))
