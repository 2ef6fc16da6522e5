"""A task's lines as the floor reads them: one row with every name that a prompt shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.catalog.models import Item, ItemBarcode, Lot
from app.db import core, table
from app.places.models import Container, Location
from app.tasks.models import Task, TaskLine


@dataclass(slots=True)
class Line:
    """One open line: the item, where from, where to, how many, and what identifies them.

    ``barcode`` is what a scanner reads on one unit (the SKU where the item has none).
    """

    id: int
    position: int
    quantity: int
    done: int
    status: str
    serial: str
    source_condition: str
    document_line_id: int | None
    item_id: int
    sku: str
    name: str
    image_url: str
    tracking: str
    has_expiry: bool
    unit_weight_grams: int
    lot_id: int | None
    lot: str | None
    expiry: date | None
    source_location_id: int | None
    source: str | None
    source_container_id: int | None
    source_container: str | None
    target_location_id: int | None
    target: str | None
    target_container_id: int | None
    target_container: str | None
    barcode: str | None

    @property
    def left(self) -> int:
        """Units of this line that are not posted yet."""
        return max(0, self.quantity - self.done)

    @property
    def code(self) -> str:
        """What to scan on the item itself."""
        return self.barcode or self.sku


# Tables, not classes: every scan reads a line, and a row of columns costs half of what the same row costs by classes.
task_line, item, lot, item_barcode = map(table, (TaskLine, Item, Lot, ItemBarcode))
_source, _target = table(Location).alias(), table(Location).alias()
_source_container, _target_container = table(Container).alias(), table(Container).alias()
_barcode = (
    select(item_barcode.c.barcode)
    .where(item_barcode.c.item_id == task_line.c.item_id, item_barcode.c.quantity == 1)
    .order_by(item_barcode.c.id)
    .limit(1)
    .scalar_subquery()
)
_LINES = (
    select(
        task_line.c.id,
        task_line.c.position,
        task_line.c.quantity,
        task_line.c.done,
        task_line.c.status,
        task_line.c.serial,
        task_line.c.source_condition,
        task_line.c.document_line_id,
        task_line.c.item_id,
        item.c.sku,
        item.c.name,
        item.c.image_url,
        item.c.tracking,
        item.c.has_expiry,
        item.c.unit_weight_grams,
        task_line.c.lot_id,
        lot.c.code.label("lot"),
        lot.c.expiry,
        task_line.c.source_location_id,
        _source.c.code.label("source"),
        task_line.c.source_container_id,
        _source_container.c.code.label("source_container"),
        task_line.c.target_location_id,
        _target.c.code.label("target"),
        task_line.c.target_container_id,
        _target_container.c.code.label("target_container"),
        _barcode.label("barcode"),
    )
    .select_from(task_line)
    .outerjoin(item, item.c.id == task_line.c.item_id)
    .outerjoin(lot, lot.c.id == task_line.c.lot_id)
    .outerjoin(_source, _source.c.id == task_line.c.source_location_id)
    .outerjoin(_target, _target.c.id == task_line.c.target_location_id)
    .outerjoin(_source_container, _source_container.c.id == task_line.c.source_container_id)
    .outerjoin(_target_container, _target_container.c.id == task_line.c.target_container_id)
    .order_by(task_line.c.position, task_line.c.id)
)


# Built once: composing a statement costs more than running it on a line.
_TURN = (
    _LINES.where(task_line.c.task_id == bindparam("task"), task_line.c.status == "open")
    .order_by(None)
    .order_by((task_line.c.id == bindparam("begun")).desc(), task_line.c.position, task_line.c.id)
    .limit(2)
)
_BY_ID = _LINES.where(task_line.c.id == bindparam("line"))


def _line(row: Any) -> Line:
    return Line(*row)  # the columns above stand in the order of the fields


def turn(session: Session, task_id: int, begun: int | None = None) -> list[Line]:
    """The open line that was ``begun``, else the one whose turn it is; and the one that comes after it."""
    return [_line(row) for row in core(session).execute(_TURN, {"task": task_id, "begun": begun or 0})]


def line_of(session: Session, line_id: int) -> Line | None:
    """One line by id, whatever its status."""
    row = core(session).execute(_BY_ID, {"line": line_id}).first()
    return _line(row) if row else None


def lines(session: Session, task_id: int, *where: ColumnElement[bool], limit: int | None = None) -> list[Line]:
    """A task's lines in their turn, narrowed by conditions on ``TaskLine``."""
    statement = _LINES.where(task_line.c.task_id == task_id, *where)
    return [_line(row) for row in session.execute(statement.limit(limit) if limit else statement)]


@cache
def _change(names: tuple[str, ...]) -> Any:
    return (
        update(task_line).where(task_line.c.id == bindparam("b_line")).values({name: bindparam(name) for name in names})
    )


def change_line(session: Session, line_id: int, **values: Any) -> None:
    """Change one line's row."""
    core(session).execute(_change(tuple(sorted(values))), {"b_line": line_id, **values})


def cancel_lines(session: Session, line_ids: Iterable[int]) -> None:
    """Lines whose reason went away (a cancelled order, a short bin): the worker is moved on to the next."""
    for line_id in sorted(line_ids):
        row = session.execute(
            update(table(TaskLine))
            .where(TaskLine.id == line_id, TaskLine.status == "open")
            .values(status="cancelled")
            .returning(TaskLine.task_id)
        ).first()
        if row:
            session.execute(update(table(Task)).where(Task.id == row.task_id).values(lines=Task.lines - 1))


def shrink_line(session: Session, line_id: int, units: int) -> None:
    """An open line asks for ``units`` fewer; it is done, or vanishes, where no more is left to do."""
    line = session.execute(select(table(TaskLine)).where(TaskLine.id == line_id)).one()
    if line.status != "open":
        return
    if line.quantity - units > line.done:
        change_line(session, line_id, quantity=line.quantity - units)
    elif line.done:
        change_line(session, line_id, quantity=line.done, status="done")
        session.execute(update(table(Task)).where(Task.id == line.task_id).values(done_lines=Task.done_lines + 1))
    else:
        cancel_lines(session, [line_id])


def grow_line(session: Session, line_id: int, units: int) -> None:
    """The opposite of ``shrink_line``: a line asks for ``units`` more. One that vanished or was done is open again."""
    line = session.execute(select(table(TaskLine)).where(TaskLine.id == line_id)).one()
    asked = line.done if line.status == "cancelled" else line.quantity
    change_line(session, line_id, quantity=asked + units, status="open")
    counts: dict[str, dict[str, Any]] = {
        "cancelled": {"lines": Task.lines + 1},
        "done": {"done_lines": Task.done_lines - 1},
    }
    if line.status in counts:
        session.execute(update(table(Task)).where(Task.id == line.task_id).values(counts[line.status]))


def to_the_end(session: Session, task_id: int, line_id: int) -> None:
    """Skip: the line keeps its place among the skipped ones, after all that were not."""
    last = session.scalar(select(func.max(TaskLine.position)).where(TaskLine.task_id == task_id))
    change_line(session, line_id, position=(last or 0) + 1)
