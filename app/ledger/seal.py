"""The seal: postings chained by hash, so that an edit behind the triggers' back shows, and shows where.

Posting stays parallel: nothing is hashed while a scan waits. A job seals afterwards whatever is committed and not yet
sealed. The chain goes by ``position``, not by id: a transaction that took a low id and committed late is sealed when it
is seen, and needs no order of commits. One sealer at a time holds the counter's row.

    hash(n) = SHA-256(hash(n-1) + canonical JSON of the posting and its movements), hash(0) = ""

Whoever can rewrite the whole chain can hide an edit from the database itself; the head, kept in a backup or printed
(``head``), is what such a chain cannot match.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from app.db import table
from app.ledger.models import Movement, Posting, Seal, Unsealed
from app.places.numbers import next_number

posting, movement, sealed, unsealed = table(Posting), table(Movement), table(Seal), table(Unsealed)
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Broken:
    """A posting whose link does not fit: it, a movement of it, or the link itself was edited or deleted.

    ``position`` 0: it has no link, and no note that it waits for one.
    """

    posting_id: int
    position: int
    kept: str
    computed: str


def seal(session: Session, *, limit: int = BATCH) -> int:
    """Seal up to ``limit`` committed postings that have no seal yet; returns how many. 0: nothing is left."""
    next_number(session, "seal")  # its row is locked until the commit, so that the chain has one end
    ids = session.scalars(select(unsealed.c.posting_id).order_by(unsealed.c.posting_id).limit(limit)).all()
    if not ids:
        return 0
    position, last = head(session)
    headers = session.execute(select(posting).where(posting.c.id.in_(ids)).order_by(posting.c.id)).all()
    moves = _movements(session, ids)
    rows: list[dict[str, Any]] = []
    for header in headers:
        position += 1
        last = link(last, header, moves[header.id])
        rows.append({"posting_id": header.id, "position": position, "hash": last})
    session.execute(insert(sealed), rows)
    session.execute(delete(unsealed).where(unsealed.c.posting_id.in_(ids)))
    return len(rows)


def is_behind(session: Session) -> bool:
    """Whether a committed posting waits for its seal."""
    return session.execute(select(unsealed.c.posting_id).limit(1)).first() is not None


def head(session: Session) -> tuple[int, str]:
    """The chain's end: how many postings are sealed, and the last hash. Keep it outside: it proves all before it."""
    row = session.execute(select(sealed.c.position, sealed.c.hash).order_by(sealed.c.position.desc()).limit(1)).first()
    return (row.position, row.hash) if row else (0, "")


def link(last: str, header: Row[Any] | None, moves: list[Row[Any]]) -> str:
    """The hash of one posting with its movements, bound to the link before. Absent values are left out, so that a
    column that is added later, empty, changes no older link."""
    facts = [_facts(row) for row in ([header] if header else []) + moves]
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_moment)
    return hashlib.sha256(f"{last}{text}".encode()).hexdigest()


def _facts(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if value is not None}


def _moment(value: object) -> str:
    assert isinstance(value, datetime), f"a posting holds numbers, texts and moments, not {value!r}"
    return value.isoformat(timespec="microseconds")


def _movements(session: Session, posting_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    statement = select(movement).where(movement.c.posting_id.in_(posting_ids)).order_by(movement.c.id)
    for row in session.execute(statement):
        found[row.posting_id].append(row)
    return found


def broken(session: Session) -> Iterator[Broken]:
    """Every link that does not fit, each held against the *kept* link before it, so that one edit names one posting;
    then every posting that slipped in without a link."""
    position, last = 0, ""
    while True:
        links = session.execute(
            select(sealed).where(sealed.c.position > position).order_by(sealed.c.position).limit(BATCH)
        ).all()
        if not links:
            break
        ids = [each.posting_id for each in links]
        headers = {row.id: row for row in session.execute(select(posting).where(posting.c.id.in_(ids)))}
        moves = _movements(session, ids)
        for each in links:
            computed = link(last, headers.get(each.posting_id), moves[each.posting_id])
            if computed != each.hash or each.position != position + 1:
                yield Broken(each.posting_id, each.position, each.hash, computed)
            position, last = each.position, each.hash
    neither = select(posting.c.id).where(
        ~select(sealed.c.posting_id).where(sealed.c.posting_id == posting.c.id).exists(),
        ~select(unsealed.c.posting_id).where(unsealed.c.posting_id == posting.c.id).exists(),
    )
    for posting_id in session.scalars(neither.order_by(posting.c.id)):
        yield Broken(posting_id, 0, "", "")
