"""A house for each day: filled once on each database, and copied."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, update

from app import clock
from app.db import table
from app.people.models import Token
from tests.databases import (
    PostgresqlServer,
    SqliteTemplate,
    create_tables,
    make_postgresql_template,
    postgresql_server,
    scratch,
)
from tests.soak.day.house import Keys, build

Copies = Callable[[], AbstractContextManager[tuple[str, Path]]]
"""A new house: its database's address, and a folder of its own. It is gone at the end."""


_servers: dict[str, PostgresqlServer] = {}


def server_of(engine: str) -> PostgresqlServer | None:
    """PostgreSQL itself, which can be killed; SQLite has no process of its own."""
    return _servers.get(engine)


@contextmanager
def houses(engine: str) -> Iterator[tuple[Keys, Copies]]:
    """The tokens that open every copy, and the way to make one."""
    with tempfile.TemporaryDirectory(prefix="trueshelf-day-", dir=scratch()) as place:
        folder = Path(place)
        if engine == "sqlite":
            yield _sqlite(folder)
        else:
            with postgresql_server() as server:
                _servers[engine] = server
                make_postgresql_template(server, folder)
                name = server.create()
                keys = build(server.url(name), folder)

                @contextmanager
                def copy() -> Iterator[tuple[str, Path]]:
                    copied = server.create(template=name)
                    with tempfile.TemporaryDirectory(dir=folder) as own:
                        try:
                            yield _awake(server.url(copied)), Path(own)
                        finally:
                            server.drop(copied)

                yield keys, copy
                server.drop(name)


def _awake(url: str) -> str:
    """Nobody has left a browser alone: the first house's sessions are minutes old by now, and would be signed out."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(update(table(Token)).values(last_seen_at=clock.now()))
    engine.dispose()
    return url


def _sqlite(folder: Path) -> tuple[Keys, Copies]:
    file = folder / "house.sqlite"
    create_tables(f"sqlite:///{file}", folder)
    keys = build(f"sqlite:///{file}", folder)
    template = SqliteTemplate(file)

    @contextmanager
    def copy() -> Iterator[tuple[str, Path]]:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            yield _awake(template.copy(Path(own))), Path(own)

    return keys, copy
