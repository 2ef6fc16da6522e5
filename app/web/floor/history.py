"""What happened: the ledger's movements, newest first, of an item, a place, a container or a document."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading
from app.ledger.history import MovementRow, latest
from app.web.gate.access import allow
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.scan_codes import plain_code
from app.web.shared.screens import local_time

pages = Blueprint("history", __name__)
_PAGE = 40


@pages.get("/history")
@allow(any_role=True)
def history() -> str:
    """``?q=`` narrows, ``?before=`` goes back in time."""
    query = plain_code(request.args.get("q", "")[:200])
    with reading() as session:
        rows = latest(session, query, before=forms.page_after("before"), limit=_PAGE + 1)
    more = url_for("history.history", q=query or None, before=rows[_PAGE - 1].id) if len(rows) > _PAGE else None
    found = {"query": query, "movements": [_moved(row) for row in rows[:_PAGE]], "next_url": more}
    return page("floor/history.html", history=found, history_url=url_for("history.history"))


@pages.get("/items/<path:sku>/history")
@allow(any_role=True)
def of_item(sku: str) -> WerkzeugResponse:
    """One item's history."""
    return redirect(url_for("history.history", q=sku), 303)


def _moved(row: MovementRow) -> dict[str, Any]:
    return {
        "at": local_time(row.occurred_at),
        "sku": row.sku,
        "name": row.sku,
        "quantity": row.quantity,
        "source": row.source,
        "target": row.target,
        "reason": row.reason,
        "document": row.document,
        "note": row.note,
        "operator": row.operator or "",
        "device": row.device,
        "is_reversal": row.reverses is not None,
    }
