"""The worker's sign of life, and which of its jobs fail: written by its loop, for whoever watches it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import STRICT, Model, table, upsert

WORKER = "worker"
FAILING = "failing:"
EVERY_SECONDS = 10.0


class Heartbeat(Model):
    """When the worker (any of several) last went round its jobs; under ``failing:JOB``, since when that job fails."""

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


def note_failure(session: Session, job: str) -> None:
    """This job failed; the first failure in a row is remembered."""
    statement = upsert(session, Heartbeat).on_conflict_do_nothing(index_elements=[_heartbeat.c.name])
    session.execute(statement, {"name": f"{FAILING}{job}", "beat_at": clock.now()})


def note_success(session: Session, job: str) -> None:
    """This job has done its turn again."""
    session.execute(delete(_heartbeat).where(_heartbeat.c.name == f"{FAILING}{job}"))


def failing_jobs(session: Session) -> dict[str, float]:
    """Job -> for how many seconds it has failed at every turn."""
    rows = session.execute(select(_heartbeat).where(_heartbeat.c.name.startswith(FAILING)))
    return {row.name.removeprefix(FAILING): (clock.now() - row.beat_at).total_seconds() for row in rows}
