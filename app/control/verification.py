"""``ledger verify`` and ``ledger rebuild``: the ledger's replay held against every document's promises."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger import verify as ledger
from app.ledger.verify import Promises, Report
from app.orders.reserve import committed_units
from app.orders.stock_in_hand import ALLOCATED, IN_HAND, allocation, holding
from app.supply.purchase_orders import inbound_units


def promises(session: Session) -> Promises:
    """Committed from open reservations, inbound from open purchase lines, allocated from open allocations, held from
    what was picked and has not left."""
    statement = (
        select(allocation.c.balance_id, func.sum(ALLOCATED)).where(ALLOCATED > 0).group_by(allocation.c.balance_id)
    )
    key = (holding.c.container_id, holding.c.item_id, func.coalesce(holding.c.lot_id, 0), holding.c.serial)
    held = select(*key, func.sum(holding.c.quantity)).where(IN_HAND).group_by(*key)
    return Promises(
        committed=committed_units(session),
        inbound=inbound_units(session),
        allocated={balance_id: int(units) for balance_id, units in session.execute(statement)},
        held={(box, item, lot, serial): int(units) for box, item, lot, serial, units in session.execute(held)},
    )


def verify(session: Session) -> Report:
    """Compare; change nothing."""
    return ledger.verify(session, promises(session))


def rebuild(session: Session) -> Report:
    """Derive again what is derived; the report says what differed before."""
    return ledger.rebuild(session, promises(session))
