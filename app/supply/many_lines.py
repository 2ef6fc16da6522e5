"""Lines of purchase orders, many at a time, as a file brings them: a night's file of an ERP has thousands.

Statements are counted in portions, not in lines. Locks are taken as everywhere: lines first, then the kept sums in
their global order.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app.ledger.sums import shift_inbound
from app.refusal import Refused
from app.supply.at_the_dock import tell_the_dock
from app.supply.models import PurchaseOrder
from app.supply.purchase_orders import being_received, hold_orders, line_table, require_changeable, units_to_come

PORTION = 1000
"""As many values as every database takes in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line that its purchase order does not have yet."""

    order: PurchaseOrder
    line: str
    item_id: int
    quantity: int
    unit_cost: Decimal | None
    eta: datetime | None


def add_lines(session: Session, lines: Sequence[NewLine]) -> list[int]:
    """Write new lines; *inbound* follows. Returns their ids."""
    _hold(session, {each.order.id for each in lines})
    inbound: dict[tuple[int, int], int] = defaultdict(int)
    for each in lines:
        inbound[each.item_id, each.order.warehouse_id] += each.quantity
        each.order.status = "open"
    ids = session.execute(
        insert(line_table).returning(line_table.c.id),
        [
            {
                "purchase_order_id": each.order.id,
                "line": each.line,
                "item_id": each.item_id,
                "quantity": each.quantity,
                "unit_cost": each.unit_cost,
                "eta": each.eta,
            }
            for each in lines
        ],
    ).scalars()
    found = list(ids)
    shift_inbound(session, inbound)
    return found


def remove_lines(session: Session, line_ids: Sequence[int]) -> bool:
    """Take away lines that were never received; *inbound* follows, and an order without lines goes too. False, and
    nothing was done, where one was received or is being received."""
    rows = _locked(session, sorted(line_ids))
    if any(row.received or row.short_closed for row in rows.values()) or being_received(session, sorted(rows)):
        return False
    orders = {row.purchase_order_id for row in rows.values()}
    places = dict(
        session.execute(select(PurchaseOrder.id, PurchaseOrder.warehouse_id).where(PurchaseOrder.id.in_(orders))).all()
    )
    inbound: dict[tuple[int, int], int] = defaultdict(int)
    for row in rows.values():
        inbound[row.item_id, places[row.purchase_order_id]] -= row.quantity
    session.execute(delete(line_table).where(line_table.c.id.in_(sorted(rows))))
    shift_inbound(session, inbound)
    left = select(line_table.c.id).where(line_table.c.purchase_order_id == PurchaseOrder.id)
    session.execute(delete(PurchaseOrder).where(PurchaseOrder.id.in_(orders), ~left.exists()))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What a line costs and when it comes: neither moves *inbound*."""

    line_id: int
    unit_cost: Decimal | None
    eta: datetime | None


_TERMS: dict[str, Any] = {
    "unit_cost": bindparam("new_cost", type_=line_table.c.unit_cost.type),
    "eta": bindparam("new_eta", type_=line_table.c.eta.type),
}


def change_terms(session: Session, terms: Sequence[NewTerms]) -> None:
    """Write new costs and days."""
    statement = update(line_table).where(line_table.c.id == bindparam("row_id")).values(_TERMS)
    values = [{"row_id": each.line_id, "new_cost": each.unit_cost, "new_eta": each.eta} for each in terms]
    session.connection().execute(statement, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGoods:
    """What a known line asks for from now on."""

    order: PurchaseOrder
    line_id: int
    item_id: int
    quantity: int
    unit_cost: Decimal | None
    eta: datetime | None


def change_goods(session: Session, goods: Sequence[NewGoods]) -> dict[int, Refused]:
    """Write other items and quantities; *inbound* follows, and each order is open while something is to come.

    Answers line id -> why not, for the lines that stay as they are; see ``require_changeable``.
    """
    _hold(session, {each.order.id for each in goods})
    rows = _locked(session, sorted(each.line_id for each in goods))
    refused = _refused(session, goods, rows)
    inbound: dict[tuple[int, int], int] = defaultdict(int)
    values, more = [], {}
    for each in goods:
        row, place = rows[each.line_id], each.order.warehouse_id
        if row.id in refused:
            continue
        inbound[row.item_id, place] -= units_to_come(row, row.quantity)
        inbound[each.item_id, place] += units_to_come(row, each.quantity)
        more[row.id] = each.quantity - row.quantity
        terms = {"new_cost": each.unit_cost, "new_eta": each.eta}
        values.append({"row_id": row.id, "new_item": each.item_id, "new_quantity": each.quantity, **terms})
    if values:
        session.connection().execute(_GOODS, values)
        shift_inbound(session, inbound)
        tell_the_dock(session, more)
        _open_or_close(session, {each.order.id: each.order for each in goods})
    return refused


def would_refuse(session: Session, goods: Sequence[NewGoods]) -> dict[int, Refused]:
    """What ``change_goods`` would answer now; nothing is held or written."""
    ids = sorted(each.line_id for each in goods)
    found = (session.execute(select(line_table).where(line_table.c.id.in_(portion))) for portion in _portions(ids))
    return _refused(session, goods, {row.id: row for rows in found for row in rows})


def _refused(session: Session, goods: Sequence[NewGoods], rows: dict[int, Row[Any]]) -> dict[int, Refused]:
    other = [each.line_id for each in goods if rows[each.line_id].item_id != each.item_id]
    in_work = {line_id for portion in _portions(other) for line_id in being_received(session, portion)}
    refused: dict[int, Refused] = {}
    for each in goods:
        row = rows[each.line_id]
        try:
            require_changeable(row, item_id=each.item_id, quantity=each.quantity, is_being_received=row.id in in_work)
        except Refused as refusal:
            refused[row.id] = refusal
    return refused


_GOODS = (
    update(line_table)
    .where(line_table.c.id == bindparam("row_id"))
    .values(item_id=bindparam("new_item"), quantity=bindparam("new_quantity"), **_TERMS)
)


def _hold(session: Session, order_ids: set[int]) -> None:
    for portion in _portions(sorted(order_ids)):
        hold_orders(session, PurchaseOrder.id.in_(portion))


def _locked(session: Session, line_ids: Sequence[int]) -> dict[int, Row[Any]]:
    statement = select(line_table).order_by(line_table.c.id).with_for_update()
    found = (session.execute(statement.where(line_table.c.id.in_(portion))) for portion in _portions(line_ids))
    return {row.id: row for rows in found for row in rows}


def _open_or_close(session: Session, orders: dict[int, PurchaseOrder]) -> None:
    is_open = line_table.c.quantity > line_table.c.received + line_table.c.short_closed
    still_open: set[int] = set()
    for portion in _portions(sorted(orders)):
        of_these = line_table.c.purchase_order_id.in_(portion)
        still_open.update(session.scalars(select(line_table.c.purchase_order_id).distinct().where(of_these, is_open)))
    for order in orders.values():
        order.status = "open" if order.id in still_open else "closed"
    session.flush()


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PORTION):
        yield ids[start : start + PORTION]
