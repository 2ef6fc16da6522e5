"""How far an order is: of each line, what is promised, what waits for stock, what is picked, packed, shipped."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.orders.models import OrderLine
from app.orders.reserve import OPEN, reservation
from app.orders.stock_in_hand import IN_HAND, holding
from app.places.models import Container, Warehouse


@dataclass(frozen=True, slots=True)
class LineProgress:
    """One order line in base units.

    ``reserved``: promised and not shipped, wherever those units are now; of these ``picked`` are in a tote and
    ``packed`` in a carton. ``backordered``: wanted, with no stock promised. ``warehouse``: where most of it comes from.
    """

    id: int
    order_id: int
    line_ref: str
    item_id: int
    sku: str
    quantity: int
    cancelled: int
    shipped: int
    returned: int
    price: Decimal | None
    reserved: int
    picked: int
    packed: int
    backordered: int
    warehouse: str | None


def lines_of(session: Session, order_ids: Sequence[int]) -> dict[int, list[LineProgress]]:
    """Order id -> its lines, as they were placed."""
    rows = session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.order_id, OrderLine.id)
        .execution_options(populate_existing=True)
    ).all()
    line_ids = [row.id for row in rows]
    reserved, warehouses = _promised(session, line_ids)
    picked, packed = _in_hand(session, line_ids)
    found: dict[int, list[LineProgress]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        held = reserved.get(row.id, 0)
        found[row.order_id].append(
            LineProgress(
                id=row.id,
                order_id=row.order_id,
                line_ref=row.line_ref,
                item_id=row.item_id,
                sku=row.sku,
                quantity=row.quantity,
                cancelled=row.cancelled,
                shipped=row.shipped,
                returned=row.returned,
                price=row.price,
                reserved=held,
                picked=picked.get(row.id, 0),
                packed=packed.get(row.id, 0),
                backordered=max(0, row.quantity - row.cancelled - row.shipped - held),
                warehouse=warehouses.get(row.id),
            )
        )
    return found


def _promised(session: Session, line_ids: Sequence[int]) -> tuple[dict[int, int], dict[int, str]]:
    statement = (
        select(
            reservation.c.order_line_id,
            Warehouse.code,
            func.sum(OPEN).label("open"),
            func.sum(reservation.c.consumed).label("consumed"),
        )
        .join(Warehouse, Warehouse.id == reservation.c.warehouse_id)
        .where(reservation.c.order_line_id.in_(line_ids))
        .group_by(reservation.c.order_line_id, Warehouse.code)
        .order_by(func.sum(OPEN + reservation.c.consumed), Warehouse.code.desc())
    )
    reserved: dict[int, int] = defaultdict(int)
    warehouses: dict[int, str] = {}
    for line_id, warehouse, still_open, consumed in session.execute(statement):
        reserved[line_id] += int(still_open)
        if still_open or consumed:
            warehouses[line_id] = warehouse  # the last one is the largest
    return reserved, warehouses


def _in_hand(session: Session, line_ids: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    in_carton = case((Container.kind == "carton", holding.c.quantity), else_=0)
    statement = (
        select(reservation.c.order_line_id, func.sum(holding.c.quantity - in_carton), func.sum(in_carton))
        .select_from(holding)
        .join(reservation, reservation.c.id == holding.c.reservation_id)
        .join(Container, Container.id == holding.c.container_id)
        .where(reservation.c.order_line_id.in_(line_ids), IN_HAND)
        .group_by(reservation.c.order_line_id)
    )
    rows = session.execute(statement).all()
    return {line: int(picked) for line, picked, _p in rows}, {line: int(packed) for line, _t, packed in rows}
