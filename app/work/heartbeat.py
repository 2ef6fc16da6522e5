"""The worker's sign of life: written by its loop, looked at by whoever watches the machine."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import STRICT, Model, table, upsert

WORKER = "worker"
EVERY_SECONDS = 10.0


class Heartbeat(Model):
    """When the worker (any of several) last went round its jobs."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    __table_args__ = (STRICT,)


_heartbeat = table(Heartbeat)


def beat(session: Session) -> None:
    """The worker is alive now."""
    statement = upsert(session, Heartbeat)
    statement = statement.on_conflict_do_update(
        index_elements=[_heartbeat.c.name], set_={"beat_at": statement.excluded.beat_at}
    )
    session.execute(statement, {"name": WORKER, "beat_at": clock.now()})


def seconds_since(session: Session) -> float | None:
    """How long ago the last beat was; None before the first."""
    last = session.scalar(select(_heartbeat.c.beat_at).where(_heartbeat.c.name == WORKER))
    return None if last is None else (clock.now() - last).total_seconds()
