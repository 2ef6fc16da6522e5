"""A loss from a tote or carton is taken back: its orders hold the units again, and packing or loading asks for them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select

from app.db import lock, table
from app.floor.count.memory import Work
from app.floor.shared.packing_work import open_packing, totes_at_rest
from app.floor.shared.shipping_work import resume_shipping
from app.floor.shared.totes import require_nobody_else
from app.language import _
from app.ledger.models import BALANCE_KEY, Balance, Movement
from app.ledger.post import Move, Posted
from app.ledger.standing import elsewhere, hold_still
from app.orders import fulfil, lost
from app.orders.models import Order
from app.orders.put_back import ask_again
from app.places.models import PICKED_INTO, Container, Location
from app.refusal import Refused
from app.tasks.models import Task, TaskLine
from app.tasks.queue import hold

balance, movement = table(Balance), table(Movement)


def note_orders(work: Work, container_ids: Iterable[int | None]) -> None:
    """Keep whose units stand in these containers, before some of them are lost: they may come back to nobody else."""
    known = dict(work.memory.lost_from)
    for container_id in sorted({id_ for id_ in container_ids if id_ is not None}):
        orders = {one.order_id for one in fulfil.held_in(work.session, [container_id])}
        known[container_id] = tuple(sorted({*known.get(container_id, ()), *orders}))
    work.memory = replace(work.memory, lost_from=known)


def hold_boxes(work: Work, posting_ids: Sequence[int]) -> None:
    """What these losses were taken from may get its units back, and stays as it is until that is done.

    All work that the units may come back to is held first, as everywhere (``tasks.queue``).
    Errors: ``shipped_already``; ``container_elsewhere``; ``tote_in_use`` where another order has the tote by now.
    """
    taken = select(movement.c.source_container_id).where(
        movement.c.posting_id.in_(posting_ids), movement.c.source_container_id.is_not(None)
    )
    boxes = sorted(set(work.session.scalars(taken)))
    if not boxes:
        return
    whose = {box: set(orders) for box, orders in work.memory.lost_from.items()}
    orders = sorted({*(one.order_id for one in fulfil.held_in(work.session, boxes)), *set().union(*whose.values())})
    lines = select(TaskLine.task_id).where(TaskLine.source_container_id.in_(boxes), TaskLine.status == "open")
    is_theirs = (Task.document_type == "order") & Task.document_id.in_(orders)
    hold(work.session, Task.id != work.task.id, is_theirs | Task.id.in_(lines))
    mine = select(Order.id).where(Order.id.in_(orders)).order_by(Order.id)
    work.session.execute(mine.with_for_update(key_share=True))
    hold_still(work.session, boxes)
    for container_id in boxes:
        box = work.session.get_one(Container, container_id, populate_existing=True)
        if box.status == "shipped":
            raise Refused("shipped_already", _("This carton has left. Unload it first."))
        if box.location_id not in (None, work.task.location_id, work.floor_id):  # there: in a picker's hands, or was
            raise elsewhere(box.code, work.session.get_one(Location, box.location_id).code)
        if box.kind in PICKED_INTO:
            require_nobody_else(work, box, whose.get(container_id, set()))


def give_back(work: Work, posted: Posted) -> None:
    """What came back into totes and cartons belongs to the orders that it was picked for."""
    for container_id in sorted({move.target.container_id or 0 for move in posted.moves} - {0}):
        box = work.session.get_one(Container, container_id, populate_existing=True)
        if box.kind in PICKED_INTO:
            ask_again(work.session, balance.c.container_id == box.id)
            into = [move for move in posted.moves if move.target.container_id == container_id]
            _give_back(work, box, into)


def _give_back(work: Work, box: Container, moves: list[Move]) -> None:
    for move in moves:
        balance_id = work.session.execute(
            select(balance.c.id).where(
                BALANCE_KEY[0] == move.item_id,
                BALANCE_KEY[1] == move.target.location_id,
                BALANCE_KEY[2] == (move.lot_id or 0),
                BALANCE_KEY[3] == box.id,
                BALANCE_KEY[4] == move.target.condition,
                BALANCE_KEY[5] == move.serial,
            )
        ).scalar_one()
        if move.target.condition == "available":
            lost.regain_held(work.session, balance_id, reason="undo")
    for order_id in sorted({one.order_id for one in fulfil.held_in(work.session, [box.id])}):
        order = work.session.get_one(Order, order_id)
        lock(work.session, order)
        if box.kind == "tote":
            at_rest = totes_at_rest(work.session, order_id, warehouse_id=box.warehouse_id)
            open_packing(work.session, order, warehouse_id=box.warehouse_id, container_ids={box.id} & set(at_rest))
        else:
            fulfil.join_shipment(work.session, order_id, box.warehouse_id, box.id)
            resume_shipping(work.session, order, warehouse_id=box.warehouse_id)
