"""The files again, as they would be imported: what is exported here changes nothing where it came from.

For a house that moves, for whoever mends many rows in a spreadsheet, and as the proof that nothing is bent on the way.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.catalog.models import Item, ItemBarcode
from app.imports.locations import CONTAINERS
from app.imports.run import KINDS
from app.orders.models import PickFace
from app.places.models import FLOOR, Container, Location, Warehouse
from app.supply.models import PurchaseOrder, PurchaseOrderLine, Supplier


def _items() -> Select[*tuple[Any, ...]]:
    names = [column.name for column in KINDS["items"].COLUMNS]
    return select(*(getattr(Item, name) for name in names)).order_by(Item.sku)


def _barcodes() -> Select[*tuple[Any, ...]]:
    barcode = ItemBarcode
    statement = select(Item.sku, barcode.barcode, barcode.quantity, barcode.kind)
    return statement.join(barcode, barcode.item_id == Item.id).order_by(barcode.barcode)


def _suppliers() -> Select[*tuple[Any, ...]]:
    names = [column.name for column in KINDS["suppliers"].COLUMNS]
    return select(*(getattr(Supplier, name) for name in names)).order_by(Supplier.code)


def _locations() -> Select[*tuple[Any, ...]]:
    """The floor of a building is its own place, which nobody imports."""
    place, tote = Location, Container
    places = (
        select(
            Warehouse.code.label("warehouse"),
            place.code.label("code"),
            place.kind,
            place.zone,
            place.sequence,
            place.is_pick_face,
            place.max_units,
        )
        .join(Warehouse, Warehouse.id == place.warehouse_id)
        .where(place.code != FLOOR)
    )
    totes = (
        select(Warehouse.code, tote.code, tote.kind, literal(""), literal(0), literal(value=False), null())
        .join(Warehouse, Warehouse.id == tote.warehouse_id)
        .where(tote.kind.in_(CONTAINERS))
    )
    both = union_all(places, totes).subquery()
    return select(both).order_by(both.c.warehouse, both.c.code)


def _pick_faces() -> Select[*tuple[Any, ...]]:
    return (
        select(Warehouse.code, Location.code, Item.sku, PickFace.minimum, PickFace.maximum)
        .join_from(PickFace, Location, Location.id == PickFace.location_id)
        .join(Warehouse, Warehouse.id == Location.warehouse_id)
        .join(Item, Item.id == PickFace.item_id)
        .order_by(Warehouse.code, Location.code, Item.sku)
    )


def _purchase_orders() -> Select[*tuple[Any, ...]]:
    order, line = PurchaseOrder, PurchaseOrderLine
    return (
        select(
            order.number,
            Supplier.code,
            Warehouse.code,
            line.line,
            Item.sku,
            line.quantity,
            line.unit_cost,
            line.eta,
        )
        .join(line, line.purchase_order_id == order.id)
        .join(Supplier, Supplier.id == order.supplier_id)
        .join(Warehouse, Warehouse.id == order.warehouse_id)
        .join(Item, Item.id == line.item_id)
        .order_by(order.number, line.id)
    )


EXPORTS: dict[str, Callable[[], Select[*tuple[Any, ...]]]] = {
    "items": _items,
    "barcodes": _barcodes,
    "suppliers": _suppliers,
    "locations": _locations,
    "pick-faces": _pick_faces,
    "purchase-orders": _purchase_orders,
}
"""Stock is opened once and orders come from their channels: neither is exported to be imported."""


def header(kind: str) -> list[str]:
    """The columns of a kind, in the order of the cells."""
    return [column.name for column in KINDS[kind].COLUMNS]


def rows(session: Session, kind: str) -> list[Sequence[object]]:
    """Everything of a kind, as cells that the import reads."""
    return [[_cell(value) for value in row] for row in session.execute(EXPORTS[kind]())]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value
