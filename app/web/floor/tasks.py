"""Tasks: open one, take the next, look at one, give it back, take it over."""

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.floor.begin.start import start
from app.floor.loop import advance
from app.language import _
from app.refusal import Refused
from app.tasks import board, queue
from app.tasks.kinds import ROLES
from app.tasks.models import UNFINISHED
from app.web.floor.home import home_page
from app.web.gate.access import FLOOR, allow
from app.web.gate.security import current_actor, settings
from app.web.shared import forms
from app.web.shared.fragments import go_to, htmx, refused
from app.web.shared.screens import current_warehouse

pages = Blueprint("tasks", __name__, url_prefix="/tasks")


@pages.post("")
@allow(roles=FLOOR)
def open_one() -> WerkzeugResponse:
    """Open a job by its kind and what it is about, and begin it."""
    actor, warehouse = current_actor(), current_warehouse().code
    kind, document, location = forms.needed("kind"), forms.text("document").strip(), forms.text("location").strip()
    try:
        task_id = transact(
            lambda session: start(
                session, settings(), actor, kind=kind, warehouse=warehouse, document=document, location=location
            )
        )
    except Refused as refusal:
        return refused(home_page("refused", refusal.code, refusal.message), refusal.status)
    return _to(task_id)


@pages.post("/next")
@allow(roles=FLOOR)
def claim() -> WerkzeugResponse:
    """This worker's next job, of one kind or of any."""
    actor, warehouse_id = current_actor(), current_warehouse().id
    kind = forms.text("kind")
    kinds = (kind,) if kind in ROLES else ()
    task_id = transact(lambda session: queue.claim_next(session, actor, warehouse_id=warehouse_id, kinds=kinds))
    if task_id is None and htmx and htmx.target != "home":  # asked for on a job's screen
        return go_to(url_for("home.home"))
    if task_id is None:
        return make_response(home_page("warned", "no_work", _("No work is waiting. Scan what you see, or ask.")))
    return _to(task_id)


@pages.get("/<int:task_id>")
@allow(roles=FLOOR)
def task(task_id: int) -> WerkzeugResponse:
    """One task, at its prompt. One that is not mine is offered for taking; looking at it changes nothing."""
    actor = current_actor()
    with reading() as session:
        job = board.job_of(session, task_id)
        answer = advance.show(session, settings(), actor, task_id)
    if job.status in UNFINISHED and job.operator_id != actor.operator_id:
        return make_response(
            render_template("floor/taken.html", job=job, url=url_for("tasks.take_over", task_id=task_id))
        )
    return make_response(
        render_template(
            "floor/task.html",
            answer=answer,
            scans_url=url_for("scans.scan", task_id=task_id),
            actions_url=url_for("scans.act", task_id=task_id),
        )
    )


@pages.post("/<int:task_id>/releases")
@allow(roles=FLOOR)
def release(task_id: int) -> WerkzeugResponse:
    """Give a task back to the queue."""
    actor = current_actor()
    transact(lambda session: queue.release(session, actor, task_id))
    return go_to(url_for("home.home"))


@pages.post("/<int:task_id>/takeovers")
@allow(roles=FLOOR)
def take_over(task_id: int) -> WerkzeugResponse:
    """Take a task from whoever holds it, at the line where they are."""
    actor = current_actor()
    transact(lambda session: queue.take_over(session, actor, task_id))
    return _to(task_id)


def _to(task_id: int) -> WerkzeugResponse:
    return go_to(url_for("tasks.task", task_id=task_id))
