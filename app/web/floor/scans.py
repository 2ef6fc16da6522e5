"""THE door: a scan or an action reaches its task.

The fragment is made after the commit: nobody is told "OK" for work that was lost, and nobody waits for a page to be
drawn while this scan holds the database's write lock (SQLite) or its rows (PostgreSQL). A device that hears nothing
sends the scan again and gets the stored answer.
"""

from flask import Blueprint, Response, make_response, render_template, url_for
from sqlalchemy.orm import Session

from app.db import transact
from app.floor.loop import advance
from app.floor.loop.answer import Answer
from app.web.floor import barcode_links
from app.web.floor.home import opened
from app.web.gate.access import FLOOR, allow
from app.web.gate.security import current_actor, settings
from app.web.monitoring import metrics
from app.web.shared import forms

pages = Blueprint("scans", __name__, url_prefix="/tasks/<int:task_id>")
_LONGEST_ID, _LONGEST_CODE = 64, 1000


@pages.post("/scans")
@allow(roles=FLOOR)
def scan(task_id: int) -> Response:
    """One scan. ``scan_id`` was made by the device; the same one gets the same answer."""
    actor = current_actor()
    scan_id, code = forms.needed("scan_id", longest=_LONGEST_ID), forms.needed("code", longest=_LONGEST_CODE)
    scanned_at = forms.moment("scanned_at")

    def work(session: Session) -> Answer:
        return advance.scan(session, settings(), actor, task_id, scan_id=scan_id, code=code, scanned_at=scanned_at)

    answer = transact(work)
    if answer["code"] == "wrong_badge":  # a badge switches the person; the task stays as it is, for them to take over
        return opened(url_for("auth.sign_in", badge=code))
    here = url_for("tasks.task", task_id=task_id)
    link_url = barcode_links.offer(answer["code"], answer["prompt"]["expects"], code=code, back=here)
    return _respond(answer, link_url=link_url)


@pages.post("/actions")
@allow(roles=FLOOR)
def act(task_id: int) -> Response:
    """One action (quantity, short, skip, undo, ...), with an id as a scan has."""
    actor = current_actor()
    action_id, name = forms.needed("action_id", longest=_LONGEST_ID), forms.needed("name")
    quantity, scanned_at = forms.number("quantity"), forms.moment("scanned_at")
    reason, code, note = forms.text("reason"), forms.text("code", longest=_LONGEST_CODE), forms.text("note")

    def work(session: Session) -> Answer:
        return advance.act(
            session,
            settings(),
            actor,
            task_id,
            action_id=action_id,
            name=name,
            quantity=quantity,
            reason=reason,
            code=code,
            note=note,
            scanned_at=scanned_at,
        )

    return _respond(transact(work))


def _respond(answer: Answer, *, link_url: str = "") -> Response:
    metrics.count("scans", outcome=str(answer["outcome"]))
    fragment = render_template("floor/_task.html", answer=answer, link_url=link_url)
    return make_response(fragment, 422 if answer["outcome"] == "refused" else 200)
