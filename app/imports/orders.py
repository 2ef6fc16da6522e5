"""Customers' orders: the rows of one (channel, order_ref) are its newest state, and are placed like any other order.

A line that a later file does not name is no longer wanted. ``op`` cancel cancels the order, whatever its lines say.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.imports.columns import UNITS_MAX, Column, choice, moment, money, text, whole
from app.imports.result import Outcome
from app.imports.saving import items_by_sku
from app.imports.table import Row
from app.language import _
from app.orders.place import LineRequest, OrderRequest, place
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
    for lines in orders.values():
        if _agrees(lines, outcome) and all(row["sku"] in items for row in lines):
            try:
                _order_id, fate = place(session, _request(lines))
                outcome.count(fate, len(lines))
            except Refused as refused:
                outcome.refuse(lines[0].number, "order_ref", refused.code, refused.message)


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
