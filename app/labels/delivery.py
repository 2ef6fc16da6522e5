"""Print jobs as the worker sees them: one printer at a time, its jobs in order, and never a second label by itself.

``claim`` leases the printer, ``begin`` says "bytes may be on their way" before the first one is, then ``taken`` or
``broken`` says what became of it. Whoever dies in between leaves a lease that runs out: a job that had not begun is
begun again; one that had becomes ``unknown``, and a person is asked.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import changed, table
from app.labels.models import Printer, PrintJob
from app.labels.printers import note_health
from app.labels.queue import SOMEBODY_WAITS, UNREAD, job_table
from app.labels.render import render_pdf, render_zpl
from app.labels.zpl import Packing
from app.language import use
from app.ports import PrintError, Receipt
from app.refusal import Refused

MOST_TRIES = 6
LONGEST_PAUSE = 30.0  # seconds
ATTENTION_PAUSE = 5.0
LEASE = timedelta(seconds=30)
"""For rendering and connecting; ``begin`` lengthens it by the time that the bytes may take."""

printer_table = table(Printer)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A job and the printer that is leased for it; ``payload`` where its bytes were made before."""

    job_id: int
    title: str
    template: str
    content: Mapping[str, Any]
    payload: bytes | None
    copies: int
    words: str
    printer_id: int
    kind: str
    address: str
    language: str
    dpi: int
    has_answered: bool


def due_printers(session: Session, now: datetime) -> list[tuple[int, bool]]:
    """The printers that have something to print, may be called, and are nobody's at the moment, never the browser;
    each with whether its last label failed, and those at the end."""
    waits = exists().where(
        job_table.c.printer_id == printer_table.c.id,
        or_(
            job_table.c.state == "queued",
            and_(job_table.c.state == "sending", job_table.c.locked_until < now),
        ),
    )
    statement = select(printer_table.c.id, printer_table.c.failures > 0).where(
        printer_table.c.is_active, printer_table.c.kind != "browser", _is_free(now), _is_rested(now), waits
    )
    found = session.execute(statement.order_by(printer_table.c.failures, printer_table.c.id))
    return [(printer_id, bool(is_failing)) for printer_id, is_failing in found]


def claim(session: Session, printer_id: int, *, worker: str) -> Claimed | None:
    """Lease the printer and name its next job; None where there is nothing to do or another worker has it."""
    now = clock.now()
    mine = or_(_is_free(now), printer_table.c.worker == worker)
    here = (printer_table.c.id == printer_id, printer_table.c.is_active, mine, _is_rested(now))
    lease = update(printer_table).where(*here).values(worker=worker, locked_until=now + LEASE)
    if not changed(session, lease):
        return None
    _give_up_abandoned(session, printer_id, now)
    row = session.execute(
        select(job_table, *printer_columns())
        .join(printer_table, printer_table.c.id == job_table.c.printer_id)
        .where(job_table.c.printer_id == printer_id, job_table.c.state == "queued")
        .order_by(job_table.c.priority.desc(), job_table.c.id)
        .limit(1)
    ).first()
    if row is None:
        release(session, printer_id, worker=worker)
        return None
    return claimed(row)


def release(session: Session, printer_id: int, *, worker: str) -> None:
    """Somebody else may deliver to it."""
    mine = (printer_table.c.id == printer_id, printer_table.c.worker == worker)
    changed(session, update(printer_table).where(*mine).values(worker="", locked_until=None))


def bytes_of(job: Claimed) -> bytes:
    """What is sent: kept from before, or rendered and proved now, in the language of who asked. Errors: ``Refused``."""
    if job.payload is not None:
        return job.payload
    rows = job.content["rows"]
    with use(job.words):
        if job.language == "pdf":
            return render_pdf(job.template, [row for row in rows for _copy in range(job.copies)])
        packing: Packing = "hex" if job.language == "zpl_hex" else "z64"
        return render_zpl(job.template, rows, dpi=job.dpi, copies=job.copies, packing=packing)


def begin(session: Session, job: Claimed, payload: bytes, *, worker: str) -> bool:
    """Keep the bytes and say that they may be on their way; False where somebody cancelled or moved the job."""
    until = clock.now() + LEASE + timedelta(seconds=len(payload) / 5_000)
    mine = (printer_table.c.id == job.printer_id, printer_table.c.worker == worker)
    if not changed(session, update(printer_table).where(*mine).values(locked_until=until)):
        return False
    is_waiting = (
        job_table.c.id == job.job_id, job_table.c.state == "queued", job_table.c.printer_id == job.printer_id
    )  # fmt: skip
    values = {"state": "sending", "payload": payload, "locked_until": until, "attempts": job_table.c.attempts + 1}
    return changed(session, update(job_table).where(*is_waiting).values(**values)) == 1


