"""What went wrong and waits for somebody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.db import table
from app.floor.models import IS_SHORT, Scan, SetAside
from app.floor.shared.memory import Memory, Report
from app.ledger.models import Availability
from app.ledger.sums import AVAILABLE
from app.orders.lost import AtRisk, orders_at_risk
from app.people.models import Operator
from app.places.models import Warehouse
from app.tasks.models import Task

_sums = table(Availability)


@dataclass(frozen=True, slots=True)
class Oversold:
    """An item that is promised more often than it is there, and whose orders that hits."""

    item_id: int
    sku: str
    name: str
    warehouse_id: int
    warehouse: str
    missing: int
    orders: tuple[AtRisk, ...]


@dataclass(frozen=True, slots=True)
class ShortPick:
    """A worker said that a bin, or a tote, held less than it should."""

    at: datetime
    task_id: int
    document: str
    what: str
    operator: str
    device: str
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A scan that the server failed to judge: what happened to the goods must be looked at. ``request_id`` finds the
    failure in the server's log."""

    id: int
    at: datetime
    code: str
    task_id: int | None
    kind: str
    document: str
    operator: str
    device: str
    request_id: str


def oversold_rows(session: Session, *, limit: int = 50) -> list[Oversold]:
    """The worst first."""
    statement = (
        select(Item.id, Item.sku, Item.name, Warehouse.id, Warehouse.code, AVAILABLE)
        .select_from(_sums)
        .join(Item, Item.id == _sums.c.item_id)
        .join(Warehouse, Warehouse.id == _sums.c.warehouse_id)
        .where(AVAILABLE < 0)
        .order_by(AVAILABLE, Item.sku)
        .limit(limit)
    )
    return [
        Oversold(
            item_id=item_id,
            sku=sku,
            name=name,
            warehouse_id=warehouse_id,
            warehouse=warehouse,
            missing=-int(available),
            orders=tuple(orders_at_risk(session, item_id, warehouse_id)),
        )
        for item_id, sku, name, warehouse_id, warehouse, available in session.execute(statement).all()
    ]


def short_picks(session: Session, *, limit: int = 50) -> list[ShortPick]:
    """The newest reports of too few units that nobody has taken back."""
    statement = (
        select(
            Scan.received_at, Task.id, Task.document, Scan.code, Operator.name, Scan.device, Scan.scan_id, Task.memory
        )
        .join(Operator, Operator.id == Scan.operator_id)
        .join(Task, Task.id == Scan.task_id)
        .where(IS_SHORT)
        .order_by(Scan.id.desc())
        .limit(limit)
    )
    return [
        ShortPick(at, task_id, document, what, operator, device, reports or ())
        for at, task_id, document, what, operator, device, scan_id, memory in session.execute(statement)
        if (reports := _reports(memory, scan_id)) != ()
    ]


def _reports(memory: dict[str, Any], scan_id: str) -> tuple[Report, ...] | None:
    """What the task keeps beside that scan: nothing where it was taken back, None where nobody knows what it was."""
    return Memory.read_json(memory).reports.get(f"scan:{scan_id}")


def unjudged_scans(session: Session, *, limit: int = 50) -> list[Unjudged]:
    """What was set aside on the floor and not settled yet, the oldest first."""
    statement = (
        select(
            SetAside.id,
            Scan.scanned_at,
            Scan.code,
            Scan.task_id,
            Task.kind,
            Task.document,
            Operator.name,
            Scan.device,
            SetAside.request_id,
        )
        .join(Scan, Scan.scan_id == SetAside.scan_id)
        .join(Operator, Operator.id == Scan.operator_id)
        .outerjoin(Task, Task.id == Scan.task_id)
        .where(SetAside.settled_at.is_(None))
        .order_by(SetAside.id)
        .limit(limit)
    )
    return [Unjudged(*row) for row in session.execute(statement)]
