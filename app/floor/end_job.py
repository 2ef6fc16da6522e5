"""A supervisor ends a job that nobody can finish, or that nobody should: any kind, open or in somebody's hands.

What it held goes where it belongs, by the rules of a cancellation, and the document can go on:

- pick: what is chosen is free again, what stands in its totes is put back; its order can be released again
- pack: what is not in a closed carton is put back; the closed cartons go to the door
- ship: the cartons stay packed, and those that may leave wait to be loaded anew
- put-away: what the books still have there waits to be put away anew
- inspect: what is on the bench stays there, in quarantine; the rest of the return can be begun again
- receive, count, move: what was posted stays; what was only counted is where the books have it

Whoever holds the job hears it at the next scan (``ended``). Who ended it, when and why is kept (``EndedTask``).
"""

from collections import defaultdict
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import lock
from app.floor.inspect.stock_inspection import of_stock
from app.floor.loop import advance
from app.floor.pack.cartons import carton_of, drop_carton
from app.floor.shared import confirm, handover, totes
from app.floor.shared.packing_work import unasked
from app.floor.shared.shipping_work import open_shipping
from app.floor.shared.step import Work
from app.language import _
from app.orders.fulfil import held_in
from app.orders.models import Order
from app.orders.stock_in_hand import hold_work
from app.orders.take_out import take_out
from app.orders.waves import withdraw
from app.people.actor import Actor
from app.refusal import Conflict, Forbidden, Refused
from app.returns import disposition
from app.tasks.lines import Line, cancel_lines, change_line, count, finish_units, hand_on, lines
from app.tasks.models import Task, TaskLine
from app.tasks.queue import UNFINISHED, NewLine, end, open_task

LONGEST_REASON = 200


def end_task(session: Session, settings: Settings, actor: Actor, task_id: int, *, reason: str) -> None:
    """End an unfinished job.

    Errors: ``role_missing`` for anybody but a supervisor; ``reason_needed``; ``unknown_task``; ``task_done``.
    """
    if not actor.may("supervisor"):
        raise Forbidden("role_missing", _("Only a supervisor may end a job. Ask one."))
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise Refused("reason_needed", _("Say why this job is ended: whoever holds it will be told."))
    _hold_first(session, task_id)
    work = advance.held(session, settings, actor, task_id)
    if work.task.status not in UNFINISHED:
        raise Conflict("task_done", _("This task is finished. Take the next one."))
    end(session, actor, work.task, reason=why)
    left = lines(session, task_id, TaskLine.status == "open")
    _GO_ON.get(work.task.kind, _nothing_held)(work, left, why)
    cancel_lines(session, [line.id for line in left])
    totes.let_go_of_all(work)
    session.refresh(work.task)


def _hold_first(session: Session, task_id: int) -> None:
    """Of an order's work every task is held in its turn: this one may come after another that is scanned at."""
    order_id = session.scalar(select(Task.document_id).where(Task.id == task_id, Task.document_type == "order"))
    if order_id is not None:
        hold_work(session, [order_id])


def _order(work: Work) -> Order:
    """The job's order, held together with all work for it."""
    assert work.task.document_id is not None, "work for an order without one"
    hold_work(work.session, [work.task.document_id])
    order = work.session.get_one(Order, work.task.document_id)
    lock(work.session, order)
    return order


def _pick(work: Work, _left: list[Line], why: str) -> None:
    order = _order(work)
    withdraw(work.session, work.task.id)
    for held, units in unasked(work.session, order, container_ids=work.memory.get("totes", [])):
        take_out(work.session, held.holding_id, units, operator_id=work.actor.operator_id, reason=why)


def _pack(work: Work, left: list[Line], why: str) -> None:
    _order(work)
    for line in left:
        if line.document_line_id is not None:
            take_out(work.session, line.document_line_id, line.left, operator_id=work.actor.operator_id, reason=why)
    carton = carton_of(work)
    if carton is not None and not held_in(work.session, [carton.id]):
        drop_carton(work, carton)
    handover.to_shipping(work)


def _ship(work: Work, left: list[Line], _why: str) -> None:
    order = _order(work)
    cancel_lines(work.session, [line.id for line in left])
    open_shipping(work.session, order, warehouse_id=work.task.warehouse_id, due_at=work.task.due_at)


def _putaway(work: Work, left: list[Line], _why: str) -> None:
    taken: dict[tuple[object, ...], int] = defaultdict(int)
    again: list[NewLine] = []
    whole: list[int] = []
    for line in left:
        place = line.source_container_id or -(line.source_location_id or 0)
        goods = (place, line.item_id, line.lot_id, line.serial, line.source_condition)
        units = min(line.left, confirm.units_there(work, line) - taken[goods])
        if units <= 0:
            continue
        taken[goods] += units
        if units == line.quantity:  # its receipt knows it, and may be undone
            change_line(work.session, line.id, source_location_id=confirm.stands_at(work, line))
            whole.append(line.id)
            continue
        again.append(
            NewLine(
                item_id=line.item_id,
                quantity=units,
                lot_id=line.lot_id,
                serial=line.serial,
                source_location_id=confirm.stands_at(work, line),
                source_container_id=line.source_container_id,
                source_condition=line.source_condition,
            )
        )
    if again or whole:
        new = open_task(
            work.session,
            kind="putaway",
            warehouse_id=work.task.warehouse_id,
            document_type=work.task.document_type,
            document_id=work.task.document_id,
            document=work.task.document,
            priority=work.task.priority,
            due_at=work.task.due_at,
            lines=again,
        )
        hand_on(work.session, whole, source_task_id=work.task.id, target_task_id=new.id)
    for line in left:
        handover.after_put_back(work, line)
    left[:] = [line for line in left if line.id not in whole]


def _inspect(work: Work, left: list[Line], _why: str) -> None:
    bench, mine = work.memory.get("bench"), [line for line in left if line.id == work.memory.get("line")]
    if not bench or not mine or of_stock(work):  # what stood here before stands as it stood
        return
    assert mine[0].document_line_id is not None, "an inspection without its return line"
    disposition.inspected(work.session, mine[0].document_line_id, bench["units"])
    if finish_units(work.session, mine[0].id, bench["units"]):
        count(work.session, work.task.id, done=1)


def _nothing_held(_work: Work, _left: list[Line], _why: str) -> None:
    """What such a job has posted stays; what it only counted was never in the books."""


_GO_ON: dict[str, Callable[[Work, list[Line], str], None]] = {
    "pick": _pick,
    "pack": _pack,
    "ship": _ship,
    "putaway": _putaway,
    "inspect": _inspect,
}
