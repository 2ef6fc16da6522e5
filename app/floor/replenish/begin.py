"""Begin to fill a pick face: what waits for it, or because somebody stands in front of it."""

from sqlalchemy.orm import Session

from app.floor.meaning.typed_place import place_behind
from app.orders.replenish import fill_now
from app.places.models import Warehouse


def begin(session: Session, warehouse: Warehouse, document: str, location: str) -> int:
    """``location`` (or ``document``): the pick face. Errors: those of ``place_behind`` and ``fill_now``."""
    return fill_now(session, warehouse, place_behind(session, warehouse, location or document))
