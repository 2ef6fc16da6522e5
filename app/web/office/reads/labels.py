"""Many labels at once: the fields of every bin or item of a range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item, ItemBarcode
from app.places.models import Location

WHAT = ("bin", "item")
Fields = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Range:
    """``what`` (a template: bin, item) whose code begins with ``prefix``, of one ``zone``, from ``first`` to ``last``;
    whatever is empty leaves nothing out."""

    what: str = "bin"
    prefix: str = ""
    zone: str = ""
    first: str = ""
    last: str = ""


def label_fields(session: Session, warehouse_id: int, wanted: Range) -> list[Fields]:
    """What stands on each label: bins in the order of the walk, items by SKU."""
    return _items(session, wanted) if wanted.what == "item" else _bins(session, warehouse_id, wanted)


def zones_of(session: Session, warehouse_id: int) -> list[str]:
    """The zones that the warehouse's places name."""
    statement = select(Location.zone).where(Location.warehouse_id == warehouse_id, Location.zone != "").distinct()
    return sorted(session.scalars(statement))


def _bins(session: Session, warehouse_id: int, wanted: Range) -> list[Fields]:
    statement = (
        select(Location.code, Location.zone)
        .where(Location.warehouse_id == warehouse_id, Location.kind != "floor")
        .where(Location.code.startswith(wanted.prefix, autoescape=True))
        .order_by(Location.sequence, Location.code)
    )
    if wanted.zone:
        statement = statement.where(Location.zone == wanted.zone)
    return [
        {"code": encode(InternalKind.LOCATION, code), "name": code} | ({"zone": zone} if zone else {})
        for code, zone in _within(session.execute(statement).all(), wanted)
    ]


def _items(session: Session, wanted: Range) -> list[Fields]:
    first_barcode = (
        select(func.min(ItemBarcode.id))
        .where(ItemBarcode.item_id == Item.id, ItemBarcode.quantity == 1)
        .correlate(Item)
        .scalar_subquery()
    )
    statement = (
        select(Item.sku, Item.name, ItemBarcode.barcode)
        .outerjoin(ItemBarcode, ItemBarcode.id == first_barcode)
        .where(Item.sku.startswith(wanted.prefix, autoescape=True))
        .order_by(Item.sku)
    )
    return [
        {"code": barcode or encode(InternalKind.ITEM, sku), "sku": sku, "name": name}
        for sku, name, barcode in _within(session.execute(statement).all(), wanted)
    ]


def _within(rows: Sequence[Any], wanted: Range) -> list[Any]:
    """Compared here: the two databases sort letters and digits differently."""
    return [row for row in rows if wanted.first <= row[0] and (not wanted.last or row[0] <= wanted.last)]
