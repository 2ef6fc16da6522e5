"""Import one file: read it, check it, write it; all of it or nothing."""

from collections.abc import Callable
from types import ModuleType

from sqlalchemy.orm import Session

from app.config import Settings
from app.imports import barcodes, items, locations, orders, purchase_orders, stock, suppliers, table
from app.imports.result import ImportResult, Outcome
from app.language import _
from app.refusal import NotFound

KINDS: dict[str, ModuleType] = {
    "items": items,
    "barcodes": barcodes,
    "suppliers": suppliers,
    "locations": locations,
    "stock": stock,
    "purchase-orders": purchase_orders,
    "orders": orders,
}
"""Each module has its ``COLUMNS``, the ``KEY`` that tells two of its rows apart, and ``write``."""


def run(
    session: Session,
    settings: Settings,
    kind: str,
    data: bytes | str,
    *,
    dry_run: bool,
    progress: Callable[[int, int], None] | None = None,
) -> ImportResult:
    """Import the text of one CSV file. ``progress`` is told (rows done, rows in all).

    Written inside a savepoint, which a dry run and any error roll back: the answer then says what would have happened,
    or what is wrong, and nothing was. Errors: ``unknown_import_kind``; all else stands in the result.
    """
    if kind not in KINDS:
        raise NotFound(
            "unknown_import_kind",
            _("There is no import of %(kind)s. Choose %(kinds)s.", kind=kind[:40], kinds=", ".join(KINDS)),
        )
    module = KINDS[kind]
    outcome = Outcome(progress=progress)
    rows = table.read(data, module.COLUMNS, module.KEY, outcome)
    with session.begin_nested() as savepoint:
        if rows:
            module.write(session, rows, outcome)
        errors = outcome.errors()
        if errors or dry_run:
            savepoint.rollback()
    if errors:
        return ImportResult(kind, outcome.rows, errors=errors)
    tally = (outcome.created, outcome.updated, outcome.unchanged)
    return ImportResult(kind, outcome.rows, *tally, warnings=outcome.warnings())
