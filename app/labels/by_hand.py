"""Labels at a printer that is the browser: opened there as PDF, printed by whoever looks at it, and asked about.

Opening is the moment at which a label may come out: from then on nobody knows, until a person says so.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app import clock
from app.labels.badges import require_may_print
from app.labels.delivery import Claimed, claimed, printer_columns
from app.labels.models import Printer, PrintJob
from app.labels.queue import job_of, job_seen, job_table
from app.language import _
from app.people.actor import Actor
from app.refusal import Conflict, Forbidden


def is_by_hand(session: Session, job: PrintJob) -> bool:
    """Whether this label waits for somebody to open it."""
    return session.get_one(Printer, job.printer_id).kind == "browser" and job.state in ("queued", "unknown")


def to_open(session: Session, actor: Actor, job_id: int) -> Claimed:
    """The label to be opened. Errors: ``unknown_print_job``; ``not_by_hand``; ``role_missing``."""
    job = job_seen(session, job_id)
    _require_may_see(actor, job)
    if not is_by_hand(session, job):
        raise _not_by_hand()
    row = session.execute(
        select(job_table, *printer_columns())
        .join(Printer, Printer.id == job_table.c.printer_id)
        .where(job_table.c.id == job_id)
    ).one()
    return claimed(row)


def opened(session: Session, job_id: int, payload: bytes) -> None:
    """Somebody has it before their eyes; opened again, it is the same bytes. Errors: ``not_by_hand``."""
    job = job_of(session, job_id)
    if not is_by_hand(session, job):
        raise _not_by_hand()
    if job.state == "queued":
        job.state, job.payload, job.sent_at = "unknown", payload, clock.now()
        job.attempts, job.bytes_sent = job.attempts + 1, len(payload)
        session.flush()


def document_of(session: Session, actor: Actor, job_id: int) -> bytes:
    """The PDF that was opened. Errors: ``not_by_hand``; ``role_missing``."""
    statement = select(PrintJob).where(PrintJob.id == job_id).options(undefer(PrintJob.payload))
    job = session.scalar(statement)
    if job is None or job.payload is None or session.get_one(Printer, job.printer_id).kind != "browser":
        raise _not_by_hand()
    _require_may_see(actor, job)
    return job.payload


def _require_may_see(actor: Actor, job: PrintJob) -> None:
    """What somebody had printed is theirs and the desk's; a carton goes on from hand to hand, and its label with it."""
    if not (job.operator_id == actor.operator_id or job.template == "carton" or actor.may("office")):
        raise Forbidden("role_missing", _("Someone else asked for this label. Ask them, or the office."))
    require_may_print(actor, job.template, job.content["rows"])


def _not_by_hand() -> Conflict:
    return Conflict("not_by_hand", _("This label isn't opened in the browser, or it has been dealt with."))
