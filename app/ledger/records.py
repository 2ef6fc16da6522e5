"""Records that join the chain of seals beside the postings: every scan, and what was changed about people.

They are sealed some time after they were written, many in one link, so that a scan pays nothing for it. A link names
the rows that it binds by ranges of their ids (``1-400,402-1000``):

    hash(n) = SHA-256(hash(n-1) + [record, ranges, the rows as canonical JSON])

What a scan was answered is not bound: it goes after its time.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.db import BigInt, UtcDateTime, table
from app.ledger.facts import as_json, ascii_only
from app.ledger.models import RecordSeal
from app.ledger.seal import head, hold_chain

record_seal = table(RecordSeal)
Range = tuple[int, int]
"""The first id and the last."""
PORTION = 1000
SETTLED = timedelta(minutes=1)
"""Rows are sealed when they are this old: none with a lower id is still on its way then. One that is nevertheless gets
a link of its own (``_late``)."""
_LOOK_BACK = 20
_AT_ONCE = 200


def _record(name: str, *columns: Column[Any], at: str) -> Table:
    moment = Column(at, UtcDateTime, nullable=False)
    return Table(name, MetaData(), Column("id", BigInt, primary_key=True), *columns, moment, info={"at": at})


def _text(*names: str, nullable: bool = False) -> list[Column[Any]]:
    return [Column(name, Text, nullable=nullable) for name in names]


# As they are hashed, and named here because their rooms lie above the ledger. A column that comes later is not bound by
# older links, and must not change them.
_SCAN = _record(
    "scan",
    *_text("scan_id", "device", "kind", "code", "expected", "outcome", "answer_code"),
    *_text("note", "said_at", nullable=True),
    Column("task_id", BigInt, nullable=True),
    Column("operator_id", BigInt, nullable=False),
    Column("scanned_at", UtcDateTime, nullable=False),
    at="received_at",
)
_CHANGE = _record(
    "operator_change",
    *_text("what", "detail"),
    Column("operator_id", BigInt, nullable=False),
    Column("by_id", BigInt, nullable=True),
    at="at",
)
RECORDS = {record.name: record for record in (_SCAN, _CHANGE)}


def seal_records(session: Session, *, limit: int = PORTION) -> int:
    """Seal one portion of one record; returns how many rows. 0: nothing is left."""
    for name in RECORDS:
        ids = _late(session, name) or _settled(session, name, limit)
        if ids:
            hold_chain(session)
            end = head(session)
            ranges = spelt(ranges_of(ids))
            hash_ = record_link(session, end.hash, name, ranges)
            row = {"position": end.position + 1, "record": name, "ids": ranges, "hash": hash_}
            session.execute(insert(record_seal), row)
            return len(ids)
    return 0


def record_link(session: Session, last: str, name: str, ranges: str) -> str:
    """The hash of rows of a record, bound to the link before."""
    record = RECORDS[name]
    digest = hashlib.sha256(f'{last}["{name}","{ranges}"'.encode())
    text = as_json(record.c, session.get_bind().dialect.name)
    for first, end in read(ranges):
        statement = select(text).where(record.c.id.between(first, end)).order_by(record.c.id)
        for row in session.scalars(statement.execution_options(yield_per=_AT_ONCE)):
            digest.update(ascii_only(f",{row}"))
    digest.update(b"]")
    return digest.hexdigest()


def ranges_of(ids: Iterable[int]) -> list[Range]:
    """Rising ids as ranges without gaps."""
    found: list[Range] = []
    for id_ in ids:
        if found and found[-1][1] + 1 == id_:
            found[-1] = (found[-1][0], id_)
        else:
            found.append((id_, id_))
    return found


def spelt(ranges: Iterable[Range]) -> str:
    """As a link keeps them."""
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges)


def read(ranges: str) -> Iterator[Range]:
    """Errors: ``ValueError`` for what no link says."""
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        yield int(first), int(last or first)


def _last_sealed(session: Session, name: str) -> int:
    return max((last for ranges in _newest(session, name) for _first, last in read(ranges)), default=0)


def _newest(session: Session, name: str) -> list[str]:
    statement = select(record_seal.c.ids).where(record_seal.c.record == name).order_by(record_seal.c.position.desc())
    return list(session.scalars(statement.limit(_LOOK_BACK)))


def _settled(session: Session, name: str, limit: int) -> list[int]:
    record = RECORDS[name]
    at = record.c[record.info["at"]]
    waiting = select(record.c.id, at.label("at")).where(record.c.id > _last_sealed(session, name))
    rows = session.execute(waiting.order_by(record.c.id).limit(limit)).all()
    old = [row.at <= clock.now() - SETTLED for row in rows]
    until = old.index(False) if False in old else len(rows)
    return [row.id for row in rows[:until]]


def _late(session: Session, name: str) -> list[int]:
    """Rows that came in between sealed ones: their transaction took an id early and was committed late."""
    sealed = sorted(range_ for ranges in _newest(session, name) for range_ in read(ranges))
    gaps = [(one[1] + 1, other[0] - 1) for one, other in pairwise(sealed) if one[1] + 1 < other[0]]
    record = RECORDS[name]
    found: list[int] = []
    for first, last in gaps[:_AT_ONCE]:
        found += session.scalars(select(record.c.id).where(record.c.id.between(first, last)).order_by(record.c.id))
    return found[:PORTION]
