"""Block a place: nothing is put there any more, and in a bin nothing is promised or picked either.

Everything for sale in a blocked bin is set on hold by a posting ``blocked``: what orders had chosen of it is let go of,
and chosen elsewhere where there is any. Unblocking posts back what came to be on hold there since, except what has
expired meanwhile. In a place of another kind the goods keep their condition: they are on their way out of it.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from app import clock
from app.db import core, lock
from app.language import _
from app.ledger.for_sale import SELLABLE, balance, condition_in, is_good, lot, not_for_sale
from app.ledger.models import Movement, Posting
from app.ledger.post import Header, Move, Place, post
from app.orders import lost
from app.orders.allocate import hold_stock
from app.orders.stock_in_hand import close_empty_tasks, hold_work_at
from app.people.actor import Actor
from app.places.models import Location, Warehouse
from app.places.warehouses import location_of, warehouse_of
from app.refusal import Conflict, Refused
from app.tasks.models import Task


def block(session: Session, actor: Actor, *, warehouse: str, location: str, reason: str) -> int:
    """Block a place; returns the units that are on hold there now because of it.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``reason_needed``; ``not_to_be_blocked`` for the floor;
    ``blocked_already``.
    """
    house = warehouse_of(session, warehouse)
    hold_work_at(session, balance.c.location_id == location_of(session, house, location).id)  # tasks before places
    house, place = _place(session, warehouse, location)
    if not reason.strip():
        raise Refused("reason_needed", _("Say why %(place)s is blocked.", place=place.code))
    if place.kind == "floor":
        raise Refused("not_to_be_blocked", _("The floor cannot be blocked. Choose a bin or another place."))
    if place.is_blocked:
        raise Conflict("blocked_already", _("%(place)s is blocked already.", place=place.code))
    place.is_blocked, place.blocked_at, place.blocked_reason = True, clock.now(), reason.strip()
    session.flush()
    condition = condition_in(place.kind, is_blocked=True)
    if condition == condition_in(place.kind):
        return 0
    rows = session.execute(
        select(balance.c.id, balance.c.item_id, balance.c.allocated)
        .where(balance.c.location_id == place.id, ~not_for_sale(balance.c.condition), balance.c.quantity > 0)
        .order_by(balance.c.item_id, balance.c.lot_id, balance.c.id)
    ).all()
    tasks: dict[int, int | None] = {}
    if any(row.allocated for row in rows):
        hold_stock(session, [row.item_id for row in rows], house.id)
    for row in rows:
        there = session.execute(select(balance.c.quantity).where(balance.c.id == row.id).with_for_update()).scalar_one()
        tasks |= lost.let_go(session, row.id, there)
    moves = [
        Move(
            row.item_id,
            row.quantity,
            Place(place.id, row.container_id),
            Place(place.id, row.container_id, condition),
            lot_id=row.lot_id,
            serial=row.serial,
        )
        for row in session.execute(select(balance).where(balance.c.id.in_([row.id for row in rows])))
        if row.quantity
    ]
    if moves:
        post(session, _header(actor, "blocked", place, note=reason.strip()), moves, warehouse_id=house.id)
    lost.choose_again(session, tasks, warehouse_id=house.id, today=clock.today(house.time_zone))
    close_empty_tasks(session, Task.id.in_(set(tasks.values())))
    return sum(move.quantity for move in moves)


def unblock(session: Session, actor: Actor, *, warehouse: str, location: str) -> int:
    """Unblock a place; returns the units that are for sale again.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``not_blocked``.
    """
    house, place = _place(session, warehouse, location)
    if not place.is_blocked:
        raise Conflict("not_blocked", _("%(place)s is not blocked.", place=place.code))
    moves = _released(session, house, place)
    place.is_blocked, place.blocked_at, place.blocked_reason = False, None, ""
    session.flush()
    if moves:
        post(session, _header(actor, "unblocked", place), moves, warehouse_id=house.id)
    return sum(move.quantity for move in moves)


def _place(session: Session, warehouse: str, location: str) -> tuple[Warehouse, Location]:
    """The place, held: whoever just puts goods there is waited for, and sees afterwards that it is blocked."""
    house = warehouse_of(session, warehouse)
    place = location_of(session, house, location)
    lock(session, place)
    return house, place


def _header(actor: Actor, reason: str, place: Location, *, note: str = "") -> Header:
    return Header(
        key=f"{reason}:{uuid.uuid4()}",
        reason=reason,
        operator_id=actor.operator_id,
        device=actor.device,
        document_type="location",
        document=place.code,
        note=note,
    )


def _released(session: Session, house: Warehouse, place: Location) -> list[Move]:
    """What came to be on hold here since the place was blocked, and is here still."""
    held = condition_in(place.kind, is_blocked=True)
    if held == condition_in(place.kind) or place.blocked_at is None:
        return []
    came = _since(session, place, held)
    statement = (
        select(balance)
        .outerjoin(lot, lot.c.id == balance.c.lot_id)
        .where(
            balance.c.location_id == place.id,
            balance.c.condition == held,
            balance.c.quantity > 0,
            is_good(clock.today(house.time_zone)),
        )
        .order_by(balance.c.item_id, balance.c.lot_id, balance.c.id)
        .with_for_update(of=balance)
    )
    moves = []
    for row in session.execute(statement).all():
        units = min(row.quantity, came.get((row.item_id, row.lot_id, row.container_id, row.serial), 0))
        if units > 0:
            source, target = (Place(place.id, row.container_id, condition) for condition in (held, SELLABLE))
            moves.append(Move(row.item_id, units, source, target, lot_id=row.lot_id, serial=row.serial))
    return moves


def _since(session: Session, place: Location, held: str) -> dict[Sequence[Any], int]:
    """(item, lot, container, serial) -> units more on hold here than when the place was blocked."""
    sides = union_all(
        *(
            select(
                Movement.item_id,
                Movement.lot_id,
                getattr(Movement, f"{side}_container_id").label("container_id"),
                Movement.serial,
                (Movement.quantity * sign).label("units"),
            )
            .join(Posting, Posting.id == Movement.posting_id)
            .where(
                getattr(Movement, f"{side}_location_id") == place.id,
                getattr(Movement, f"{side}_condition") == held,
                Posting.recorded_at >= place.blocked_at,
            )
            for side, sign in (("source", -1), ("target", 1))
        )
    ).subquery()
    *key, units = sides.c
    rows = core(session).execute(select(*key, func.sum(units)).group_by(*key))
    return {(row[0], row[1], row[2], row[3]): int(row[4]) for row in rows}
