"""Picked units go back to their bins though their order wants them still: their pick, or their packing, was ended.

By the rules of a cancellation: they are on hold where they stand until a put-back scans them into a bin. The promise
stays, and the order can be released again.
"""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import table
from app.ledger.models import Balance
from app.ledger.standing import hold_still
from app.orders.stock_in_hand import IN_HAND, holding, set_aside, shrink_packing

balance = table(Balance)


def take_out(session: Session, holding_id: int, units: int, *, operator_id: int, reason: str) -> None:
    """``units`` of a holding (or as many as it has) are not the order's any more, where they stand.

    What the books do not have there is let go of all the same: this is the way out of work that cannot be done.
    Whoever calls this holds the order's work, and the order.
    """
    container_id = session.execute(select(holding.c.container_id).where(holding.c.id == holding_id)).scalar_one()
    hold_still(session, [container_id])
    row = session.execute(select(holding).where(holding.c.id == holding_id).with_for_update(key_share=True)).one()
    units = min(units, row.quantity)
    if units <= 0:
        return
    session.execute(update(holding).where(holding.c.id == holding_id).values(quantity=holding.c.quantity - units))
    shrink_packing(session, holding_id)
    alike = (
        (holding.c.container_id == container_id)
        & (holding.c.item_id == row.item_id)
        & (func.coalesce(holding.c.lot_id, 0) == (row.lot_id or 0))
        & (holding.c.serial == row.serial)
    )
    held = session.execute(select(func.coalesce(func.sum(holding.c.quantity), 0)).where(alike, IN_HAND)).scalar_one()
    there = session.execute(
        select(func.coalesce(func.sum(balance.c.quantity - balance.c.allocated), 0)).where(
            balance.c.container_id == container_id,
            balance.c.item_id == row.item_id,
            func.coalesce(balance.c.lot_id, 0) == (row.lot_id or 0),
            balance.c.serial == row.serial,
            balance.c.condition == "available",
        )
    ).scalar_one()
    nobodys = min(units, int(there) - int(held))
    if nobodys > 0:
        set_aside(session, holding_id, nobodys, operator_id=operator_id, reason=reason)
