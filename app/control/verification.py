"""``ledger verify`` and ``ledger rebuild``: kept numbers against the movements and every document's promises."""

from itertools import chain

from sqlalchemy.orm import Session

from app.control.checks import CHECKS, allocated
from app.ledger import rebuild as ledger
from app.ledger.checks import stock
from app.ledger.checks.difference import Look
from app.ledger.verify import Report, Tell, run_checks, silent
from app.orders.reserve import committed_units
from app.supply.purchase_orders import inbound_units


def verify(session: Session, *, tell: Tell = silent) -> Report:
    """Compare; change nothing."""
    return run_checks(session, CHECKS, tell=tell)


def rebuild(session: Session) -> Report:
    """Derive again what is derived; the report says what differed before."""
    report = verify(session)
    look = Look(session)
    differences = list(chain(stock.check(look), allocated.check(look)))
    ledger.rebuild(session, differences, committed_units(), inbound_units())
    return report
