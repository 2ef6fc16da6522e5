"""Purchase orders: one row is one line, in its newest state. A supplier that is named for the first time is made."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.imports.columns import UNITS_MAX, Column, moment, money, text, whole
from app.imports.result import Outcome
from app.imports.saving import items_by_sku, warehouses_by_code
from app.imports.table import Row
from app.refusal import Refused
from app.supply.models import PurchaseOrder, Supplier
from app.supply.purchase_orders import open_purchase_order, save_line, supplier_of

COLUMNS = (
    Column("number", text(40), is_required=True),
    Column("supplier", text(64), is_required=True),
    Column("warehouse", text(40), is_required=True),
    Column("line", text(40), is_required=True),
    Column("sku", text(64), is_required=True),
    Column("quantity", whole(1, UNITS_MAX), is_required=True),
    Column("unit_cost", money),
    Column("eta", moment),
)
KEY = ("number", "line")


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Place the purchase orders; *inbound* follows.

    Errors noted: ``unknown_warehouse``, ``unknown_sku``, ``purchase_order_differs`` (the number is known for another
    supplier or warehouse), ``line_received`` (less than was received, or another item).
    """
    items = items_by_sku(session, rows, outcome)
    warehouses = warehouses_by_code(session, rows, outcome)
    suppliers: dict[str, Supplier] = {}
    orders: dict[tuple[str, str, str], PurchaseOrder] = {}
    for row in rows:
        if row["sku"] not in items or row["warehouse"] not in warehouses:
            continue
        column = "number"
        try:
            if row["supplier"] not in suppliers:
                suppliers[row["supplier"]] = supplier_of(session, row["supplier"])
            key = (row["number"], row["supplier"], row["warehouse"])
            if key not in orders:
                orders[key] = open_purchase_order(
                    session,
                    number=row["number"],
                    supplier_id=suppliers[row["supplier"]].id,
                    warehouse_id=warehouses[row["warehouse"]].id,
                )
            column = "quantity"
            line = save_line(
                session,
                orders[key],
                line=row["line"],
                item_id=items[row["sku"]].id,
                quantity=row["quantity"],
                unit_cost=row.get("unit_cost"),
                eta=row.get("eta"),
            )
            outcome.count(line)
        except Refused as refused:
            outcome.refuse(row.number, column, refused.code, refused.message)
