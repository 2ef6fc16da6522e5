"""Places: block one, and unblock it; how full pick faces are kept."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import clock
from app.control import blocking
from app.orders import face_levels, pick_faces
from app.orders.pick_faces import faces
from app.places.models import Warehouse
from app.places.warehouses import warehouse_of
from app.web.api.body import Code, Filter, Units, Words
from app.web.api.paging import Page, Paged
from app.web.api.route import DESK, reads, writes
from app.web.gate.security import current_actor


@dataclass(frozen=True, kw_only=True)
class NewBlock:
    """A place that nothing is put into any more, and why; a bin is not picked from either."""

    warehouse: Code
    location: Code
    reason: Words


@dataclass(frozen=True, kw_only=True)
class NewRelease:
    """A place that is in use again."""

    warehouse: Code
    location: Code


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """``units`` in it that were set on hold, or are for sale again."""

    location: str
    is_blocked: bool
    units: int


@writes("/locations/blocks", may=DESK, status=(201,))
def block_location(session: Session, body: NewBlock) -> Blocked:
    """Block a place: what is for sale in a bin is on hold, and orders get other stock.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``reason_needed``; ``not_to_be_blocked``; ``blocked_already``.
    """
    units = blocking.block(
        session, current_actor(), warehouse=body.warehouse, location=body.location, reason=body.reason
    )
    return Blocked(location=body.location, is_blocked=True, units=units)


@writes("/locations/releases", may=DESK, status=(201,))
def unblock_location(session: Session, body: NewRelease) -> Blocked:
    """Unblock a place: what came to be on hold because of it is for sale again.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``not_blocked``.
    """
    units = blocking.unblock(session, current_actor(), warehouse=body.warehouse, location=body.location)
    return Blocked(location=body.location, is_blocked=False, units=units)


@dataclass(frozen=True, kw_only=True)
class NewLevels:
    """A bin that an item is picked from is filled again when fewer than ``minimum`` units are free in it, up to
    ``maximum``."""

    warehouse: Code
    location: Code
    sku: Code
    minimum: Units
    maximum: Units


@dataclass(frozen=True, kw_only=True)
class NoLevels:
    """A bin that isn't filled with this item any more."""

    warehouse: Code
    location: Code
    sku: Code


@dataclass(frozen=True, kw_only=True)
class PickFaceState:
    """A pick face: ``free`` units that no order has chosen, ``coming`` by work that is open. ``is_low``: more is wanted
    than is coming."""

    warehouse: str
    location: str
    sku: str
    minimum: int
    maximum: int
    free: int
    coming: int
    is_low: bool


@dataclass(frozen=True, kw_only=True)
class PickFaceQuery(Paged):
    """The pick faces of one warehouse."""

    warehouse: Code
    location: Filter = ""
    sku: Filter = ""


@reads("/pick-faces")
def list_pick_faces(session: Session, query: PickFaceQuery) -> Page[PickFaceState]:
    """Pick faces by bin and SKU, with what is left in them.

    Errors: ``unknown_warehouse``.
    """
    after = query.cursor(str, str)
    house = warehouse_of(session, query.warehouse)
    where = [pick_faces.location.c.code == query.location] if query.location else []
    where += [pick_faces.item.c.sku == query.sku] if query.sku else []
    found = faces(
        session,
        house,
        clock.today(house.time_zone),
        *where,
        after=(after[0], after[1]) if after else None,
        limit=query.limit + 1,
    )
    return query.page([_face(house, one) for one in found], lambda row: (row.location, row.sku))


@writes("/pick-faces", may=DESK, status=(200,))
def set_pick_face(session: Session, body: NewLevels) -> PickFaceState:
    """Set the minimum and the maximum of an item in a bin, which becomes a pick face by that.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``unknown_sku``; ``not_a_bin``; ``bad_levels``.
    """
    house = warehouse_of(session, body.warehouse)
    found = face_levels.set_levels(
        session, house, sku=body.sku, location_code=body.location, minimum=body.minimum, maximum=body.maximum
    )
    (one,) = faces(session, house, clock.today(house.time_zone), pick_faces.face.c.id == found.id)
    return _face(house, one)


@writes("/pick-faces/removals", may=DESK, status=(200,))
def remove_pick_face(session: Session, body: NoLevels) -> NoLevels:
    """The bin isn't filled with this item any more; work for it that nobody has begun is called off.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``unknown_sku``; ``no_levels``.
    """
    house = warehouse_of(session, body.warehouse)
    face_levels.remove_levels(session, house, sku=body.sku, location_code=body.location)
    return body


def _face(house: Warehouse, one: pick_faces.Face) -> PickFaceState:
    return PickFaceState(
        warehouse=house.code,
        location=one.location,
        sku=one.sku,
        minimum=one.minimum,
        maximum=one.maximum,
        free=one.free,
        coming=one.coming,
        is_low=one.is_low,
    )
