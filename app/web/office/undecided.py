"""What waits for a decision: goods that nobody can be given, until an inspection says what becomes of them."""

from flask import Response

from app.control.undecided import undecided as undecided_rows
from app.db import reading
from app.web.gate.access import READERS, allow
from app.web.office.desk import MOST_ROWS, PAGE, as_csv, desk, page_of
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse

_COLUMNS = (
    "sku", "name", "location", "container", "lot", "expiry", "serial", "condition", "units", "since", "why", "note",
    "document", "task_id",
)  # fmt: skip


@desk.get("/undecided")
@allow(roles=READERS)
def undecided() -> str:
    """Everything that is not for sale, with where it stands, since when and why."""
    with reading() as session:
        found = undecided_rows(session, warehouse=current_warehouse().code, after=forms.page_after(), limit=PAGE + 1)
    rows, next_url = page_of(found, after=found[min(PAGE, len(found)) - 1].id if found else 0)
    return page("office/undecided.html", rows=rows, next_url=next_url)


@desk.get("/undecided.csv")
@allow(roles=READERS)
def undecided_csv() -> Response:
    """The same list as a file."""
    with reading() as session:
        rows = undecided_rows(session, warehouse=current_warehouse().code, limit=MOST_ROWS)
    return as_csv("undecided", _COLUMNS, rows)
