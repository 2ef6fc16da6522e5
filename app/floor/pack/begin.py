"""Begin to pack an order: its open packing, or a new one where what was missing at the bench has turned up."""

from sqlalchemy.orm import Session

from app.floor.shared.open_work import nothing_open, open_work_of_order, order_behind
from app.floor.shared.packing_work import open_packing, totes_at_rest
from app.places.models import Warehouse


def begin(session: Session, warehouse: Warehouse, document: str, _location: str) -> int:
    """``document``: the order, or a tote of it. Errors: ``nothing_to_do``; those of ``order_behind``."""
    order = order_behind(session, document)
    found = open_work_of_order(session, order, kind="pack")
    if found is None:
        totes = totes_at_rest(session, order.id, warehouse_id=warehouse.id)
        found = open_packing(session, order, warehouse_id=warehouse.id, container_ids=totes)
    if found is None:
        raise nothing_open(order, "pack")
    return found
