"""Moments whose year was once written with fewer than four digits on SQLite: ``213-09-24T...`` instead of ``0213-...``.

They are read and hashed like any other (``app.db.UtcDateTime``, ``facts``), but they sort behind every year of today.
Mending changes how they are written and nothing of what they say: every link of the chain fits before and after.
"""

from collections.abc import Iterator

from sqlalchemy import Column, Table, text, type_coerce, update
from sqlalchemy import func as sql
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from app.db import Model, UtcDateTime, changed
from app.ledger import guards

_WHOLE = 27


def short_years(session: Session) -> dict[str, int]:
    """``table.column`` -> how many such moments it has; nothing on PostgreSQL."""
    found = {f"{where.name}.{column.name}": _count(session, column) for where, column in _moments(session)}
    return {name: count for name, count in found.items() if count}


def mend_short_years(session: Session) -> int:
    """Write them with four digits; returns how many. The guards of a ledger's table stand aside for that one statement,
    inside this transaction."""
    mended = 0
    for where, column in _moments(session):
        if not _count(session, column):
            continue
        standing = _guards(session, where)
        for name, _sql in standing:
            session.execute(text(f"DROP TRIGGER {name}"))
        kept = type_coerce(column, Text)
        whole = type_coerce(sql.substr("000" + kept, -_WHOLE), column.type)
        mended += changed(session, update(where).where(sql.length(kept) < _WHOLE).values({column.name: whole}))
        for _name, statement in standing:
            session.execute(text(statement))
    return mended


def _moments(session: Session) -> Iterator[tuple[Table, Column[object]]]:
    if session.get_bind().dialect.name == "sqlite":
        for where in Model.metadata.sorted_tables:
            for column in where.columns:
                if isinstance(column.type, UtcDateTime):
                    yield where, column


def _count(session: Session, column: Column[object]) -> int:
    return session.query(column).where(sql.length(type_coerce(column, Text)) < _WHOLE).count()


def _guards(session: Session, where: Table) -> list[tuple[str, str]]:
    """The triggers of a table that refuse an UPDATE, with their statements."""
    if where.name not in guards.GUARDED | guards.RECORDS:
        return []
    asked = text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name = :name")
    return [(row.name, row.sql) for row in session.execute(asked, {"name": f"{where.name}_no_update"})]
