"""Exceptions: promised and not there, bins that held less, counts that wait for a decision or for a counter, and scans
that the server failed to judge."""

from werkzeug.wrappers import Response as WerkzeugResponse

from app.control import wanted
from app.control.wanted import waiting_changes
from app.db import reading, transact
from app.floor.begin.left_out_scans import settle
from app.floor.count.waiting_approvals import waiting_approvals
from app.floor.shared.totes import picks_without
from app.tasks import board
from app.web.gate.access import CHIEFS, OFFICE, READERS, allow
from app.web.gate.security import current_actor, settings
from app.web.office.desk import back_to, desk
from app.web.office.reads.alarms import alarms
from app.web.office.reads.exceptions import oversold_rows, short_picks, unjudged_scans
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse


@desk.get("/exceptions")
@allow(roles=READERS)
def exceptions() -> str:
    """Everything that somebody must decide."""
    with reading() as session:
        here = current_warehouse().id
        approvals = waiting_approvals(session, here)
        counts = board.unfinished(session, warehouse_id=here, kind="count")
        return page(
            "office/exceptions.html",
            alarms=alarms(session, settings()),
            without_tote=picks_without(session, here),
            corrections=waiting_changes(session, here),
            oversold=oversold_rows(session),
            short=short_picks(session),
            unjudged=unjudged_scans(session),
            approvals=approvals,
            counts=[job for job in counts if job.id not in {one.task_id for one in approvals}],
        )


@desk.post("/exceptions/unjudged/<int:set_aside_id>/settlements")
@allow(roles=CHIEFS)
def settle_unjudged(set_aside_id: int) -> WerkzeugResponse:
    """A scan that the server failed to judge was looked after: it leaves the list, and who said so stays."""
    actor, note = current_actor(), forms.text("note")[:200]
    transact(lambda session: settle(session, actor, set_aside_id, note=note))
    return back_to("exceptions")


@desk.post("/exceptions/corrections/<int:wanted_id>/approvals")
@allow(roles=CHIEFS)
def approve_correction(wanted_id: int) -> WerkzeugResponse:
    """The second person says that it is so: it is posted."""
    actor = current_actor()
    transact(lambda session: wanted.approve(session, actor, wanted_id))
    return back_to("exceptions")


@desk.post("/exceptions/corrections/<int:wanted_id>/refusals")
@allow(roles=OFFICE)
def refuse_correction(wanted_id: int) -> WerkzeugResponse:
    """It is not posted; whoever asked may take it back too."""
    actor = current_actor()
    transact(lambda session: wanted.refuse(session, actor, wanted_id))
    return back_to("exceptions")
