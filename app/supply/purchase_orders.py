"""Purchase orders: placed, received, short-closed. Every change moves *inbound* with it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import table
from app.language import _
from app.ledger.sums import shift
from app.people.decisions import By, decide
from app.refusal import NotFound, Refused
from app.supply.at_the_dock import tell_the_dock
from app.supply.models import PurchaseOrder, PurchaseOrderLine, Supplier
from app.tasks.models import UNFINISHED, Task, TaskLine

line_table = table(PurchaseOrderLine)
BY_ITSELF = By(program="supply")


def supplier_of(session: Session, code: str) -> Supplier:
    """The supplier of this code, made with the code as its name if it is new."""
    found = session.scalar(select(Supplier).where(Supplier.code == code))
    if not found:
        found = Supplier(code=code, name=code)
        session.add(found)
        session.flush()
    return found


def purchase_order_of(session: Session, number: str) -> PurchaseOrder:
    """A purchase order by its number. Errors: ``unknown_purchase_order``."""
    found = session.scalar(select(PurchaseOrder).where(PurchaseOrder.number == number))
    if not found:
        raise NotFound(
            "unknown_purchase_order", _("There is no purchase order %(number)s. Check the papers.", number=number)
        )
    return found


def open_purchase_order(session: Session, *, number: str, supplier_id: int, warehouse_id: int) -> PurchaseOrder:
    """The purchase order of this number, made if it is new.

    Errors: ``purchase_order_differs`` where the number is known for another supplier or warehouse.
    """
    found = session.scalar(select(PurchaseOrder).where(PurchaseOrder.number == number))
    if found is None:
        found = new_purchase_order(number=number, supplier_id=supplier_id, warehouse_id=warehouse_id)
        session.add(found)
        session.flush()
    require_same(found, supplier_id=supplier_id, warehouse_id=warehouse_id)
    return found


def new_purchase_order(*, number: str, supplier_id: int, warehouse_id: int) -> PurchaseOrder:
    """A purchase order without lines, not written yet."""
    return PurchaseOrder(number=number, supplier_id=supplier_id, warehouse_id=warehouse_id, created_at=clock.now())


def hold_orders(session: Session, *where: ColumnElement[bool]) -> list[PurchaseOrder]:
    """These orders as they are now, held until the transaction ends.

    Whoever receives or changes lines holds their order before them, or of two who end its last two lines at the same
    moment each would still see the other's line open, and the order would never be closed.
    """
    statement = select(PurchaseOrder).where(*where).order_by(PurchaseOrder.id).with_for_update(key_share=True)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def require_same(order: PurchaseOrder, *, supplier_id: int, warehouse_id: int) -> None:
    """Errors: ``purchase_order_differs`` where the number is known for another supplier or warehouse."""
    if (order.supplier_id, order.warehouse_id) != (supplier_id, warehouse_id):
        raise Refused(
            "purchase_order_differs",
            _(
                "%(number)s is known for another supplier or warehouse. Give it a number of its own.",
                number=order.number,
            ),
        )


def save_line(
    session: Session,
    order: PurchaseOrder,
    *,
    line: str,
    item_id: int,
    quantity: int,
    unit_cost: Decimal | None = None,
    eta: datetime | None = None,
) -> str:
    """Write one line as the newest state says; *inbound* follows, and whoever receives it now.

    Returns created, updated or unchanged. Many lines go together in ``many_lines``.
    Errors: those of ``require_changeable``; ``bad_time``.
    """
    if eta is not None and not clock.is_of_our_time(eta):
        raise Refused("bad_time", _("%(year)s is not a year of a delivery. Look at its times.", year=eta.year))
    hold_orders(session, PurchaseOrder.id == order.id)
    row = session.scalar(
        select(PurchaseOrderLine)
        .where(PurchaseOrderLine.purchase_order_id == order.id, PurchaseOrderLine.line == line)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        session.add(
            PurchaseOrderLine(
                purchase_order_id=order.id, line=line, item_id=item_id, quantity=quantity, unit_cost=unit_cost, eta=eta
            )
        )
        session.flush()
        shift(session, item_id, order.warehouse_id, inbound=quantity)
        order.status = "open"
        return "created"
    if (row.item_id, row.quantity, row.unit_cost, row.eta) == (item_id, quantity, unit_cost, eta):
        return "unchanged"
    in_work = being_received(session, [row.id] if row.item_id != item_id else [])
    require_changeable(row, item_id=item_id, quantity=quantity, is_being_received=bool(in_work))
    shift(session, row.item_id, order.warehouse_id, inbound=-open_units(row))
    more = quantity - row.quantity
    row.item_id, row.quantity, row.unit_cost, row.eta = item_id, quantity, unit_cost, eta
    shift(session, item_id, order.warehouse_id, inbound=open_units(row))
    session.flush()
    tell_the_dock(session, {row.id: more})
    order.status = "open" if _open_lines(session, order.id) else "closed"
    session.flush()
    return "updated"


def require_changeable(
    row: PurchaseOrderLine | Row[Any], *, item_id: int, quantity: int, is_being_received: bool
) -> None:
    """Whether a line may say this from now on.

    Errors: ``line_received`` where the item changes, or the quantity falls below what has been received;
    ``line_in_work`` where the item changes while somebody receives the line.
    """
    if (row.item_id != item_id and row.received) or quantity < row.received:
        raise Refused(
            "line_received",
            _(
                "%(received)s of line %(line)s are received already. Add a new line instead.",
                received=row.received,
                line=row.line,
            ),
        )
    if row.item_id != item_id and is_being_received:
        raise Refused(
            "line_in_work",
            _("Line %(line)s is being received as another item. Add a new line instead.", line=row.line),
        )


def being_received(session: Session, line_ids: Sequence[int]) -> set[int]:
    """Those lines that a job at the dock asks for: it would count the old item, and *inbound* the new one."""
    asked = (
        select(TaskLine.document_line_id)
        .join(Task, Task.id == TaskLine.task_id)
        .where(
            Task.kind == "receive",
            Task.status.in_(UNFINISHED),
            TaskLine.status == "open",
            TaskLine.document_line_id.in_(line_ids),
        )
    )
    return {line_id for line_id in session.scalars(asked) if line_id is not None} if line_ids else set()


def open_units(line: PurchaseOrderLine) -> int:
    """What is still to come of a line: its share of *inbound*."""
    return units_to_come(line, line.quantity)


def units_to_come(line: PurchaseOrderLine | Row[Any], quantity: int) -> int:
    """As ``open_units``, were ``quantity`` ordered."""
    return max(0, quantity - line.received - line.short_closed)


def hold_order_of(session: Session, line_id: int) -> PurchaseOrder:
    """The order of a line, held. Whoever posts a receipt of it holds it before the stock and its sums."""
    of_line = select(PurchaseOrderLine.purchase_order_id).where(PurchaseOrderLine.id == line_id)
    (order,) = hold_orders(session, PurchaseOrder.id.in_(of_line))
    return order


def receive_units(
    session: Session, line_id: int, quantity: int, *, tolerance_percent: int, order: PurchaseOrder | None = None
) -> None:
    """Count ``quantity`` units of a line as received (a negative one takes a receipt back); *inbound* falls.

    ``order``: the line's own, where the caller holds it already (``hold_order_of``).

    Errors: ``over_receipt`` beyond the ordered quantity plus the tolerance, whoever else receives at the same time.
    """
    order = order or hold_order_of(session, line_id)
    line = session.scalars(
        select(PurchaseOrderLine)
        .where(PurchaseOrderLine.id == line_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    limit = line.quantity + line.quantity * tolerance_percent // 100
    if quantity > 0 and line.received + quantity > limit:
        raise Refused(
            "over_receipt",
            _(
                "%(limit)s may be received, %(received)s already are. Set the rest aside and ask the office.",
                limit=limit,
                received=line.received,
            ),
        )
    before = open_units(line)
    line.received += quantity
    session.flush()
    shift(session, line.item_id, order.warehouse_id, inbound=open_units(line) - before)
    order.status = "open" if _open_lines(session, order.id) else "closed"
    session.flush()


def _open_lines(session: Session, order_id: int) -> int:
    statement = select(func.count()).where(
        line_table.c.purchase_order_id == order_id,
        line_table.c.quantity > line_table.c.received + line_table.c.short_closed,
    )
    return session.execute(statement).scalar_one()


def short_close(session: Session, number: str, *, reason: str = "", by: By = BY_ITSELF) -> int:
    """What is still open of a purchase order will not come; *inbound* falls. Returns the units given up.

    The reason is kept, with who and when."""
    order = purchase_order_of(session, number)
    hold_orders(session, PurchaseOrder.id == order.id)
    given_up = 0
    lines = session.scalars(
        select(PurchaseOrderLine)
        .where(PurchaseOrderLine.purchase_order_id == order.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for line in sorted(lines, key=lambda row: row.item_id):
        missing = open_units(line)
        if missing:
            line.short_closed += missing
            shift(session, line.item_id, order.warehouse_id, inbound=-missing)
            given_up += missing
    order.status = "closed"
    if given_up:
        decide(session, "purchase_order", order.id, what="short_closed", reason=reason, by=by, detail=str(given_up))
    session.flush()
    return given_up


def inbound_units() -> Select[Any]:
    """Item, warehouse, inbound units, added up from the lines: what the kept sum must equal."""
    return (
        select(
            line_table.c.item_id,
            PurchaseOrder.warehouse_id,
            func.sum(line_table.c.quantity - line_table.c.received - line_table.c.short_closed),
        )
        .join(PurchaseOrder, PurchaseOrder.id == line_table.c.purchase_order_id)
        .where(line_table.c.quantity > line_table.c.received + line_table.c.short_closed)
        .group_by(line_table.c.item_id, PurchaseOrder.warehouse_id)
    )
