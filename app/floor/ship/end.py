"""Shipping is ended: the cartons stay packed, and those that may leave wait to be loaded anew."""

from app.floor.shared.open_work import held_order
from app.floor.shared.shipping_work import open_shipping
from app.floor.ship.memory import Work
from app.tasks.lines import Line, cancel_lines


def end(work: Work, left: list[Line], _why: str) -> None:
    order = held_order(work)
    cancel_lines(work.session, [line.id for line in left])
    open_shipping(work.session, order, warehouse_id=work.task.warehouse_id, due_at=work.task.due_at)
