"""Every sealed posting against its link in the chain, and every posting that slipped in without one."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app.ledger.checks.difference import Difference, Look
from app.ledger.heads import Head
from app.ledger.seal import LATE_SECONDS, head, link, links, posting, sealed, seconds_behind, unsealed

_TELL_EVERY = 1000


def check(look: Look) -> Iterator[Difference]:
    """``seal``: the key is the posting's id, and the two numbers are hashes. ``unsealed``: the oldest posting that has
    waited too long, and how many wait.

    Each link is held against the *kept* link before it, so that one edit names one posting.
    """
    yield from _unfit(look)
    yield from _without(look)
    yield from _waiting(look)


def _waiting(look: Look) -> Iterator[Difference]:
    """A sealer that cannot go on proves nothing of what came since."""
    session = look.session
    if seconds_behind(session) > LATE_SECONDS:
        oldest, count = session.execute(select(func.min(unsealed.c.posting_id), func.count())).one()
        yield Difference("unsealed", (oldest,), int(count), 0)


def _unfit(look: Look) -> Iterator[Difference]:
    session = look.session
    end = head(session)
    position, last = look.since
    is_whole = True
    for each in links(session, position):
        computed = link(session, last, each.posting_id, each.header, each.moves)
        if computed != each.hash or each.position != position + 1:
            is_whole = False
            yield Difference("seal", (each.posting_id,), each.hash, computed)
        position, last = each.position, each.hash
        if position % _TELL_EVERY == 0:
            look.tell(position, end.position)
            if is_whole:
                look.proved(Head(position, last))
    if is_whole and position > look.since.position:
        look.proved(Head(position, last))


def _without(look: Look) -> Iterator[Difference]:
    """Postings that have no link, and no note that they wait for one."""
    neither = select(posting.c.id).where(
        ~select(sealed.c.posting_id).where(sealed.c.posting_id == posting.c.id).exists(),
        ~select(unsealed.c.posting_id).where(unsealed.c.posting_id == posting.c.id).exists(),
    )
    for posting_id in look.session.scalars(neither.order_by(posting.c.id)):
        yield Difference("seal", (posting_id,), "", "")
