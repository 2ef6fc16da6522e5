"""The floor tells the order: picked, short, packed, shipped, and each of these taken back.

Each function is called in the transaction that posts the movement, so that the promise and the stock never part.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import adding, changed, core, lock, table
from app.language import _
from app.ledger.sums import shift
from app.orders.lost import Instead, choose_again
from app.orders.models import HOLDING_KEY, Holding, Order, OrderLine, Reservation, Shipment, ShipmentCarton
from app.orders.reserve import reservation, set_status
from app.orders.stock_in_hand import ALLOCATED, IN_HAND, allocation, holding, release_allocation
from app.places.models import Container
from app.places.numbers import next_number
from app.refusal import Refused


@dataclass(frozen=True, slots=True)
class Held:
    """Units of one order line in one container."""

    holding_id: int
    reservation_id: int
    order_id: int
    order_ref: str
    order_line_id: int
    item_id: int
    sku: str
    lot_id: int | None
    serial: str
    container_id: int
    quantity: int


_PICKED = (
    update(allocation)
    .where(allocation.c.id == bindparam("allocation"))
    .values(picked=allocation.c.picked + bindparam("n"))
    .returning(allocation.c.reservation_id)
)


def picked(
    session: Session,
    allocation_id: int,
    *,
    quantity: int,
    container_id: int,
    item_id: int,
    lot_id: int | None,
    serial: str = "",
) -> None:
    """``quantity`` units of an allocation went into a container (a negative quantity: came out again).

    Errors: ``changed_meanwhile`` where fewer of them are held there to come out.
    """
    row = core(session).execute(_PICKED, {"allocation": allocation_id, "n": quantity}).one()
    _hold(session, row.reservation_id, container_id, item_id, lot_id, serial, quantity)


def _hold(
    session: Session,
    reservation_id: int,
    container_id: int,
    item_id: int,
    lot_id: int | None,
    serial: str,
    quantity: int,
) -> None:
    if quantity < 0:
        is_held = changed(
            session,
            update(holding)
            .where(
                HOLDING_KEY[0] == reservation_id,
                HOLDING_KEY[1] == container_id,
                HOLDING_KEY[2] == (lot_id or 0),
                HOLDING_KEY[3] == serial,
                holding.c.quantity >= -quantity,
            )
            .values(quantity=holding.c.quantity + quantity),
        )
        if not is_held:
            raise _changed_meanwhile()
        return
    core(session).execute(
        adding(session, Holding, key=HOLDING_KEY, columns=("quantity",)),
        {
            "reservation_id": reservation_id,
            "container_id": container_id,
            "item_id": item_id,
            "lot_id": lot_id,
            "serial": serial,
            "quantity": quantity,
        },
    )


def _changed_meanwhile() -> Refused:
    return Refused(
        "changed_meanwhile",
        _("Some of it has just been cancelled or lost. Go on: what was cancelled gets its own put-away job."),
    )


def swap_lot(session: Session, holding_id: int, *, quantity: int, lot_id: int) -> int:
    """``quantity`` of the units held are of another lot than was believed. Returns the holding that they are in now.

    The promise may hold units of that lot there already, and keeps those of the old lot that were not swapped.
    Errors: ``changed_meanwhile`` where it holds fewer.
    """
    row = session.execute(
        update(holding)
        .where(holding.c.id == holding_id, holding.c.quantity >= quantity)
        .values(quantity=holding.c.quantity - quantity)
        .returning(holding.c.reservation_id, holding.c.container_id, holding.c.item_id, holding.c.serial)
    ).first()
    if row is None:
        raise _changed_meanwhile()
    _hold(session, row.reservation_id, row.container_id, row.item_id, lot_id, row.serial, quantity)
    found: int = session.execute(
        select(holding.c.id).where(
            HOLDING_KEY[0] == row.reservation_id,
            HOLDING_KEY[1] == row.container_id,
            HOLDING_KEY[2] == lot_id,
            HOLDING_KEY[3] == row.serial,
        )
    ).scalar_one()
    return found


def short(
    session: Session,
    *,
    allocation_ids: Sequence[int],
    task_id: int,
    warehouse_id: int,
    today: date,
    avoid_locations: Sequence[int],
    keep: Mapping[int, int] | None = None,
) -> tuple[dict[int, int], Instead]:
    """The bin held less than allocated: let go of what is left of these allocations and look elsewhere.

    ``avoid_locations``: this bin, and others that did not hold what the books say. New pick lines are opened in the
    same task for what is found elsewhere. Returns the units that were let go of, by allocation, and what was chosen
    instead; what found no stock stays committed on its order until a count tells what is there. ``keep`` names units
    of an allocation that the worker already has in hand.
    """
    tasks: dict[int, int | None] = {}
    released: dict[int, int] = {}
    for allocation_id in sorted(allocation_ids):
        row = session.execute(
            select(allocation.c.reservation_id, ALLOCATED.label("left")).where(allocation.c.id == allocation_id)
        ).one()
        missing = row.left - (keep or {}).get(allocation_id, 0)
        if missing > 0:
            release_allocation(session, allocation_id, missing)
            tasks[row.reservation_id] = task_id
            released[allocation_id] = missing
    elsewhere = choose_again(session, tasks, warehouse_id=warehouse_id, today=today, avoid_locations=avoid_locations)
    return released, elsewhere


def held_in(session: Session, container_ids: Collection[int], *, is_shipped: bool = False) -> list[Held]:
    """What stands in these containers (or left in them), and for which order lines."""
    statement = (
        select(
            holding.c.id,
            holding.c.reservation_id,
            Order.id,
            Order.order_ref,
            OrderLine.id,
            holding.c.item_id,
            OrderLine.sku,
            holding.c.lot_id,
            holding.c.serial,
            holding.c.container_id,
            holding.c.quantity,
        )
        .join(Reservation, Reservation.id == holding.c.reservation_id)
        .join(OrderLine, OrderLine.id == Reservation.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            holding.c.container_id.in_(container_ids),
            holding.c.quantity > 0,
            holding.c.is_shipped.is_(is_shipped),
        )
        .order_by(OrderLine.id, holding.c.id)
    )
    return [Held(*row) for row in session.execute(statement)]


def containers_of(session: Session, order_id: int, *, kinds: Sequence[str]) -> list[Container]:
    """The totes or cartons that hold units of an order."""
    statement = (
        select(Container)
        .join(Holding, Holding.container_id == Container.id)
        .join(Reservation, Reservation.id == Holding.reservation_id)
        .join(OrderLine, OrderLine.id == Reservation.order_line_id)
        .where(OrderLine.order_id == order_id, IN_HAND, Container.kind.in_(kinds))
        .distinct()
        .order_by(Container.id)
    )
    return list(session.scalars(statement))


def packed(session: Session, held: Held, *, quantity: int, container_id: int) -> None:
    """``quantity`` units went from one container of the order to another (tote to carton, or back)."""
    _hold(session, held.reservation_id, held.container_id, held.item_id, held.lot_id, held.serial, -quantity)
    _hold(session, held.reservation_id, container_id, held.item_id, held.lot_id, held.serial, quantity)


def open_shipment(session: Session, order_id: int, warehouse_id: int) -> Shipment:
    """The order's shipment that is being packed, made if there is none; it does not leave before this is known."""
    lock(session, session.get_one(Order, order_id))
    found = session.scalar(
        select(Shipment).where(
            Shipment.order_id == order_id, Shipment.warehouse_id == warehouse_id, Shipment.status == "open"
        )
    )
    if found is None:
        found = Shipment(
            number=f"SH-{next_number(session, 'shipment'):06d}",
            order_id=order_id,
            warehouse_id=warehouse_id,
            created_at=clock.now(),
        )
        session.add(found)
        session.flush()
    return found


