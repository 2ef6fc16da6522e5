"""How full a pick face is to be kept: its levels are set, and taken away."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.items import item_of
from app.db import lock
from app.language import _
from app.ledger.for_sale import PICKED_FROM
from app.orders.models import PickFace
from app.orders.replenish import call_off_for
from app.places.models import Location, Warehouse
from app.places.warehouses import location_of
from app.refusal import NotFound, Refused

MOST_UNITS = 1_000_000


def set_levels(
    session: Session, house: Warehouse, *, sku: str, location_code: str, minimum: int, maximum: int
) -> PickFace:
    """An item is picked from this bin, and the bin is filled between these levels. It becomes a pick face by that.

    Errors: ``unknown_sku``; ``unknown_location``; ``not_a_bin``; ``bad_levels``.
    """
    item_id, place = _named(session, house, sku, location_code)
    if place.kind not in PICKED_FROM:
        raise Refused("not_a_bin", _("%(code)s isn't a bin. Orders are picked from bins.", code=place.code))
    if not 0 < minimum <= maximum <= MOST_UNITS:
        raise Refused("bad_levels", _("Give a minimum of at least 1, and a maximum that is not below it."))
    place.is_pick_face = True
    found = _face_of(session, item_id, place.id)
    if found is None:
        found = PickFace(item_id=item_id, location_id=place.id)
        session.add(found)
    found.minimum, found.maximum = minimum, maximum
    session.flush()
    return found


def remove_levels(session: Session, house: Warehouse, *, sku: str, location_code: str) -> None:
    """The bin isn't filled with this item any more; it stays a pick face, and its stock stays.

    Errors: ``unknown_sku``; ``unknown_location``; ``no_levels``.
    """
    item_id, place = _named(session, house, sku, location_code)
    found = _face_of(session, item_id, place.id)
    if found is None:
        raise NotFound("no_levels", _("%(code)s has no minimum and maximum for %(sku)s.", code=place.code, sku=sku))
    session.delete(found)
    session.flush()  # from now on nobody opens work for it
    call_off_for(session, found.id)


def _named(session: Session, house: Warehouse, sku: str, location_code: str) -> tuple[int, Location]:
    """Both, the place held: two desks that set the same levels do so one after the other."""
    item_id = item_of(session, sku).id
    place = location_of(session, house, location_code)
    lock(session, place)
    return item_id, place


def _face_of(session: Session, item_id: int, location_id: int) -> PickFace | None:
    return session.scalar(select(PickFace).where(PickFace.item_id == item_id, PickFace.location_id == location_id))
