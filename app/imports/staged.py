"""A large file, written in portions under one import id, so that scans go between.

All of it is checked first, with no lock. Then its rows are kept (staged), and only then the first is written: from
there on the file is promised, and whoever finds it unfinished goes on: the request, the same request sent again, or the
worker after a crash. Where a portion is refused after all, because somebody changed the world since the check, what was
written is taken back, the last first, and the file is refused as a whole.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import ModuleType
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import changed, table
from app.imports import saving
from app.imports.models import ImportFile, ImportPortion
from app.imports.result import ImportResult, Outcome, RowError, Who
from app.imports.table import Row
from app.language import _
from app.orders.backorders import Read, Write
from app.refusal import NotFound

Progress = Callable[[int, int], None]
Note = Callable[[Session, int], int]
STAGED_AT_ONCE = 2000
"""Rows that are put aside in one transaction."""
SWEPT_AT_ONCE = 50
"""Portions that are swept away in one transaction when their file is through."""
ABANDONED_SECONDS = 60.0
"""After so long without a sign of whoever writes a file, another goes on."""
file, portion = table(ImportFile), table(ImportPortion)


class _Refused(Exception):  # noqa: N818 - an answer
    """A portion was refused: somebody changed the world since the check."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        self.errors = errors


def stage(
    write: Write[Any],
    kind: str,
    module: ModuleType,
    rows: Sequence[Row],
    warnings: Sequence[RowError],
    note: Note,
    *,
    who: Who,
) -> int:
    """Put the rows of a file aside, and promise them. Returns the import's id.

    ``note`` is told of it in the transaction that promises it, and says which import is the one: where a twin of this
    request was faster, its own.
    """
    now = clock.now()
    values: dict[str, Any] = {
        "kind": kind,
        "rows": len(rows),
        "status": "staging",
        "created_at": now,
        "touched_at": now,
    }
    values["found"] = {"warnings": [_note(each) for each in warnings], "who": [who.operator_id, who.program]}
    import_id = int(write(lambda session: session.execute(insert(file).returning(file.c.id), values).scalar_one()))
    kept: list[dict[str, Any]] = []
    for number, part in enumerate(_portions(module, rows), start=1):
        kept.append({"import_id": import_id, "number": number, "rows": _written(part), "undo": ""})
        if sum(len(each["rows"]) for each in kept) > STAGED_AT_ONCE * 100:
            write(partial(_keep, kept=kept))
            kept = []

    def promise(session: Session) -> int:
        the_one = note(session, import_id)
        if the_one == import_id:
            _keep(session, kept)
            session.execute(update(file).where(file.c.id == import_id).values(status="writing", touched_at=clock.now()))
        return the_one

    return int(write(promise))


def _keep(session: Session, kept: Sequence[dict[str, Any]]) -> None:
    if kept:
        session.execute(insert(portion), kept)