def taken(session: Session, job: Claimed, payload: bytes, receipt: Receipt) -> None:
    """Every byte was handed over. Whether a printer that says nothing has read them, a person is asked once: the first
    label that they have seen come out lets the next ones count as sent."""
    printer = session.get_one(Printer, job.printer_id, populate_existing=True)
    is_known = receipt.is_read or printer.is_mute
    state = "done" if receipt.is_done else "sent" if is_known else "unknown"
    _finish(
        session, job, state=state, bytes_sent=len(payload), sent_at=clock.now(), error="",
        error_code="" if is_known else UNREAD,
    )  # fmt: skip
    note_health(printer, receipt.health)
    printer.failures, printer.next_at = 0, None


def broken(session: Session, job: Claimed, error: PrintError) -> None:
    """It was not handed over: again later if no byte was sent, else a person is asked."""
    printer = session.get_one(Printer, job.printer_id, populate_existing=True)
    kept = session.get_one(PrintJob, job.job_id, populate_existing=True)
    note_health(printer, error.health)
    is_known_dead, printer.failures = printer.failures >= MOST_TRIES, printer.failures + 1
    is_attention = error.health.state == "attention" and not error.is_permanent
    printer.next_at = clock.now() + timedelta(seconds=ATTENTION_PAUSE if is_attention else _pause(printer.failures))
    tries = 1 if is_known_dead and kept.priority >= SOMEBODY_WAITS else MOST_TRIES
    if error.bytes_sent:
        state = "unknown"
    elif error.is_permanent or (not is_attention and kept.attempts >= tries):
        state = "failed"
    else:
        state = "queued"
        if is_attention:
            kept.attempts -= 1  # a person loads paper; that is no try
    code = error.health.problems[0] if error.health.problems else f"printer_{error.health.state}"
    _finish(session, job, state=state, bytes_sent=error.bytes_sent, error=str(error)[:500], error_code=code)


def unprintable(session: Session, job: Claimed, refusal: Refused) -> None:
    """The label itself is wrong: no printer will help."""
    values = {"state": "failed", "error": refusal.message[:500], "error_code": refusal.code}
    is_waiting = (job_table.c.id == job.job_id, job_table.c.state == "queued")
    changed(session, update(job_table).where(*is_waiting).values(**values))


_PRINTER = ("kind", "address", "language", "dpi", "has_answered")


def printer_columns() -> list[Any]:
    """What ``claimed`` wants to know of the printer, beside the job's own columns."""
    return [printer_table.c[name].label(f"printer_{name}") for name in _PRINTER]


def claimed(row: Row[Any]) -> Claimed:
    """A row of the job's columns and ``printer_columns``."""
    return Claimed(
        job_id=row.id, title=row.title, template=row.template, content=row.content, payload=row.payload,
        copies=row.copies, words=row.language, printer_id=row.printer_id, kind=row.printer_kind,
        address=row.printer_address, language=row.printer_language, dpi=row.printer_dpi,
        has_answered=row.printer_has_answered,
    )  # fmt: skip


def _finish(session: Session, job: Claimed, **values: Any) -> None:
    is_mine = (job_table.c.id == job.job_id, job_table.c.state == "sending")
    changed(session, update(job_table).where(*is_mine).values(locked_until=None, **values))


def _give_up_abandoned(session: Session, printer_id: int, now: datetime) -> None:
    """A worker died while it sent: nobody knows what came out."""
    old = (job_table.c.printer_id == printer_id, job_table.c.state == "sending", job_table.c.locked_until < now)
    values = {"state": "unknown", "locked_until": None, "error_code": "interrupted"}
    changed(session, update(job_table).where(*old).values(**values))


def _is_free(now: datetime) -> Any:
    return or_(printer_table.c.locked_until.is_(None), printer_table.c.locked_until < now)


def _is_rested(now: datetime) -> Any:
    return or_(printer_table.c.next_at.is_(None), printer_table.c.next_at <= now)


def _pause(failures: int) -> float:
    """Seconds until the next try: doubling, with jitter, so that printers behind a dead switch do not march in step."""
    return float(min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 10)) * random.uniform(0.7, 1.0))  # noqa: S311 - jitter
