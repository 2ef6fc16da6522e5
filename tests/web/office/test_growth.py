"""A page of the desk reads what it shows, and not the years behind it: SQLite's own steps are counted, not the time."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app import clock
from app.db import table
from app.floor.count.waiting_approvals import waiting_approvals
from app.floor.models import Scan
from app.ledger.models import Balance
from app.ledger.on_hand import balances
from app.orders.models import Order, OrderLine
from app.people.actor import Actor
from app.places.models import Container
from app.returns.models import Rma, RmaLine
from app.supply.models import PurchaseOrder, PurchaseOrderLine, Supplier
from app.tasks import board
from app.tasks.models import Task
from app.web.office.reads.exceptions import short_picks
from app.web.office.reads.orders import NeededAfter, order_rows
from app.web.office.reads.purchase_orders import purchase_order_rows
from app.web.office.reads.returns import return_rows
from tests.stock.house import House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHORT, LONG = 300, 6000
EVERY = 10
ME = Actor(1, "Mia", frozenset(("picker", "packer")))

LISTS: dict[str, Callable[[Session], Any]] = {
    "exceptions": lambda session: short_picks(session),
    "approvals": lambda session: waiting_approvals(session, 1),
    "purchase orders": lambda session: purchase_order_rows(session, limit=51),
    "open purchase orders": lambda session: purchase_order_rows(session, status="closed", limit=51),
    "orders": lambda session: order_rows(session, limit=51),
    "open orders by their day": lambda session: order_rows(session, status="open", needed=NeededAfter(), limit=51),
    "shipped orders": lambda session: order_rows(session, status="shipped", limit=51),
    "orders by number": lambda session: order_rows(session, query="so-00150", limit=51),
    "orders by SKU": lambda session: order_rows(session, query="CUP", limit=51),
    "orders by nothing that is there": lambda session: order_rows(session, query="nothing", limit=51),
    "returns": lambda session: return_rows(session, limit=51),
    "balances by bin": lambda session: balances(session, location="A-01", limit=101),
    "balances by tote": lambda session: balances(session, location="TOTE-7", limit=101),
    "work": lambda session: board.unfinished(session, warehouse_id=1),
    "picks": lambda session: board.unfinished(session, warehouse_id=1, kind="pick"),
    "work by kind": lambda session: board.unfinished_by_kind(session),
    "mine": lambda session: board.held_by(session, ME, warehouse_id=1),
    "waiting for me": lambda session: board.waiting(session, ME, warehouse_id=1),
}


def grown(session: Session, first: int, last: int) -> None:
    """So many things that are over: orders, deliveries, returns, tasks with their scans, cartons that left."""
    now, many = clock.now(), range(first, last)
    person, stage = House(session).actor().operator_id, House(session).bin("STAGE").id

    def add(model: Any, rows: list[dict[str, Any]]) -> None:
        session.execute(insert(table(model)), rows)

    add(Order, [{"id": n, "channel": "shop", "order_ref": f"SO-{n:05}", "status": "shipped", "ship_to": {},
                 "placed_at": now, "created_at": now} for n in many])  # fmt: skip
    add(OrderLine, [{"id": n, "order_id": n, "line_ref": "1", "item_id": 1, "sku": "MUG", "quantity": 1, "shipped": 1}
                    for n in many])  # fmt: skip
    add(PurchaseOrder, [{"id": n, "number": f"PO-{n}", "supplier_id": 1, "warehouse_id": 1, "status": "closed",
                         "created_at": now} for n in many])  # fmt: skip
    add(PurchaseOrderLine, [{"id": n, "purchase_order_id": n, "line": "1", "item_id": 1, "quantity": 1, "received": 1}
                            for n in many])  # fmt: skip
    add(Rma, [{"id": n, "number": f"R-{n}", "order_id": n, "status": "closed", "created_at": now}
              for n in many])  # fmt: skip
    add(RmaLine, [{"id": n, "rma_id": n, "order_line_id": n, "item_id": 1, "quantity": 1} for n in many])
    add(Task, [{"id": n, "kind": "count" if n % 9 == 0 else "pick", "warehouse_id": 1, "status": "done",
                "operator_id": person, "memory": {}, "created_at": now, "done_at": now} for n in many])  # fmt: skip
    add(Scan, [{"id": n, "scan_id": f"s-{n}", "task_id": n, "operator_id": person, "kind": "action", "code": "quantity",
                "outcome": "accepted", "answer_code": "quantity", "scanned_at": now, "received_at": now}
               for n in many])  # fmt: skip
    add(Container, [{"id": n + 100_000, "code": f"C-{n}", "kind": "carton", "warehouse_id": 1, "status": "shipped"}
                    for n in many])  # fmt: skip
    add(Balance, [{"item_id": 1, "serial": "", "location_id": stage, "container_id": n + 100_000,
                   "condition": "available", "quantity": 0, "allocated": 0} for n in many])  # fmt: skip


def steps(session: Session, ask: Callable[[Session], Any]) -> int:
    """How many tens of instructions SQLite's machine ran for one answer."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    driver: Any = session.connection().connection.dbapi_connection
    driver.set_progress_handler(tick, EVERY)
    try:
        ask(session)
    finally:
        driver.set_progress_handler(None, EVERY)
    return count


def test_a_list_costs_the_same_whatever_lies_behind_it(session: Session) -> None:
    house = House(session)
    house.stock("MUG", 9)
    house.box("TOTE-7")
    session.add(Supplier(id=1, code="ACME", name="Acme"))
    session.flush()
    grown(session, 1, SHORT)
    before = {name: steps(session, ask) for name, ask in LISTS.items()}
    grown(session, SHORT, LONG)
    after = {name: steps(session, ask) for name, ask in LISTS.items()}
    assert {name: (before[name], after[name]) for name in LISTS if after[name] > before[name] * 1.2 + 20} == {}
