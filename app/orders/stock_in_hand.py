"""The stock behind a reservation, and how to let go of it: unallocated, allocated to a bin, or picked.

Used when a line's target falls. Each stage gives back at most what it is asked for and says how much that was.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import table
from app.ledger.balances import release_units
from app.ledger.models import BALANCE_KEY, Balance
from app.ledger.post import Header, Move, Place, post
from app.ledger.standing import hold_still
from app.orders.models import Allocation, Holding, Order, OrderLine, Reservation
from app.places.models import Container
from app.tasks.life import call_off
from app.tasks.lines import cancel_lines, shrink_line
from app.tasks.models import Task, TaskLine
from app.tasks.queue import NewLine, hold, open_task

allocation = table(Allocation)
holding = table(Holding)
ALLOCATED = allocation.c.quantity - allocation.c.picked - allocation.c.released
"""The units of an allocation that still wait in their bin."""
IN_HAND = (holding.c.quantity > 0) & holding.c.is_shipped.is_(False)
"""Holdings that are still in the building."""


def hold_work(session: Session, order_ids: Iterable[int]) -> None:
    """Hold the picking, packing and loading of these orders still: their lines may change now.

    It comes before the orders themselves (``app/tasks/queue.py`` says why), for whoever scans holds a task and then
    asks for its order.
    """
    ids = sorted(set(order_ids))
    hold(session, Task.document_type == "order", Task.document_id.in_(ids), Task.kind.in_(("pick", "pack", "ship")))


def hold_work_at(session: Session, *where: ColumnElement[bool]) -> None:
    """Hold the work still of every order that has chosen units of these balances, or holds some in their containers.

    ``where`` says which, on ``Balance``. For whoever may find less there; it comes before the stock itself.
    """
    chosen = (
        select(OrderLine.order_id)
        .join(Reservation, Reservation.order_line_id == OrderLine.id)
        .join(Allocation, Allocation.reservation_id == Reservation.id)
        .join(Balance, Balance.id == Allocation.balance_id)
        .where(*where, Balance.allocated > 0, ALLOCATED > 0)
    )
    held = (
        select(OrderLine.order_id)
        .join(Reservation, Reservation.order_line_id == OrderLine.id)
        .join(Holding, Holding.reservation_id == Reservation.id)
        .join(Balance, Balance.container_id == Holding.container_id)
        .where(*where, Balance.quantity > 0, IN_HAND)
    )
    orders = set(session.execute(chosen.union(held)).scalars())
    if orders:
        hold_work(session, orders)


def lock_reservations(session: Session, reservation_ids: Iterable[int]) -> None:
    """Hold these reservations still, in the order of their ids: whoever chooses stock for them waits."""
    ids = sorted(set(reservation_ids))
    table_ = table(Reservation)
    rows = select(table_.c.id).where(table_.c.id.in_(ids)).order_by(table_.c.id)
    session.execute(rows.with_for_update(key_share=True))  # a pick that only refers to one goes on


def lock_stock_in_hand(session: Session, reservation_ids: Iterable[int]) -> None:
    """Hold still what was chosen and picked for these reservations too: whoever picks, packs or ships it waits."""
    ids = sorted(set(reservation_ids))
    lock_reservations(session, ids)
    for stage in (allocation, holding):
        mine = select(stage.c.id).where(stage.c.reservation_id.in_(ids))
        session.execute(mine.order_by(stage.c.id).with_for_update(key_share=True))


def lock_balances(session: Session, reservation_ids: Iterable[int]) -> None:
    """Hold the stock itself that was chosen and picked for these reservations: after them, and before the kept sums."""
    ids = sorted(set(reservation_ids))
    balance = table(Balance)
    chosen = select(allocation.c.balance_id).where(allocation.c.reservation_id.in_(ids), ALLOCATED > 0)
    boxes = select(holding.c.container_id).where(holding.c.reservation_id.in_(ids), IN_HAND)
    rows = select(balance.c.id).where(or_(balance.c.id.in_(chosen), balance.c.container_id.in_(boxes)))
    session.execute(rows.order_by(*BALANCE_KEY).with_for_update(key_share=True))


def allocated_units(session: Session, reservation_id: int) -> int:
    """Units of a reservation that are chosen in a bin and not picked yet."""
    statement = select(func.coalesce(func.sum(ALLOCATED), 0)).where(allocation.c.reservation_id == reservation_id)
    return int(session.execute(statement).scalar_one())


def picked_units(session: Session, reservation_id: int) -> int:
    """Units of a reservation that stand in totes and cartons."""
    statement = select(func.coalesce(func.sum(holding.c.quantity), 0)).where(
        holding.c.reservation_id == reservation_id, IN_HAND
    )
    return int(session.execute(statement).scalar_one())


def unallocated(session: Session, reservation_id: int, units: int, *, reason: str) -> int:
    """Units for which no stock was chosen yet: nothing to undo on the floor."""
    open_units = session.execute(
        select(Reservation.quantity - Reservation.consumed - Reservation.released - Reservation.expired).where(
            Reservation.id == reservation_id
        )
    ).scalar_one()
    return min(units, open_units - allocated_units(session, reservation_id) - picked_units(session, reservation_id))


def give_back_allocated(session: Session, reservation_id: int, units: int, *, reason: str) -> int:
    """Release allocations that are not picked: the bins' stock is free again and the pick lines shrink or vanish."""
    rows = session.execute(
        select(allocation, ALLOCATED.label("open"))
        .where(allocation.c.reservation_id == reservation_id, ALLOCATED > 0)
        .order_by(allocation.c.balance_id.desc())
    ).all()
    given = 0
    for row in rows:
        taken = min(units - given, row.open)
        if taken:
            release_allocation(session, row.id, taken)
            given += taken
    return given


