"""What waits for a decision: everything that is not for sale, and why, since when, and by which work it goes on.

Quarantine, hold and damage end by an inspection (``floor.inspection``), a cancelled order's units by their put-back.
Listed too is what stands for sale where nobody picks and no put-away asks for it any more: a move into a bin ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, CompoundSelect, Select, case, func, select, union_all
from sqlalchemy.orm import Session

from app.catalog.models import Item, Lot
from app.db import table
from app.ledger.for_sale import ON_ITS_WAY, balance, location, not_for_sale
from app.ledger.models import Movement, Posting
from app.places.models import PICKED_INTO, Container, Warehouse
from app.tasks.models import UNFINISHED, Task, TaskLine

movement, posting, task, line, box = map(table, (Movement, Posting, Task, TaskLine, Container))
_LEFT = line.c.quantity - line.c.done
Stands = tuple[int, int, int, int, str, str]
"""item, location (0 inside a container), container or 0, lot or 0, serial, condition"""


@dataclass(frozen=True, slots=True)
class Undecided:
    """``units`` of an item that nobody can be given. ``why`` is the reason of the posting that made it so, ``note``
    what was said with it; ``task_id`` the work by which it goes on, None where nobody was asked yet."""

    id: int
    sku: str
    name: str
    warehouse: str
    location: str
    container: str | None
    lot: str | None
    expiry: date | None
    serial: str
    condition: str
    units: int
    since: datetime | None
    why: str | None
    note: str | None
    document: str | None
    task_id: int | None
    task_kind: str | None


def undecided(session: Session, *, warehouse: str = "", after: int = 0, limit: int) -> list[Undecided]:
    """After a balance's id, in the order of the ids: what has waited longest comes about first."""
    last = (
        select(func.max(movement.c.id))
        .where(
            movement.c.item_id == balance.c.item_id,
            movement.c.target_location_id == balance.c.location_id,
            func.coalesce(movement.c.target_container_id, 0) == func.coalesce(balance.c.container_id, 0),
            func.coalesce(movement.c.lot_id, 0) == func.coalesce(balance.c.lot_id, 0),
            movement.c.serial == balance.c.serial,
            movement.c.target_condition == balance.c.condition,
        )
        .correlate(balance)
        .scalar_subquery()
    )
    statement = (
        select(
            balance,
            Item.sku,
            Item.name,
            Warehouse.code.label("warehouse"),
            location.c.code.label("place"),
            Container.code.label("container"),
            Lot.code.label("lot"),
            Lot.expiry,
            posting.c.recorded_at,
            posting.c.reason,
            posting.c.note,
            posting.c.document,
        )
        .join_from(balance, Item, Item.id == balance.c.item_id)
        .join(location, location.c.id == balance.c.location_id)
        .join(Warehouse, Warehouse.id == location.c.warehouse_id)
        .outerjoin(Container, Container.id == balance.c.container_id)
        .outerjoin(Lot, Lot.id == balance.c.lot_id)
        .outerjoin(movement, movement.c.id == last)
        .outerjoin(posting, posting.c.id == movement.c.posting_id)
        .where(balance.c.id.in_(_waiting()), balance.c.id > after)
        .order_by(balance.c.id)
        .limit(limit)
    )
    if warehouse:
        statement = statement.where(Warehouse.code == warehouse)
    rows = session.execute(statement).all()
    work = asked_for(session, sorted({row.item_id for row in rows}))
    return [_row(row, work) for row in rows]


def _row(row: Any, work: dict[Stands, list[tuple[int, str, int]]]) -> Undecided:
    tasks = work.get(stands(row), [])
    return Undecided(
        id=row.id,
        sku=row.sku,
        name=row.name,
        warehouse=row.warehouse,
        location=row.place,
        container=row.container,
        lot=row.lot,
        expiry=row.expiry,
        serial=row.serial,
        condition=row.condition,
        units=row.quantity,
        since=row.recorded_at,
        why=row.reason,
        note=row.note,
        document=row.document,
        task_id=tasks[0][0] if tasks else None,
        task_kind=tasks[0][1] if tasks else None,
    )


