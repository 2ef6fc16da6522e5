"""Begin to ship an order: its open shipping, or a new one where what kept a carton here was put right."""

from sqlalchemy.orm import Session

from app.floor.shared.open_work import nothing_open, open_work_of_order, order_behind
from app.floor.shared.shipping_work import resume_shipping
from app.places.models import Warehouse


def begin(session: Session, warehouse: Warehouse, document: str, _location: str) -> int:
    """``document``: the order, or a carton of it. Errors: ``nothing_to_do``; those of ``order_behind``."""
    order = order_behind(session, document)
    found = open_work_of_order(session, order, kind="ship")
    if found is None:
        found = resume_shipping(session, order, warehouse_id=warehouse.id)
    if found is None:
        raise nothing_open(order, "ship")
    return found
