"""What one kind of work leaves for the next: goods to put away, totes to pack, cartons to ship."""

from collections.abc import Sequence

from sqlalchemy import select

from app.floor.shared import confirm
from app.floor.shared.memory import WithTotes
from app.floor.shared.packing_work import open_packing
from app.floor.shared.shipping_work import open_shipping, resume_shipping
from app.floor.shared.step import Work, WorkWith
from app.language import _
from app.ledger.models import Balance
from app.ledger.post import Move, Place, Posted
from app.ledger.standing import hold_still, stand
from app.orders.fulfil import held_in
from app.orders.models import Order
from app.places.models import Container
from app.refusal import Refused
from app.tasks.life import call_off
from app.tasks.lines import Line, cancel_lines
from app.tasks.models import Task, TaskLine
from app.tasks.queue import STOCK, NewLine, add_lines, hold, open_task


def move_containers(
    work: Work, container_ids: Sequence[int], location_id: int, place: str, *, reason: str = "drop"
) -> Posted | None:
    """Move containers with everything in them to a place, in one posting (None where they are empty).

    Nothing in them may be allocated: an allocation names the place where its units stand.
    """
    hold_still(work.session, container_ids)
    rows = work.session.execute(
        select(Balance, Container.code)
        .join(Container, Container.id == Balance.container_id)
        .where(Balance.container_id.in_(container_ids), Balance.quantity > 0, Balance.location_id != location_id)
        .order_by(Balance.id)
    ).all()
    moves = [
        (
            Move(
                row.item_id,
                row.quantity,
                Place(row.location_id, row.container_id, row.condition),
                Place(location_id, row.container_id, row.condition),
                lot_id=row.lot_id,
                serial=row.serial,
            ),
            confirm.item_row(work.session, row.item_id).sku,
            code,
            code,
        )
        for row, code in rows
    ]
    posted = work.post(reason, moves, note=place) if moves else None
    for container_id in sorted(container_ids):
        stand(work.session, container_id, location_id)
    return posted


def to_putaway(work: Work, received: list[Move]) -> list[int]:
    """Add what came in to the put-away work of this delivery that nobody has taken up yet. Returns its new lines."""
    found = work.session.scalar(
        select(Task.id)
        .where(
            Task.kind == "putaway",
            Task.status == "open",
            Task.document_type == work.task.document_type,
            Task.document_id == work.task.document_id,
        )
        .order_by(Task.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        found = open_task(
            work.session,
            kind="putaway",
            warehouse_id=work.task.warehouse_id,
            document_type=work.task.document_type,
            document_id=work.task.document_id,
            document=work.task.document,
        ).id
    return add_lines(
        work.session,
        found,
        [
            NewLine(
                item_id=move.item_id,
                quantity=move.quantity,
                lot_id=move.lot_id,
                serial=move.serial,
                source_location_id=move.target.location_id,
                source_container_id=move.target.container_id,
                source_condition=move.target.condition,
            )
            for move in received
        ],
    )


def hold_putaway(work: Work, line_ids: Sequence[int]) -> None:
    """Whoever puts these lines away waits, or has ended: what they did is seen from now on."""
    if line_ids:
        hold(work.session, Task.id.in_(select(TaskLine.task_id).where(TaskLine.id.in_(line_ids))))


def withdraw_from_putaway(work: Work, line_ids: Sequence[int]) -> None:
    """The receipt is undone: its put-away lines go, and a task that nobody holds and that has none left."""
    cancel_lines(work.session, line_ids)
    of_lines = Task.id.in_(select(TaskLine.task_id).where(TaskLine.id.in_(line_ids)))
    call_off(work.session, of_lines, Task.status == "open", Task.lines <= 0)


def to_packing(work: WorkWith[WithTotes]) -> None:
    """Open (or extend) the order's packing task with what stands in the totes."""
    order_id = work.task.document_id
    assert order_id is not None, "a pick without an order"
    order, totes = work.session.get_one(Order, order_id), work.memory.totes
    open_packing(work.session, order, warehouse_id=work.task.warehouse_id, container_ids=totes)


def to_shipping(work: Work) -> None:
    """Every unit is in a carton: the order's closed cartons wait to be loaded."""
    assert work.task.document_id is not None, "packing without an order"
    order = work.session.get_one(Order, work.task.document_id)
    open_shipping(work.session, order, warehouse_id=work.task.warehouse_id, due_at=work.task.due_at)


def hold_orders_of(work: Work, line: Line) -> None:
    """The orders that goods come out of the carton of: before the stock and its sums, as a cancellation has them."""
    if line.source_container_id is None or work.task.document_type not in ("put_back", STOCK):
        return
    ids = {held.order_id for held in held_in(work.session, [line.source_container_id])}
    if work.task.document_type == "put_back":
        ids.add(work.task.document_id or 0)
    rows = select(Order.id).where(Order.id.in_(ids)).order_by(Order.id)
    work.session.execute(rows.with_for_update(key_share=True))


def after_put_back(work: Work, line: Line) -> None:
    """Units of a cancelled order are out of their carton: what stays in it may be loaded again."""
    if work.task.document_type == "put_back" and line.source_container_id is not None:
        order = work.session.get_one(Order, work.task.document_id)
        resume_shipping(work.session, order, warehouse_id=work.task.warehouse_id)


def after_inspection(work: Work, line: Line) -> None:
    """Goods that were not for sale are out of their carton: what stays in it may be loaded again."""
    if line.source_container_id is None:
        return
    for order_id in sorted({held.order_id for held in held_in(work.session, [line.source_container_id])}):
        order = work.session.get_one(Order, order_id)
        resume_shipping(work.session, order, warehouse_id=work.task.warehouse_id)


def before_put_back(work: Work, line: Line) -> None:
    """A put-back is undone: its carton stays here again. Errors: ``being_shipped``; ``shipped_already``."""
    if work.task.document_type not in ("put_back", STOCK) or line.source_container_id is None:
        return
    container = work.session.get_one(Container, line.source_container_id, populate_existing=True)
    if container.status == "shipped":
        raise Refused("shipped_already", _("This carton has left. Unload it first."))
    withdraw_from_shipping(work, container)


def withdraw_from_shipping(work: Work, carton: Container) -> None:
    """The carton is open again: the shipping task loses its line. Errors: ``being_shipped`` while someone loads it."""
    asked = (
        select(TaskLine.task_id)
        .join(Task, Task.id == TaskLine.task_id)
        .where(TaskLine.source_container_id == carton.id, Task.kind == "ship", TaskLine.status == "open")
    )
    loading = Task.id.in_(work.session.scalars(asked).all())
    hold(work.session, loading)  # it may be begun, or loaded, at this moment
    line = work.session.execute(asked.add_columns(TaskLine.id, Task.status)).first()
    if line is None:
        return
    if line.status == "claimed":
        raise Refused("being_shipped", _("Someone is loading this order. Stop them first."))
    cancel_lines(work.session, [line.id])
    call_off(work.session, loading, Task.lines <= 0)
