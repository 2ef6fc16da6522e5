"""A scan on the home screen: it opens the right job, or says what to ask about. It is kept like every other scan."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.db import table
from app.floor.models import Scan
from app.floor.start import find_job
from app.language import _
from app.people.actor import Actor
from app.refusal import Conflict, Refused

scan_table = table(Scan)


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
    known = session.execute(
        select(scan_table.c.answer, scan_table.c.body_hash, scan_table.c.operator_id).where(
            scan_table.c.scan_id == scan_id
        )
    ).first()
    if known is not None:
        if (known.body_hash, known.operator_id) != (body_hash, actor.operator_id):
            raise Conflict(
                "idempotency_key_reused",
                _("This scan id was used for something else. Give each scan an id of its own."),
            )
        return dict(known.answer)
    savepoint = session.connection().begin_nested()
    try:
        answer = find_job(session, settings, actor, warehouse=warehouse, code=code)
        session.flush()
        savepoint.commit()
    except Refused as refused:
        savepoint.rollback()
        session.expunge_all()
        answer = {"refused": refused.code, "message": refused.message}
    now = clock.now()
    session.execute(
        insert(scan_table),
        {
            "scan_id": scan_id,
            "task_id": answer.get("task_id"),
            "operator_id": actor.operator_id,
            "device": actor.device,
            "kind": "scan",
            "code": code,
            "expected": "home",
            "outcome": "refused" if "refused" in answer else "accepted",
            "answer_code": _answer_code(answer),
            "answer": answer,
            "body_hash": body_hash,
            "scanned_at": scanned_at or now,
            "received_at": now,
        },
    )
    return answer


def _answer_code(answer: dict[str, Any]) -> str:
    if "refused" in answer:
        return str(answer["refused"])
    return "printer_chosen" if answer.get("printer") else "job" if answer.get("task_id") else "enquiry"
