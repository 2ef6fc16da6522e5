"""Begin to inspect: a return, or what stands here and is not for sale."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.floor.inspect.stock_inspection import open_inspection
from app.floor.meaning.resolve import read, resolve
from app.floor.shared.open_work import open_work
from app.language import _
from app.orders.models import Order
from app.places.models import Warehouse
from app.refusal import NotFound, Refused
from app.returns.models import Rma, RmaLine
from app.tasks.queue import NewLine, open_task


def begin(session: Session, warehouse: Warehouse, document: str, location: str) -> int:
    """``document``: a return, its order, or the place, container or item whose goods are not for sale.

    Errors: ``unknown_return``; ``nothing_to_do``.
    """
    document = document or location
    rma = session.scalar(select(Rma).where(Rma.number == document))
    if rma is None:
        orders = select(Rma).join(Order, Order.id == Rma.order_id).where(Order.order_ref == document)
        rma = session.scalar(orders.where(Rma.status == "open").order_by(Rma.id).limit(1))
    if rma is None:
        return _inspect_stock(session, warehouse, document)
    found = open_work(session, rma, kind="inspect", document_type="rma")
    if found is not None:
        return found
    rows = session.scalars(
        select(RmaLine).where(RmaLine.rma_id == rma.id, RmaLine.inspected < RmaLine.quantity).order_by(RmaLine.id)
    ).all()
    if not rows:
        raise Refused("nothing_to_do", _("Everything on %(number)s is inspected already.", number=rma.number))
    return open_task(
        session,
        kind="inspect",
        warehouse_id=warehouse.id,
        document_type="rma",
        document_id=rma.id,
        document=rma.number,
        lines=[
            NewLine(item_id=row.item_id, quantity=row.quantity - row.inspected, document_line_id=row.id) for row in rows
        ],
    ).id


def _inspect_stock(session: Session, warehouse: Warehouse, code: str) -> int:
    """What stands in this place or container, or of this item, and is not for sale.

    Errors: ``unknown_return`` for a code that names none of these; ``nothing_to_do``.
    """
    unknown = NotFound("unknown_return", _("There is no open return %(number)s. Ask the office.", number=code))
    expects, today = ("location", "container", "item"), clock.today(warehouse.time_zone)
    try:
        meaning = resolve(session, read(code, today=today), expects=expects, warehouse_id=warehouse.id, today=today)
    except Refused as refused:
        raise unknown from refused
    if meaning.type not in expects:
        raise unknown
    found = open_inspection(session, warehouse, name=meaning.code, **{f"{meaning.type}_id": meaning.id})
    if found is None:
        raise Refused("nothing_to_do", _("Nothing of %(code)s waits for a decision.", code=meaning.code))
    return found
