"""Purchase orders as a list, and one with its lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, nulls_last, or_, select
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.places.models import Warehouse
from app.supply.models import PurchaseOrder, PurchaseOrderLine, Supplier

_LEFT = PurchaseOrderLine.quantity - PurchaseOrderLine.received - PurchaseOrderLine.short_closed
_TO_COME = case((_LEFT > 0, _LEFT), else_=0)


@dataclass(frozen=True, slots=True)
class PurchaseOrderRow:
    """Units in all, received, and still to come; ``eta`` is the earliest of what is to come."""

    id: int
    number: str
    supplier: str
    warehouse: str
    status: str
    created_at: datetime
    lines: int
    ordered: int
    received: int
    to_come: int
    eta: datetime | None


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One line, in base units."""

    line: str
    sku: str
    name: str
    ordered: int
    received: int
    short_closed: int
    to_come: int
    unit_cost: Decimal | None
    eta: datetime | None


def purchase_order_rows(
    session: Session, *, status: str = "", query: str = "", before: int = 0, limit: int, is_next_first: bool = False
) -> list[PurchaseOrderRow]:
    """Newest first, or what is expected next; ``query`` looks into numbers, suppliers and SKUs."""
    next_eta = func.min(case((_LEFT > 0, PurchaseOrderLine.eta)))
    # The page first, then its sums: grouped whole, all orders there ever were would be added up for each page.
    page = select(PurchaseOrder.id).order_by(PurchaseOrder.id.desc()).limit(limit)
    if is_next_first:  # of what is still to come: few, however many orders there ever were
        open_lines = PurchaseOrderLine.purchase_order_id == PurchaseOrder.id
        page = (
            select(PurchaseOrder.id)
            .join(PurchaseOrderLine, open_lines)
            .group_by(PurchaseOrder.id)
            .order_by(nulls_last(next_eta), PurchaseOrder.id)
            .limit(limit)
        )
    if before:
        page = page.where(PurchaseOrder.id < before)
    if status:
        page = page.where(PurchaseOrder.status == status)
    if query:
        has_sku = (
            select(PurchaseOrderLine.purchase_order_id)
            .join(Item, Item.id == PurchaseOrderLine.item_id)
            .where(Item.sku == query)
        )
        begins = query.lower()
        named = select(Supplier.id).where(func.lower(Supplier.name).startswith(begins, autoescape=True))
        page = page.where(
            or_(
                func.lower(PurchaseOrder.number).startswith(begins, autoescape=True),
                PurchaseOrder.supplier_id.in_(named),
                PurchaseOrder.id.in_(has_sku),
            )
        )
    statement = (
        select(
            PurchaseOrder.id,
            PurchaseOrder.number,
            Supplier.name,
            Warehouse.code,
            PurchaseOrder.status,
            PurchaseOrder.created_at,
            func.count(PurchaseOrderLine.id),
            func.coalesce(func.sum(PurchaseOrderLine.quantity), 0),
            func.coalesce(func.sum(PurchaseOrderLine.received), 0),
            func.coalesce(func.sum(_TO_COME), 0),
            next_eta,
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(Warehouse, Warehouse.id == PurchaseOrder.warehouse_id)
        .outerjoin(PurchaseOrderLine, PurchaseOrderLine.purchase_order_id == PurchaseOrder.id)
        .group_by(PurchaseOrder.id, Supplier.name, Warehouse.code)
        .order_by(*((nulls_last(next_eta), PurchaseOrder.id) if is_next_first else (PurchaseOrder.id.desc(),)))
        .where(PurchaseOrder.id.in_(page))
    )
    rows: Iterable[Any] = session.execute(statement)
    return [PurchaseOrderRow(*row) for row in rows]


def purchase_lines(session: Session, purchase_order_id: int) -> list[PurchaseLine]:
    """The lines of one purchase order."""
    statement = (
        select(
            PurchaseOrderLine.line,
            Item.sku,
            Item.name,
            PurchaseOrderLine.quantity,
            PurchaseOrderLine.received,
            PurchaseOrderLine.short_closed,
            _TO_COME,
            PurchaseOrderLine.unit_cost,
            PurchaseOrderLine.eta,
        )
        .join(Item, Item.id == PurchaseOrderLine.item_id)
        .where(PurchaseOrderLine.purchase_order_id == purchase_order_id)
        .order_by(PurchaseOrderLine.id)
    )
    return [PurchaseLine(*row) for row in session.execute(statement)]


def supplier_name(session: Session, supplier_id: int) -> str:
    """Who sends it."""
    return session.get_one(Supplier, supplier_id).name
