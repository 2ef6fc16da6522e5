"""A pick is ended: what is chosen is free, what stands in its totes is put back; the order can be released again."""

from app.floor.pick.memory import Work
from app.floor.shared.open_work import held_order
from app.floor.shared.packing_work import unasked
from app.orders.take_out import take_out
from app.orders.waves import withdraw
from app.tasks.lines import Line


def end(work: Work, _left: list[Line], why: str) -> None:
    order = held_order(work)
    withdraw(work.session, work.task.id)
    for held, units in unasked(work.session, order, container_ids=work.memory.totes):
        take_out(work.session, held.holding_id, units, operator_id=work.actor.operator_id, reason=why)
