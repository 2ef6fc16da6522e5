"""The place that a form names: typed as it is called, or as its label says it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.floor.meaning.resolve import read, resolve
from app.language import _
from app.places.models import Location, Warehouse
from app.places.warehouses import location_of
from app.refusal import Refused


def place_behind(session: Session, warehouse: Warehouse, code: str) -> Location:
    """The place of this code, typed or as its label says it.

    Errors: ``unknown_location``; ``not_a_place`` for another thing's label; what else a scan is refused for.
    """
    if known := session.scalar(select(Location).where(Location.warehouse_id == warehouse.id, Location.code == code)):
        return known
    today = clock.today(warehouse.time_zone)
    try:
        scanned = read(code, today=today)
        meaning = resolve(session, scanned, expects=("location",), warehouse_id=warehouse.id, today=today)
    except Refused as refused:
        if refused.code != "unknown_code":
            raise
        return location_of(session, warehouse, code)  # which says so of a place
    if meaning.type != "location":
        raise Refused("not_a_place", _("%(code)s isn't a place. Scan the bin.", code=meaning.code))
    return session.get_one(Location, meaning.id)
