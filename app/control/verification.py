"""``ledger verify`` and ``ledger rebuild``: kept numbers against the movements and every document's promises."""

from collections.abc import Callable
from itertools import chain

from sqlalchemy.orm import Session

from app.control.checks import CHECKS, allocated
from app.ledger import rebuild as ledger
from app.ledger.checks import stock
from app.ledger.checks.difference import Look, nobody
from app.ledger.heads import START, Head
from app.ledger.verify import Report, Tell, run_checks
from app.orders.reserve import committed_units
from app.supply.purchase_orders import inbound_units


def verify(
    session: Session,
    *,
    since: Head = START,
    heads: tuple[Head, ...] = (),
    tell: Tell = nobody,
    proved: Callable[[Head], None] = nobody,
) -> Report:
    """Compare; change nothing. ``since``, ``heads`` and ``proved`` are those of ``Look``."""
    return run_checks(CHECKS, Look(session, since=since, heads=(*heads, since), proved=proved), tell=tell)


def rebuild(session: Session) -> Report:
    """Derive again what is derived; the report says what differed before."""
    report = verify(session)
    look = Look(session)
    differences = list(chain(stock.check(look), allocated.check(look)))
    ledger.rebuild(session, differences, committed_units(), inbound_units())
    return report
