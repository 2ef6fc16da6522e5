"""Post movements: the only way in which stock changes. "May stock go negative?" is answered here: never.

One posting is one fact. Its movements are appended, then every balance that they touch is moved by a conditional
UPDATE, in one global order (item, location, lot, container, condition, serial), so that two workers who meet on the
same rows wait instead of deadlocking. The row count of the UPDATE is the verdict; the CHECK is the last wall.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.db import core, table
from app.language import _
from app.ledger.balances import BalanceKey, not_enough, put, take
from app.ledger.for_sale import hold_places, is_for_sale
from app.ledger.models import Availability, Balance, Movement, Posting
from app.ledger.serials import require_nowhere
from app.ledger.standing import stand
from app.ledger.sums import add_to_sums, shift
from app.places.models import LAST_VIRTUAL, Location
from app.refusal import Conflict, NotFound, Refused

posting, movement, balance, availability = map(table, (Posting, Movement, Balance, Availability))
location = table(Location)
_POSTING = insert(posting).returning(posting.c.id)
_MOVEMENT = insert(movement).returning(movement.c.id)
_MOVEMENTS = insert(movement).returning(movement.c.id, sort_by_parameter_order=True)


@dataclass(frozen=True, slots=True)
class Place:
    """One side of a movement: a location, perhaps inside a container, in a condition."""

    location_id: int
    container_id: int | None = None
    condition: str = "available"


@dataclass(frozen=True, slots=True)
class Move:
    """``quantity`` units to move from ``source`` to ``target``.

    ``from_allocated`` of them were allocated at the source and are used up by this move; ``to_allocated`` arrive
    allocated at the target (when a pick is undone).
    """

    item_id: int
    quantity: int
    source: Place
    target: Place
    lot_id: int | None = None
    serial: str = ""
    from_allocated: int = 0
    to_allocated: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """Who, on what, when, why, for which document. ``key`` makes a second posting of the same thing impossible.

    What no person does, a program does: its name is the ``device``.
    """

    key: str
    reason: str
    operator_id: int | None = None
    device: str = ""
    occurred_at: datetime | None = None
    document_type: str = ""
    document: str = ""
    task_id: int | None = None
    line_id: int | None = None
    note: str = ""
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What was written: the posting's id and its movements' ids, in the order of the moves."""

    posting_id: int
    movement_ids: tuple[int, ...]
    moves: tuple[Move, ...]


def post(session: Session, header: Header, moves: Sequence[Move], *, warehouse_id: int | None = None) -> Posted:
    """Append one posting and move the balances with it.

    ``warehouse_id``: every real place of these moves is in this warehouse (a task never leaves its own); without it
    the places are asked for theirs.

    Errors: ``not_enough_stock`` where a place holds less free stock than a move takes; ``serial_in_stock`` where a
    serial number comes in that stands somewhere. A repeated ``key`` is a
    programming error here (the entrance replays answers) and fails on the unique constraint.
    """
    assert moves, "a posting without movements says nothing"
    assert header.operator_id is not None or header.device, "a posting names a person, or else a program"
    assert all(move.quantity > 0 for move in moves), "a movement goes one way, by a positive quantity"
    arriving = [(move.item_id, move.serial) for move in moves if move.serial and _comes_in(move)]
    if arriving:
        require_nowhere(session, arriving)
    posting_id = _append_header(session, header)
    movement_ids = _append_movements(session, posting_id, moves)
    warehouses = defaultdict(lambda: warehouse_id) if warehouse_id is not None else _warehouses(session, moves)
    _move_balances(session, moves)
    _move_availability(session, moves, warehouses)
    return Posted(posting_id, movement_ids, tuple(moves))


def reverse(session: Session, posting_id: int, header: Header, *, allocate_source: bool = False) -> Posted:
    """Post the opposite of an earlier posting, naming it.

    A container that gets its goods back stands where it stood then. ``allocate_source``: what comes back is allocated
    again where it came from (an undone pick).
    Errors: ``already_reversed``; ``unknown_posting``; ``not_enough_stock`` where the units have moved on since;
    ``serial_in_stock`` where a unit that would come back stands somewhere else by now; ``container_elsewhere`` where
    their container has moved on with other goods; ``location_blocked`` where units would come to stand for sale in a
    place that was blocked meanwhile.
    """
    if session.scalar(select(Posting.id).where(Posting.reverses_id == posting_id)):
        raise Conflict("already_reversed", _("This was taken back already. Nothing was changed."))
    rows = session.execute(select(movement).where(movement.c.posting_id == posting_id).order_by(movement.c.id)).all()
    if not rows:
        raise NotFound("unknown_posting", _("There is no such posting. Open the history and choose again."))
    moves = [
        Move(
            item_id=row.item_id,
            quantity=row.quantity,
            source=Place(row.target_location_id, row.target_container_id, row.target_condition),
            target=Place(row.source_location_id, row.source_container_id, row.source_condition),
            lot_id=row.lot_id,
            serial=row.serial,
            to_allocated=row.quantity if allocate_source else 0,
        )
        for row in reversed(rows)
    ]
    _require_sold_there(session, moves)
    posted = post(session, replace(header, reverses_id=posting_id), moves)
    boxes = {(move.target.container_id, move.target.location_id) for move in moves if move.target.container_id}
    for container_id, location_id in sorted(boxes):
        stand(session, container_id, location_id)
    return posted


