"""The database handle, the column types, and ``transact``: the one way in which anything is written.

SQLite and PostgreSQL are both first class. What differs between them is settled here and nowhere else:

- SQLite: WAL, foreign keys, ``synchronous=FULL``; every table STRICT; what writes begins IMMEDIATE, one writer at a
  time in the order of coming (``app.writers``; measured: two processes that fight for SQLite's own lock cost a p99 of
  half a second).
- PostgreSQL: READ COMMITTED with row locks; deadlocks and serialization failures are tried again, a bounded number
  of times.
"""

import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Computed,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    Numeric,
    Row,
    Table,
    Text,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeEngine

from app.writers import if_nobody_writes, one_at_a_time

Result = TypeVar("Result")
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_MOMENT = len("2026-11-25T09:30:00.000000Z")
TRIES = 6
_CORE, _ALONE = "core", "alone"
_ONE_RETRY = text("SELECT pg_advisory_xact_lock(20260301)")
_IMPATIENT = text("SET LOCAL lock_timeout = '100ms'")
_LOCKED = "55P03"
_PATIENCE = 20_000
"""Milliseconds that SQLite waits for its own lock, where a program holds it that draws no number."""
_RETRIED = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock detected
_CLASSES_AWAY = {"08", "40", "53", "55", "57"}
"""PostgreSQL's classes: no connection, rolled back for another's sake, out of room, in use, stopped by a person."""
_SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC: ``timestamptz`` on PostgreSQL, sortable ISO text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        assert value.tzinfo is not None, "a naive time reached the database"
        moment = value.astimezone(UTC)
        # Not strftime: it writes the year 213 with three digits, which sorts behind 1999 and is read back by nobody.
        return (
            f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z" if dialect.name == "sqlite" else moment
        )

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # Filled up for a row of the time when short years were written short (doctor mends those).
        moment = datetime.fromisoformat(value.rjust(_MOMENT, "0")) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An exact amount, never a float: ``numeric(18,4)`` on PostgreSQL, text on SQLite."""

    impl = Numeric(18, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric(18, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return str(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


@compiles(Boolean, "sqlite")
def _boolean(*_: Any, **__: Any) -> str:
    return "INTEGER"


@compiles(JSON, "sqlite")
@compiles(Date, "sqlite")
def _text(*_: Any, **__: Any) -> str:
    return "TEXT"  # a STRICT table knows INTEGER, REAL, TEXT and BLOB only


@compiles(Computed, "sqlite")
def _virtual(element: Computed, compiler: Any, **_: Any) -> str:
    """SQLite adds such a column to a table only as VIRTUAL; PostgreSQL can index it only where it is STORED."""
    return f"GENERATED ALWAYS AS ({compiler.sql_compiler.process(element.sqltext, literal_binds=True)}) VIRTUAL"


Json = JSON().with_variant(JSONB(), "postgresql")
BigInt = BigInteger().with_variant(Integer(), "sqlite")
Id = Annotated[int, mapped_column(BigInt, primary_key=True, autoincrement=True)]
Ref = Annotated[int, mapped_column(BigInt)]


class Model(DeclarativeBase):
    """The base of every table. Constraints are named, so that a migration can find them on both databases."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {
        str: Text,
        int: BigInt,
        bool: Boolean(create_constraint=False),
        datetime: UtcDateTime,
        date: Date,
        Decimal: Money,
        dict[str, Any]: Json,
        list[str]: Json,
    }
    __table_args__: Any = {"sqlite_strict": True}


STRICT = {"sqlite_strict": True}


def lock(session: Session, row: Model) -> None:
    """Hold a row until the transaction ends, and see it as it is now: who asks for it too goes on after the commit.

    Whoever looks whether work is open, and opens it if not, holds its document first. Rows that only refer to it may
    still be written. SQLite lets one writer in at a time anyway.
    """
    session.refresh(row, with_for_update={"key_share": True})


def can_keep(words: str) -> bool:
    """Whether both databases keep this text: without NUL, and without half of a surrogate pair."""
    return _UNKEPT.search(words) is None


def table(model: type[Model]) -> Table:
    """The Core table of a model, for the hot paths where no object is wanted."""
    return cast(Table, model.__table__)


def upsert(session: Session, model: type[Model]) -> Any:
    """``INSERT ... ON CONFLICT`` into a model's table, in the dialect of this session's database."""
    dialect = session.get_bind().dialect.name
    return (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table(model))


@cache
def _adding(dialect: str, model: type[Model], key: tuple[Any, ...], columns: tuple[str, ...]) -> Any:
    into = table(model)
    statement = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(into).inline()
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={name: into.c[name] + statement.excluded[name] for name in columns}
    )


def adding(session: Session, model: type[Model], *, key: tuple[Any, ...], columns: tuple[str, ...]) -> Any:
    """Insert a row, or add its ``columns`` to those of the row with the same ``key``. Built once for each dialect."""
    return _adding(session.get_bind().dialect.name, model, key, columns)


def core(session: Session) -> Connection:
    """The transaction's own connection, for statements on tables where speed counts: a third cheaper than through the
    session. It does not flush, so it does not see what ``session.add`` still holds back."""
    found: Connection | None = session.info.get(_CORE)
    return found or session.connection()


