"""Exceptions: promised and not there, bins that held less, counts that wait for a decision or for a counter."""

from flask import render_template

from app.db import reading
from app.floor.approvals import waiting_approvals
from app.tasks import board
from app.web.office.desk import desk
from app.web.office.reads.exceptions import oversold_rows, short_picks
from app.web.rules import READERS, allow
from app.web.screens import current_warehouse


@desk.get("/exceptions")
@allow(roles=READERS)
def exceptions() -> str:
    """Everything that somebody must decide."""
    with reading() as session:
        here = current_warehouse().id
        approvals = waiting_approvals(session, here)
        counts = board.unfinished(session, warehouse_id=here, kind="count")
        return render_template(
            "office/exceptions.html",
            oversold=oversold_rows(session),
            short=short_picks(session),
            approvals=approvals,
            counts=[job for job in counts if job.id not in {one.task_id for one in approvals}],
        )
