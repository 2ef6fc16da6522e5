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
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from app import clock
from app.catalog.models import Item
from app.db import changed, table, upsert
from app.language import _
from app.ledger.models import BALANCE_KEY, Availability, Balance, Movement, Posting
from app.places.models import LAST_VIRTUAL, Location
from app.refusal import Conflict, NotFound, Refused

posting, movement, balance, availability = map(table, (Posting, Movement, Balance, Availability))
location = table(Location)


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
    """Who, on what, when, why, for which document. ``key`` makes a second posting of the same thing impossible."""

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


def post(session: Session, header: Header, moves: Sequence[Move]) -> Posted:
    """Append one posting and move the balances with it.

    Errors: ``not_enough_stock`` where a place holds less free stock than a move takes. A repeated ``key`` is a
    programming error here (the entrance replays answers) and fails on the unique constraint.
    """
    assert moves, "a posting without movements says nothing"
    assert all(move.quantity > 0 for move in moves), "a movement goes one way, by a positive quantity"
    posting_id = _append_header(session, header)
    movement_ids = _append_movements(session, posting_id, moves)
    warehouses = _warehouses(session, moves)
    _move_balances(session, moves)
    _move_availability(session, moves, warehouses)
    return Posted(posting_id, movement_ids, tuple(moves))


