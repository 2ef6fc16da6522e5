"""Correct the expiry date of a lot that was mistyped or misread, with a reason; and what follows from it for its stock.

- expired by the new date: set on hold by the rule of ``orders.expire``
- good by the new date: what was set on hold because it had expired is for sale again, by a posting ``not_expired``;
  what is on hold for another reason too, and what somebody was asked to look at or to put away, is left to them

The date is changed in one transaction, the stock follows in portions (``follow``), which may be done again.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.catalog.items import item_of
from app.catalog.lots import change_expiry, known_lot
from app.control.stowing import stow
from app.control.undecided import asked_for, stands
from app.db import table
from app.language import _
from app.ledger.for_sale import SELLABLE, balance, condition_in, hold_places, is_for_sale, location, lot
from app.ledger.models import Movement, Posting
from app.ledger.post import Header, Move, Place, post
from app.orders.expire import AT_ONCE, REASON, hold_expired
from app.people.actor import Actor
from app.people.decisions import By, decide, decided_since
from app.places.models import PICKED_INTO, Container, Location, Warehouse
from app.refusal import NotFound, Refused

CORRECTED = "expiry_corrected"
NOT_EXPIRED = "not_expired"
_HELD = "hold"
_BY_EXPIRY = (REASON, "putaway")
"""The reasons for which goods come to be on hold because they have expired: the worker's, and that of a put-away, which
makes everything else available."""
LOOK_BACK = timedelta(days=1)
movement, posting, box = map(table, (Movement, Posting, Container))


@dataclass(frozen=True, slots=True)
class Corrected:
    """A lot whose date was corrected; ``was`` is the date before."""

    lot_id: int
    was: date | None
    expiry: date | None


@dataclass(frozen=True, slots=True)
class Followed:
    """Units that a portion set on hold, and units that it gave back for sale."""

    held: int
    released: int


def correct_expiry(
    session: Session, actor: Actor, *, sku: str, lot: str, known: date | None, expiry: date | None, reason: str
) -> Corrected:
    """Write the right date into a lot, and down who did it and why. The same again changes nothing.

    ``known`` is the date that whoever corrects it was shown.
    Errors: ``unknown_sku``; ``unknown_lot``; ``reason_needed``; ``expiry_needed`` where the item has one;
    ``expiry_changed``.
    """
    item = item_of(session, sku)
    found = known_lot(session, item.id, lot)
    if found is None:
        raise NotFound("unknown_lot", _("%(sku)s has no lot %(lot)s. Check the label.", sku=sku, lot=lot))
    if not reason.strip():
        raise Refused("reason_needed", _("Say why the date of lot %(lot)s is another one.", lot=lot))
    if expiry is None and item.has_expiry:
        raise Refused("expiry_needed", _("Every lot of %(sku)s has an expiry date. Give the right one.", sku=sku))
    if found.expiry == expiry:
        return Corrected(found.id, expiry, expiry)
    change_expiry(session, found.id, known=known, expiry=expiry)
    by, detail = By(actor.operator_id), f"{known or '-'} → {expiry or '-'}"
    decide(session, "lot", found.id, what=CORRECTED, reason=reason.strip(), by=by, detail=detail)
    return Corrected(found.id, known, expiry)


def follow(session: Session, lot_id: int, *, actor: Actor | None = None) -> Followed:
    """One portion of what follows for the stock of a lot from its date. Nothing of either: it is through."""
    kept = session.execute(select(lot).where(lot.c.id == lot_id)).one()
    held = released = 0
    for house in _houses(session, kept.item_id, lot_id):
        if kept.expiry is not None and kept.expiry < clock.today(house.time_zone):
            held += hold_expired(session, house, item_ids=[kept.item_id])
        else:
            released += _release(session, house, kept, actor)
    return Followed(held, released)


def follow_all(write: Callable[[Callable[[Session], Followed]], Followed], lot_id: int, actor: Actor) -> Followed:
    """All portions, each by ``write`` in a transaction of its own, so that scans go between. Returns all units."""
    held = released = 0
    while (found := write(partial(follow, lot_id=lot_id, actor=actor))) != Followed(0, 0):
        held, released = held + found.held, released + found.released
    return Followed(held, released)


def corrected_lately(session: Session) -> list[int]:
    """Lots whose date was corrected within a day: who did it may have been cut off before their stock had followed."""
    return decided_since(session, "lot", CORRECTED, clock.now() - LOOK_BACK)


def _houses(session: Session, item_id: int, lot_id: int) -> Sequence[Warehouse]:
    holds = (
        select(location.c.warehouse_id)
        .join(balance, balance.c.location_id == location.c.id)
        .where(balance.c.item_id == item_id, balance.c.lot_id == lot_id, balance.c.quantity > 0)
    )
    return session.scalars(select(Warehouse).where(Warehouse.id.in_(holds)).order_by(Warehouse.id)).all()


def _release(session: Session, house: Warehouse, kept: Any, actor: Actor | None) -> int:
    stand = select(balance.c.location_id).where(
        balance.c.item_id == kept.item_id,
        balance.c.lot_id == kept.id,
        balance.c.condition == _HELD,
        balance.c.quantity > 0,
    )
    hold_places(session, session.scalars(stand))
    rows = session.execute(
        select(balance, location.c.kind, location.c.is_blocked)
        .join(location, location.c.id == balance.c.location_id)
        .outerjoin(box, box.c.id == balance.c.container_id)
        .where(
            balance.c.item_id == kept.item_id,
            balance.c.lot_id == kept.id,
            balance.c.condition == _HELD,
            balance.c.quantity > 0,
            location.c.warehouse_id == house.id,
            or_(box.c.id.is_(None), box.c.kind.not_in(PICKED_INTO)),  # a put-back makes those available
        )
        .order_by(balance.c.location_id, balance.c.id)
        .with_for_update(of=balance)
    ).all()
    by_expiry = _held_by_expiry(session, kept.item_id, kept.id) if rows else {}
    work = asked_for(session, [kept.item_id]) if rows else {}
    moves: list[Move] = []
    places: set[int] = set()
    for row in rows:
        asked = sum(units for _task, _kind, units in work.get(stands(row), ()))
        units = min(row.quantity - asked, by_expiry.get((row.location_id, row.container_id, row.serial), 0))
        if units > 0 and is_for_sale(condition_in(row.kind, is_blocked=row.is_blocked)) and len(moves) < AT_ONCE:
            source, target = (Place(row.location_id, row.container_id, condition) for condition in (_HELD, SELLABLE))
            moves.append(Move(kept.item_id, units, source, target, lot_id=kept.id, serial=row.serial))
            places.add(row.location_id)
    if moves:
        post(session, _header(kept, actor), moves, warehouse_id=house.id)
    for place in session.scalars(select(Location).where(Location.id.in_(places)).order_by(Location.id)).all():
        stow(session, place)
    return sum(move.quantity for move in moves)


def _header(kept: Any, actor: Actor | None) -> Header:
    return Header(
        key=f"{NOT_EXPIRED}:{uuid.uuid4()}",
        reason=NOT_EXPIRED,
        operator_id=actor.operator_id if actor else None,
        device=actor.device if actor else "expiry",
        document_type="lot",
        document=kept.code,
        note=kept.expiry.isoformat() if kept.expiry else "",
    )


def _held_by_expiry(session: Session, item_id: int, lot_id: int) -> dict[tuple[int, int | None, str], int]:
    """(place, container, serial) -> units that are surely on hold there only because the lot had expired.

    Units that were moved on hold keep their reason. Where others on hold stand beside them, those that left are taken
    to be of the expired: what is not sure stays on hold, and waits for an inspection.
    """
    there: dict[Any, int] = defaultdict(int)
    surely: dict[Any, int] = defaultdict(int)
    for row in _to_and_from_hold(session, item_id, lot_id):
        expired = 0
        if row.source_condition == _HELD:
            source = (row.source_location_id, row.source_container_id, row.serial)
            others = there[source] - surely[source]
            expired = max(0, min(row.quantity, there[source]) - others)
            there[source] -= row.quantity
            surely[source] = max(0, surely[source] - row.quantity)
        if row.target_condition == _HELD:
            target = (row.target_location_id, row.target_container_id, row.serial)
            there[target] += row.quantity
            surely[target] += row.quantity if row.reason in _BY_EXPIRY else expired
    return surely


def _to_and_from_hold(session: Session, item_id: int, lot_id: int) -> Iterable[Any]:
    """The movements of a lot to hold, from hold, and on hold, as they were posted."""
    return session.execute(
        select(movement, posting.c.reason)
        .join(posting, posting.c.id == movement.c.posting_id)
        .where(
            movement.c.item_id == item_id,
            movement.c.lot_id == lot_id,
            or_(movement.c.source_condition == _HELD, movement.c.target_condition == _HELD),
        )
        .order_by(movement.c.id)
    )
