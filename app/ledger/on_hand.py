"""What is where: the balances, by name."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app.catalog.models import Item, Lot
from app.ledger.models import Balance
from app.places.models import Container, Location, Warehouse


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """``quantity`` base units of one item in one place, ``allocated`` of them spoken for by open pick lines."""

    id: int
    sku: str
    warehouse: str
    location: str
    lot: str | None
    serial: str
    expiry: date | None
    condition: str
    container: str | None
    quantity: int
    allocated: int


def balances(
    session: Session,
    *,
    sku: str = "",
    warehouse: str = "",
    location: str = "",
    lot: str = "",
    after: int = 0,
    limit: int | None = None,
) -> list[BalanceRow]:
    """Every place that holds something, after a balance id, in the order of the ids; empty places are left out.

    ``location`` is a location's or a container's code.
    """
    statement = (
        select(
            Balance.id,
            Item.sku,
            Warehouse.code,
            Location.code,
            Lot.code,
            Balance.serial,
            Lot.expiry,
            Balance.condition,
            Container.code,
            Balance.quantity,
            Balance.allocated,
        )
        .join(Item, Item.id == Balance.item_id)
        .join(Location, Location.id == Balance.location_id)
        .join(Warehouse, Warehouse.id == Location.warehouse_id)
        .outerjoin(Container, Container.id == Balance.container_id)
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(Balance.id > after, Balance.quantity != 0)
        .order_by(Balance.id)
        .limit(limit)
    )
    # By ids that are looked up first: the index of what is asked for is walked, and not every balance there is.
    if sku:
        statement = statement.where(Balance.item_id == session.scalar(select(Item.id).where(Item.sku == sku)))
    if lot:
        statement = statement.where(Lot.code == lot)
    if warehouse:
        statement = statement.where(Warehouse.code == warehouse)
    if location:
        places, boxes = (
            list(session.scalars(select(kind.id).where(kind.code == location))) for kind in (Location, Container)
        )
        statement = statement.where(
            Balance.id.in_(
                union(
                    select(Balance.id).where(Balance.location_id.in_(places)),
                    select(Balance.id).where(Balance.container_id.in_(boxes)),
                )
            )
        )
    return [BalanceRow(*row) for row in session.execute(statement)]
