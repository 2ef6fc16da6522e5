"""A copy of the whole database in one file: a SQLite file for SQLite, pg_dump's custom format for PostgreSQL.

A copy is written under another name, read back, and only then gets its own: a file of that name is a good copy.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import Engine

from app.private import make_file


def write(engine: Engine, file: Path) -> None:
    """Copy the database into ``file``, as of one moment, while work goes on."""
    draft = file.with_name(f".{file.name}.part")
    draft.unlink(missing_ok=True)
    make_file(str(draft))  # it holds PIN hashes: nobody else reads it while it is written either
    try:
        if engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(_path(engine))) as source:
                source.execute("VACUUM INTO ?", (str(draft),))
            _prove_sqlite(draft)
        else:
            _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={draft}"], engine)
            _run("pg_restore", ["--list", str(draft)], None)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def read_back(engine: Engine, file: Path) -> None:
    """Replace everything in the database by what ``file`` holds; a file that is no copy changes nothing."""
    if engine.dialect.name == "sqlite":
        _prove_sqlite(file)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(_path(engine))) as target:
            source.backup(target)  # one transaction of the target's: whoever reads it sees the old or the new
    else:
        arguments = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
        _run("pg_restore", [*arguments, f"--dbname={engine.url.database}", str(file)], engine)


def _path(engine: Engine) -> str:
    assert engine.url.database
    return engine.url.database


def _prove_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise click.ClickException(f"{file} is no copy of this database: {error}") from None
    if verdict != "ok":
        raise click.ClickException(f"{file} is damaged: {verdict}")


def _run(program: str, arguments: list[str], engine: Engine | None) -> None:
    found = shutil.which(program)
    if not found:
        raise click.ClickException(
            f"{program} is not here. Install PostgreSQL's client programs (Debian: postgresql-client)."
        )
    environment = dict(os.environ)
    if engine is not None:
        url = engine.url
        host = url.host or url.query.get("host")
        facts = {"PGHOST": host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
        facts["PGDATABASE"] = url.database
        environment |= {name: str(value) for name, value in facts.items() if value}
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{program} failed: {done.stderr.strip()[:1000]}")
