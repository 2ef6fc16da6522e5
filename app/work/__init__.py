"""The clock: what has to be done again and again, whoever is on the floor. One loop, named jobs.

A job is safe to run on two hosts at once, and safe to leave out for a while: it looks at what is there and does what is
missing. A job that fails is noted and tried again at its next turn; the others go on.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.db import changed, table, transact
from app.labels.queue import forget_old
from app.ledger.seal import BATCH, seal
from app.orders.waves import fill_backorders
from app.people.models import Token
from app.refusal import Refused

log = structlog.get_logger("work")
KEPT_AFTER_EXPIRY = timedelta(days=30)
PRINTS_KEPT = timedelta(days=90)
SEALS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Job:
    """``run`` does one portion in its own transactions and answers how much it did."""

    name: str
    every_seconds: float
    run: Callable[[Settings], int]


def _fill_backorders(_settings: Settings) -> int:
    """Orders that wait for stock get what has come in since."""
    return transact(lambda session: fill_backorders(session))


def _forget_tokens(_settings: Settings) -> int:
    """Sessions that ended long ago are deleted; API tokens stay listed."""

    def work(session: Session) -> int:
        token = table(Token)
        old = token.c.expires_at < clock.now() - KEPT_AFTER_EXPIRY
        return changed(session, delete(token).where(token.c.kind == "session", old))

    return transact(work)


def _seal(_settings: Settings) -> int:
    """New postings join the chain of hashes; after a big import in several portions, so that others get their turn."""
    done = 0
    for _portion in range(SEALS_AT_ONCE):
        sealed = transact(lambda session: seal(session))
        done += sealed
        if sealed < BATCH:
            break
    return done


def _forget_print_jobs(_settings: Settings) -> int:
    """Labels that came out long ago need no bytes any more."""
    return transact(lambda session: forget_old(session, before=clock.now() - PRINTS_KEPT))


JOBS: tuple[Job, ...] = (
    Job("fill_backorders", 15, _fill_backorders),
    Job("seal", 5, _seal),
    Job("forget_tokens", 3600, _forget_tokens),
    Job("forget_print_jobs", 3600, _forget_print_jobs),
)


def run(settings: Settings, *, stop: threading.Event, jobs: tuple[Job, ...] = JOBS, tick_seconds: float = 0.5) -> None:
    """Run each job whenever it is due, until ``stop`` is set; a job that has begun is finished first."""
    due = {job.name: 0.0 for job in jobs}
    while not stop.is_set():
        for job in jobs:
            if time.monotonic() >= due[job.name] and not stop.is_set():
                run_once(settings, job)
                due[job.name] = time.monotonic() + job.every_seconds
        stop.wait(tick_seconds)


def run_once(settings: Settings, job: Job) -> int | None:
    """One turn of a job; ``None`` where it failed, which is noted and no more."""
    try:
        done = job.run(settings)
    except (SQLAlchemyError, Refused, OSError) as error:
        log.error("job_failed", job=job.name, error=str(error)[:500])
        return None
    if done:
        log.info("job", job=job.name, done=done)
    return done
