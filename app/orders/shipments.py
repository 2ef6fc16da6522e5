"""Which cartons go out with an order: those in which something of it is."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import table
from app.orders.models import Holding, Order, Shipment, ShipmentCarton


def leave_out_empty(session: Session, order: Order) -> None:
    """Cartons in which nothing of the order is left do not go out; a shipment without any carton is cancelled."""
    for shipment in session.scalars(
        select(Shipment)
        .where(Shipment.order_id == order.id, Shipment.status == "open")
        .execution_options(populate_existing=True)
    ):
        full = select(Holding.container_id).where(Holding.quantity > 0)
        mine = table(ShipmentCarton)
        session.execute(
            delete(mine).where(
                mine.c.shipment_id == shipment.id, mine.c.shipped_at.is_(None), mine.c.container_id.not_in(full)
            )
        )
        left = session.scalars(select(mine.c.shipped_at).where(mine.c.shipment_id == shipment.id)).all()
        if left and all(left):
            shipment.status, shipment.shipped_at = "shipped", max(filter(None, left))
        elif not left and order.status != "open":
            shipment.status = "cancelled"
    session.flush()
