"""Find an order: by its id, or by the number that its channel gave it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.orders.models import Order
from app.refusal import NotFound, Refused


def order_of(session: Session, order_id: int, *, is_held: bool = False) -> Order:
    """An order as it is now; ``is_held``: nobody else changes it before the transaction ends.

    Errors: ``unknown_order``.
    """
    found = session.get(Order, order_id, populate_existing=True, with_for_update=is_held or None)
    if found is None:
        raise no_order(str(order_id))
    return found


def order_on(session: Session, channel: str, order_ref: str) -> Order:
    """A channel's order, held until the transaction ends. Errors: ``unknown_order``."""
    statement = select(Order).where(Order.channel == channel, Order.order_ref == order_ref)
    found = session.scalar(statement.with_for_update())
    if found is None:
        raise no_order(f"{channel} {order_ref}")
    return found


def order_called(session: Session, ref: str) -> Order:
    """The order of this number on whatever channel. Errors: ``unknown_order``; ``two_meanings``."""
    found = session.scalars(select(Order).where(Order.order_ref == ref).limit(2)).all()
    if not found:
        raise no_order(ref)
    if len(found) > 1:
        raise Refused("two_meanings", _("Several channels have an order %(ref)s. Scan a tote.", ref=ref))
    return found[0]


def no_order(name: str, **facts: object) -> NotFound:
    """There is no order of this number, or there are none of these."""
    return NotFound("unknown_order", _("There is no order %(order)s. Check the number.", order=name), **facts)
