"""CSV files in, by HTTP: the same columns as on the command line."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import imports
from app.imports import ImportResult
from app.web.api.route import DESK, TRADE, writes
from app.web.security import settings


@dataclass(frozen=True, kw_only=True)
class ImportQuery:
    """``dry_run`` says what would happen, and writes nothing."""

    dry_run: bool = False


@writes("/imports/stock", may=DESK, answer=ImportResult, status=(200, 422), takes="text/csv")
def import_stock(session: Session, query: ImportQuery, body: bytes) -> tuple[dict[str, Any], int]:
    """Opening stock: posts movements, so it is the desk's alone. Else as every other file.

    With any error nothing is written, and the status is 422.
    """
    return _run(session, "stock", query, body)


@writes("/imports/<kind>", may=TRADE, answer=ImportResult, status=(200, 422), takes="text/csv")
def import_file(session: Session, query: ImportQuery, body: bytes, *, kind: str) -> tuple[dict[str, Any], int]:
    """Items, barcodes, suppliers, locations, purchase-orders, orders: one file per kind, all or nothing.

    With any error nothing is written, and the status is 422; the same file again changes nothing.
    Errors: ``unknown_import_kind``.
    """
    return _run(session, kind, query, body)


def _run(session: Session, kind: str, query: ImportQuery, body: bytes) -> tuple[dict[str, Any], int]:
    result = imports.run(session, settings(), kind, body, dry_run=query.dry_run)
    return result.as_json(), 200 if result.ok else 422
