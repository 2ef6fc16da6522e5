"""Stock that was chosen for orders turns out not to be there: let go of it, and choose other stock where there is any.

The promise itself stays. Where nothing else can be chosen, *available* falls below zero and ``orders_at_risk`` says
whose order that is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, nulls_first, select, update
from sqlalchemy.orm import Session

from app.db import table
from app.ledger.models import Availability, Balance
from app.ledger.sums import AVAILABLE
from app.orders import allocate
from app.orders.models import Order, OrderLine
from app.orders.reserve import OPEN, reservation
from app.orders.shipments import leave_out_empty
from app.orders.stock_in_hand import (
    ALLOCATED,
    IN_HAND,
    allocation,
    close_empty_tasks,
    hold_work_at,
    holding,
    release_allocation,
    set_aside,
    shrink_packing,
)
from app.orders.waves import link_lines
from app.tasks.models import Task, TaskLine
from app.tasks.queue import hold

balance = allocate.balance


@dataclass(frozen=True, slots=True)
class Instead:
    """Other stock that was chosen: units by allocation, and the units for which there was none."""

    chosen: dict[int, int]
    unfound: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """An order that was promised ``quantity`` units that are not there any more."""

    order_id: int
    channel: str
    order_ref: str
    line_ref: str
    quantity: int


def let_go(session: Session, balance_id: int, units: int) -> dict[int, int | None]:
    """Release allocations of one balance, the latest first, until ``units`` of it are free (or none is left).

    Returns the reservations that lost their stock, each with its pick task.
    """
    hold_work_at(session, Balance.id == balance_id)
    row = session.execute(
        select(balance.c.quantity, balance.c.allocated).where(balance.c.id == balance_id).with_for_update()
    ).one()
    missing = units - (row.quantity - row.allocated)
    tasks: dict[int, int | None] = {}
    statement = (
        select(allocation.c.id, allocation.c.reservation_id, ALLOCATED.label("open"), TaskLine.task_id)
        .outerjoin(TaskLine, TaskLine.id == allocation.c.task_line_id)
        .where(allocation.c.balance_id == balance_id, ALLOCATED > 0)
        .order_by(allocation.c.id.desc())
    )
    for chosen in session.execute(statement).all():
        if missing <= 0:
            break
        taken = min(missing, chosen.open)
        release_allocation(session, chosen.id, taken)
        missing -= taken
        tasks[chosen.reservation_id] = chosen.task_id
    return tasks


def lose_held(session: Session, balance_id: int, units: int) -> None:
    """Units in a tote or carton are gone: what orders hold there shrinks to what is left, the latest first.

    Nobody is asked to pack them any more, and a carton that is empty now goes out with no shipment.
    """
    hold_work_at(session, Balance.id == balance_id)
    place = session.execute(select(balance).where(balance.c.id == balance_id).with_for_update()).one()
    rows = session.execute(_held_of(place).where(IN_HAND).order_by(holding.c.id.desc()).with_for_update()).all()
    missing = sum(row.quantity for row in rows) - (place.quantity - units)
    packing: set[int] = set()
    for row in rows:
        taken = max(0, min(missing, row.quantity))
        if taken:
            session.execute(update(holding).where(holding.c.id == row.id).values(quantity=holding.c.quantity - taken))
            packing |= shrink_packing(session, row.id)
            missing -= taken
    close_empty_tasks(session, Task.id.in_(packing))
    for order in session.scalars(orders_of(row.reservation_id for row in rows)):
        leave_out_empty(session, order)


def regain_held(session: Session, balance_id: int, *, reason: str) -> None:
    """Units are in a tote or carton again that were lost from it: its orders hold them again, the oldest first.

    What they do not want any more, or what was chosen or picked for them elsewhere since, is to be put back.
    """
    place = session.execute(select(balance).where(balance.c.id == balance_id).with_for_update()).one()
    rows = session.execute(_held_of(place).where(holding.c.is_shipped.is_(False)).order_by(holding.c.id)).all()
    found = place.quantity - sum(row.quantity for row in rows)
    wanted = allocate.unchosen(session, sorted({row.reservation_id for row in rows}))
    for row in rows:
        free = wanted.get(row.reservation_id, (0, 0, 0))[2]
        back = max(0, min(found, free))
        if back:
            session.execute(update(holding).where(holding.c.id == row.id).values(quantity=holding.c.quantity + back))
            found -= back
    if found > 0:
        assert rows, "units came back into a tote in which nobody ever had any"
        set_aside(session, rows[0].id, found, reason=reason)


def _held_of(place: Row[Any]) -> Select[Any]:
    """What orders hold, or held, of the units of one balance."""
    return select(holding).where(
        holding.c.container_id == place.container_id,
        holding.c.item_id == place.item_id,
        func.coalesce(holding.c.lot_id, 0) == (place.lot_id or 0),
        holding.c.serial == place.serial,
    )


def orders_of(reservation_ids: Iterable[int]) -> Select[Order]:
    """The orders that these reservations are for."""
    mine = select(OrderLine.order_id).join(reservation, reservation.c.order_line_id == OrderLine.id)
    return select(Order).where(Order.id.in_(mine.where(reservation.c.id.in_(set(reservation_ids))))).order_by(Order.id)


def choose_again(
    session: Session,
    tasks: dict[int, int | None],
    *,
    warehouse_id: int,
    today: date,
    avoid_locations: Sequence[int] = (),
) -> Instead:
    """Choose other stock for these reservations, as new lines of the same pick tasks where those are still going on.

    The units that found no stock stay promised.
    """
    wanted = allocate.unchosen(session, sorted(tasks))
    if not wanted:
        return Instead({}, 0)
    going_on = hold(session, Task.id.in_({task_id for task_id in tasks.values() if task_id is not None}))
    stock = allocate.free_stock(
        session,
        item_ids=[item for item, _warehouse, _units in wanted.values()],
        warehouse_id=warehouse_id,
        today=today,
        avoid_locations=avoid_locations,
    )
    here = {id_: each for id_, each in wanted.items() if tasks[id_] in going_on}
    chosen = allocate.choose(here, stock)
    by_task: dict[int, list[allocate.Chosen]] = {}
    for each in chosen:
        by_task.setdefault(tasks[each.reservation_id] or 0, []).append(each)
    written: dict[int, int] = {}
    for task_id, route in sorted(by_task.items()):
        allocation_ids = allocate.write(session, route)
        link_lines(session, task_id, route, allocation_ids)
        written |= zip(allocation_ids, (each.quantity for each in route), strict=True)
    return Instead(written, sum(units for _item, _warehouse, units in wanted.values()) - sum(written.values()))


def orders_at_risk(session: Session, item_id: int, warehouse_id: int) -> list[AtRisk]:
    """Whose promise cannot be kept, where available is below zero: the least urgent orders, until the gap is covered.

    What already stands picked in a tote is not at risk.
    """
    kept = table(Availability)
    gap = -(
        session.scalar(select(AVAILABLE).where(kept.c.item_id == item_id, kept.c.warehouse_id == warehouse_id)) or 0
    )
    held = (
        select(func.coalesce(func.sum(holding.c.quantity), 0))
        .where(holding.c.reservation_id == reservation.c.id, IN_HAND)
        .correlate(reservation)
        .scalar_subquery()
    )
    statement = (
        select(Order.id, Order.channel, Order.order_ref, OrderLine.line_ref, (OPEN - held).label("loose"))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(reservation, reservation.c.order_line_id == OrderLine.id)
        .where(reservation.c.item_id == item_id, reservation.c.warehouse_id == warehouse_id, OPEN > held)
        .order_by(nulls_first(Order.need_by.desc()), Order.placed_at.desc(), Order.id.desc(), reservation.c.id.desc())
    )
    found: list[AtRisk] = []
    for row in session.execute(statement):
        if gap <= 0:
            break
        found.append(AtRisk(row.id, row.channel, row.order_ref, row.line_ref, min(gap, int(row.loose))))
        gap -= int(row.loose)
    return found
