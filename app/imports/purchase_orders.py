"""Purchase orders: one row is one line, in its newest state. A supplier that is named for the first time is made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row as Facts
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports.columns import UNITS_MAX, Column, moment, money, text, whole
from app.imports.result import Outcome
from app.imports.saving import CHUNK, among, items_by_sku, warehouses_by_code
from app.imports.table import Row
from app.places.models import Warehouse
from app.refusal import Refused
from app.supply.many_lines import (
    NewGoods,
    NewLine,
    NewTerms,
    add_lines,
    change_goods,
    change_terms,
    remove_lines,
    would_refuse,
)
from app.supply.models import PurchaseOrder, PurchaseOrderLine, Supplier
from app.supply.purchase_orders import new_purchase_order, require_same, supplier_of

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
PORTION = 200


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Place the purchase orders; *inbound* follows.

    Errors noted: ``unknown_warehouse``, ``unknown_sku``, ``purchase_order_differs`` (the number is known for another
    supplier or warehouse), ``line_received`` (less than was received, or another item), ``line_in_work``.
    """
    items = items_by_sku(session, rows, outcome)
    warehouses = warehouses_by_code(session, rows, outcome)
    rows = [row for row in rows if row["sku"] in items and row["warehouse"] in warehouses]
    orders = _orders(session, rows, warehouses, outcome)
    known = _known_lines(session, {order.id for order in orders.values()})
    terms_of = {row.id: row for row in known.values()}
    fresh: list[NewLine] = []
    terms: list[NewTerms] = []
    goods: dict[int, NewGoods] = {}
    for row in rows:
        order = orders.get(row.number)
        if order is None:
            continue
        item_id, quantity = items[row["sku"]].id, row["quantity"]
        cost_and_day = {"unit_cost": row.get("unit_cost"), "eta": row.get("eta")}
        there = known.get((order.id, row["line"]))
        if there is None:
            fresh.append(NewLine(order=order, line=row["line"], item_id=item_id, quantity=quantity, **cost_and_day))
        elif (there.item_id, there.quantity) != (item_id, quantity):
            goods[row.number] = NewGoods(
                order=order, line_id=there.id, item_id=item_id, quantity=quantity, **cost_and_day
            )
        elif {"unit_cost": there.unit_cost, "eta": there.eta} != cost_and_day:
            terms.append(NewTerms(line_id=there.id, **cost_and_day))
        else:
            outcome.count("unchanged")
    changing_goods = would_refuse if outcome.is_check else change_goods
    refused = changing_goods(session, list(goods.values()))
    for number, each in goods.items():
        if refusal := refused.get(each.line_id):
            outcome.refuse(number, "quantity", refusal.code, refusal.message)
    outcome.count("updated", len(goods) - len(refused))
    if outcome.is_check:
        outcome.count("created", len(fresh))
        outcome.count("updated", len(terms))
        return
    for each in goods.values():
        if each.line_id not in refused:
            outcome.undo.append(_change_back(each, terms_of[each.line_id]))
    outcome.undo += [_terms_back(each, terms_of[each.line_id]) for each in terms]
    for start in range(0, len(fresh), CHUNK):
        ids = add_lines(session, portion := fresh[start : start + CHUNK])
        outcome.undo.append({"made": ids})
        outcome.count("created", len(portion))
    for start in range(0, len(terms), CHUNK):
        change_terms(session, changing := terms[start : start + CHUNK])
        outcome.count("updated", len(changing))


def _change_back(goods: NewGoods, was: Facts[*tuple[Any, ...]]) -> dict[str, Any]:
    names = ("item_id", "quantity", "unit_cost", "eta")
    return {"order": goods.order.id, "line": was.id, "was": {name: getattr(was, name) for name in names}}


def _terms_back(terms: NewTerms, was: Facts[*tuple[Any, ...]]) -> dict[str, Any]:
    return {"line": terms.line_id, "terms": {"unit_cost": was.unit_cost, "eta": was.eta}}


def undo(session: Session, entry: Mapping[str, Any]) -> bool:
    """Take back what one entry says. False, and nothing was done, where the goods have begun to come."""
    if "made" in entry:
        return remove_lines(session, entry["made"])
    if "terms" in entry:
        change_terms(session, [NewTerms(line_id=entry["line"], **entry["terms"])])
        return True
    order = session.get_one(PurchaseOrder, entry["order"])
    return not change_goods(session, [NewGoods(order=order, line_id=entry["line"], **entry["was"])])


def _orders(
    session: Session, rows: Sequence[Row], warehouses: dict[str, Warehouse], outcome: Outcome
) -> dict[int, PurchaseOrder]:
    """Row number -> its purchase order; those that are new are made together."""
    suppliers = _suppliers(session, sorted({row["supplier"] for row in rows}), outcome)
    numbers = among(session, select(PurchaseOrder), PurchaseOrder.number, (row["number"] for row in rows))
    by_number: dict[str, PurchaseOrder] = {found[0].number: found[0] for found in numbers}
    orders: dict[int, PurchaseOrder] = {}
    for row in rows:
        place = (suppliers[row["supplier"]], warehouses[row["warehouse"]].id)
        order = by_number.get(row["number"])
        if order is None:
            order = new_purchase_order(number=row["number"], supplier_id=place[0], warehouse_id=place[1])
            by_number[order.number] = order
            if outcome.is_check:
                order.id = -row.number
            else:
                session.add(order)
        try:
            require_same(order, supplier_id=place[0], warehouse_id=place[1])
        except Refused as refused:
            outcome.refuse(row.number, "number", refused.code, refused.message)
            continue
        orders[row.number] = order
    if not outcome.is_check:
        session.flush()
    return orders


def _suppliers(session: Session, codes: Sequence[str], outcome: Outcome) -> dict[str, int]:
    """Their ids, made where they are new; a check only thinks of one, under a number that no row has."""
    if not outcome.is_check:
        return {code: supplier_of(session, code).id for code in codes}
    known = {found.code: found.id for found in among(session, select(Supplier.code, Supplier.id), Supplier.code, codes)}
    return {code: known.get(code, -number) for number, code in enumerate(codes, start=1)}


def _known_lines(session: Session, order_ids: Iterable[int]) -> dict[tuple[int, str], Facts[*tuple[Any, ...]]]:
    """(purchase order, line) -> what it says now."""
    line = PurchaseOrderLine
    statement = select(
        line.purchase_order_id, line.line, line.id, line.item_id, line.quantity, line.unit_cost, line.eta
    )
    found = among(session, statement, line.purchase_order_id, order_ids)
    return {(row.purchase_order_id, row.line): row for row in found}