def stands(row: Any) -> Stands:
    """Where a balance stands, as a line names it: what is in a container is found by that, wherever it was carried."""
    place = 0 if row.container_id else row.location_id
    return (row.item_id, place, row.container_id or 0, row.lot_id or 0, row.serial, row.condition)


def asked_for(session: Session, item_ids: Sequence[int]) -> dict[Stands, list[tuple[int, str, int]]]:
    """(task, its kind, units) that open put-away and inspection asks for of these items, by where they stand."""
    statement = (
        select(line, task.c.id.label("task"), task.c.kind, _LEFT.label("left"))
        .join(task, task.c.id == line.c.task_id)
        .where(
            task.c.kind.in_(("putaway", "inspect")),
            task.c.status.in_(UNFINISHED),
            line.c.status == "open",
            line.c.item_id.in_(item_ids),
            line.c.source_location_id.is_not(None),
        )
        .order_by(task.c.id)
    )
    found: dict[Stands, list[tuple[int, str, int]]] = {}
    for row in session.execute(statement) if item_ids else ():
        box = row.source_container_id or 0
        place = 0 if box else row.source_location_id
        key = (row.item_id, place, box, row.lot_id or 0, row.serial, row.source_condition)
        found.setdefault(key, []).append((row.task, row.kind, row.left))
    return found


def _waiting() -> CompoundSelect[int]:
    """The ids of what waits, each kind by its own index: among all balances it is little."""
    unsold = select(balance.c.id).where(not_for_sale(balance.c.condition), balance.c.quantity > 0)
    return union_all(unsold, *_strays())


def stray_ids() -> CompoundSelect[int]:
    """The ids of the strays alone."""
    return union_all(*_strays())


def _strays() -> tuple[Select[int], Select[int]]:
    """Balances of which more is for sale where nobody picks than put-away work asks for: loose, or on a licence plate.

    What is in a tote or carton there is an order's.
    """
    places = select(location.c.id).where(location.c.kind.in_(ON_ITS_WAY))
    plates = select(box.c.id).where(box.c.kind.not_in(PICKED_INTO), box.c.location_id.in_(places))
    is_stray = ~not_for_sale(balance.c.condition) & (balance.c.quantity > PUT_AWAY_UNITS)
    loose = balance.c.container_id.is_(None) & balance.c.location_id.in_(places)
    return (
        select(balance.c.id).where(loose, is_stray),
        select(balance.c.id).where(balance.c.container_id.in_(plates), is_stray),
    )


def _put_away() -> CTE:
    """Units for sale that open put-away work asks for, by where they stand."""
    place = case((line.c.source_container_id.is_(None), line.c.source_location_id), else_=0)
    key = (
        line.c.item_id,
        place.label("location_id"),
        func.coalesce(line.c.source_container_id, 0).label("container_id"),
        func.coalesce(line.c.lot_id, 0).label("lot_id"),
        line.c.serial,
    )
    asked = (
        select(*key, _LEFT.label("units"))
        .join(task, task.c.id == line.c.task_id)
        .where(
            task.c.kind == "putaway",
            task.c.status.in_(UNFINISHED),
            line.c.status == "open",
            ~not_for_sale(line.c.source_condition),
        )
        .subquery()
    )
    *names, units = asked.c
    return select(*names, func.sum(units).label("units")).group_by(*names).cte("put_away")


_ASKED = _put_away()
PUT_AWAY_UNITS = (
    select(func.coalesce(func.sum(_ASKED.c.units), 0))
    .where(
        _ASKED.c.item_id == balance.c.item_id,
        _ASKED.c.location_id == case((balance.c.container_id.is_(None), balance.c.location_id), else_=0),
        _ASKED.c.container_id == func.coalesce(balance.c.container_id, 0),
        _ASKED.c.lot_id == func.coalesce(balance.c.lot_id, 0),
        _ASKED.c.serial == balance.c.serial,
    )
    .correlate(balance)
    .scalar_subquery()
)
"""Of rows of balance: the units for sale that open put-away work asks for there."""
