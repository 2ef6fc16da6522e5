"""CSV files in, by HTTP: the same columns as on the command line."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import imports
from app.db import reading
from app.imports import ImportResult
from app.web.api.route import DESK, TRADE, writes_in_portions
from app.web.gate.security import current_actor
from app.web.shared.portions import Portions


@dataclass(frozen=True, kw_only=True)
class ImportQuery:
    """``dry_run`` says what would happen, and writes nothing."""

    dry_run: bool = False


@writes_in_portions("/imports/stock", may=DESK, answer=ImportResult, status=(200, 422), takes="text/csv")
def import_stock(portions: Portions, query: ImportQuery, body: bytes) -> tuple[dict[str, Any], int]:
    """Opening stock: posts movements, so it is the desk's alone. Else as every other file.

    With any error nothing is written, and the status is 422.
    """
    return _run(portions, "stock", query, body)


@writes_in_portions("/imports/<kind>", may=TRADE, answer=ImportResult, status=(200, 422), takes="text/csv")
def import_file(portions: Portions, query: ImportQuery, body: bytes, *, kind: str) -> tuple[dict[str, Any], int]:
    """Items, barcodes, suppliers, locations, purchase-orders, orders: one file per kind, all or nothing.

    With any error nothing is written, and the status is 422; the same file again changes nothing. A large file is
    checked first and then written in portions, between which scans go; one that was cut off is completed by the worker,
    or by the same request with its key. Errors: ``unknown_import_kind``.
    """
    return _run(portions, kind, query, body)


def _run(portions: Portions, kind: str, query: ImportQuery, body: bytes) -> tuple[dict[str, Any], int]:
    if query.dry_run:
        portions.only_look()

    def note(session: Session, import_id: int) -> int:
        return int(portions.notes(session).setdefault("import", import_id))

    taken = portions.so_far().get("import") or imports.take(
        portions.write, reading, kind, body, who=_who(), dry_run=query.dry_run, note=note
    )
    if isinstance(taken, int):
        taken = imports.finish(portions.write, reading, taken, imports.KINDS)
        assert taken is not None, "it ends when the file does"
    return taken.as_json(), 200 if taken.ok else 422


def _who() -> imports.Who:
    actor = current_actor()
    return imports.Who(actor.operator_id, actor.device or "api")
