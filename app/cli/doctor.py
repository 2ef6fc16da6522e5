"""doctor: what may be wrong with this installation, one line each, and what to do about it."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app import labels
from app.cli.common import in_the_app, settings
from app.config import DEVELOPMENT_KEY, SHORTEST_KEY_BYTES
from app.db import db, reading, transact
from app.ledger.seal import LATE_SECONDS, seconds_behind
from app.ledger.short_years import mend_short_years, short_years
from app.people.models import Operator
from app.private import open_to_others
from app.refusal import Refused

SAFE_SQLITE = (3, 51, 3)
"""Before it, a rare race of a checkpoint with a writer can damage a WAL database (sqlite.org/wal.html)."""
LEAST_FREE_BYTES = 1024**3

Finding = tuple[str, str]
"""ok, warn or fail; and the sentence."""


@click.command("doctor")
@click.option("--mend", is_flag=True, help="Write moments that are kept in an old form in the one of today.")
@click.pass_context
@in_the_app
def doctor(context: click.Context, mend: bool) -> None:
    """Look at everything that the app needs; exit status 1 where something is missing."""
    if mend:
        click.echo(f"ok    mended: {transact(mend_short_years)} moments")
    findings = [*_settings(), *_database(), *_labels(), *_disk()]
    for verdict, sentence in findings:
        click.echo(f"{verdict:5} {sentence}")
    context.exit(1 if any(verdict == "fail" for verdict, _sentence in findings) else 0)


def _settings() -> Iterator[Finding]:
    here = settings()
    yield "ok", f"settings: {here.mode} mode, data in {here.data_dir}"
    if here.mode != "production":
        yield "warn", f"settings: {here.mode} mode is not for real work; run flask --app wsgi init --production"
    if DEVELOPMENT_KEY in {here.secret_key, here.pepper}:
        yield "warn", "settings: the development keys are in use; set TRUESHELF_SECRET_KEY and TRUESHELF_PEPPER"
    elif min(len(here.secret_key.encode()), len(here.pepper.encode())) < SHORTEST_KEY_BYTES:
        yield "warn", f"settings: a key is shorter than {SHORTEST_KEY_BYTES} bytes; openssl rand -hex 32 makes one"
    if here.mode == "production" and not here.wants_password:
        yield "warn", "settings: badge and PIN alone open the office; set TRUESHELF_OFFICE_SIGN_IN=auto"
    keys = Path(current_app.root_path) / ".env"
    if open_to_others(keys):
        yield "warn", f"settings: others may read {keys}; chmod 600 {keys}"
    if not here.company_prefix.strip("0"):
        yield "warn", "settings: no GS1 company prefix; cartons get numbers that are only good in this house"


def _database() -> Iterator[Finding]:
    try:
        with reading() as session:
            dialect = db.engine.dialect.name
            version = session.scalar(text("SELECT sqlite_version()" if dialect == "sqlite" else "SHOW server_version"))
            yield "ok", f"database: {dialect} {version}"
            found = set(MigrationContext.configure(session.connection()).get_current_heads())
    except SQLAlchemyError as error:
        yield "fail", f"database: {str(error).splitlines()[0]}; check TRUESHELF_DATABASE_URL"
        return
    if dialect == "sqlite" and sqlite3.sqlite_version_info < SAFE_SQLITE:
        wanted = ".".join(map(str, SAFE_SQLITE))
        yield "warn", f"database: SQLite {version} is older than {wanted}; back up often, or use PostgreSQL"
    config = Config()
    config.set_main_option("script_location", f"{current_app.root_path}/app/migrations")
    if found != set(ScriptDirectory.from_config(config).get_heads()):
        yield "fail", "migrations: the tables are not of this version; run flask --app wsgi init"
        return
    yield "ok", "migrations: the tables are of this version"
    yield from _ledger()
    with reading() as session:
        people = session.execute(select(func.count()).where(Operator.pin_hash.is_not(None))).scalar_one()
    if people:
        yield "ok", f"people: {people} can sign in"
    else:
        yield "warn", "people: nobody can sign in; run flask --app wsgi operator add"


def _ledger() -> Iterator[Finding]:
    with reading() as session:
        short = short_years(session)
        behind = seconds_behind(session)
    for name, count in short.items():
        yield "warn", f"times: {count} in {name} have a year of fewer than four digits; run doctor --mend"
    if behind > LATE_SECONDS:
        yield (
            "warn",
            f"ledger: the oldest posting has waited {behind / 60:.0f} minutes for its seal; is the worker up?",
        )


def _labels() -> Iterator[Finding]:
    try:
        yield "ok", f"labels: {len(labels.templates())} templates"
    except Refused as refused:
        yield "fail", f"labels: {refused.message}"
    for font in labels.unusable_fonts():
        yield "warn", f"labels: the font {font} cannot be used; take a TrueType one (.ttf, .ttc)"
    if labels.zbar_available():
        yield "ok", "labels: libzbar is here, a second reader of photographs"
    else:
        yield "warn", "labels: no libzbar, photographs have one reader (Debian: apt-get install libzbar0)"


def _disk() -> Iterator[Finding]:
    file = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    for path in (settings().data_dir, *([Path(file)] if file else [])):
        if open_to_others(path):
            yield "warn", f"disk: others may open {path}; run flask --app wsgi init, which closes it"
    free = shutil.disk_usage(settings().data_dir).free
    verdict = "ok" if free >= LEAST_FREE_BYTES else "warn"
    yield verdict, f"disk: {free / 1024**3:.1f} GiB free for {settings().data_dir}"


COMMANDS = (doctor,)