def release_allocation(session: Session, allocation_id: int, units: int) -> None:
    """Give ``units`` of one allocation back to its bin; its pick line shrinks, or vanishes with the last of them."""
    row = session.execute(
        update(allocation)
        .where(allocation.c.id == allocation_id, units <= ALLOCATED)
        .values(released=allocation.c.released + units)
        .returning(allocation.c.balance_id, allocation.c.task_line_id, ALLOCATED.label("open"))
    ).one()
    release_units(session, row.balance_id, units)
    if row.task_line_id is not None:
        shrink_line(session, row.task_line_id, units)


def close_empty_tasks(session: Session, *where: ColumnElement[bool]) -> None:
    """Close the picking, packing and loading, of the tasks named, that nobody holds and that has lost all its lines."""
    open_lines = select(TaskLine.task_id).where(TaskLine.status == "open")
    is_empty = (Task.status == "open") & (Task.done_lines == 0) & Task.id.not_in(open_lines)
    call_off(session, *where, Task.kind.in_(("pick", "pack", "ship")), is_empty)


def put_back_picked(session: Session, reservation_id: int, units: int, *, reason: str) -> int:
    """Units already in a tote or carton: set on hold where they stand, and a put-back task opened for them.

    They are unavailable until a scan puts them into a bin again; a carton with them is not loaded before that.
    """
    mine = (holding.c.reservation_id == reservation_id, IN_HAND)
    hold_still(session, session.scalars(select(holding.c.container_id).where(*mine)).all())
    rows = session.execute(select(holding).where(*mine).order_by(holding.c.id.desc())).all()
    given = 0
    for row in rows:
        taken = min(units - given, row.quantity)
        if taken:
            session.execute(update(holding).where(holding.c.id == row.id).values(quantity=holding.c.quantity - taken))
            shrink_packing(session, row.id)
            set_aside(session, row.id, taken, reason=reason)
            given += taken
    return given


def set_aside(session: Session, holding_id: int, units: int, *, reason: str, operator_id: int | None = None) -> None:
    """Units that are in a tote or carton and that its order does not want there: on hold, with a put-back task."""
    row = session.execute(
        select(
            holding,
            Container.location_id,
            Container.warehouse_id,
            Order.id.label("order_id"),
            Order.order_ref,
        )
        .join(Container, Container.id == holding.c.container_id)
        .join(Reservation, Reservation.id == holding.c.reservation_id)
        .join(OrderLine, OrderLine.id == Reservation.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(holding.c.id == holding_id)
    ).one()
    cancel_lines(session, session.scalars(loading_lines(row.container_id)).all())
    stands, aside = Place(row.location_id, row.container_id), Place(row.location_id, row.container_id, "hold")
    post(
        session,
        Header(
            key=f"put-back:{row.id}:{clock.now().isoformat()}",
            reason="put_back",
            operator_id=operator_id,
            device="" if operator_id else "orders",
            document_type="order",
            document=row.order_ref,
            note=reason,
        ),
        [Move(row.item_id, units, stands, aside, lot_id=row.lot_id, serial=row.serial)],
    )
    open_task(
        session,
        kind="putaway",
        warehouse_id=row.warehouse_id,
        document_type="put_back",
        document_id=row.order_id,
        document=row.order_ref,
        priority=50,
        lines=[
            NewLine(
                item_id=row.item_id,
                quantity=units,
                lot_id=row.lot_id,
                serial=row.serial,
                source_location_id=row.location_id,
                source_container_id=row.container_id,
                source_condition="hold",
            )
        ],
    )


def shrink_packing(session: Session, holding_id: int) -> set[int]:
    """Packing asks for no more units of a holding than it has left; the line that came last is the first to shrink.

    Two lines may ask for one holding, and what was picked last may not be asked for yet. Returns the packing tasks.
    """
    left = session.execute(select(holding.c.quantity).where(holding.c.id == holding_id)).scalar_one()
    lines = session.execute(packing_lines(holding_id)).all()
    too_many = sum(line.asked for line in lines) - left
    for line in lines:
        fewer = min(too_many, line.asked)
        if fewer > 0:
            shrink_line(session, line.id, fewer)
            too_many -= fewer
    return {line.task_id for line in lines}


def packing_lines(holding_id: int) -> Select[int, int, int]:
    """The open packing lines of a holding, held still, with the units that they still ask for; the newest first."""
    return (
        select(TaskLine.id, TaskLine.task_id, (TaskLine.quantity - TaskLine.done).label("asked"))
        .join(Task, Task.id == TaskLine.task_id)
        .where(Task.kind == "pack", TaskLine.status == "open", TaskLine.document_line_id == holding_id)
        .order_by(TaskLine.id.desc())
        .with_for_update(of=TaskLine)
    )


def loading_lines(container_id: int) -> Select[int]:
    """The open loading line of a carton."""
    return (
        select(TaskLine.id)
        .join(Task, Task.id == TaskLine.task_id)
        .where(Task.kind == "ship", TaskLine.status == "open", TaskLine.source_container_id == container_id)
    )
