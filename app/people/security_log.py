"""The security log: who came in, who did not, what was locked, who opened it, and from where.

It is written in the transaction of what it tells about. Nothing in it opens a door: no PIN, no token, and nothing that
was typed by nobody we know (it may be a PIN in the wrong field). What strangers can make of it is bounded: a try at
nobody's badge is no line of its own, and of addresses that are locked at most so many an hour are told.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.db import changed, table
from app.people.models import Operator, SecurityEvent

COMMAND_LINE = "command line"
STRANGERS_AN_HOUR = 200
_BY_STRANGERS = ("address_locked",)
_event = table(SecurityEvent)
_origin: ContextVar[tuple[str, str]] = ContextVar("origin", default=(COMMAND_LINE, ""))
log = structlog.get_logger("security")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, what, about whom, by whom (empty: by themselves), and where from."""

    id: int
    at: datetime
    what: str
    who: str
    by: str
    address: str
    device: str
    detail: str


COLUMNS = ("at", "what", "who", "by", "address", "device", "detail")
"""Of the file."""


def comes_from(address: str, device: str = "") -> None:
    """Where what follows in this context comes from; without, it is the command line."""
    _origin.set((address[:64], device))


def tell(
    session: Session, what: str, *, operator_id: int | None = None, by_id: int | None = None, detail: str = ""
) -> None:
    """Write a line, here and to the program's own log."""
    if what in _BY_STRANGERS and _is_told_enough(session, what):
        return
    address, device = _origin.get()
    by_id = None if by_id == operator_id else by_id
    session.add(
        SecurityEvent(
            at=clock.now(),
            what=what,
            operator_id=operator_id,
            by_id=by_id,
            address=address,
            device=device,
            detail=detail,
        )
    )
    log.info(
        "security", what=what, operator=operator_id, by=by_id, address=address, device=device or None, detail=detail
    )


def lines(session: Session, *, before: int | None, limit: int) -> list[Line]:
    """The newest lines, newest first; ``before`` is the id that the last page ended with."""
    statement = _statement().order_by(_event.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(_event.c.id < before)
    return [Line(*row) for row in session.execute(statement)]


def cells(session: Session, *, limit: int) -> list[Sequence[object]]:
    """The newest lines as cells of ``COLUMNS``, oldest first."""
    newest = session.execute(_statement().order_by(_event.c.id.desc()).limit(limit)).all()
    return [list(row)[1:] for row in reversed(newest)]


def forget_events(session: Session, *, before: datetime) -> int:
    """Delete lines from before that time. Returns how many."""
    return changed(session, delete(_event).where(_event.c.at < before))


def _statement() -> Select[*tuple[Any, ...]]:
    by = aliased(Operator)
    return (
        select(
            _event.c.id,
            _event.c.at,
            _event.c.what,
            func.coalesce(Operator.name, ""),
            func.coalesce(by.name, ""),
            _event.c.address,
            _event.c.device,
            _event.c.detail,
        )
        .select_from(_event)
        .outerjoin(Operator, Operator.id == _event.c.operator_id)
        .outerjoin(by, by.id == _event.c.by_id)
    )


def _is_told_enough(session: Session, what: str) -> bool:
    recent = select(func.count()).where(_event.c.what == what, _event.c.at > clock.now() - timedelta(hours=1))
    return session.execute(recent).scalar_one() >= STRANGERS_AN_HOUR
