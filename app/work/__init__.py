"""The clock: what has to be done again and again, whoever is on the floor. One loop, named jobs.

A job is safe to run on two hosts at once, and safe to leave out for a while: it looks at what is there and does what is
missing. A job that fails is noted and tried again at its next turn; the others go on.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from app import clock, imports
from app.config import Settings
from app.db import reading, transact
from app.floor.loop.scan_record import forget_answers
from app.labels.queue import forget_old
from app.ledger.records import PORTION, seal_records
from app.ledger.seal import BATCH, seal_beside
from app.orders import cancel
from app.orders.backorders import fill_backorders
from app.orders.replenish import look
from app.people.keyed_requests import forget_requests
from app.people.locks import FORGOTTEN_AFTER, forget_strangers
from app.people.security_log import forget_events
from app.people.tokens import forget_devices, forget_sessions
from app.work import anchor, expiry
from app.work.heartbeat import EVERY_SECONDS, beat, note_failure, note_success

log = structlog.get_logger("work")
SEALS_AT_ONCE = 20
RECORDS_AT_ONCE = 50
ANSWERS_AT_ONCE = 100
"""Portions of answers in one turn: 50,000 in five minutes are more than any floor scans."""
PAUSE_SECONDS = 0.02
_failing: set[str] = set()
"""Jobs that failed at their last turn. A worker that begins does not know of those before it: see ``run``."""


@dataclass(frozen=True, slots=True)
class Job:
    """``run`` does one portion in its own transactions and answers how much it did."""

    name: str
    every_seconds: float
    run: Callable[[Settings], int]


def _fill_backorders(_settings: Settings) -> int:
    """Orders that wait for stock get what has come in since: it looks often, because where nothing came in that costs
    one probe of an index."""
    return fill_backorders(transact, reading)


def _finish_cancellations(_settings: Settings) -> int:
    """Large orders that are being cancelled let go of what they hold, a few lines at a time."""
    return cancel.finish(transact, reading)


def _replenish(_settings: Settings) -> int:
    """Pick faces that run low are filled from reserve."""
    return look(transact, reading)


def _finish_imports(_settings: Settings) -> int:
    """Files that were promised and that nobody writes any more (its process has died) are completed or taken back."""
    with reading() as session:
        ids = imports.abandoned(session)
    for import_id in ids:
        result = imports.finish(transact, reading, import_id, imports.KINDS)
        log.info("import_finished", import_id=import_id, ok=bool(result and result.ok))
    return len(ids)


def _seal(_settings: Settings) -> int:
    """New postings join the chain of hashes; after a big import in several portions, so that others get their turn."""
    done = 0
    for _portion in range(SEALS_AT_ONCE):
        sealed = seal_beside(transact, reading)
        done += sealed
        if sealed < BATCH:
            break
    return done


def _seal_records(_settings: Settings) -> int:
    """Scans and changes of people join the chain too, many in one link."""
    done = 0
    for _portion in range(RECORDS_AT_ONCE):
        sealed = transact(lambda session: seal_records(session))
        done += sealed
        if sealed < PORTION:
            break
        time.sleep(PAUSE_SECONDS)
    return done


def _beat(_settings: Settings) -> int:
    """Whoever watches sees that the loop goes round."""
    transact(beat)
    return 0


def _forget(settings: Settings) -> int:
    """What is old enough goes: ended sessions, keyed requests, labels that came out, devices nobody holds any more."""
    now = clock.now()

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    return (
        transact(lambda session: forget_sessions(session, before=before(settings.keep_sessions_days)))
        + transact(lambda session: forget_requests(session, before=before(settings.keep_requests_days)))
        + transact(lambda session: forget_old(session, before=before(settings.keep_print_jobs_days)))
        + transact(lambda session: forget_devices(session, before=before(settings.keep_devices_days)))
        + transact(lambda session: forget_events(session, before=before(settings.keep_security_log_days)))
        + transact(lambda session: forget_strangers(session, before=now - FORGOTTEN_AFTER))
        + transact(lambda session: imports.forget_old(session, before=before(settings.keep_requests_days)))
    )


def _forget_answers(settings: Settings) -> int:
    """What scans were answered goes in small portions, each a write of its own, so that no scan waits for it."""
    before = clock.now() - timedelta(days=settings.keep_answers_days)
    done = 0
    for _portion in range(ANSWERS_AT_ONCE):
        dropped = transact(lambda session: forget_answers(session, before=before))
        done += dropped
        if not dropped:
            break
        time.sleep(PAUSE_SECONDS)
    return done


JOBS: tuple[Job, ...] = (
    Job("beat", EVERY_SECONDS, _beat),
    Job("expire", 60, expiry.hold),
    Job("fill_backorders", 1, _fill_backorders),
    Job("finish_cancellations", 1, _finish_cancellations),
    Job("replenish", 30, _replenish),
    Job("finish_imports", 20, _finish_imports),
    Job("seal", 5, _seal),
    Job("seal_records", 30, _seal_records),
    Job("anchor", 60, anchor.write),
    Job("forget", 3600, _forget),
    Job("forget_answers", 300, _forget_answers),
)


def run(settings: Settings, *, stop: threading.Event, jobs: tuple[Job, ...] = JOBS, tick_seconds: float = 0.5) -> None:
    """Run each job whenever it is due, until ``stop`` is set; a job that has begun is finished first."""
    _failing.update(job.name for job in jobs)
    due = {job.name: 0.0 for job in jobs}
    while not stop.is_set():
        for job in jobs:
            if time.monotonic() >= due[job.name] and not stop.is_set():
                run_once(settings, job)
                due[job.name] = time.monotonic() + job.every_seconds
        stop.wait(tick_seconds)


def run_once(settings: Settings, job: Job) -> int | None:
    """One turn of a job; ``None`` where it failed, whatever it raised: that is noted, told, and tried again."""
    try:
        done = job.run(settings)
    except Exception as error:  # noqa: BLE001 - one job's fault ends no other
        log.error("job_failed", job=job.name, error=f"{type(error).__name__}: {error}"[:500])
        _note(note_failure, job)
        return None
    if job.name in _failing:
        _note(note_success, job)
    if done:
        log.info("job", job=job.name, done=done)
    return done


def _note(what: Callable[[Session, str], None], job: Job) -> None:
    try:
        transact(lambda session: what(session, job.name))
    except Exception as error:  # noqa: BLE001 - the database is what fails: then readyz says so itself
        log.error("job_not_noted", job=job.name, error=f"{type(error).__name__}: {error}"[:500])
    else:
        (_failing.add if what is note_failure else _failing.discard)(job.name)
