"""Begin to pick an order: the pick that a wave opened for it."""

from sqlalchemy.orm import Session

from app.floor.shared.open_work import nothing_open, open_work_of_order, order_behind
from app.places.models import Warehouse


def begin(session: Session, _warehouse: Warehouse, document: str, _location: str) -> int:
    """``document``: the order, or a tote of it. Errors: ``nothing_to_do``; those of ``order_behind``."""
    order = order_behind(session, document)
    found = open_work_of_order(session, order, kind="pick")
    if found is None:
        raise nothing_open(order, "pick")
    return found
