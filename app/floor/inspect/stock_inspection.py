"""Inspection of what stands here already, in quarantine, on hold or damaged, opened by a scan of where it stands.

The place, the container or the item is scanned; everything of it that is not for sale is looked at line by line, and
goes back into stock, stays, is scrapped or goes to the vendor. What a put-back asks for is left to that.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.control.undecided import asked_for, stands
from app.floor.inspect.memory import Work
from app.ledger.for_sale import balance, location, not_for_sale
from app.places.models import Warehouse
from app.tasks.models import Task
from app.tasks.queue import STOCK, NewLine, open_task


def of_stock(work: Work) -> bool:
    """Whether this inspection looks at what stands here, and not at what a customer sends back."""
    return work.task.document_type == STOCK


def open_inspection(
    session: Session,
    warehouse: Warehouse,
    *,
    name: str,
    location_id: int | None = None,
    container_id: int | None = None,
    item_id: int | None = None,
) -> int | None:
    """Open the inspection of what waits for one in this place, this container, or of this item; ``name`` is its code.

    Returns the task's id, that of one which is open for it already; None where nothing waits.
    """
    statement = (
        select(balance)
        .join(location, location.c.id == balance.c.location_id)
        .where(location.c.warehouse_id == warehouse.id, not_for_sale(balance.c.condition), balance.c.quantity > 0)
        .order_by(location.c.sequence, location.c.code, balance.c.item_id, balance.c.id)
        .with_for_update(of=balance)
    )
    for column, value in (
        (balance.c.location_id, location_id),
        (balance.c.container_id, container_id),
        (balance.c.item_id, item_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows = session.execute(statement).all()
    work = asked_for(session, sorted({row.item_id for row in rows}))
    lines, begun = [], None
    for row in rows:
        asked = work.get(stands(row), [])
        begun = begun or _free_inspection(session, [task for task, kind, _units in asked if kind == "inspect"])
        left = row.quantity - sum(
            units for task, kind, units in asked if kind == "inspect" or _is_put_back(session, task)
        )
        if left > 0:
            lines.append(
                NewLine(
                    item_id=row.item_id,
                    quantity=left,
                    lot_id=row.lot_id,
                    serial=row.serial,
                    source_location_id=row.location_id,
                    source_container_id=row.container_id,
                    source_condition=row.condition,
                )
            )
    if not lines:
        return begun
    return open_task(
        session,
        kind="inspect",
        warehouse_id=warehouse.id,
        document_type=STOCK,
        document=name,
        container_id=container_id,
        lines=lines,
    ).id


def _free_inspection(session: Session, task_ids: list[int]) -> int | None:
    return task_ids[0] if task_ids else None


def _is_put_back(session: Session, task_id: int) -> bool:
    found = session.get(Task, task_id)
    return found is not None and found.document_type == "put_back"
