"""Begin to receive: a purchase order, or goods that none announced."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.floor.receive import blind_receipt
from app.floor.shared.blind_number import BLIND, receipt_number
from app.floor.shared.open_work import open_work
from app.language import _
from app.places.models import Warehouse
from app.refusal import Refused
from app.supply.models import PurchaseOrderLine
from app.supply.purchase_orders import purchase_order_of
from app.tasks.models import UNFINISHED, Task
from app.tasks.queue import NewLine, open_task


def begin(session: Session, warehouse: Warehouse, document: str, _location: str) -> int:
    """``document``: a purchase order, ``blind`` where none came, or such a receipt's number.

    Errors: ``unknown_purchase_order``; ``other_warehouse``; ``nothing_to_do``.
    """
    if document.lower() == BLIND:
        return blind_receipt.open_receipt(session, warehouse)
    begun = _blind_receipt(session, warehouse, document)
    if begun is not None:
        return begun
    order = purchase_order_of(session, document)
    if order.warehouse_id != warehouse.id:
        raise Refused("other_warehouse", _("%(po)s arrives at another warehouse.", po=order.number))
    found = open_work(session, order, kind="receive", document_type="purchase_order")
    if found is not None:
        return found
    rows = session.scalars(
        select(PurchaseOrderLine)
        .where(
            PurchaseOrderLine.purchase_order_id == order.id,
            PurchaseOrderLine.quantity > PurchaseOrderLine.received + PurchaseOrderLine.short_closed,
        )
        .order_by(PurchaseOrderLine.id)
    ).all()
    if not rows:
        raise Refused("nothing_to_do", _("Everything on %(po)s is received already.", po=order.number))
    return open_task(
        session,
        kind="receive",
        warehouse_id=warehouse.id,
        document_type="purchase_order",
        document_id=order.id,
        document=order.number,
        lines=[
            NewLine(
                item_id=row.item_id,
                quantity=row.quantity - row.received - row.short_closed,
                document_line_id=row.id,
            )
            for row in rows
        ],
    ).id


def _blind_receipt(session: Session, warehouse: Warehouse, document: str) -> int | None:
    """The blind receipt of this number, while it goes on; None where there was none. Errors: ``nothing_to_do``."""
    number = receipt_number(document)
    if number is None:
        return None
    of_number = (Task.document_type == BLIND) & (Task.document_id == number) & (Task.warehouse_id == warehouse.id)
    found = session.scalar(select(Task).where(Task.kind == "receive", of_number))
    if found is not None and found.status not in UNFINISHED:
        raise Refused("nothing_to_do", _("Everything on %(po)s is received already.", po=found.document))
    return found.id if found else None
