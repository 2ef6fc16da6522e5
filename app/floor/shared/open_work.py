"""The work that is open for a document or a place, and the order behind what is scanned."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import lock
from app.floor.shared.step import Work
from app.language import _
from app.orders.fulfil import held_in
from app.orders.models import Order
from app.orders.stock_in_hand import hold_work
from app.places.models import Location
from app.places.warehouses import container_of
from app.refusal import Refused
from app.returns.models import Rma
from app.supply.models import PurchaseOrder
from app.tasks.models import UNFINISHED, Task
from app.words import word


def open_work(
    session: Session, document: PurchaseOrder | Order | Rma | Location, *, kind: str, document_type: str = ""
) -> int | None:
    """The task that is open for this; where there is none, nobody else opens one before the transaction ends."""
    statement = select(Task.id).where(Task.kind == kind, Task.status.in_(UNFINISHED))
    if isinstance(document, Location):
        statement = statement.where(Task.location_id == document.id)
    else:
        statement = statement.where(Task.document_type == document_type, Task.document_id == document.id)
    is_taken = Task.status == "claimed"  # of two, somebody may hold the first: the other one can be begun
    statement = statement.order_by(is_taken, Task.priority, Task.id).limit(1)
    found = session.scalar(statement)
    if found is None:
        lock(session, document)
        found = session.scalar(statement)  # of two who begin at once, the second goes on with the first one's
    return found


def open_work_of_order(session: Session, order: Order, *, kind: str) -> int | None:
    """The task of this kind that is open for the order."""
    return open_work(session, order, kind=kind, document_type="order")


def nothing_open(order: Order, kind: str) -> Refused:
    """The order waits for no work of this kind."""
    return Refused(
        "nothing_to_do",
        _("Order %(order)s has no open work of this kind (%(kind)s).", order=order.order_ref, kind=word(kind)),
    )


def order_behind(session: Session, document: str) -> Order:
    """The order of this reference, or the one whose goods stand in this tote or carton."""
    orders = session.scalars(select(Order).where(Order.order_ref == document)).all()
    if len(orders) == 1:
        return orders[0]
    if len(orders) > 1:
        raise Refused("two_meanings", _("Several channels have an order %(ref)s. Scan a tote.", ref=document))
    held = {one.order_id for one in held_in(session, [container_of(session, document).id])}
    if len(held) > 1:
        raise Refused("choose_order", _("%(tote)s holds several orders. Scan the order.", tote=document))
    if not held:
        raise Refused("nothing_to_do", _("%(tote)s is empty.", tote=document))
    return session.get_one(Order, held.pop())


def held_order(work: Work) -> Order:
    """The job's order, held together with all work for it."""
    assert work.task.document_id is not None, "work for an order without one"
    hold_work(work.session, [work.task.document_id])
    order = work.session.get_one(Order, work.task.document_id)
    lock(work.session, order)
    return order
