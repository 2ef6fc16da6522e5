"""Import one file: read it, check it, write it; all of it or nothing.

Reading and checking need no lock: a dry run never waits for a writer, and no scan waits for it. A file of a few rows is
then written in one transaction, a larger one in portions (``staged``).
"""

from types import ModuleType
from typing import Any

from sqlalchemy.orm import Session

from app.config import Settings
from app.imports import (
    barcodes,
    items,
    locations,
    orders,
    pick_faces,
    purchase_orders,
    staged,
    stock,
    suppliers,
    table,
)
from app.imports.result import ImportResult, Outcome, Who
from app.imports.staged import Note, Progress
from app.language import _
from app.orders.backorders import Read, Write
from app.refusal import NotFound

KINDS: dict[str, ModuleType] = {
    "items": items,
    "barcodes": barcodes,
    "suppliers": suppliers,
    "locations": locations,
    "pick-faces": pick_faces,
    "stock": stock,
    "purchase-orders": purchase_orders,
    "orders": orders,
}
"""Each module has its ``COLUMNS``, the ``KEY`` that tells two of its rows apart, ``PORTION`` (rows of one transaction),
``write``, and perhaps ``undo``, which takes back what ``write`` has noted, and ``together``: the rows of one thing."""


def module_of(kind: str) -> ModuleType:
    """Errors: ``unknown_import_kind``."""
    if kind not in KINDS:
        raise NotFound(
            "unknown_import_kind",
            _("There is no import of %(kind)s. Choose %(kinds)s.", kind=kind[:40], kinds=", ".join(KINDS)),
        )
    return KINDS[kind]


def run(
    session: Session,
    settings: Settings,
    kind: str,
    data: bytes | str,
    *,
    dry_run: bool,
    progress: Progress | None = None,
    who: Who = Who(),  # noqa: B008 - frozen
) -> ImportResult:
    """Import the text of one CSV file in the transaction of this session. ``progress`` is told (rows done, in all).

    With any error nothing is written, and the answer says what is wrong. Errors: ``unknown_import_kind``.
    """
    module = module_of(kind)
    outcome = Outcome(progress=progress, is_check=dry_run, who=who)
    rows = table.read(data, module.COLUMNS, module.KEY, outcome)
    with session.begin_nested() as savepoint:
        if rows:
            module.write(session, rows, outcome)
        if outcome.errors():
            savepoint.rollback()
    return _result(kind, outcome)


def take(
    write: Write[Any],
    read: Read,
    kind: str,
    data: bytes | str,
    *,
    who: Who,
    dry_run: bool,
    progress: Progress | None = None,
    note: Note = lambda _session, import_id: import_id,
) -> ImportResult | int:
    """Import the text of one CSV file as an entrance does it: beside the writers, and never long in their way.

    ``who`` brings it stands on what it posts. A larger file that was found good is put aside and promised: its import's
    id, to be given to ``staged.finish``. ``note`` is told of it in the transaction that promises it (see
    ``staged.stage``). Errors: ``unknown_import_kind``.
    """
    module = module_of(kind)
    outcome = Outcome(progress=progress if dry_run else None, is_check=True)
    rows = table.read(data, module.COLUMNS, module.KEY, outcome)
    if rows:
        with read() as session:
            module.write(session, rows, outcome)
    if dry_run or outcome.errors() or not rows:
        return _result(kind, outcome)
    if len(rows) > module.PORTION:
        return staged.stage(write, kind, module, rows, outcome.warnings(), note, who=who)

    def at_once(session: Session) -> Outcome:
        outcome = Outcome(rows=len(rows), progress=progress, who=who)
        with session.begin_nested() as savepoint:
            module.write(session, rows, outcome)
            if outcome.errors():
                savepoint.rollback()
        return outcome

    return _result(kind, write(at_once))


def _result(kind: str, outcome: Outcome) -> ImportResult:
    if errors := outcome.errors():
        return ImportResult(kind, outcome.rows, errors=errors)
    tally = (outcome.created, outcome.updated, outcome.unchanged)
    return ImportResult(kind, outcome.rows, *tally, warnings=outcome.warnings())
