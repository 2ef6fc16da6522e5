"""Open work: by age and kind, who has it; give it back, give it to somebody, put it first."""

from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.floor.loop import end_job
from app.language import _
from app.tasks import board, queue
from app.tasks.kinds import ROLES
from app.web.gate.access import CHIEFS, READERS, allow
from app.web.gate.security import current_actor, settings
from app.web.office.desk import PAGE, asked, back_to, desk, page_of
from app.web.office.reads.people import active_operators
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse
from app.words import word


@desk.get("/work")
@allow(roles=READERS)
def work() -> str:
    """Unfinished tasks, oldest first."""
    kind = asked("kind")
    with reading() as session:
        found = board.unfinished(
            session, warehouse_id=current_warehouse().id, kind=kind, after=forms.page_after(), limit=PAGE + 1
        )
        people = active_operators(session)
    rows, next_url = page_of(found, after=found[min(PAGE, len(found)) - 1].id if found else 0)
    released = asked("released")
    return page(
        "office/work.html",
        rows=rows,
        next_url=next_url,
        kind=kind,
        kind_tabs=[("", _("All")), *((one, word(one)) for one in ROLES)],
        people=people,
        ended=asked("ended"),
        released=int(released) if released.isascii() and released.isdigit() else None,
    )


@desk.post("/work/<int:task_id>/releases")
@allow(roles=CHIEFS)
def give_back(task_id: int) -> WerkzeugResponse:
    """Take a task from whoever holds it and give it back to the queue."""
    actor = current_actor()
    transact(lambda session: queue.release(session, actor, task_id))
    return back_to("work", kind=forms.text("kind"))


@desk.post("/work/<int:task_id>/ends")
@allow(roles=CHIEFS)
def end(task_id: int) -> WerkzeugResponse:
    """End a job that nobody can finish; what it held goes where it belongs."""
    actor, reason = current_actor(), forms.text("reason", longest=end_job.LONGEST_REASON)
    transact(lambda session: end_job.end_task(session, settings(), actor, task_id, reason=reason))
    return back_to("work", kind=forms.text("kind"), ended=str(task_id))


@desk.get("/work/ended")
@allow(roles=READERS)
def ended_work() -> str:
    """Jobs that were ended before their time: by whom, when and why, the last one first."""
    before = forms.page_after()
    with reading() as session:
        found = board.ended(session, warehouse_id=current_warehouse().id, before=before, limit=PAGE + 1)
    rows, next_url = page_of(found, after=found[min(PAGE, len(found)) - 1].id if found else 0)
    return page("office/ended.html", rows=rows, next_url=next_url)


@desk.post("/work/<int:task_id>/assignments")
@allow(roles=CHIEFS)
def assign(task_id: int) -> WerkzeugResponse:
    """Give a task to one person, or to anybody."""
    actor, operator_id = current_actor(), forms.number("operator_id")
    transact(lambda session: board.assign(session, actor, task_id, operator_id=operator_id))
    return back_to("work", kind=forms.text("kind"))


@desk.post("/work/<int:task_id>/priorities")
@allow(roles=CHIEFS)
def put_first(task_id: int) -> WerkzeugResponse:
    """Let a task be the next one, or wait its turn again."""
    transact(lambda session: board.put_first(session, task_id))
    return back_to("work", kind=forms.text("kind"))