def changed(session: Session, statement: Any, values: Any = None) -> int:
    """Run an UPDATE or DELETE and say how many rows it touched: the answer of every conditional update."""
    return cast(CursorResult[Any], session.execute(statement, values)).rowcount


db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})


def prepare(engine: Engine) -> None:
    """Set an engine up for the house: pragmas and explicit BEGIN on SQLite."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves
        for pragma, value, answer in (
            ("journal_mode", "WAL", "wal"),
            ("synchronous", "FULL", 2),
            ("foreign_keys", "ON", 1),
            ("recursive_triggers", "ON", 1),
            ("busy_timeout", str(_PATIENCE), _PATIENCE),
        ):
            connection.execute(f"PRAGMA {pragma}={value}")
            found = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
            assert found in {answer, "memory"}, f"SQLite did not take {pragma}={value}: {found}"

    @event.listens_for(engine, "reset")
    def _on_reset(connection: Any, _record: Any, _state: Any) -> None:
        if connection.in_transaction:  # a COMMIT that a deferred constraint refused leaves it open, with the file held
            connection.rollback()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if _ALONE not in options:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("write") else "BEGIN")


@contextmanager
def _one_writer(engine: Engine) -> Iterator[None]:
    """On a SQLite file: wait for our turn to write, in the order of coming, in every thread and process."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with one_at_a_time(f"{path}.lock"):
        yield


def transact(work: Callable[[Session], Result], *, engine: Engine | None = None) -> Result:
    """Run ``work`` in one write transaction and commit it; called by entrances only (web, cli, work).

    A deadlock or serialization failure runs ``work`` again from the start, at most ``TRIES`` times, so ``work`` must
    not have effects outside the database. Those that run again go one at a time, so that they do not meet each other
    anew. A broken constraint runs it again, each once: where another wrote the same thing at the same moment, ``work``
    sees it now and says so in its own words. Any exception rolls everything back.
    """
    engine = engine or db.engine
    broken: set[str] = set()
    for attempt in range(1, TRIES + 1):
        try:
            with _one_writer(engine), Session(engine, expire_on_commit=False) as session:
                connection = session.info[_CORE] = session.connection(execution_options={"write": True})
                if attempt > 1 and engine.dialect.name == "postgresql":
                    connection.execute(_ONE_RETRY)
                result = work(session)
                session.commit()
                return result
        except IntegrityError as error:
            # Not "at the first try only": what was thrown back by a deadlock may meet its twin at the second.
            if attempt == TRIES or _constraint(error) in broken:
                raise
            broken.add(_constraint(error))
        except OperationalError as error:
            if attempt == TRIES or not _may_pass(error):
                raise
            time.sleep(random.uniform(0, 0.01) * 2**attempt)  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def _constraint(error: IntegrityError) -> str:
    """The constraint that was broken, by its name, or in SQLite's words."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or error.orig)


def _may_pass(error: OperationalError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in _RETRIED or "database is locked" in str(error.orig)


def is_written_to_now(statement: Executable, *, engine: Engine | None = None) -> bool:
    """Whether somebody writes just now, so that this statement would have to wait for them; nobody is waited for.

    Where nobody does, it is run and taken back. Errors: SQLAlchemy's, where the database cannot be written to at all.
    """
    engine = engine or db.engine
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                connection.execute(_IMPATIENT)
                connection.execute(statement)
                return False
        path = engine.url.database
        with (
            if_nobody_writes(f"{path}.lock")
            if path and path != ":memory:"
            else nullcontext(enter_result=True) as is_free
        ):
            return not is_free or _try_alone(engine, statement)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCKED or "database is locked" in str(error.orig):
            return True
        raise


def _try_alone(engine: Engine, statement: Executable) -> bool:
    """On SQLite; a program that is not ours draws no number, and is not waited for either."""
    with engine.connect().execution_options(**{_ALONE: True}) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.execute(statement)
            return False
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE}")


def is_out_of_reach(error: Exception) -> bool:
    """Whether the database could not be asked just now (stopped, starting, locked, full): the same again may do.

    SQLite calls a statement that it does not understand an operational error too: its own code tells them apart.
    """
    if isinstance(error, OperationalError):
        sqlite = getattr(error.orig, "sqlite_errorcode", None)
        state = getattr(error.orig, "sqlstate", None)
        return sqlite & 0xFF in _SQLITE_AWAY if sqlite is not None else state is None or state[:2] in _CLASSES_AWAY
    return isinstance(error, InterfaceError | NoConnection)


def asked(statement: Executable, values: dict[str, Any]) -> Row[Any] | None:
    """The one row that a single SELECT finds, or None: for what is asked at every request, without a session."""
    engine = db.engine
    how = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {_ALONE: True}
    with engine.connect().execution_options(**how) as connection:
        return connection.execute(statement, values).one_or_none()


@contextmanager
def reading(engine: Engine | None = None) -> Iterator[Session]:
    """A session for reading only: one consistent snapshot on both databases, never blocking a writer."""
    engine = engine or db.engine
    with Session(engine, expire_on_commit=False) as session:
        if engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