def reverse(session: Session, posting_id: int, header: Header, *, allocate_source: bool = False) -> Posted:
    """Post the opposite of an earlier posting, naming it.

    ``allocate_source``: what comes back is allocated again where it came from (an undone pick).
    Errors: ``already_reversed``; ``unknown_posting``; ``not_enough_stock`` where the units have moved on since.
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
    return post(session, replace(header, reverses_id=posting_id), moves)


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
    return int(session.execute(insert(posting).returning(posting.c.id), values).scalar_one())


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
        return (session.execute(insert(movement).returning(movement.c.id), rows[0]).scalar_one(),)
    statement = insert(movement).returning(movement.c.id, sort_by_parameter_order=True)
    return tuple(session.execute(statement, rows).scalars())


def _warehouses(session: Session, moves: Iterable[Move]) -> dict[int, int]:
    """Real location id -> warehouse id, for every place that the moves touch."""
    ids = {
        place.location_id for move in moves for place in (move.source, move.target) if place.location_id > LAST_VIRTUAL
    }
    statement = select(location.c.id, location.c.warehouse_id).where(location.c.id.in_(ids))
    return {row.id: row.warehouse_id for row in session.execute(statement)}


_KEY = (
    (balance.c.item_id == bindparam("b_item"))
    & (balance.c.location_id == bindparam("b_location"))
    & (BALANCE_KEY[2] == bindparam("b_lot"))
    & (BALANCE_KEY[3] == bindparam("b_container"))
    & (balance.c.condition == bindparam("b_condition"))
    & (balance.c.serial == bindparam("b_serial"))
)
_TAKE = (
    update(balance)
    .where(
        _KEY,
        balance.c.allocated + bindparam("b_allocated") >= 0,
        balance.c.quantity + bindparam("b_quantity") >= balance.c.allocated + bindparam("b_allocated"),
    )
    .values(
        quantity=balance.c.quantity + bindparam("b_quantity"), allocated=balance.c.allocated + bindparam("b_allocated")
    )
)


def _move_balances(session: Session, moves: Iterable[Move]) -> None:
    change: dict[tuple[int, int, int, int, str, str], list[int]] = defaultdict(lambda: [0, 0])
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
    for is_put, keys in groupby(sorted(change), key=lambda key: change[key][0] > 0):
        if is_put:
            _put(session, [(key, change[key][0], change[key][1]) for key in keys])
            continue
        for key in keys:
            quantity, allocated = change[key]
            if (quantity or allocated) and not changed(session, _TAKE, _bind(key, quantity, allocated)):
                raise _not_enough(session, key, -quantity)


def _bind(key: tuple[int, int, int, int, str, str], quantity: int, allocated: int) -> dict[str, int | str]:
    item, place, lot, container, condition, serial = key
    return {
        "b_item": item,
        "b_location": place,
        "b_lot": lot,
        "b_container": container,
        "b_condition": condition,
        "b_serial": serial,
        "b_quantity": quantity,
        "b_allocated": allocated,
    }


def _put(session: Session, change: Sequence[tuple[tuple[int, int, int, int, str, str], int, int]]) -> None:
    """Add to balances, in the order given, all in one go: an opening posts thousands."""
    statement = upsert(session, Balance)
    statement = statement.on_conflict_do_update(
        index_elements=list(BALANCE_KEY),
        set_={
            "quantity": balance.c.quantity + statement.excluded.quantity,
            "allocated": balance.c.allocated + statement.excluded.allocated,
        },
    )
    rows = [
        {
            "item_id": item,
            "location_id": place,
            "lot_id": lot or None,
            "container_id": container or None,
            "condition": condition,
            "serial": serial,
            "quantity": quantity,
            "allocated": allocated,
        }
        for (item, place, lot, container, condition, serial), quantity, allocated in change
    ]
    session.execute(statement, rows if len(rows) > 1 else rows[0])


def _not_enough(session: Session, key: tuple[int, int, int, int, str, str], wanted: int) -> Refused:
    free = session.scalar(select(balance.c.quantity - balance.c.allocated).where(_KEY), _bind(key, 0, 0)) or 0
    sku = session.scalar(select(Item.sku).where(Item.id == key[0]))
    code = session.scalar(select(Location.code).where(Location.id == key[1]))
    return Refused(
        "not_enough_stock",
        _(
            "Only %(free)s of %(sku)s are free at %(place)s, not %(wanted)s. Count the place or take fewer.",
            free=free,
            sku=sku,
            place=code,
            wanted=wanted,
        ),
        free=free,
    )


def _move_availability(session: Session, moves: Iterable[Move], warehouses: dict[int, int]) -> None:
    """Move *on hand* and *unavailable*; a pick or a move inside one building touches neither row."""
    change: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for move in moves:
        for place, quantity in ((move.source, -move.quantity), (move.target, move.quantity)):
            if place.location_id > LAST_VIRTUAL:
                sums = change[move.item_id, warehouses[place.location_id]]
                sums[0] += quantity
                sums[1] += quantity if place.condition != "available" else 0
    moved = [(pair, sums) for pair, sums in sorted(change.items()) if any(sums)]
    if len(moved) > 1 and all(min(sums) >= 0 for _pair, sums in moved):  # an opening: thousands, all in one go
        names = ("item_id", "warehouse_id", "on_hand", "unavailable", "committed", "inbound")
        rows = [dict(zip(names, (*pair, *sums, 0, 0), strict=True)) for pair, sums in moved]
        session.execute(_adding_to_sums(session), rows)
        return
    for (item_id, warehouse_id), (on_hand, unavailable) in moved:
        shift(session, item_id, warehouse_id, on_hand=on_hand, unavailable=unavailable)


_SHIFT = (
    update(availability)
    .where(availability.c.item_id == bindparam("a_item"), availability.c.warehouse_id == bindparam("a_warehouse"))
    .values(
        {
            name: availability.c[name] + bindparam(f"d_{name}")
            for name in ("on_hand", "unavailable", "committed", "inbound")
        }
    )
)


def shift(
    session: Session,
    item_id: int,
    warehouse_id: int,
    *,
    on_hand: int = 0,
    unavailable: int = 0,
    committed: int = 0,
    inbound: int = 0,
) -> None:
    """Move the kept sums of one item in one warehouse, making the row if this is the first.

    For releasing and for what documents promise. Reserving goes through ``commit_units``, which asks first.
    """
    change = {"on_hand": on_hand, "unavailable": unavailable, "committed": committed, "inbound": inbound}
    values = {"a_item": item_id, "a_warehouse": warehouse_id} | {f"d_{name}": by for name, by in change.items()}
    if changed(session, _SHIFT, values):
        return
    session.execute(_adding_to_sums(session), {"item_id": item_id, "warehouse_id": warehouse_id, **change})


def _adding_to_sums(session: Session) -> Any:
    """Add to the kept sums of a pair, or make its row."""
    statement = upsert(session, Availability)
    return statement.on_conflict_do_update(
        index_elements=[availability.c.item_id, availability.c.warehouse_id],
        set_={
            name: availability.c[name] + statement.excluded[name]
            for name in ("on_hand", "unavailable", "committed", "inbound")
        },
    )


AVAILABLE = availability.c.on_hand - availability.c.unavailable - availability.c.committed
"""``available = on_hand - unavailable - committed``: its one definition, as SQL."""

_COMMIT = (
    update(availability)
    .where(
        availability.c.item_id == bindparam("a_item"),
        availability.c.warehouse_id == bindparam("a_warehouse"),
        AVAILABLE >= bindparam("n"),
    )
    .values(committed=availability.c.committed + bindparam("n"))
)


def commit_units(session: Session, item_id: int, warehouse_id: int, quantity: int) -> bool:
    """Promise ``quantity`` units if that many are available; ``False``, and nothing changed, if not."""
    return changed(session, _COMMIT, {"a_item": item_id, "a_warehouse": warehouse_id, "n": quantity}) == 1


def lock_availability(session: Session, item_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Lock these items' rows in the global order and read them: (item, warehouse) -> available units."""
    statement = (
        select(availability.c.item_id, availability.c.warehouse_id, AVAILABLE.label("available"))
        .where(availability.c.item_id.in_(sorted(set(item_ids))))
        .order_by(availability.c.item_id, availability.c.warehouse_id)
        .with_for_update()
    )
    return {(row.item_id, row.warehouse_id): row.available for row in session.execute(statement)}


_ALLOCATE = (
    update(balance)
    .where(balance.c.id == bindparam("b_id"), balance.c.quantity - balance.c.allocated >= bindparam("n"))
    .values(allocated=balance.c.allocated + bindparam("n"))
)
_RELEASE = (
    update(balance).where(balance.c.id == bindparam("b_id")).values(allocated=balance.c.allocated - bindparam("n"))
)


def allocate_units(session: Session, balance_id: int, quantity: int) -> bool:
    """Speak for ``quantity`` units of one balance if that many are free; ``False``, and nothing changed, if not."""
    return changed(session, _ALLOCATE, {"b_id": balance_id, "n": quantity}) == 1


def release_units(session: Session, balance_id: int, quantity: int) -> None:
    """Give allocated units of one balance back; below zero fails on the CHECK."""
    session.execute(_RELEASE, {"b_id": balance_id, "n": quantity})


def units_at(session: Session, location_id: int) -> int:
    """All units in one location, whatever they are: what ``max_units`` limits."""
    total = select(func.coalesce(func.sum(balance.c.quantity), literal_column("0")))
    return int(session.execute(total.where(balance.c.location_id == location_id)).scalar_one())
