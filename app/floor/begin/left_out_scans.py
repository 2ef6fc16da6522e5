"""A scan that waited on a device and that its operator left out, or set aside because the server failed to judge it.

It is remembered, so that no scan vanishes unsaid; it moves nothing. Its id is used up: should the same scan arrive
after all, it is refused. What was set aside waits for a supervisor at the desk.
"""

import hashlib
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app import clock
from app.db import table
from app.floor.loop.scan_record import keep, known
from app.floor.models import SetAside
from app.language import _
from app.people.actor import Actor
from app.refusal import Conflict, NotFound
from app.tasks.models import Task

set_aside = table(SetAside)
LEFT_OUT, SET_ASIDE = "left_out", "set_aside"


def leave_out(
    session: Session,
    actor: Actor,
    task_id: int | None,
    *,
    scan_id: str,
    kind: str,
    code: str,
    reason: str,
    failure: str = "",
    scanned_at: datetime | None = None,
) -> None:
    """Keep what was not sent, as refused by its own operator; the same id again changes nothing.

    ``failure``: the number of the request in which the server failed to judge it.
    Errors: ``already_answered`` where the server has judged that very scan before.
    """
    body_hash = hashlib.sha256(f"{LEFT_OUT}\n{code}".encode()).hexdigest()
    before = known(session, scan_id)
    if before is not None:
        if (before.body_hash, before.scanned_by) != (body_hash, actor.operator_id):
            raise Conflict(
                "already_answered", _("%(code)s had reached the server before. Look at the history.", code=code)
            )
        return
    is_known_task = task_id is not None and session.get(Task, task_id) is not None
    keep(
        session,
        actor,
        scan_id=scan_id,
        task_id=task_id if is_known_task else None,
        kind=kind,
        code=code,
        expected="",
        outcome="refused",
        answer_code=SET_ASIDE if failure else LEFT_OUT,
        answer={"outcome": "refused", "code": SET_ASIDE if failure else LEFT_OUT, "message": reason},
        body_hash=body_hash,
        scanned_at=scanned_at,
        received_at=clock.now(),
        note=reason,
    )
    if failure:
        session.execute(insert(set_aside), {"scan_id": scan_id, "request_id": failure})


def settle(session: Session, actor: Actor, set_aside_id: int, *, note: str = "") -> None:
    """A supervisor has looked after it. Twice is the same as once: the first word stays.

    Errors: ``unknown_scan``.
    """
    if session.get(SetAside, set_aside_id) is None:
        raise NotFound("unknown_scan", _("This scan isn't here any more. Open the exceptions again."))
    session.execute(
        update(set_aside)
        .where(set_aside.c.id == set_aside_id, set_aside.c.settled_at.is_(None))
        .values(settled_at=clock.now(), settled_by_id=actor.operator_id, note=note)
    )
