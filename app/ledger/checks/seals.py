"""Every link of the chain against what it binds, and everything that slipped in without a link."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger.checks.difference import Difference, Look
from app.ledger.heads import Head
from app.ledger.records import RECORDS, Range, read, record_link, record_seal
from app.ledger.seal import LATE_SECONDS, head, link, links, posting, sealed, seconds_behind, unsealed

_TELL_EVERY = 1000
_Link = tuple[int, str, str, str, tuple[int | str, ...]]
"""Position, the kept hash, the one that comes out, and as what and by which key a difference is named."""


def check(look: Look) -> Iterator[Difference]:
    """``seal``: the key is the posting's id, and the two numbers are hashes. ``record``: the key is the record and the
    ids that a link binds, or one that none does. ``unsealed``: the oldest posting that has waited too long, and how
    many wait; or a record, and for how many seconds.

    Each link is held against the *kept* link before it, so that one edit names one posting.
    """
    yield from _unfit(look)
    yield from _without(look)
    for name in RECORDS:
        yield from _unbound(look, name)
    yield from _waiting(look)


def _unfit(look: Look) -> Iterator[Difference]:
    end = head(look.session).position
    position, last = look.since
    is_whole = True
    told = position
    for at, kept, computed, what, key in _chain(look):
        if computed != kept or at != position + 1:
            is_whole = False
            yield Difference(what, key, kept, computed)
        position, last = at, kept
        if position >= told + _TELL_EVERY:
            told = position
            look.tell(position, end)
            if is_whole:
                look.proved(Head(position, last))
    if is_whole and position > look.since.position:
        look.proved(Head(position, last))


def _chain(look: Look) -> Iterator[_Link]:
    """Both kinds of links, merged by their positions: the records' are few, the postings' millions."""
    session = look.session
    after, last = look.since
    statement = select(record_seal).where(record_seal.c.position > after).order_by(record_seal.c.position)
    records = iter(session.execute(statement.execution_options(yield_per=_TELL_EVERY)))
    record = next(records, None)
    for posting_id, header, moves, at, kept in links(session, after):
        while record is not None and record.position < at:
            yield _of_record(session, last, record)
            last, record = record.hash, next(records, None)
        yield at, kept, link(session, last, posting_id, header, moves), "seal", (posting_id,)
        last = kept
    while record is not None:
        yield _of_record(session, last, record)
        last, record = record.hash, next(records, None)


def _of_record(session: Session, last: str, row: Any) -> _Link:
    return row.position, row.hash, record_link(session, last, row.record, row.ids), "record", (row.record, row.ids)


def _without(look: Look) -> Iterator[Difference]:
    """Postings that have no link, and no note that they wait for one."""
    neither = select(posting.c.id).where(
        ~select(sealed.c.posting_id).where(sealed.c.posting_id == posting.c.id).exists(),
        ~select(unsealed.c.posting_id).where(unsealed.c.posting_id == posting.c.id).exists(),
    )
    for posting_id in look.session.scalars(neither.order_by(posting.c.id)):
        yield Difference("seal", (posting_id,), "", "")


def _unbound(look: Look, name: str) -> Iterator[Difference]:
    """Rows of a record between bound ones that no link binds."""
    session, record = look.session, RECORDS[name]
    bound = _merged(
        range_
        for ranges in session.scalars(select(record_seal.c.ids).where(record_seal.c.record == name))
        for range_ in read(ranges)
    )
    if not bound or _count(look, name, bound[-1][1]) == sum(end - first + 1 for first, end in bound):
        return
    last = 0
    for first, end in bound:
        between = select(record.c.id).where(record.c.id > last, record.c.id < first).order_by(record.c.id)
        for id_ in session.scalars(between):
            yield Difference("record", (name, id_), "", "")
        last = end


def _count(look: Look, name: str, last: int) -> int:
    record = RECORDS[name]
    return int(look.session.execute(select(func.count()).where(record.c.id <= last)).scalar_one())


def _merged(ranges: Iterator[Range]) -> list[Range]:
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and found[-1][1] + 1 >= first:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _waiting(look: Look) -> Iterator[Difference]:
    """A sealer that cannot go on proves nothing of what came since."""
    session = look.session
    if seconds_behind(session) > LATE_SECONDS:
        oldest, count = session.execute(select(func.min(unsealed.c.posting_id), func.count())).one()
        yield Difference("unsealed", (oldest,), int(count), 0)
