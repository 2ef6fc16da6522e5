"""Begin to fill a pick face: what waits for it, or because somebody stands in front of it."""

from sqlalchemy.orm import Session

from app import clock
from app.floor.meaning.typed_place import place_behind
from app.floor.shared.open_work import open_work
from app.language import _
from app.orders.models import PickFace
from app.orders.pick_faces import faces
from app.orders.replenish import fill
from app.places.models import Warehouse
from app.refusal import Refused


def begin(session: Session, warehouse: Warehouse, document: str, location: str) -> int:
    """``location`` (or ``document``): the pick face. It is filled up even where it is not low yet.

    Errors: those of ``place_behind``; ``no_levels`` where nothing says how full it should be; ``face_is_full``;
    ``no_reserve``.
    """
    place = place_behind(session, warehouse, location or document)
    found = open_work(session, place, kind="replenish")
    if found is not None:
        return found
    today = clock.today(warehouse.time_zone)
    here = faces(session, warehouse, today, PickFace.location_id == place.id)
    if not here:
        raise Refused(
            "no_levels", _("%(code)s has no minimum and maximum. Ask the office to set them.", code=place.code)
        )
    if not any(one.wanted for one in here):
        raise Refused("face_is_full", _("%(code)s is full, or what it needs is on its way.", code=place.code))
    for one in here:
        task_id = fill(session, warehouse, one, today) if one.wanted else None
        if task_id is not None:
            return task_id
    raise Refused("no_reserve", _("There is no reserve to fill %(code)s from.", code=place.code))