def _require_sold_there(session: Session, moves: Iterable[Move]) -> None:
    unsold = hold_places(session, {move.target.location_id for move in moves if is_for_sale(move.target.condition)})
    if unsold:
        code = session.scalar(select(location.c.code).where(location.c.id.in_(unsold)).order_by(location.c.code))
        raise Refused(
            "location_blocked",
            _("%(place)s has just been blocked: put nothing back there. Move it to another place.", place=code),
        )


def _comes_in(move: Move) -> bool:
    return move.source.location_id <= LAST_VIRTUAL < move.target.location_id


def _append_header(session: Session, header: Header) -> int:
    now = clock.now()
    values = {
        "key": header.key,
        "reason": header.reason,
        "operator_id": header.operator_id,
        "device": header.device,
        "occurred_at": header.occurred_at or now,
        "recorded_at": now,
        "document_type": header.document_type,
        "document": header.document,
        "task_id": header.task_id,
        "line_id": header.line_id,
        "note": header.note,
        "reverses_id": header.reverses_id,
    }
    return int(core(session).execute(_POSTING, values).scalar_one())


def _append_movements(session: Session, posting_id: int, moves: Sequence[Move]) -> tuple[int, ...]:
    rows = [
        {
            "posting_id": posting_id,
            "item_id": move.item_id,
            "lot_id": move.lot_id,
            "serial": move.serial,
            "quantity": move.quantity,
            "source_location_id": move.source.location_id,
            "source_container_id": move.source.container_id,
            "source_condition": move.source.condition,
            "target_location_id": move.target.location_id,
            "target_container_id": move.target.container_id,
            "target_condition": move.target.condition,
        }
        for move in moves
    ]
    if len(rows) == 1:  # the common scan: one statement less work for SQLAlchemy
        return (core(session).execute(_MOVEMENT, rows[0]).scalar_one(),)
    return tuple(core(session).execute(_MOVEMENTS, rows).scalars())


def _warehouses(session: Session, moves: Iterable[Move]) -> dict[int, int]:
    """Real location id -> warehouse id, for every place that the moves touch."""
    ids = {
        place.location_id for move in moves for place in (move.source, move.target) if place.location_id > LAST_VIRTUAL
    }
    statement = select(location.c.id, location.c.warehouse_id).where(location.c.id.in_(ids))
    return {row.id: row.warehouse_id for row in session.execute(statement)}


def _move_balances(session: Session, moves: Iterable[Move]) -> None:
    change: dict[BalanceKey, list[int]] = defaultdict(lambda: [0, 0])
    for move in moves:
        for place, quantity, allocated in (
            (move.source, -move.quantity, -move.from_allocated),
            (move.target, move.quantity, move.to_allocated),
        ):
            if place.location_id > LAST_VIRTUAL:
                key = (
                    move.item_id,
                    place.location_id,
                    move.lot_id or 0,
                    place.container_id or 0,
                    place.condition,
                    move.serial,
                )
                change[key][0] += quantity
                change[key][1] += allocated

    def turn(key: BalanceKey) -> tuple[bool, BalanceKey]:
        """In the global order; but a unit with a number leaves its old place before it stands in the new one."""
        return bool(key[5]) and change[key][0] > 0, key

    for is_put, keys in groupby(sorted(change, key=turn), key=lambda key: change[key][0] > 0):
        if is_put:
            put(session, [(key, change[key][0], change[key][1]) for key in keys])
            continue
        for key in keys:
            quantity, allocated = change[key]
            if (quantity or allocated) and not take(session, key, quantity, allocated):
                raise not_enough(session, key, -quantity)


def _move_availability(session: Session, moves: Iterable[Move], warehouses: dict[int, int]) -> None:
    """Move *on hand* and *unavailable*; a pick or a move inside one building touches neither row."""
    change: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for move in moves:
        for place, quantity in ((move.source, -move.quantity), (move.target, move.quantity)):
            if place.location_id > LAST_VIRTUAL:
                sums = change[move.item_id, warehouses[place.location_id]]
                sums[0] += quantity
                sums[1] += 0 if is_for_sale(place.condition) else quantity
    moved = [(pair, sums) for pair, sums in sorted(change.items()) if any(sums)]
    if len(moved) > 1 and all(min(sums) >= 0 for _pair, sums in moved):  # an opening: thousands, all in one go
        names = ("item_id", "warehouse_id", "on_hand", "unavailable", "committed", "inbound")
        rows = [dict(zip(names, (*pair, *sums, 0, 0), strict=True)) for pair, sums in moved]
        add_to_sums(session, rows)
        return
    for (item_id, warehouse_id), (on_hand, unavailable) in moved:
        shift(session, item_id, warehouse_id, on_hand=on_hand, unavailable=unavailable)
