"""The one writer of scans: what was heard from a device is kept for ever, with its answer for some time.

Both are written by one statement, into a view behind which a trigger fills the two tables: a scan that posts costs as
many statements as it did when they were one row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, MetaData, Table, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.db import changed, core, table
from app.floor.models import Scan, ScanAnswer
from app.language import _
from app.people.actor import Actor
from app.refusal import Conflict

scan, scan_answer = table(Scan), table(ScanAnswer)
LASTING = (
    *("scan_id", "task_id", "operator_id", "device", "kind", "code", "expected", "outcome", "answer_code"),
    *("note", "said_at", "scanned_at", "received_at"),
)
"""The columns of a scan that whoever hears it says."""
_WHOLE = (*LASTING, "answer", "body_hash")
_TYPES = dict.fromkeys(("scanned_at", "received_at"), "timestamptz")
_TYPES |= {"task_id": "bigint", "operator_id": "bigint", "answer": "jsonb"}
_PORTION = 500

heard = Table(
    "heard",
    MetaData(),
    *(Column(name, scan.c[name].type if name in LASTING else scan_answer.c[name].type) for name in _WHOLE),
)
_KEEP = insert(heard).inline()


def statements(dialect: str) -> list[str]:
    """The statements that install the view, which holds nothing, and what stands behind it."""
    columns, given = ", ".join(LASTING), ", ".join(f"NEW.{name}" for name in LASTING)
    scan_row = f"INSERT INTO scan ({columns}) VALUES ({given})"  # noqa: S608 - our own constants
    answer_row = "INSERT INTO scan_answer (id, answer, body_hash) VALUES ({}, NEW.answer, NEW.body_hash)"
    if dialect == "sqlite":
        nothing = ", ".join(f"NULL AS {name}" for name in _WHOLE)
        both = f"BEGIN {scan_row}; {answer_row.format('last_insert_rowid()')}; END"
        return [
            f"CREATE VIEW heard AS SELECT {nothing} WHERE false",
            f"CREATE TRIGGER heard_kept INSTEAD OF INSERT ON heard {both}",
        ]
    nothing = ", ".join(f"NULL::{_TYPES.get(name, 'text')} AS {name}" for name in _WHOLE)
    both = f"BEGIN {scan_row} RETURNING id INTO kept; {answer_row.format('kept')}; RETURN NEW; END"
    return [
        f"CREATE VIEW heard AS SELECT {nothing} WHERE false",
        f"CREATE FUNCTION keep_heard() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE kept bigint; {both} $$",
        "CREATE TRIGGER heard_kept INSTEAD OF INSERT ON heard FOR EACH ROW EXECUTE FUNCTION keep_heard()",
    ]


def keep(
    session: Session,
    actor: Actor,
    *,
    scan_id: str,
    task_id: int | None,
    kind: str,
    code: str,
    expected: str,
    outcome: str,
    answer_code: str,
    answer: dict[str, Any],
    body_hash: str,
    scanned_at: datetime | None,
    received_at: datetime,
    note: str | None = None,
) -> None:
    """Write down one scan or action, accepted or refused, with its answer."""
    happened_at = clock.believed(scanned_at, received_at)
    core(session).execute(
        _KEEP,
        {
            "scan_id": scan_id,
            "task_id": task_id,
            "operator_id": actor.operator_id,
            "device": actor.device,
            "kind": kind,
            "code": code,
            "expected": expected,
            "outcome": outcome,
            "answer_code": answer_code,
            "note": note,
            "said_at": scanned_at.isoformat() if scanned_at is not None and happened_at != scanned_at else None,
            "scanned_at": happened_at,
            "received_at": received_at,
            "answer": answer,
            "body_hash": body_hash,
        },
    )


KNOWN = (scan_answer.c.answer, scan_answer.c.body_hash, scan.c.operator_id.label("scanned_by"))
"""What is asked about a scan id that has come before; ``answer`` is absent where it is no longer kept."""
_KNOWN = (
    select(*KNOWN)
    .select_from(scan.outerjoin(scan_answer, scan_answer.c.id == scan.c.id))
    .where(scan.c.scan_id == bindparam("scan_id"))
)


def known(session: Session, scan_id: str) -> Any:
    """What this scan id was answered before, if it has come before."""
    return core(session).execute(_KNOWN, {"scan_id": scan_id}).first()


def answer_again(known: Any, actor: Actor, body_hash: str) -> dict[str, Any]:
    """The first answer to this id.

    Errors: ``idempotency_key_reused`` for another body or another person; ``scan_too_old`` where the answer is kept no
    longer: it was judged then, and is not judged again.
    """
    if known.scanned_by == actor.operator_id and known.answer is None:
        raise Conflict(
            "scan_too_old", _("This scan reached the server long ago. Look at the history, then skip it here.")
        )
    if known.body_hash != body_hash or known.scanned_by != actor.operator_id:
        raise Conflict(
            "idempotency_key_reused", _("This scan id was used for something else. Give each scan an id of its own.")
        )
    answer: dict[str, Any] = known.answer
    return answer


def forget_answers(session: Session, *, before: datetime) -> int:
    """Drop a portion of the oldest answers, given before that time; the scans stay. Returns how many."""
    oldest = (
        select(scan_answer.c.id, scan.c.received_at)
        .join(scan, scan.c.id == scan_answer.c.id)
        .order_by(scan_answer.c.id)
        .limit(_PORTION)
        .subquery()
    )
    gone = select(oldest.c.id).where(oldest.c.received_at < before)
    return changed(session, delete(scan_answer).where(scan_answer.c.id.in_(gone)))