def _portions(module: ModuleType, rows: Sequence[Row]) -> Iterator[list[Row]]:
    """So many rows as are written in one transaction; what is one thing (the lines of an order) stays together."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(module.together(row) if hasattr(module, "together") else row.number, []).append(row)
    part: list[Row] = []
    for group in groups.values():
        if part and len(part) + len(group) > module.PORTION:
            yield part
            part = []
        part += group
    if part:
        yield part


def finish(
    write: Write[Any],
    read: Read,
    import_id: int,
    modules: dict[str, ModuleType],
    *,
    progress: Progress | None = None,
    until: Callable[[], bool] = lambda: False,
) -> ImportResult | None:
    """Write what is still to be written of a staged file. Safe to run by several at once and again after a crash.

    None where ``until`` said that it is enough for now.
    """
    while True:
        with read() as session:
            found = session.execute(select(file).where(file.c.id == import_id)).one()
            number = _next(session, import_id, is_written=found.status == "taking_back")
        if found.status not in ("writing", "taking_back"):
            while write(partial(_sweep, import_id=import_id)):
                pass
            return _result(found)
        module = modules[found.kind]
        if number is None:
            write(partial(_close, import_id=import_id, status=found.status))
            continue
        if until():
            return None
        try:
            step = _write_portion if found.status == "writing" else _take_back_portion
            done = write(partial(step, import_id=import_id, number=number, module=module))
            if progress and found.status == "writing":
                progress(done, found.rows)
        except _Refused as refused:
            write(partial(_turn_back, import_id=import_id, errors=refused.errors))


def _next(session: Session, import_id: int, *, is_written: bool) -> int | None:
    """The first portion that is to be written, or the last that is to be taken back."""
    number = func.max(portion.c.number) if is_written else func.min(portion.c.number)
    state = portion.c.undo != "" if is_written else portion.c.undo == ""
    return session.scalar(select(number).where(portion.c.import_id == import_id, state))


def _write_portion(session: Session, *, import_id: int, number: int, module: ModuleType) -> int:
    """Write one portion, once. Returns how many rows of the file are done."""
    found, row = _held(session, import_id, number)
    tally = dict(found.found)
    if found.status == "writing" and not row.undo:
        outcome = Outcome(who=Who(*tally.get("who", ())))
        rows = _read(row.rows)
        outcome.rows = len(rows)
        module.write(session, rows, outcome)
        if errors := outcome.errors():
            raise _Refused(errors)
        session.execute(_this(import_id, number).values(undo=json.dumps(outcome.undo, default=_said)))
        for name in ("created", "updated", "unchanged"):
            tally[name] = tally.get(name, 0) + getattr(outcome, name)
        session.execute(update(file).where(file.c.id == import_id).values(found=tally, touched_at=clock.now()))
    return sum(tally.get(name, 0) for name in ("created", "updated", "unchanged"))


def _turn_back(session: Session, *, import_id: int, errors: Sequence[RowError]) -> None:
    statement = update(file).where(file.c.id == import_id, file.c.status == "writing")
    found = {"errors": [_note(each) for each in errors]}
    changed(session, statement.values(status="taking_back", found=found, touched_at=clock.now()))


def _take_back_portion(session: Session, *, import_id: int, number: int, module: ModuleType) -> int:
    """Take back one portion, the last of it first. What cannot be taken back is counted, and stays."""
    found, row = _held(session, import_id, number)
    if found.status == "taking_back" and row.undo:
        undo = getattr(module, "undo", saving.undo)
        left = sum(not undo(session, each) for each in reversed(json.loads(row.undo, object_hook=_meant)))
        session.execute(_this(import_id, number).values(undo=""))
        session.flush()
        tally = {**found.found, "left": found.found.get("left", 0) + left}
        session.execute(update(file).where(file.c.id == import_id).values(found=tally, touched_at=clock.now()))
    return 0


def _close(session: Session, *, import_id: int, status: str) -> None:
    """All portions are through: from here on their rows are not needed any more, only what became of them."""
    found = session.execute(select(file).where(file.c.id == import_id).with_for_update()).one()
    if found.status != status:
        return
    end = "done" if status == "writing" else "stopped" if found.found.get("left") else "taken_back"
    session.execute(update(file).where(file.c.id == import_id).values(status=end, touched_at=clock.now()))


def _sweep(session: Session, *, import_id: int) -> int:
    numbers = select(portion.c.number).where(portion.c.import_id == import_id).limit(SWEPT_AT_ONCE)
    return changed(session, delete(portion).where(portion.c.import_id == import_id, portion.c.number.in_(numbers)))


def abandoned(session: Session) -> list[int]:
    """Files that were promised and that nobody has written at for a while."""
    before = clock.now() - timedelta(seconds=ABANDONED_SECONDS)
    open_ones = file.c.status.in_(("writing", "taking_back"))
    return list(session.scalars(select(file.c.id).where(open_ones, file.c.touched_at < before).order_by(file.c.id)))


def forget_old(session: Session, *, before: datetime) -> int:
    """Delete what became of files before that time, and what was put aside and never promised. Returns how many."""
    over = (file.c.status.in_(("done", "taken_back", "stopped")) & (file.c.touched_at < before)) | (
        (file.c.status == "staging") & (file.c.touched_at < clock.now() - timedelta(days=1))
    )
    ids = list(session.scalars(select(file.c.id).where(over).order_by(file.c.id).limit(100)))
    session.execute(delete(portion).where(portion.c.import_id.in_(ids)))
    return changed(session, delete(file).where(file.c.id.in_(ids)))


def _held(session: Session, import_id: int, number: int) -> tuple[Any, Any]:
    found = session.execute(select(file).where(file.c.id == import_id).with_for_update()).one()
    this = select(portion).where(portion.c.import_id == import_id, portion.c.number == number)
    return found, session.execute(this).one()


def _this(import_id: int, number: int) -> Any:
    return update(portion).where(portion.c.import_id == import_id, portion.c.number == number)


def _result(found: Any) -> ImportResult:
    """What became of a file, in the words of an import."""
    said = found.found
    if found.status == "done":
        tally = (said.get("created", 0), said.get("updated", 0), said.get("unchanged", 0))
        return ImportResult(found.kind, found.rows, *tally, warnings=_notes(said.get("warnings", [])))
    errors = _notes(said.get("errors", []))
    if found.status == "stopped":
        message = _(
            "Something changed while the file was being imported. The import was taken back, except for %(n)s entries "
            "that are in use by now. Correct the rows below and import the file again.",
            n=said["left"],
        )
        errors = (*errors, RowError(errors[-1].row if errors else 1, "", "partly_written", message))
    return ImportResult(found.kind, found.rows, errors=errors)


def how_far(session: Session, import_id: int) -> tuple[str, int, int]:
    """The kind of a file, its rows that are written, and all its rows. Errors: ``unknown_import``."""
    found = session.execute(select(file).where(file.c.id == import_id)).one_or_none()
    if found is None:
        raise NotFound("unknown_import", _("There is no such file. Go back and choose it again."))
    done = sum(found.found.get(name, 0) for name in ("created", "updated", "unchanged"))
    return found.kind, done, found.rows


def _note(each: RowError) -> list[Any]:
    return [each.row, each.column, each.code, each.message]


def _notes(found: Sequence[Sequence[Any]]) -> tuple[RowError, ...]:
    return tuple(RowError(*each) for each in found)


def _written(rows: Sequence[Row]) -> str:
    return json.dumps([[row.number, row.values] for row in rows], default=_said, ensure_ascii=False)


def _read(text: str) -> list[Row]:
    return [Row(number, values) for number, values in json.loads(text, object_hook=_meant)]


def _said(value: object) -> dict[str, str]:
    """What JSON has no word for, under a name that no column has."""
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    assert isinstance(value, Decimal), f"a cell holds text, numbers, days, moments and amounts, not {value!r}"
    return {"$amount": str(value)}


def _meant(found: dict[str, Any]) -> Any:
    if "$moment" in found:
        return datetime.fromisoformat(found["$moment"])
    if "$day" in found:
        return date.fromisoformat(found["$day"])
    return Decimal(found["$amount"]) if "$amount" in found else found
