"""A task's lines: as the floor reads them (one row with every name that a prompt shows), and every way they change.

**Who changes a line, or a task's counters, holds the task's row** (``queue.hold``; a scan holds its own task anyway).
So a line that was read is the line that is written, and none stays open with nothing left to do. The statements are
relative and ask for the status that they begin from all the same, and the table's CHECK is the last wall.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from app.catalog.models import Item, ItemBarcode, Lot
from app.db import changed, core, table
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
    """Write facts into one line (its target, its lot, its turn): what is done has verbs of its own, below."""
    assert not values.keys() & {"done", "status"}, "what is done of a line is never written as it was read"
    core(session).execute(_change(tuple(sorted(values))), {"b_line": line_id, **values})


_IS_WHOLE = task_line.c.done + bindparam("n") >= task_line.c.quantity
_FINISH = (
    update(task_line)
    .where(task_line.c.id == bindparam("b_line"), task_line.c.status == "open")
    .values(done=task_line.c.done + bindparam("n"), status=case((_IS_WHOLE, "done"), else_="open"))
    .returning(task_line.c.status)
)


def finish_units(session: Session, line_id: int, units: int) -> bool:
    """``units`` more of an open line are posted. Returns whether the line is done now; its task is not told."""
    found = core(session).execute(_FINISH, {"b_line": line_id, "n": units}).first()
    assert found is not None, "a line was worked at that was not open"
    return bool(found.status == "done")


def reopen_units(session: Session, line_id: int, units: int) -> bool:
    """``units`` that were posted are taken back: the line waits for them again. Returns whether it was done before.

    The line's task is not told.
    """
    again = update(task_line).where(task_line.c.id == line_id).values(done=task_line.c.done - units, status="open")
    if changed(session, again.where(task_line.c.status == "done")):
        return True
    was_open = changed(session, again.where(task_line.c.status == "open"))
    assert was_open, "units of a line that was given up were taken back"
    return False


def count(session: Session, task_id: int, *, lines: int = 0, done: int = 0) -> None:
    """A task has more lines (fewer, where negative), or more of them are done."""
    counters = {"lines": Task.lines + lines, "done_lines": Task.done_lines + done}
    session.execute(update(table(Task)).where(Task.id == task_id).values(counters))


def cancel_lines(session: Session, line_ids: Iterable[int]) -> None:
    """Lines whose reason went away (a cancelled order, a short bin): the worker is moved on to the next."""
    for line_id in sorted(line_ids):
        gone = update(task_line).where(task_line.c.id == line_id, task_line.c.status == "open")
        row = session.execute(gone.values(status="cancelled").returning(task_line.c.task_id)).first()
        if row:
            count(session, row.task_id, lines=-1)


def give_up_lines(session: Session, task_ids: Iterable[int]) -> None:
    """All open lines of these tasks ask for nothing more; what was done of them stays done."""
    ids = sorted(task_ids)
    if not ids:
        return
    done = task_line.c.done
    session.execute(
        update(task_line)
        .where(task_line.c.task_id.in_(ids), task_line.c.status == "open")
        .values(
            quantity=case((done > 0, done), else_=task_line.c.quantity),
            status=case((done > 0, "done"), else_="cancelled"),
        )
    )
    mine = select(func.count()).select_from(task_line).where(task_line.c.task_id == Task.id).correlate(Task)
    counters = {
        "lines": mine.where(task_line.c.status != "cancelled").scalar_subquery(),
        "done_lines": mine.where(task_line.c.status == "done").scalar_subquery(),
    }
    session.execute(update(table(Task)).where(Task.id.in_(ids)).values(counters))


def shrink_line(session: Session, line_id: int, units: int) -> None:
    """An open line asks for ``units`` fewer; it is done, or vanishes, where no more is left to do."""
    less, done = task_line.c.quantity - units, task_line.c.done
    row = session.execute(
        update(task_line)
        .where(task_line.c.id == line_id, task_line.c.status == "open")
        .values(
            quantity=case((less > done, less), (done > 0, done), else_=task_line.c.quantity),
            status=case((less > done, "open"), (done > 0, "done"), else_="cancelled"),
        )
        .returning(task_line.c.task_id, task_line.c.status)
    ).first()
    if row is not None and row.status != "open":
        gone = row.status == "cancelled"
        count(session, row.task_id, lines=-1 if gone else 0, done=0 if gone else 1)


def grow_line(session: Session, line_id: int, units: int) -> None:
    """The opposite of ``shrink_line``: a line asks for ``units`` more. One that vanished or was done is open again."""
    row = session.execute(select(task_line.c.task_id, task_line.c.status).where(task_line.c.id == line_id)).one()
    asked = task_line.c.done if row.status == "cancelled" else task_line.c.quantity
    grown = changed(
        session,
        update(task_line)
        .where(task_line.c.id == line_id, task_line.c.status == row.status)
        .values(quantity=asked + units, status="open"),
    )
    assert grown, "a line changed under somebody who did not hold its task"
    if row.status != "open":
        gone = row.status == "cancelled"
        count(session, row.task_id, lines=1 if gone else 0, done=0 if gone else -1)


def hand_on(session: Session, line_ids: Sequence[int], *, source_task_id: int, target_task_id: int) -> None:
    """Open lines of which nothing is done go on in another task; whoever knows one by its id finds it there."""
    moved = changed(
        session,
        update(task_line)
        .where(task_line.c.id.in_(line_ids), task_line.c.status == "open", task_line.c.done == 0)
        .values(task_id=target_task_id),
    )
    count(session, source_task_id, lines=-moved)
    count(session, target_task_id, lines=moved)


def to_the_end(session: Session, task_id: int, line_id: int) -> None:
    """Skip: the line keeps its place among the skipped ones, after all that were not."""
    last = session.scalar(select(func.max(TaskLine.position)).where(TaskLine.task_id == task_id))
    change_line(session, line_id, position=(last or 0) + 1)
