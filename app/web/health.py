"""For whoever watches the machine: is the process alive, can it work, how much does it do."""

import shutil

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import reading, table, transact
from app.ledger.models import Posting
from app.places.models import Serial
from app.tasks.board import unfinished_by_kind
from app.web import metrics
from app.web.rules import allow
from app.web.security import settings

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
    """Work can be done: the database takes writes, its tables are of this version, the disk has room."""
    checks = {"database": _is_writable(), "migrations": _is_at_head(), "disk": _has_room()}
    is_ready = all(checks.values())
    words = {name: "ok" if good else "failed" for name, good in checks.items()}
    return jsonify(status="ok" if is_ready else "failed", checks=words), 200 if is_ready else 503


@pages.get("/metrics")
@allow(public=True)
def measures() -> Response:
    """Numbers without names: nothing here says who did what."""
    with reading() as session:
        tasks = [({"kind": kind}, number) for kind, number in unfinished_by_kind(session)]
        last = session.execute(select(func.coalesce(func.max(Posting.id), 0))).scalar_one()
    body = metrics.text({"open_tasks": tasks, "postings": [({}, int(last))]})
    return Response(body, content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_writable() -> bool:
    try:
        transact(_touch)
    except SQLAlchemyError:
        return False
    return True


def _touch(session: Session) -> None:
    """Write nothing, but through every lock and permission that a write needs."""
    session.execute(update(table(Serial)).where(text("1 = 0")).values(last=0))


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
