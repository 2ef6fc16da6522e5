"""The floor: what each operation cannot do without, as plain SQL on the same tables, and nothing else.

No rules, no answers to explain, no rights: just the statements that have to reach the database for the work to be kept.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

Facts = dict[str, Any]

_SEEN = text("SELECT answer FROM scan WHERE scan_id = :scan_id")
_LOCK = {
    "sqlite": text("SELECT id, status, operator_id, memory FROM task WHERE id = :task"),
    "postgresql": text("SELECT id, status, operator_id, memory FROM task WHERE id = :task FOR UPDATE"),
}
_POSTING = text(
    "INSERT INTO posting (key, reason, operator_id, device, occurred_at, recorded_at, document_type, document, task_id,"
    " note) VALUES (:key, 'move', :operator, '', :now, :now, '', '', :task, '') RETURNING id"
)
_MOVEMENT = text(
    "INSERT INTO movement (posting_id, item_id, serial, quantity, source_location_id, source_condition,"
    " target_location_id, target_container_id, target_condition) VALUES (:posting, :item, '', 1, :source, 'available',"
    " :target, :tote, 'available') RETURNING id"
)
_TAKE = text(
    "UPDATE balance SET quantity = quantity - 1 WHERE item_id = :item AND location_id = :source"
    " AND coalesce(lot_id, 0) = 0 AND coalesce(container_id, 0) = 0 AND condition = 'available' AND serial = ''"
    " AND quantity - 1 >= allocated"
)
_PUT = text(
    "INSERT INTO balance (item_id, serial, location_id, container_id, condition, quantity, allocated)"
    " VALUES (:item, '', :target, :tote, 'available', 1, 0) ON CONFLICT (item_id, location_id, coalesce(lot_id, 0),"
    " coalesce(container_id, 0), condition, serial) DO UPDATE SET quantity = balance.quantity + 1"
)
_SCAN = text(
    "INSERT INTO scan (scan_id, task_id, operator_id, device, kind, code, expected, outcome, answer_code, answer,"
    " body_hash, scanned_at, received_at) VALUES (:scan_id, :task, :operator, '', 'scan', 'FLOOR', 'target',"
    " 'accepted', 'moved', :answer, '', :now, :now)"
)
_ITEM = text(
    "SELECT b.item_id, i.sku, b.quantity FROM item_barcode b JOIN item i ON i.id = b.item_id WHERE b.barcode = :barcode"
)
_SUMS = text(
    "SELECT i.sku, w.code, a.on_hand, a.unavailable, a.committed, a.inbound FROM availability a"
    " JOIN item i ON i.id = a.item_id JOIN warehouse w ON w.id = a.warehouse_id WHERE i.sku = :sku"
)
_ORDER = text(
    "INSERT INTO sales_order (channel, order_ref, status, policy, revision, ship_to, placed_at, created_at)"
    " VALUES ('floor', :ref, 'open', 'backorder', 0, '{}', :now, :now) RETURNING id"
)
_ORDER_LINE = text(
    "INSERT INTO sales_order_line (order_id, line_ref, item_id, sku, quantity, cancelled, cancelled_here, shipped,"
    " returned) VALUES (:order, :ref, :item, :sku, 1, 0, 0, 0, 0) RETURNING id"
)
_COMMIT = text(
    "UPDATE availability SET committed = committed + 1 WHERE item_id = :item AND warehouse_id = :warehouse"
    " AND on_hand - unavailable - committed >= 1"
)
_RESERVE = text(
    "INSERT INTO reservation (order_line_id, item_id, warehouse_id, quantity, consumed, released, expired, created_at)"
    " VALUES (:line, :item, :warehouse, 1, 0, 0, 0, :now)"
)


def post_scan(session: Session, facts: Facts) -> Facts:
    """Look the scan up, lock the task, posting, movement, two balances, scan row."""
    dialect = session.get_bind().dialect.name
    now = _now(dialect)
    assert session.execute(_SEEN, facts).first() is None
    task = session.execute(_LOCK[dialect], facts).one()
    values = {**facts, "now": now}
    posting = session.execute(_POSTING, {**values, "key": f"floor:{facts['scan_id']}"}).scalar_one()
    movement = session.execute(_MOVEMENT, {**values, "posting": posting}).scalar_one()
    taken: Any = session.execute(_TAKE, values)
    assert taken.rowcount == 1, "the floor took from an empty bin"
    session.execute(_PUT, values)
    answer = {
        "outcome": "accepted",
        "message": "Moved",
        "task": task.id,
        "movements": [movement],
        "scan": facts["scan_id"],
    }
    session.execute(_SCAN, {**values, "answer": json.dumps(answer)})
    return answer


def resolve(session: Session, facts: Facts) -> Facts:
    """The item behind a barcode."""
    return dict(session.execute(_ITEM, facts).one()._mapping)


def read_atp(session: Session, facts: Facts) -> Facts:
    """The kept sums of one item."""
    return dict(session.execute(_SUMS, facts).one()._mapping)


def reserve(session: Session, facts: Facts) -> Facts:
    """An order, its lines, a promise for each."""
    now = _now(session.get_bind().dialect.name)
    order = session.execute(_ORDER, {"ref": facts["ref"], "now": now}).scalar_one()
    for number, (item, sku) in enumerate(facts["lines"]):
        line = session.execute(_ORDER_LINE, {"order": order, "ref": str(number), "item": item, "sku": sku}).scalar_one()
        promise = {"line": line, "item": item, "warehouse": facts["warehouse"], "now": now}
        taken: Any = session.execute(_COMMIT, promise)
        assert taken.rowcount == 1, "the floor promised what is not there"
        session.execute(_RESERVE, promise)
    return {"order": order, "status": "open"}


def _now(dialect: str) -> Any:
    now = datetime.now(UTC)
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect == "sqlite" else now
