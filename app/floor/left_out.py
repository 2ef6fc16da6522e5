"""A scan that waited on a device and that its operator chose not to send: remembered, so that no scan vanishes unsaid.

It is judged by nobody and moves nothing. Its id is used up: should the same scan arrive after all, it is refused.
"""

import hashlib
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.db import table
from app.floor.models import Scan
from app.language import _
from app.people.actor import Actor
from app.refusal import Conflict
from app.tasks.models import Task

scan_table = table(Scan)
CODE = "left_out"


def leave_out(
    session: Session,
    actor: Actor,
    task_id: int | None,
    *,
    scan_id: str,
    kind: str,
    code: str,
    reason: str,
    scanned_at: datetime | None = None,
) -> None:
    """Keep what was not sent, as refused by its own operator; the same id again changes nothing.

    Errors: ``already_answered`` where the server has judged that very scan before.
    """
    body_hash = hashlib.sha256(f"{CODE}\n{code}".encode()).hexdigest()
    known = session.execute(
        select(scan_table.c.body_hash, scan_table.c.operator_id).where(scan_table.c.scan_id == scan_id)
    ).first()
    if known is not None:
        if (known.body_hash, known.operator_id) != (body_hash, actor.operator_id):
            raise Conflict(
                "already_answered", _("%(code)s had reached the server before. Look at the history.", code=code)
            )
        return
    now = clock.now()
    is_known_task = task_id is not None and session.get(Task, task_id) is not None
    session.execute(
        insert(scan_table),
        {
            "scan_id": scan_id,
            "task_id": task_id if is_known_task else None,
            "operator_id": actor.operator_id,
            "device": actor.device,
            "kind": kind,
            "code": code,
            "expected": "",
            "outcome": "refused",
            "answer_code": CODE,
            "answer": {"outcome": "refused", "code": CODE, "message": reason},
            "body_hash": body_hash,
            "scanned_at": scanned_at or now,
            "received_at": now,
        },
    )
