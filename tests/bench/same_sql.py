"""The floors: what the operations do, as plain SQL on the same tables, and nothing else.

No rules, no answers to explain, no rights. A posting scan has two: the app's own transaction, statement for statement
(``same_scan``; the benchmark stops where the two are no longer alike), and the least that has to reach the database for
the movement to be kept (``least_scan``).
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

Facts = dict[str, Any]

_SEEN = text("SELECT a.answer FROM scan s LEFT JOIN scan_answer a ON a.id = s.id WHERE s.scan_id = :scan_id")
_LOCK = {
    "sqlite": text("SELECT id, status, operator_id, memory FROM task WHERE id = :task"),
    "postgresql": text("SELECT id, status, operator_id, memory FROM task WHERE id = :task FOR UPDATE"),
}
_TASK = (
    "SELECT t.id, t.kind, t.warehouse_id, t.status, t.priority, t.operator_id, t.assigned_to_id, t.claimed_at,"
    " t.document_type, t.document_id, t.document, t.location_id, t.container_id, t.memory, t.lines, t.done_lines,"
    " t.created_at, t.due_at, t.done_at, w.code, w.time_zone, f.id AS floor_id, a.answer, a.body_hash,"
    " s.operator_id AS scanned_by FROM task t JOIN warehouse w ON w.id = t.warehouse_id"
    " JOIN location f ON f.warehouse_id = w.id AND f.kind = 'floor' LEFT JOIN scan s ON s.scan_id = :scan_id"
    " LEFT JOIN scan_answer a ON a.id = s.id WHERE t.id = :task"
)
_WHOLE_TASK = {"sqlite": text(_TASK), "postgresql": text(f"{_TASK} FOR UPDATE OF t")}
_SAVEPOINT = text("SAVEPOINT judged")
_LINE = text(
    "SELECT l.id, l.position, l.quantity, l.done, l.status, l.serial, l.source_condition, l.document_line_id,"
    " l.item_id, i.sku, i.name, i.image_url, i.tracking, i.has_expiry, i.unit_weight_grams, l.lot_id, lot.code AS lot,"
    " lot.expiry, l.source_location_id, sl.code AS source, l.source_container_id, sc.code AS source_container,"
    " l.target_location_id, tl.code AS target, l.target_container_id, tc.code AS target_container,"
    " (SELECT b.barcode FROM item_barcode b WHERE b.item_id = l.item_id AND b.quantity = 1 ORDER BY b.id LIMIT 1)"
    " AS barcode FROM task_line l LEFT JOIN item i ON i.id = l.item_id LEFT JOIN lot ON lot.id = l.lot_id"
    " LEFT JOIN location sl ON sl.id = l.source_location_id LEFT JOIN location tl ON tl.id = l.target_location_id"
    " LEFT JOIN container sc ON sc.id = l.source_container_id LEFT JOIN container tc ON tc.id = l.target_container_id"
    " WHERE l.task_id = :task AND l.status = 'open' ORDER BY l.id = :line DESC, l.position, l.id LIMIT 2"
)
_TOTE = text("SELECT id, code FROM container WHERE code IN (:code, :code)")
_POSTING = text(
    "INSERT INTO posting (key, reason, operator_id, device, occurred_at, recorded_at, document_type, document, task_id,"
    " note) VALUES (:key, 'pick', :operator, '', :now, :now, '', '', :task, '') RETURNING id"
)
_MOVEMENT = text(
    "INSERT INTO movement (posting_id, item_id, serial, quantity, source_location_id, source_condition,"
    " target_location_id, target_container_id, target_condition) VALUES (:posting, :item, '', 1, :source, 'available',"
    " :target, :tote, 'available') RETURNING id"
)
_TAKE = text(
    "UPDATE balance SET quantity = quantity - 1, allocated = allocated - :allocated WHERE item_id = :item"
    " AND location_id = :source AND coalesce(lot_id, 0) = 0 AND coalesce(container_id, 0) = 0"
    " AND condition = 'available' AND serial = '' AND allocated - :allocated >= 0"
    " AND quantity - 1 >= allocated - :allocated"
)
_PUT = text(
    "INSERT INTO balance (item_id, serial, location_id, container_id, condition, quantity, allocated)"
    " VALUES (:item, '', :target, :tote, 'available', 1, 0) ON CONFLICT (item_id, location_id, coalesce(lot_id, 0),"
    " coalesce(container_id, 0), condition, serial) DO UPDATE SET quantity = balance.quantity + 1"
)
_PICKED = text("UPDATE allocation SET picked = picked + 1 WHERE id = :allocation RETURNING reservation_id")
_HOLD = text(
    "INSERT INTO holding (reservation_id, item_id, serial, container_id, quantity, is_shipped)"
    " VALUES (:reservation, :item, '', :tote, 1, :no) ON CONFLICT (reservation_id, container_id, coalesce(lot_id, 0),"
    " serial) DO UPDATE SET quantity = holding.quantity + 1"
)
_LINE_DONE = text("UPDATE task_line SET done = 1, status = 'done' WHERE id = :line")
_DROP = text(
    "SELECT id, code FROM location WHERE warehouse_id = :warehouse AND kind = 'pack' AND is_blocked IS FALSE"
    " ORDER BY sequence, code LIMIT 1"
)
_REMEMBER = text("UPDATE task SET memory = :memory, done_lines = done_lines + 1 WHERE id = :task")
_SCAN = text(
    "INSERT INTO heard (scan_id, task_id, operator_id, device, kind, code, expected, outcome, answer_code, answer,"
    " body_hash, scanned_at, received_at) VALUES (:scan_id, :task, :operator, '', 'scan', :code, 'target',"
    " 'accepted', 'picked', :answer, '', :now, :now)"
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


def least_scan(session: Session, facts: Facts) -> Facts:
    """Look the scan up, lock the task, posting, movement, two balances, scan row: seven statements."""
    dialect = session.get_bind().dialect.name
    values = {**facts, "now": _now(dialect), "key": f"floor:{facts['scan_id']}", "allocated": 0}
    assert session.execute(_SEEN, facts).first() is None
    session.execute(_LOCK[dialect], facts).one()
    movement = _moved(session, values)
    return _kept(session, values, movement)


def same_scan(session: Session, facts: Facts) -> Facts:
    """Everything that the app's transaction asks and writes for the last scan of a pick, in its order."""
    dialect = session.get_bind().dialect.name
    values = {**facts, "now": _now(dialect), "key": f"floor:{facts['scan_id']}", "allocated": 1, "no": False}
    task = session.execute(_WHOLE_TASK[dialect], values).one()
    assert task.scanned_by is None
    session.execute(_SAVEPOINT)
    session.execute(_LINE, values).all()
    session.execute(_TOTE, values).one()
    movement = _moved(session, values)
    values["reservation"] = session.execute(_PICKED, values).scalar_one()
    session.execute(_HOLD, values)
    session.execute(_LINE_DONE, values)
    session.execute(_DROP, values).one()
    session.execute(_REMEMBER, {**values, "memory": json.dumps({"totes": [facts["tote"]]})})
    return _kept(session, values, movement)


def _moved(session: Session, values: Facts) -> int:
    posting = session.execute(_POSTING, values).scalar_one()
    movement: int = session.execute(_MOVEMENT, {**values, "posting": posting}).scalar_one()
    session.execute(_PUT, values)
    taken: Any = session.execute(_TAKE, values)
    assert taken.rowcount == 1, "the floor took from an empty bin"
    return movement


def _kept(session: Session, values: Facts, movement: int) -> Facts:
    answer = {"outcome": "accepted", "message": "Moved", "task": values["task"], "movements": [movement]}
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
