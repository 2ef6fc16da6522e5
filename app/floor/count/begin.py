"""Begin to count a place."""

from sqlalchemy.orm import Session

from app.floor.meaning.typed_place import place_behind
from app.floor.shared.open_work import open_work
from app.places.models import Warehouse
from app.tasks.queue import open_task


def begin(session: Session, warehouse: Warehouse, _document: str, location: str) -> int:
    """``location``: the bin. Errors: those of ``place_behind``."""
    place = place_behind(session, warehouse, location)
    found = open_work(session, place, kind="count")
    if found is not None:
        return found
    return open_task(
        session,
        kind="count",
        warehouse_id=warehouse.id,
        location_id=place.id,
        document_type="count",
        document=place.code,
    ).id