def add_carton(session: Session, shipment: Shipment, container_id: int) -> None:
    """A carton joins its shipment."""
    session.add(ShipmentCarton(shipment_id=shipment.id, container_id=container_id))
    session.flush()


def join_shipment(session: Session, order_id: int, warehouse_id: int, container_id: int) -> None:
    """A carton is one of the order's shipment; one that was empty for a while has been thrown out of it."""
    if session.scalar(select(ShipmentCarton.id).where(ShipmentCarton.container_id == container_id)) is None:
        add_carton(session, open_shipment(session, order_id, warehouse_id), container_id)


def shipped(session: Session, container_id: int) -> None:
    """A carton went out of the door: its units are consumed, and *committed* falls with *on hand*.

    Whoever posts that holds the carton's orders before (``hold_orders``).
    """
    for held in sorted(held_in(session, [container_id]), key=lambda one: (one.item_id, one.reservation_id)):
        _consume(session, held, held.quantity)
    session.execute(update(holding).where(holding.c.container_id == container_id).values(is_shipped=True))
    now = clock.now()
    session.execute(update(table(Container)).where(Container.id == container_id).values(status="shipped"))
    row = session.execute(
        update(table(ShipmentCarton))
        .where(ShipmentCarton.container_id == container_id)
        .values(shipped_at=now)
        .returning(ShipmentCarton.shipment_id)
    ).one()
    left = session.scalar(
        select(func.count()).where(ShipmentCarton.shipment_id == row.shipment_id, ShipmentCarton.shipped_at.is_(None))
    )
    if not left:
        session.execute(
            update(table(Shipment)).where(Shipment.id == row.shipment_id).values(status="shipped", shipped_at=now)
        )
    set_status(session, _order_of(session, row.shipment_id))


