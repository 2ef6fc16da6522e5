"""Start a job: from a form (kind and document), or from whatever is scanned on the home screen."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind
from app.config import Settings
from app.db import lock
from app.floor.inspect.stock_inspection import open_inspection
from app.floor.meaning.resolve import read, resolve
from app.floor.receive import blind_receipt
from app.floor.shared import over_receipt, printing
from app.floor.shared.packing_work import open_packing, totes_at_rest
from app.floor.shared.shipping_work import resume_shipping
from app.language import _
from app.orders.fulfil import held_in
from app.orders.models import Order
from app.people.actor import Actor
from app.places.models import Location, Warehouse
from app.places.warehouses import container_of, location_of, warehouse_of
from app.refusal import NotFound, Refused
from app.returns.models import Rma, RmaLine
from app.supply.models import PurchaseOrder, PurchaseOrderLine
from app.supply.purchase_orders import purchase_order_of
from app.tasks.models import Task, TaskLine
from app.tasks.queue import NewLine, claim, open_task, require_role
from app.words import word


def start(
    session: Session,
    settings: Settings,
    actor: Actor,
    *,
    kind: str,
    warehouse: str,
    document: str = "",
    location: str = "",
) -> int:
    """Open (or find) the task for this work and claim it for the actor. Returns its id.

    ``document``: receive wants a purchase order, ``blind`` where none came, or such a receipt's number; pack a tote or
    an order; ship an order; inspect an RMA, an order, or
    the place, container or item whose goods are not for sale; count a bin in ``location``; move nothing.
    Errors: ``unknown_kind``; ``role_missing``; ``unknown_*``; ``nothing_to_do``; ``task_taken``.
    """
    opener = _OPENERS.get(kind)
    if opener is None:
        raise Refused("unknown_kind", _("There is no work of kind %(kind)s.", kind=kind))
    require_role(actor, kind)
    task_id = opener(session, warehouse_of(session, warehouse), document, location)
    claim(session, actor, task_id)
    return task_id


def _unfinished(
    session: Session, document: PurchaseOrder | Order | Rma | Location, *, kind: str, document_type: str = ""
) -> int | None:
    """The task that is open for this; where there is none, nobody else opens one before the transaction ends."""
    statement = select(Task.id).where(Task.kind == kind, Task.status.in_(("open", "claimed")))
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


def _receive(session: Session, warehouse: Warehouse, document: str, _location: str) -> int:
    if document.lower() == over_receipt.BLIND:
        return blind_receipt.open_receipt(session, warehouse)
    begun = _blind_receipt(session, warehouse, document)
    if begun is not None:
        return begun
    order = purchase_order_of(session, document)
    if order.warehouse_id != warehouse.id:
        raise Refused("other_warehouse", _("%(po)s arrives at another warehouse.", po=order.number))
    found = _unfinished(session, order, kind="receive", document_type="purchase_order")
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
    number = blind_receipt.receipt_number(document)
    if number is None:
        return None
    of_number = (
        (Task.document_type == over_receipt.BLIND) & (Task.document_id == number) & (Task.warehouse_id == warehouse.id)
    )
    found = session.scalar(select(Task).where(Task.kind == "receive", of_number))
    if found is not None and found.status not in ("open", "claimed"):
        raise Refused("nothing_to_do", _("Everything on %(po)s is received already.", po=found.document))
    return found.id if found else None


def _of_order(kind: str) -> Callable[[Session, Warehouse, str, str], int]:
    def find(session: Session, warehouse: Warehouse, document: str, _location: str) -> int:
        order = _order_behind(session, document)
        found = _unfinished(session, order, kind=kind, document_type="order")
        if found is None and kind == "pack":  # what was missing at the bench has turned up
            totes = totes_at_rest(session, order.id, warehouse_id=warehouse.id)
            found = open_packing(session, order, warehouse_id=warehouse.id, container_ids=totes)
        if found is None and kind == "ship":  # what kept a carton here was put right
            found = resume_shipping(session, order, warehouse_id=warehouse.id)
        if found is None:
            raise Refused(
                "nothing_to_do",
                _("Order %(order)s has no open work of this kind (%(kind)s).", order=order.order_ref, kind=word(kind)),
            )
        return found

    return find


def _order_behind(session: Session, document: str) -> Order:
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


def _putaway(session: Session, warehouse: Warehouse, document: str, _location: str) -> int:
    statement = select(Task.id).where(
        Task.kind == "putaway",
        Task.warehouse_id == warehouse.id,
        Task.document == document,
        Task.status.in_(("open", "claimed")),
    )
    found = session.scalar(statement.order_by(Task.id).limit(1))
    if found is None:
        raise Refused("nothing_to_do", _("Nothing of %(document)s waits to be put away.", document=document))
    return found


def _inspect(session: Session, warehouse: Warehouse, document: str, location: str) -> int:
    document = document or location
    rma = session.scalar(select(Rma).where(Rma.number == document))
    if rma is None:
        orders = select(Rma).join(Order, Order.id == Rma.order_id).where(Order.order_ref == document)
        rma = session.scalar(orders.where(Rma.status == "open").order_by(Rma.id).limit(1))
    if rma is None:
        return _inspect_stock(session, warehouse, document)
    found = _unfinished(session, rma, kind="inspect", document_type="rma")
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


def _count(session: Session, warehouse: Warehouse, _document: str, location: str) -> int:
    place = _place_behind(session, warehouse, location)
    found = _unfinished(session, place, kind="count")
    if found is not None:
        return found
    return open_task(
        session,
        kind="count",
        warehouse_id=warehouse.id,
        location_id=place.id,
        document_type="count",
        document=place.code,
    ).id


def _place_behind(session: Session, warehouse: Warehouse, code: str) -> Location:
    """The place of this code, typed or as its label says it.

    Errors: ``unknown_location``; ``not_a_place`` for another thing's label; what else a scan is refused for.
    """
    if known := session.scalar(select(Location).where(Location.warehouse_id == warehouse.id, Location.code == code)):
        return known
    today = clock.today(warehouse.time_zone)
    try:
        scanned = read(code, today=today)
        meaning = resolve(session, scanned, expects=("location",), warehouse_id=warehouse.id, today=today)
    except Refused as refused:
        if refused.code != "unknown_code":
            raise
        return location_of(session, warehouse, code)  # which says so of a place
    if meaning.type != "location":
        raise Refused("not_a_place", _("%(code)s is no bin. Scan the bin to count.", code=meaning.code))
    return session.get_one(Location, meaning.id)


def _move(session: Session, warehouse: Warehouse, _document: str, _location: str) -> int:
    return open_task(session, kind="move", warehouse_id=warehouse.id, document_type="move").id


_OPENERS: dict[str, Callable[[Session, Warehouse, str, str], int]] = {
    "receive": _receive,
    "putaway": _putaway,
    "pick": _of_order("pick"),
    "pack": _of_order("pack"),
    "ship": _of_order("ship"),
    "inspect": _inspect,
    "count": _count,
    "move": _move,
}


def find_job(session: Session, settings: Settings, actor: Actor, *, warehouse: str, code: str) -> dict[str, Any]:
    """What a scan on the home screen opens: ``{"task_id": ..}``, ``{"enquiry": code}`` where no work waits
    for it, ``{"badge": name}`` where somebody else wants to work here, or ``{"printer": message}`` where a printer was
    scanned, out of which this device's labels come from now on.

    Work that somebody else holds is not offered: two workers never stand at one line.
    """
    here = warehouse_of(session, warehouse)
    barcode = read(code, today=clock.today(here.time_zone), profile=actor.scanner)
    if barcode.internal is not None and barcode.internal.kind is InternalKind.PRINTER:
        printer = printing.choose_near(session, actor, barcode.internal.code, warehouse_id=here.id)
        return {"task_id": None, "enquiry": None, "printer": printing.chosen_words(printer)}
    meaning = resolve(
        session,
        barcode,
        expects=("document", "container", "location", "item"),
        warehouse_id=here.id,
        today=clock.today(here.time_zone),
    )
    kind, _colon, document_type = meaning.type.partition(":")
    if kind == "badge":
        return {"task_id": None, "enquiry": None, "badge": meaning.code}
    candidates: dict[str, Callable[[], Any]] = {
        "document": lambda: _tasks_of_document(document_type, meaning.id),
        "container": lambda: _tasks_of_container(session, meaning.id),
        "location": lambda: (
            exists().where(
                TaskLine.task_id == Task.id, TaskLine.status == "open", TaskLine.source_location_id == meaning.id
            )
            | (Task.location_id == meaning.id)
        ),
        "item": lambda: exists().where(
            TaskLine.task_id == Task.id, TaskLine.status == "open", TaskLine.item_id == meaning.id
        ),
    }
    condition = candidates.get(kind)
    if condition is not None:
        statement = select(Task.id).where(
            Task.warehouse_id == here.id,
            or_(Task.status == "open", (Task.status == "claimed") & (Task.operator_id == actor.operator_id)),
            condition(),
        )
        for task_id in session.scalars(statement.order_by(Task.status, Task.priority, Task.id)):
            task = session.get_one(Task, task_id)
            try:
                require_role(actor, task.kind)
            except Refused:
                continue
            if task.status == "open" and (document_type, task.kind) == ("purchase_order", "putaway"):
                more = _more_of_delivery(session, settings, actor, warehouse, meaning.code)
                if more is not None:
                    return {"task_id": more, "enquiry": None}
            claim(session, actor, task_id)
            return {"task_id": task_id, "enquiry": None}
    opened = _open_for(session, settings, actor, warehouse, kind, document_type, meaning.code)
    return {"task_id": opened, "enquiry": None if opened else code}


def _tasks_of_document(document_type: str, document_id: int) -> Any:
    return (Task.document_type == document_type) & (Task.document_id == document_id)


def _tasks_of_container(session: Session, container_id: int) -> Any:
    orders = {held.order_id for held in held_in(session, [container_id])}
    is_source = exists().where(
        TaskLine.task_id == Task.id, TaskLine.status == "open", TaskLine.source_container_id == container_id
    )
    return (
        (Task.container_id == container_id)
        | is_source
        | ((Task.document_type == "order") & Task.document_id.in_(orders) & Task.kind.in_(("pack", "ship")))
    )


def _more_of_delivery(session: Session, settings: Settings, actor: Actor, warehouse: str, number: str) -> int | None:
    """Who scans a delivery's paper wants to receive: what waits to be put away comes after what is still to come."""
    try:
        return start(session, settings, actor, kind="receive", warehouse=warehouse, document=number)
    except Refused:  # all of it is here, or somebody else receives it
        return None


_BEGUN_BY = {"purchase_order": "receive", over_receipt.BLIND: "receive", "rma": "inspect"}


def _open_for(
    session: Session, settings: Settings, actor: Actor, warehouse: str, kind: str, document_type: str, code: str
) -> int | None:
    """A purchase order or a return that nobody has begun is begun by scanning it; so is packing what waits picked."""
    if kind == "container" or (kind, document_type) == ("document", "order"):
        try:
            return start(session, settings, actor, kind="pack", warehouse=warehouse, document=code)
        except Refused:  # nothing waits in it, or not for this person: it is looked at otherwise
            pass
    if kind in ("location", "container", "item"):
        try:
            return start(session, settings, actor, kind="inspect", warehouse=warehouse, document=code)
        except Refused:  # nothing of it waits for a decision, or not for this person's: it is asked about instead
            return None
    work = _BEGUN_BY.get(document_type) if kind == "document" else None
    if work is None:
        return None
    return start(session, settings, actor, kind=work, warehouse=warehouse, document=code)
