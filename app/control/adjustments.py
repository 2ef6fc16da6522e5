"""Adjust: a difference between the shelf and the books, posted with a reason.

A gain comes from ADJUSTMENT, a loss goes there (what expired or broke goes to SCRAP only by an inspection). A loss may
hit stock that was chosen for an order: it is let go first, and other stock is chosen where there is any.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.catalog.items import item_of
from app.catalog.lots import keep_lot, known_lot
from app.catalog.models import Item, Lot
from app.config import Settings
from app.control.limits import APPROVED, Change, require_within
from app.control.stowing import stow
from app.db import table
from app.language import _
from app.ledger.for_sale import condition_in, hold_places, is_for_sale
from app.ledger.models import BALANCE_KEY, CONDITIONS, REASONS, Balance, Movement, Posting
from app.ledger.post import Header, Move, Place, Posted, post
from app.ledger.standing import elsewhere, stand
from app.orders import lost
from app.orders.allocate import hold_stock
from app.orders.expire import hold_all_expired
from app.orders.stock_in_hand import close_empty_tasks, hold_work_at
from app.people.actor import Actor
from app.places.models import ADJUSTMENT, PICKED_INTO, Container, Location, Warehouse
from app.places.warehouses import container_of, location_of, warehouse_of
from app.refusal import Conflict, NotFound, Refused
from app.tasks.models import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """``quantity`` more units of an item at a place than the books have (fewer, where negative), and why.

    ``expiry`` is kept as ``app.catalog.lots`` says. Without a ``condition`` it is that of goods in such a place, or of
    such a lot (``ledger.for_sale``).
    """

    warehouse: str
    location: str
    sku: str
    quantity: int
    reason: str
    lot: str | None = None
    expiry: date | None = None
    serial: str = ""
    container: str = ""
    condition: str | None = None
    note: str = ""


def adjust(session: Session, actor: Actor, settings: Settings, wanted: Correction, *, key: str = "") -> Posted:
    """Post a correction that one person may post alone.

    A gain makes a lot that is not known yet. ``key`` makes the same correction impossible twice (an import's row);
    without one, each call is a new fact.
    Errors: ``unknown_warehouse``, ``unknown_location``, ``unknown_container``, ``unknown_sku``, ``unknown_lot``;
    ``unknown_reason``; ``unknown_condition``; ``not_for_sale_here`` where nothing may stand for sale;
    ``nothing_to_adjust``; ``lot_needed``; ``lot_not_wanted``; ``expiry_needed``; ``expiry_conflict``;
    ``serial_needed``; ``serial_not_wanted``; ``serial_in_stock``; ``opened_already``; ``approval_needed`` beyond
    what one person may change in a day (``limits``); ``not_enough_stock``; ``already_posted`` for a known ``key``.
    """
    require_unposted(session, key)
    return _adjust(session, actor, wanted, key=key, settings=settings)


def require_unposted(session: Session, key: str) -> None:
    """Errors: ``already_posted`` for a key that a posting has."""
    if key and session.scalar(select(Posting.id).where(Posting.key == key)):
        raise Conflict("already_posted", _("This was posted already. Look at the history before you post it again."))


def adjust_approved(session: Session, asker: Actor, wanted: Correction, *, key: str, approver: str) -> Posted:
    """Post a correction that a second person has approved, in the name of whoever asked. Errors: as ``adjust``."""
    note = f"{wanted.note} (approved by {approver})".strip()
    return _adjust(session, asker, replace(wanted, note=note), key=key, settings=None)


def _adjust(session: Session, actor: Actor, wanted: Correction, *, key: str, settings: Settings | None) -> Posted:
    """Without ``settings`` no limit is looked at: two people say so."""
    _check(wanted)
    quantity = wanted.quantity
    house = warehouse_of(session, wanted.warehouse)
    item = item_of(session, wanted.sku)
    stands = location_of(session, house, wanted.location)
    if wanted.reason == "opening":
        require_unopened(session, item, stands)
    is_gain = quantity > 0
    if not is_gain:  # work that may change comes before people, containers and stock, as in its own scans
        hold_work_at(session, Balance.item_id == item.id, Balance.location_id == stands.id)
    box = _box(session, house, wanted.container, stands, is_gain=is_gain) if wanted.container else None
    lot_id = _lot(session, item, wanted.lot, expiry=wanted.expiry, is_gain=is_gain)
    if lot_id is not None:
        hold_all_expired(session, house, [item.id])
    if is_gain:
        hold_places(session, [stands.id])
        session.refresh(stands)
    condition = _condition(session, house, stands, lot_id, wanted.condition, is_gain=is_gain)
    place = Place(stands.id, box.id if box else None, condition)
    _check_serial(item, wanted.serial, quantity)
    if settings is not None:
        require_within(session, settings, actor, house, Change(item.id, stands.id, quantity))
    header = Header(
        key=key or f"adjustment:{uuid.uuid4()}",
        reason=wanted.reason,
        operator_id=actor.operator_id,
        device=actor.device,
        document_type="adjustment" if settings is not None else APPROVED,
        note=wanted.note,
    )
    outside = Place(ADJUSTMENT, None, condition)
    if is_gain:
        move = Move(item.id, quantity, outside, place, lot_id=lot_id, serial=wanted.serial)
        posted = post(session, header, [move])
        if lot_id is not None:
            hold_all_expired(session, house, [item.id])
        stow(session, stands)
        return posted
    loss = Move(item.id, -quantity, place, outside, lot_id=lot_id, serial=wanted.serial)
    return lose(session, header, loss, house)


def require_unopened(session: Session, item: Item, place: Location) -> None:
    """Opening stock is said once for each item and place: later differences are for a count, which somebody makes.

    Errors: ``opened_already``.
    """
    undone = aliased(Posting)
    opened = (
        select(Movement.id)
        .join(Posting, Posting.id == Movement.posting_id)
        .where(
            Movement.item_id == item.id,
            Movement.target_location_id == place.id,
            Movement.source_location_id == ADJUSTMENT,
            Posting.reason == "opening",
            ~select(undone.id).where(undone.reverses_id == Posting.id).exists(),
        )
        .limit(1)
    )
    if session.scalar(opened):
        raise Conflict(
            "opened_already",
            _("%(sku)s was opened at %(place)s already. Count the place instead.", sku=item.sku, place=place.code),
        )


def lose(session: Session, header: Header, loss: Move, warehouse: Warehouse) -> Posted:
    """Post a loss, letting go of what orders had chosen of it. A count that found fewer comes here too.

    Errors: ``not_enough_stock`` where the books never had that many.
    """
    balance = table(Balance)
    found = session.execute(
        select(balance.c.id, balance.c.quantity, balance.c.allocated).where(
            BALANCE_KEY[0] == loss.item_id,
            BALANCE_KEY[1] == loss.source.location_id,
            BALANCE_KEY[2] == (loss.lot_id or 0),
            BALANCE_KEY[3] == (loss.source.container_id or 0),
            BALANCE_KEY[4] == loss.source.condition,
            BALANCE_KEY[5] == loss.serial,
        )
    ).first()
    tasks: dict[int, int | None] = {}
    if found and found.quantity >= loss.quantity:
        hold_work_at(session, Balance.id == found.id)
        if found.allocated:
            hold_stock(session, [loss.item_id], warehouse.id)
        tasks = lost.let_go(session, found.id, loss.quantity)
        if loss.source.container_id and loss.source.condition == "available":
            lost.lose_held(session, found.id, loss.quantity)
    posted = post(session, header, [loss])
    if tasks:
        lost.choose_again(session, tasks, warehouse_id=warehouse.id, today=clock.today(warehouse.time_zone))
        close_empty_tasks(session, Task.id.in_(set(tasks.values())))
    return posted


def _condition(
    session: Session, house: Warehouse, place: Location, lot_id: int | None, given: str | None, *, is_gain: bool
) -> str:
    """The condition in which the units are there. Errors: ``not_for_sale_here``."""
    found = condition_in(place.kind, is_blocked=place.is_blocked)
    if is_gain and given is not None and is_for_sale(given) and not is_for_sale(found):
        raise Refused(
            "not_for_sale_here",
            _("Nothing is sold from %(place)s. Give another condition, or another place.", place=place.code),
        )
    if given is not None:
        return given
    expiry = session.get_one(Lot, lot_id, populate_existing=True).expiry if lot_id is not None else None
    is_expired = expiry is not None and expiry < clock.today(house.time_zone)
    return "hold" if is_expired and not is_gain and is_for_sale(found) else found


def _check(wanted: Correction) -> None:
    if wanted.reason not in REASONS:
        raise Refused(
            "unknown_reason", _("Give a reason: %(reasons)s.", reasons=", ".join(REASONS)), reasons=list(REASONS)
        )
    if wanted.condition is not None and wanted.condition not in CONDITIONS:
        raise Refused("unknown_condition", _("Give a condition: %(these)s.", these=", ".join(CONDITIONS)))
    if wanted.quantity == 0:
        raise Refused("nothing_to_adjust", _("The quantity is 0: there is nothing to adjust."))


def _box(session: Session, house: Warehouse, code: str, place: Location, *, is_gain: bool) -> Container:
    """The container, which stands at this place; nothing is found in one that stands elsewhere or has left."""
    found = container_of(session, code)
    session.refresh(found, with_for_update={"key_share": True})
    if found.status == "shipped":
        raise Refused(
            "container_shipped",
            _("%(code)s has left the building. Adjust the place where the goods are now.", code=code),
        )
    if found.location_id is not None and found.location_id != place.id:
        raise elsewhere(code, session.get_one(Location, found.location_id).code)
    if found.warehouse_id != house.id:
        raise Refused("container_elsewhere", _("%(code)s belongs to another warehouse.", code=code))
    if is_gain and found.kind in PICKED_INTO:
        raise Refused(
            "picked_container",
            _("%(code)s is for picked goods. Put what you found into a bin, and adjust it there.", code=code),
        )
    if found.location_id is None:
        stand(session, found.id, place.id)
    return found


def _lot(session: Session, item: Item, code: str | None, *, expiry: date | None, is_gain: bool) -> int | None:
    if item.tracking != "lot":
        if code or expiry:
            raise Refused("lot_not_wanted", _("%(sku)s is not kept by lot. Leave lot and expiry out.", sku=item.sku))
        return None
    if not code:
        raise Refused("lot_needed", _("%(sku)s is kept by lot. Give the lot.", sku=item.sku))
    known = known_lot(session, item.id, code)
    if known is None and not is_gain:
        raise NotFound("unknown_lot", _("%(sku)s has no lot %(lot)s. Check the label.", sku=item.sku, lot=code))
    if known is None and item.has_expiry and expiry is None:
        raise Refused(
            "expiry_needed", _("Lot %(lot)s of %(sku)s is new. Give its expiry date.", sku=item.sku, lot=code)
        )
    return keep_lot(session, item.id, code, expiry=expiry).id


def _check_serial(item: Item, serial: str, quantity: int) -> None:
    if item.tracking != "serial":
        if serial:
            raise Refused(
                "serial_not_wanted",
                _("%(sku)s is not kept by serial number. Leave the serial number out.", sku=item.sku),
            )
        return
    if not serial or abs(quantity) != 1:
        raise Refused(
            "serial_needed", _("%(sku)s is kept by serial number. Adjust one unit with its number.", sku=item.sku)
        )
