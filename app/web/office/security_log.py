"""The security log on a page and as a file: who came in, who did not, what was locked, and from where."""

from flask import Response

from app.db import reading
from app.people import security_log as rules
from app.web.gate.access import allow
from app.web.gate.security import settings
from app.web.office.desk import MOST_ROWS, PAGE, csv_file, desk, page_of
from app.web.shared import forms
from app.web.shared.fragments import page

KEEPERS = ("admin", "auditor")


@desk.get("/security-log")
@allow(roles=KEEPERS)
def security_log() -> str:
    """The newest lines first."""
    with reading() as session:
        found = rules.lines(session, before=forms.page_after("before") or None, limit=PAGE + 1)
    rows, more = page_of(found, before=found[PAGE - 1].id if len(found) > PAGE else "")
    return page("office/security_log.html", rows=rows, more=more, days=settings().keep_security_log_days)


@desk.get("/security-log.csv")
@allow(roles=KEEPERS)
def security_log_file() -> Response:
    """The newest, as many as a file takes, oldest first."""
    with reading() as session:
        rows = rules.cells(session, limit=MOST_ROWS)
    return csv_file("security-log", rules.COLUMNS, rows)
