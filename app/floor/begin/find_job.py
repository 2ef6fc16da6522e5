"""The job that a scan on the home screen opens."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind
from app.config import Settings
from app.floor.begin.start import start
from app.floor.meaning.resolve import read, resolve
from app.floor.shared import printing
from app.floor.shared.blind_number import BLIND
from app.orders.fulfil import held_in
from app.people.actor import Actor
from app.places.warehouses import warehouse_of
from app.refusal import Refused
from app.tasks.models import Task, TaskLine
from app.tasks.queue import claim, require_role


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


_BEGUN_BY = {"purchase_order": "receive", BLIND: "receive", "rma": "inspect"}


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
