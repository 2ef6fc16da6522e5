"""Purchase orders: what is on its way."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.items import item_ids
from app.catalog.models import Item
from app.places.models import Warehouse
from app.places.warehouses import warehouse_of
from app.supply.models import PurchaseOrder, PurchaseOrderLine, Supplier
from app.supply.purchase_orders import open_purchase_order, open_units, purchase_order_of, save_line, supplier_of
from app.web.api.body import Code, Size, Units
from app.web.api.route import BOOKS, TRADE, reads, writes


@dataclass(frozen=True, kw_only=True)
class NewPurchaseOrderLine:
    """One line; ``unit_cost`` is for one base unit, ``eta`` when it is expected."""

    line: Code
    sku: Code
    quantity: Units
    unit_cost: Decimal | None = None
    eta: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NewPurchaseOrder:
    """A purchase order or its newest state; a supplier that is new is made with its code as its name."""

    number: Code
    supplier: Code
    warehouse: Code
    lines: Annotated[tuple[NewPurchaseOrderLine, ...], Size(1, 1000)]


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderLineState:
    """One line, in base units: ``open`` is still to come."""

    line: str
    sku: str
    ordered: int
    received: int
    short_closed: int
    open: int
    unit_cost: Decimal | None
    eta: datetime | None


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderState:
    """A purchase order and what of it is here."""

    number: str
    supplier: str
    warehouse: str
    status: Literal["open", "closed"]
    created_at: datetime
    lines: tuple[PurchaseOrderLineState, ...]


@writes("/purchase-orders", may=TRADE, status=(201, 200))
def save_purchase_order(session: Session, body: NewPurchaseOrder) -> tuple[PurchaseOrderState, int]:
    """Announce a delivery, or tell its newest state; *inbound* follows. 201 where any line is new.

    Errors: ``unknown_warehouse``; ``unknown_sku``; ``purchase_order_differs``; ``line_received``.
    """
    warehouse = warehouse_of(session, body.warehouse)
    items = item_ids(session, [line.sku for line in body.lines])
    supplier = supplier_of(session, body.supplier)
    order = open_purchase_order(session, number=body.number, supplier_id=supplier.id, warehouse_id=warehouse.id)
    outcomes = [
        save_line(
            session,
            order,
            line=line.line,
            item_id=items[line.sku],
            quantity=line.quantity,
            unit_cost=line.unit_cost,
            eta=line.eta,
        )
        for line in sorted(body.lines, key=lambda line: items[line.sku])  # one order of locks for everybody
    ]
    session.flush()
    return _state(session, order), 201 if "created" in outcomes else 200


@reads("/purchase-orders/<path:number>", may=BOOKS)
def get_purchase_order(session: Session, *, number: str) -> PurchaseOrderState:
    """One purchase order. Errors: ``unknown_purchase_order``."""
    return _state(session, purchase_order_of(session, number))


def _state(session: Session, order: PurchaseOrder) -> PurchaseOrderState:
    rows = session.execute(
        select(PurchaseOrderLine, Item.sku)
        .join(Item, Item.id == PurchaseOrderLine.item_id)
        .where(PurchaseOrderLine.purchase_order_id == order.id)
        .order_by(PurchaseOrderLine.id)
    )
    return PurchaseOrderState(
        number=order.number,
        supplier=session.get_one(Supplier, order.supplier_id).code,
        warehouse=session.get_one(Warehouse, order.warehouse_id).code,
        status=order.status,  # type: ignore[arg-type]  # the table's CHECK knows the same two words
        created_at=order.created_at,
        lines=tuple(
            PurchaseOrderLineState(
                line=line.line,
                sku=sku,
                ordered=line.quantity,
                received=line.received,
                short_closed=line.short_closed,
                open=open_units(line),
                unit_cost=line.unit_cost,
                eta=line.eta,
            )
            for line, sku in rows
        ),
    )
