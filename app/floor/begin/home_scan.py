"""A scan on the home screen: it opens the right job, or says what to ask about. It is kept like every other scan."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.floor.begin.find_job import find_job
from app.floor.loop.scan_record import answer_again, keep, known
from app.people.actor import Actor
from app.refusal import Refused


def scan_at_home(
    session: Session,
    settings: Settings,
    actor: Actor,
    *,
    warehouse: str,
    scan_id: str,
    code: str,
    scanned_at: datetime | None = None,
) -> dict[str, Any]:
    """``{"task_id": ..}``, ``{"enquiry": code}``, ``{"printer": message}`` or ``{"refused": code, "message": ..}``; the
    same id, the same answer.

    Errors: ``idempotency_key_reused``.
    """
    body_hash = hashlib.sha256(f"{warehouse}\n{code}".encode()).hexdigest()
    before = known(session, scan_id)
    if before is not None:
        return answer_again(before, actor, body_hash)
    savepoint = session.connection().begin_nested()
    try:
        answer = find_job(session, settings, actor, warehouse=warehouse, code=code)
        session.flush()
        savepoint.commit()
    except Refused as refused:
        savepoint.rollback()
        session.expunge_all()
        answer = {"refused": refused.code, "message": refused.message}
    keep(
        session,
        actor,
        scan_id=scan_id,
        task_id=answer.get("task_id"),
        kind="scan",
        code=code,
        expected="home",
        outcome="refused" if "refused" in answer else "accepted",
        answer_code=_answer_code(answer),
        answer=answer,
        body_hash=body_hash,
        scanned_at=scanned_at,
        received_at=clock.now(),
    )
    return answer


def _answer_code(answer: dict[str, Any]) -> str:
    if "refused" in answer:
        return str(answer["refused"])
    return "printer_chosen" if answer.get("printer") else "job" if answer.get("task_id") else "enquiry"
