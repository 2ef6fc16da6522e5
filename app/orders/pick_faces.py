"""Pick faces: how few units of an item a bin may hold before it is filled again, and how many it is filled up to.

The figures are units that nobody has spoken for: what orders have chosen in the bin is on its way out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    ScalarSelect,
    and_,
    bindparam,
    cast,
    exists,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from app.catalog.models import Item, Lot
from app.db import table
from app.ledger.for_sale import may_be_chosen
from app.ledger.models import Balance
from app.orders.models import PickFace
from app.places.models import Location, Warehouse
from app.tasks.models import IS_UNFINISHED, Task, TaskLine

face, location, item, lot, balance, task, line = map(table, (PickFace, Location, Item, Lot, Balance, Task, TaskLine))


@dataclass(frozen=True, slots=True)
class Face:
    """A pick face as it stands: ``free`` units in it for sale that no order has chosen, and ``coming`` by open work.

    ``is_short``: a picker found fewer than the books say and nobody has counted yet. ``all_units`` of anything, and
    ``max_units``, are what the bin holds and may hold.
    """

    id: int
    item_id: int
    sku: str
    name: str
    location_id: int
    location: str
    is_blocked: bool
    max_units: int | None
    minimum: int
    maximum: int
    free: int
    coming: int
    all_units: int
    is_short: bool

    @property
    def left(self) -> int:
        """Free units that are believed: none where a picker found the bin short."""
        return 0 if self.is_short else self.free

    @property
    def is_low(self) -> bool:
        """Whether it is to be filled: fewer than the minimum are left, with what is coming."""
        return not self.is_blocked and self.left + self.coming < self.minimum

    @property
    def wanted(self) -> int:
        """Units that it takes more: up to its maximum, and no more than the bin has room for."""
        most = self.maximum - self.left - self.coming
        if self.max_units is not None:
            most = min(most, self.max_units - self.all_units - self.coming)
        return max(0, most)

    @property
    def too_many(self) -> int:
        """Units that are coming and would lift it over its maximum: they came otherwise, or the levels were changed."""
        return min(self.coming, max(0, self.left + self.coming - self.maximum))


IS_FILLING = and_(task.c.kind == "replenish", IS_UNFINISHED)
"""Of rows of task: somebody fills a pick face, or will."""


def faces(
    session: Session,
    house: Warehouse,
    today: date,
    *where: ColumnElement[bool],
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> list[Face]:
    """The pick faces of a warehouse as they stand, by bin and SKU; narrowed by conditions on their tables.

    ``after``: the bin and the SKU that the last page ended with.
    """
    statement = _FACES.where(location.c.warehouse_id == house.id, *where).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(location.c.code, item.c.sku) > after)
    rows: Sequence[Any] = session.execute(statement, {"today": today}).all()
    return [Face(*row) for row in rows]  # the columns stand in the order of the fields


def total_of(units: ColumnElement[int]) -> ColumnElement[int]:
    """Their sum, 0 of no rows; a whole number on PostgreSQL too, where sums of big ones are decimals."""
    return cast(func.coalesce(func.sum(units), 0), BigInteger)


def _counted(columns: ColumnElement[int], source: FromClause, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    total = select(total_of(columns)).select_from(source).where(*where)
    return total.correlate(face, location).scalar_subquery()


_HERE = balance.c.location_id == face.c.location_id
_FREE = _counted(
    balance.c.quantity - balance.c.allocated,
    balance.outerjoin(lot, lot.c.id == balance.c.lot_id),
    _HERE,
    balance.c.item_id == face.c.item_id,
    may_be_chosen(bindparam("today", type_=Date)),
)
_COMING = _counted(
    line.c.quantity - line.c.done,
    line.join(task, task.c.id == line.c.task_id),
    line.c.target_location_id == face.c.location_id,
    line.c.item_id == face.c.item_id,
    line.c.status == "open",
    IS_FILLING,
)
_EVERYTHING = _counted(balance.c.quantity, balance, _HERE)
_IS_SHORT = exists().where(
    task.c.warehouse_id == location.c.warehouse_id,
    task.c.kind == "count",
    task.c.location_id == face.c.location_id,
    task.c.document_type == "short_pick",
    IS_UNFINISHED,
)
_FACES = (
    select(
        face.c.id,
        face.c.item_id,
        item.c.sku,
        item.c.name,
        face.c.location_id,
        location.c.code,
        location.c.is_blocked,
        location.c.max_units,
        face.c.minimum,
        face.c.maximum,
        _FREE,
        _COMING,
        _EVERYTHING,
        _IS_SHORT,
    )
    .join_from(face, location, location.c.id == face.c.location_id)
    .join(item, item.c.id == face.c.item_id)
    .order_by(location.c.code, item.c.sku)
)
