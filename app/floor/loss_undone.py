"""A loss from a tote or carton is taken back: its orders hold the units again, and packing or loading asks for them."""

from sqlalchemy import select

from app.db import lock, table
from app.floor.packing import open_packing, totes_at_rest
from app.floor.shipping import resume_shipping
from app.floor.step import Work
from app.language import _
from app.ledger.models import BALANCE_KEY, Balance
from app.ledger.post import Move, Posted
from app.orders import fulfil, lost
from app.orders.models import Order
from app.orders.put_back import ask_again
from app.places.models import PICKED_INTO, Container
from app.refusal import Refused

balance = table(Balance)


def give_back(work: Work, posted: Posted) -> None:
    """What came back into totes and cartons belongs to the orders that it was picked for.

    Errors: ``shipped_already`` where the carton has left meanwhile.
    """
    for container_id in sorted({move.target.container_id or 0 for move in posted.moves} - {0}):
        box = work.session.get_one(Container, container_id, populate_existing=True)
        if box.status == "shipped":
            raise Refused("shipped_already", _("This carton has left. Unload it first."))
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
