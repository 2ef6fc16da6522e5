"""The seal: postings chained by hash, so that an edit behind the triggers' back shows, and shows where.

Posting stays parallel: nothing is hashed while a scan waits. A job seals afterwards whatever is committed and not yet
sealed; the links are computed from reading alone, however many movements a posting has, and only written under the
lock (``seal_beside``). The chain goes by ``position``, not by id: a transaction that took a low id and committed late
is sealed when it is seen, and needs no order of commits. One sealer at a time holds the counter's row.

    hash(n) = SHA-256(hash(n-1) + canonical JSON of the posting and its movements), hash(0) = ""

Scans and changes of people join the same chain, many in one link (``records``).

Whoever can rewrite the whole chain can hide an edit from the database itself; the head, kept in a backup or printed
(``head``), is what such a chain cannot match.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import FromClause, Select, case, delete, func, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.db import table
from app.ledger.facts import as_json, ascii_only, joined
from app.ledger.heads import START, Head
from app.ledger.models import Movement, Posting, RecordSeal, Seal, Unsealed
from app.places.numbers import next_number

posting, movement, sealed, unsealed = table(Posting), table(Movement), table(Seal), table(Unsealed)
record_seal = table(RecordSeal)
BATCH = 1000
LATE_SECONDS = 600
"""A posting that is not sealed after this long tells of a sealer that cannot go on."""
_FEW = 20
"""Movements of one posting that are read with it; more (an opening has thousands) are read a few at a time."""
_AT_ONCE = 200
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Links:
    """Links that were computed and are not in the chain yet; they fit behind ``end``."""

    end: Head
    rows: list[dict[str, Any]]


def seal(session: Session, *, limit: int = BATCH) -> int:
    """Seal up to ``limit`` committed postings that have no seal yet; returns how many. 0: nothing is left.

    All in this one transaction, which is for tests: an entrance computes beside the writers (``seal_beside``)."""
    hold_chain(session)
    return _add(session, computed(session, limit=limit)) or 0


def seal_beside(write: Callable[..., Any], read: Callable[[], AbstractContextManager[Session]]) -> int:
    """Seal one portion; what is hashed is read beside the writers. Returns how many; 0: nothing is left."""
    for _try in range(_TRIES):
        with read() as session:
            found = computed(session, limit=BATCH)
        added: int | None = write(partial(_add, found=found)) if found.rows else 0
        if added is not None:
            return added
    return 0


def computed(session: Session, *, limit: int) -> Links:
    """The next links, from what is committed and has no seal yet."""
    end = head(session)
    position, last = end.position, end.hash
    ids = session.scalars(select(unsealed.c.posting_id).order_by(unsealed.c.posting_id).limit(limit)).all()
    rows: list[dict[str, Any]] = []
    for each in session.execute(_facts(session, posting).where(posting.c.id.in_(ids)).order_by(posting.c.id)):
        position += 1
        last = link(session, last, each.posting_id, each.header, each.moves)
        rows.append({"posting_id": each.posting_id, "position": position, "hash": last})
    return Links(end, rows)


def _add(session: Session, found: Links) -> int | None:
    """Put links at the end of the chain. None where somebody else has sealed meanwhile: they do not fit any more."""
    hold_chain(session)
    if head(session) != found.end:
        return None
    if found.rows:
        session.execute(insert(sealed), found.rows)
        ids = [row["posting_id"] for row in found.rows]
        session.execute(delete(unsealed).where(unsealed.c.posting_id.in_(ids)))
    return len(found.rows)


def is_behind(session: Session) -> bool:
    """Whether a committed posting waits for its seal."""
    return session.execute(select(unsealed.c.posting_id).limit(1)).first() is not None


def seconds_behind(session: Session) -> float:
    """How long the oldest posting waits for its seal."""
    oldest = select(unsealed.c.posting_id).order_by(unsealed.c.posting_id).limit(1).scalar_subquery()
    recorded_at = session.scalar(select(posting.c.recorded_at).where(posting.c.id == oldest))
    return (clock.now() - recorded_at).total_seconds() if recorded_at else 0.0


def head(session: Session) -> Head:
    """The chain's end: how many links there are, and the last hash. Keep it outside: it proves all before it."""
    ends = [
        session.execute(select(each.c.position, each.c.hash).order_by(each.c.position.desc()).limit(1)).first()
        for each in (sealed, record_seal)
    ]
    return max((Head(end.position, end.hash) for end in ends if end), default=START)


def hold_chain(session: Session) -> None:
    """Until the commit nobody else adds a link, so that the chain has one end."""
    next_number(session, "seal")


def hash_at(session: Session, position: int) -> str:
    """The hash of the link at a position; empty where there is none."""
    found = (session.scalar(select(each.c.hash).where(each.c.position == position)) for each in (sealed, record_seal))
    return next(filter(None, found), "")


def links(session: Session, after: int = 0) -> Iterator[Any]:
    """The kept links behind a position, in their order, each with what it is computed from: posting_id, header, moves,
    position, hash. They stream: no more than a few are in memory."""
    statement = _facts(session, sealed.outerjoin(posting, posting.c.id == sealed.c.posting_id), sealed.c.posting_id)
    statement = statement.add_columns(sealed.c.position, sealed.c.hash)
    statement = statement.where(sealed.c.position > after).order_by(sealed.c.position)
    yield from session.execute(statement.execution_options(yield_per=_AT_ONCE))


def link(session: Session, last: str, posting_id: int, header: str | None, moves: str | None) -> str:
    """The hash of one posting with its movements, bound to the link before."""
    if moves is not None and header is not None:
        return hashlib.sha256(ascii_only(f"{last}[{header},{moves}]")).hexdigest()
    digest = hashlib.sha256(ascii_only(f"{last}[{header or ''}"))
    comma = "," if header else ""
    statement = _movements(_dialect(session)).where(movement.c.posting_id == posting_id)
    statement = statement.order_by(movement.c.posting_id, movement.c.id)
    for text in session.scalars(statement.execution_options(yield_per=_AT_ONCE)):
        digest.update(ascii_only(f"{comma}{text}"))
        comma = ","
    digest.update(b"]")
    return digest.hexdigest()


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _movements(dialect: str) -> Select[Any]:
    return select(as_json(movement.c, dialect).label("text"), movement.c.id)


def _facts(session: Session, from_: FromClause, posting_id: Any = posting.c.id) -> Select[Any]:
    """posting_id, header, moves: the texts that are hashed; ``moves`` is absent where there are none, or many."""
    dialect = _dialect(session)
    header = case((posting.c.id.is_not(None), as_json(posting.c, dialect)))
    mine = _movements(dialect).where(movement.c.posting_id == posting_id).correlate(posting, sealed)
    # By the index on both: by the id alone PostgreSQL may walk the whole table.
    mine = mine.order_by(movement.c.posting_id, movement.c.id).limit(_FEW + 1)
    each = mine.subquery()
    moves = select(case((func.count() <= _FEW, joined(each.c.text, each.c.id, dialect)))).scalar_subquery()
    return select(posting_id.label("posting_id"), header.label("header"), moves.label("moves")).select_from(from_)