def unshipped(session: Session, container_id: int) -> None:
    """A shipped carton was taken off the truck: its units are committed to their lines again.

    As in ``shipped``, its orders are held before.
    Errors: ``returned_already`` where units of it came back as a return: then it had left.
    """
    left = held_in(session, [container_id], is_shipped=True)
    _check_not_returned(session, left)
    for held in sorted(left, key=lambda one: (one.item_id, one.reservation_id)):
        _consume(session, held, -held.quantity)
    session.execute(update(holding).where(holding.c.container_id == container_id).values(is_shipped=False))
    session.execute(update(table(Container)).where(Container.id == container_id).values(status="closed"))
    row = session.execute(
        update(table(ShipmentCarton))
        .where(ShipmentCarton.container_id == container_id)
        .values(shipped_at=None)
        .returning(ShipmentCarton.shipment_id)
    ).one()
    shipment = session.get_one(Shipment, row.shipment_id, populate_existing=True)
    shipment.status, shipment.shipped_at = "open", None
    session.flush()
    set_status(session, shipment.order_id)


def _check_not_returned(session: Session, left: Sequence[Held]) -> None:
    coming_off: dict[int, int] = defaultdict(int)
    for held in left:
        coming_off[held.order_line_id] += held.quantity
    line = table(OrderLine)
    for row in session.execute(
        select(line.c.id, line.c.sku, line.c.shipped, line.c.returned).where(line.c.id.in_(coming_off))
    ):
        if row.shipped - coming_off[row.id] < row.returned:
            raise Refused(
                "returned_already",
                _("%(sku)s of this carton came back as a return. It did leave: use the return.", sku=row.sku),
            )


def hold_orders(session: Session, container_id: int) -> None:
    """Hold the orders of a carton's units before they leave, or come back: a cancellation is before or after that."""
    mine = (
        select(OrderLine.order_id)
        .join(Reservation, Reservation.order_line_id == OrderLine.id)
        .join(Holding, Holding.reservation_id == Reservation.id)
        .where(Holding.container_id == container_id)
    )
    session.execute(select(Order.id).where(Order.id.in_(mine)).order_by(Order.id).with_for_update())


def _consume(session: Session, held: Held, quantity: int) -> None:
    row = session.execute(
        update(reservation)
        .where(reservation.c.id == held.reservation_id)
        .values(consumed=reservation.c.consumed + quantity)
        .returning(reservation.c.warehouse_id)
    ).one()
    line = table(OrderLine)
    session.execute(update(line).where(line.c.id == held.order_line_id).values(shipped=line.c.shipped + quantity))
    shift(session, held.item_id, row.warehouse_id, committed=-quantity)


def _order_of(session: Session, shipment_id: int) -> int:
    return session.execute(select(Shipment.order_id).where(Shipment.id == shipment_id)).scalar_one()
