"""How far a new site is: what is there already, and what stands in the way of its first order."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.catalog.models import Item, ItemBarcode
from app.labels.models import Printer
from app.ledger.models import Availability
from app.people.models import Operator
from app.places.models import Container, Location, Warehouse

NEEDED = ("dock", "pack", "stage", "quarantine", "returns")
"""Places without which deliveries, packing, loading, inspection or returns have nowhere to go."""
ON_THE_FLOOR = ("receiver", "picker", "packer")
MOST = 10_000
"""Beyond this a number only says "many"."""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """Facts of one warehouse (``bins`` to ``stock``; none without one) and of the site."""

    warehouses: tuple[Warehouse, ...]
    bins: int
    missing_places: tuple[str, ...]
    totes: int
    missing_roles: tuple[str, ...]
    people: int
    printers: int
    items: int
    items_without_barcode: int
    units: int

    @property
    def done(self) -> dict[str, bool]:
        """The steps in their order, each with whether it is done. A browser prints too: printers are done without."""
        return {
            "warehouse": bool(self.warehouses),
            "places": bool(self.bins and self.totes and not self.missing_places),
            "people": not self.missing_roles,
            "items": self.items > 0,
            "stock": self.units > 0,
        }

    @property
    def is_done(self) -> bool:
        return all(self.done.values())


def first_steps(session: Session, warehouse_id: int | None) -> FirstSteps:
    """What is there. Every number stops counting at what a new site needs to see, or is kept: the page costs the same
    on a site of any size."""
    here = Location.warehouse_id == warehouse_id
    kinds = set(session.scalars(select(Location.kind).where(here, Location.kind.in_(NEEDED)).distinct()))
    active = session.scalars(select(Operator.roles).where(Operator.is_active)).all()
    held = {role for roles in active for role in roles}
    may_all = not held.isdisjoint({"supervisor", "admin"}) and len(active) > 1
    unnamed = ~exists().where(ItemBarcode.item_id == Item.id)
    return FirstSteps(
        warehouses=tuple(session.scalars(select(Warehouse).order_by(Warehouse.priority, Warehouse.id))),
        bins=_count(session, select(Location.id).where(here, Location.kind == "bin")),
        missing_places=tuple(kind for kind in NEEDED if kind not in kinds),
        totes=_count(
            session, select(Container.id).where(Container.warehouse_id == warehouse_id, Container.kind == "tote")
        ),
        missing_roles=() if may_all else tuple(role for role in ON_THE_FLOOR if role not in held),
        people=len(active),
        printers=_count(session, select(Printer.id).where(Printer.warehouse_id == warehouse_id, Printer.is_active)),
        items=_count(session, select(Item.id)),
        items_without_barcode=_count(session, select(Item.id).where(unnamed)),
        units=1 if session.scalar(select(Availability.item_id).where(Availability.on_hand > 0).limit(1)) else 0,
    )


def _count(session: Session, ids: Select[Any]) -> int:
    """How many there are, no further than ``MOST``."""
    few = ids.limit(MOST).subquery()
    return int(session.execute(select(func.count()).select_from(few)).scalar_one())
