"""Open a warehouse; find it, its locations and its containers by code."""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db import core, table
from app.language import _
from app.places.models import FLOOR, Container, Location, Warehouse
from app.refusal import NotFound


def open_warehouse(session: Session, code: str, *, name: str = "", time_zone: str = "UTC") -> Warehouse:
    """The warehouse of this code, made with its FLOOR location if it is not there yet."""
    found = session.scalar(select(Warehouse).where(Warehouse.code == code))
    if found:
        return found
    warehouse = Warehouse(code=code, name=name or code, time_zone=time_zone)
    session.add(warehouse)
    session.flush()
    session.add(Location(warehouse_id=warehouse.id, code=FLOOR, kind="floor"))
    session.flush()
    return warehouse


def warehouse_of(session: Session, code: str) -> Warehouse:
    """The warehouse of this code. Errors: ``unknown_warehouse``."""
    found = session.scalar(select(Warehouse).where(Warehouse.code == code))
    if not found:
        raise NotFound("unknown_warehouse", _("There is no warehouse %(code)s. Check the code.", code=code))
    return found


def location_of(session: Session, warehouse: Warehouse, code: str) -> Location:
    """A location by its code in one warehouse. Errors: ``unknown_location``."""
    found = session.scalar(select(Location).where(Location.warehouse_id == warehouse.id, Location.code == code))
    if not found:
        raise NotFound(
            "unknown_location",
            _("There is no location %(code)s in %(warehouse)s. Check the label.", code=code, warehouse=warehouse.code),
        )
    return found


def location_named(session: Session, warehouse_id: int, code: str) -> Location | None:
    """A location by its code, None where there is none."""
    return session.scalar(select(Location).where(Location.warehouse_id == warehouse_id, Location.code == code))


def floor_of(session: Session, warehouse_id: int) -> int:
    """The id of the place where everything is that a worker carries."""
    return session.execute(
        select(Location.id).where(Location.warehouse_id == warehouse_id, Location.kind == "floor")
    ).scalar_one()


class Named(NamedTuple):
    """A location as a prompt needs it."""

    id: int
    code: str


def first_location(session: Session, warehouse_id: int, kinds: tuple[str, ...]) -> Named | None:
    """The first usable location of one of these kinds, the kinds in order of preference, on the walk."""
    for kind in kinds:
        found = core(session).execute(_FIRST, {"warehouse": warehouse_id, "kind": kind}).first()
        if found is not None:
            return Named(*found)
    return None


_location = table(Location)
_FIRST = (
    select(_location.c.id, _location.c.code)
    .where(
        _location.c.warehouse_id == bindparam("warehouse"),
        _location.c.kind == bindparam("kind"),
        _location.c.is_blocked.is_(False),
    )
    .order_by(_location.c.sequence, _location.c.code)
    .limit(1)
)


def container_of(session: Session, code: str) -> Container:
    """A tote, carton or licence plate by its code. Errors: ``unknown_container``."""
    found = session.scalar(select(Container).where(Container.code == code))
    if not found:
        raise NotFound("unknown_container", _("There is no tote or carton %(code)s. Check the label.", code=code))
    return found
