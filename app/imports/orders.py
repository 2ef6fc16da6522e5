"""Customers' orders: the rows of one (channel, order_ref) are its newest state, and are placed like any other order.

A line that a later file does not name is no longer wanted. ``op`` cancel cancels the order, whatever its lines say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import table
from app.imports.columns import UNITS_MAX, Column, choice, moment, money, text, whole
from app.imports.result import Outcome
from app.imports.saving import among, items_by_sku
from app.imports.table import Row
from app.language import _
from app.orders.models import Order, OrderLine
from app.orders.place import LineRequest, OrderRequest, place, take_back, would_be
from app.refusal import Refused

_SHIP_TO = ("name", "address1", "city", "region", "postcode", "country")
COLUMNS = (
    Column("channel", text(40), is_required=True),
    Column("order_ref", text(64), is_required=True),
    Column("line_ref", text(64), is_required=True),
    Column("sku", text(64), is_required=True),
    Column("quantity", whole(0, UNITS_MAX), is_required=True),
    Column("placed_at", moment),
    Column("need_by", moment),
    *(Column(f"ship_to_{part}", text(), default="") for part in _SHIP_TO),
    Column("price", money),
    Column("op", choice(("upsert", "cancel")), default="upsert"),
    Column("revision", whole(), default=0),
)
KEY = ("channel", "order_ref", "line_ref")
PORTION = 24
_OF_THE_ORDER = ("placed_at", "need_by", *(f"ship_to_{part}" for part in _SHIP_TO), "op", "revision")


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Place the orders; each reserves what it can, and the rest waits. A row counts as its order fares.

    Errors noted: ``unknown_sku``; ``order_differs`` where the rows of one order contradict each other; what ``place``
    refuses (``line_item_changed``).
    """
    items = items_by_sku(session, rows, outcome)
    orders: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        orders.setdefault((row["channel"], row["order_ref"]), []).append(row)
    known, lines_of = _known(session, list(orders))
    for name, lines in orders.items():
        if not _agrees(lines, outcome) or any(row["sku"] not in items for row in lines):
            continue
        order, request = known.get(name), _request(lines)
        try:
            if outcome.is_check:
                there = lines_of.get(order.id, []) if order else []
                fate = would_be(order, there, request, {sku: row.id for sku, row in items.items()})
            else:
                was = _was(order, lines_of.get(order.id, [])) if order else None
                order_id, fate = place(session, request)
                if fate != "unchanged":
                    outcome.undo.append({"order": order_id, "was": was})
            outcome.count(fate, len(lines))
        except Refused as refused:
            outcome.refuse(lines[0].number, "order_ref", refused.code, refused.message)


def _known(
    session: Session, names: Sequence[tuple[str, str]]
) -> tuple[dict[tuple[str, str], Order], dict[int, list[OrderLine]]]:
    """Copies of the orders of these names that are known, and of the lines of each: to be compared, never written."""
    wanted = set(names)
    found = among(session, select(table(Order)), Order.order_ref, (ref for _channel, ref in names))
    orders = {
        (row.channel, row.order_ref): Order(**row._mapping) for row in found if (row.channel, row.order_ref) in wanted
    }
    lines: dict[int, list[OrderLine]] = {}
    ids = [order.id for order in orders.values()]
    for row in among(session, select(table(OrderLine)), OrderLine.order_id, ids):
        lines.setdefault(row.order_id, []).append(OrderLine(**row._mapping))
    return orders, lines


def _was(order: Order, lines: Sequence[OrderLine]) -> dict[str, Any]:
    """What its channel wanted before, to be placed again."""
    wanted = [
        {"line_ref": line.line_ref, "sku": line.sku, "quantity": line.quantity - line.cancelled, "price": line.price}
        for line in lines
    ]
    return {"ship_to": order.ship_to, "need_by": order.need_by, "status": order.status, "lines": wanted}


def undo(session: Session, entry: Mapping[str, Any]) -> bool:
    """Take back one order: a new one is cancelled, a changed one is placed as it was. False where that cannot be: it
    was cancelled, or some of it has been shipped."""
    order, was = session.get_one(Order, entry["order"]), entry["was"]
    try:
        with session.begin_nested():
            if was is None:
                return take_back(session, order.id)
            if order.status != was["status"]:
                return False
            lines = [LineRequest(**line) for line in was["lines"]]
            request = OrderRequest(
                channel=order.channel,
                order_ref=order.order_ref,
                lines=lines,
                ship_to=was["ship_to"],
                need_by=was["need_by"],
                revision=order.revision,
            )
            place(session, request)
    except Refused:
        return False
    return True


def together(row: Row) -> tuple[str, str]:
    """The rows of one order are written in one transaction."""
    return row["channel"], row["order_ref"]


def _agrees(lines: Sequence[Row], outcome: Outcome) -> bool:
    first = lines[0]
    is_agreed = True
    for row in lines[1:]:
        for name in _OF_THE_ORDER:
            if row.get(name) != first.get(name):
                message = _("Row %(row)s of the same order says something else here. Write the same.", row=first.number)
                outcome.refuse(row.number, name, "order_differs", message)
                is_agreed = False
    return is_agreed


def _request(lines: Sequence[Row]) -> OrderRequest:
    first = lines[0]
    ship_to: dict[str, Any] = {part: first.get(f"ship_to_{part}") for part in _SHIP_TO if first.get(f"ship_to_{part}")}
    is_cancelled = first.get("op") == "cancel"
    wanted = [
        LineRequest(line_ref=row["line_ref"], sku=row["sku"], quantity=row["quantity"], price=row.get("price"))
        for row in lines
    ]
    return OrderRequest(
        channel=first["channel"],
        order_ref=first["order_ref"],
        lines=() if is_cancelled else wanted,
        ship_to=ship_to,
        placed_at=first.get("placed_at"),
        need_by=first.get("need_by"),
        revision=first.get("revision", 0),
        is_cancelled=is_cancelled,
    )
