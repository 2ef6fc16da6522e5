"""For whoever watches the machine: is the process alive, can it work, how much does it do."""

import shutil
from dataclasses import dataclass

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.db import is_written_to_now, reading, table
from app.labels.queue import oldest_waiting
from app.language import _
from app.ledger.models import Posting
from app.ledger.seal import LATE_SECONDS, seconds_behind
from app.places.models import Serial
from app.refusal import NotFound
from app.tasks.board import unfinished_by_kind
from app.web.gate import cookies
from app.web.gate.access import allow
from app.web.gate.security import settings
from app.web.monitoring import metrics
from app.work.heartbeat import failing_jobs, seconds_since

pages = Blueprint("health", __name__)
_LEAST_FREE_BYTES = 64 * 1024 * 1024


@pages.get("/healthz")
@allow(public=True)
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@pages.get("/readyz")
@allow(public=True)
def ready() -> tuple[Response, int]:
    """Work can be done: the database takes writes, its tables are of this version, the disk has room.

    A worker that is gone, a job of it that fails, or a ledger that nobody seals makes it ``degraded``, still 200: the
    floor goes on, and whoever sends the floor elsewhere for that stops it. So does a database to which somebody writes
    just now, which is ``busy``: nobody is waited for, and whoever asks again a few times knows whether it stays so.
    """
    _require_inside()
    database = _database()
    checks = {"migrations": _is_at_head(), "disk": _has_room()}
    is_ready = database != "failed" and all(checks.values())
    ages = _ages() if is_ready else None
    work = {
        "worker": ages is not None and ages.worker is not None and ages.worker <= settings().worker_late_seconds,
        "seal": ages is not None and ages.seal <= LATE_SECONDS and "seal" not in ages.failing,
        "jobs": ages is not None and not ages.failing,
    }
    words = {"database": database, **{name: "ok" if good else "failed" for name, good in {**checks, **work}.items()}}
    status = "failed" if not is_ready else "ok" if set(words.values()) == {"ok"} else "degraded"
    outbox = round(ages.outbox) if ages else None
    return jsonify(status=status, checks=words, outbox_seconds=outbox), 200 if is_ready else 503


@pages.get("/metrics")
@allow(public=True)
def measures() -> Response:
    """Numbers without names: nothing here says who did what. They are for the machine's keeper, not for the world."""
    _require_inside()
    with reading() as session:
        tasks = [({"kind": kind}, number) for kind, number in unfinished_by_kind(session)]
        last = session.execute(select(func.coalesce(func.max(Posting.id), 0))).scalar_one()
    ages = _ages()
    gauges: dict[str, list[tuple[dict[str, str], int]]] = {
        "open_tasks": tasks,
        "worker": [] if ages.worker is None else [({}, round(ages.worker))],
        "outbox": [({}, round(ages.outbox))],
        "seal": [({}, round(ages.seal))],
        "failing": [({"job": job}, round(seconds)) for job, seconds in sorted(ages.failing.items())],
    }
    body, content_type = metrics.text(gauges, postings=int(last))
    return Response(body, content_type=content_type)


def _require_inside() -> None:
    """Whoever watches the machine asks the app itself; what comes through the proxy comes from anywhere."""
    if cookies.is_forwarded(request):
        raise NotFound(
            "not_found", _("Nothing is at this address. It may be mistyped, or what was here is finished and gone.")
        )


@dataclass(frozen=True, slots=True)
class _Ages:
    """In seconds: since the worker's last sign of life (None: none yet), how long the oldest label waits and the oldest
    posting for its seal, and since when which jobs fail."""

    worker: float | None
    outbox: float
    seal: float
    failing: dict[str, float]


def _ages() -> _Ages:
    with reading() as session:
        waits_since = oldest_waiting(session)
        outbox = (clock.now() - waits_since).total_seconds() if waits_since else 0.0
        return _Ages(
            worker=seconds_since(session),
            outbox=outbox,
            seal=seconds_behind(session),
            failing=failing_jobs(session),
        )


_TOUCH = update(table(Serial)).where(text("1 = 0")).values(last=0)
"""Writes nothing, but through every lock and permission that a write needs."""


def _database() -> str:
    try:
        return "busy" if is_written_to_now(_TOUCH) else "ok"
    except SQLAlchemyError:
        return "failed"


def _is_at_head() -> bool:
    config = Config()
    config.set_main_option("script_location", f"{current_app.root_path}/app/migrations")
    try:
        with reading() as session:
            found = MigrationContext.configure(session.connection()).get_current_heads()
    except SQLAlchemyError:
        return False
    return set(found) == set(ScriptDirectory.from_config(config).get_heads())


def _has_room() -> bool:
    return shutil.disk_usage(settings().data_dir).free > _LEAST_FREE_BYTES
