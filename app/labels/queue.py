"""Print jobs as people see them: ask for a label, decide what became of it, print it again, take it elsewhere.

A job is written in the caller's transaction and costs one row; it is rendered and sent by ``work`` (``delivery``).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, undefer

from app import clock
from app.db import changed, table
from app.labels.badges import require_may_print
from app.labels.models import Printer, PrintJob
from app.labels.printers import CARRIER, takes
from app.labels.template import template
from app.labels.zpl import require_copies
from app.language import _, current
from app.people.actor import Actor
from app.refusal import Conflict, NotFound, Refused

SOMEBODY_WAITS, BATCH = 100, 10
"""Priorities: a label that stops a worker goes before a batch of bins."""
PER_JOB = 20
"""Labels of a batch that are sent together: what a carton's label has to wait for, at most."""
REASONS = ("not_printed", "damaged", "second_side", "lost")
_MARKED = {"lost"}  # the first label may still be on its way: its twin says so
_UNDECIDED = ("failed", "unknown")
UNREAD = "unread"
"""Why nobody knows: the printer neither spoke nor ended the connection."""

job_table = table(PrintJob)


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """Labels of one template with their fields. ``subject``: what they are for, such as ``("carton", SSCC)``."""

    printer_id: int
    template: str
    rows: Sequence[Mapping[str, str]]
    title: str = ""
    copies: int = 1
    priority: int = SOMEBODY_WAITS
    subject: tuple[str, str] = ("", "")


def enqueue(session: Session, actor: Actor | None, new: NewJob) -> PrintJob:
    """Write a job; nothing is printed before the transaction is committed.

    Errors: ``no_labels``; ``bad_copies``; ``unknown_template``; ``label_field_*`` for fields that do not fit the
    template; ``printer_retired``; ``printer_takes_others``; ``role_missing`` for badges.
    """
    (job,) = _written(session, actor, new, batch="", per_job=max(1, len(new.rows)))
    return job


def enqueue_batch(session: Session, actor: Actor | None, new: NewJob) -> str:
    """Write many labels as jobs of ``PER_JOB``, so that an urgent label gets in between; returns the batch's name."""
    batch = uuid.uuid4().hex[:12]
    _written(session, actor, new, batch=batch, per_job=PER_JOB)
    return batch


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a batch is, in jobs; ``stuck`` ones wait for a person."""

    jobs: int
    finished: int
    stuck: int


def progress(session: Session, batch: str) -> Progress:
    """How far a batch is. Errors: ``unknown_batch``."""
    statement = select(job_table.c.state, func.count()).where(job_table.c.batch == batch)
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(statement.group_by(job_table.c.state))}
    if not counts:
        raise NotFound("unknown_batch", _("There is no such batch of labels."))
    return Progress(
        jobs=sum(counts.values()),
        finished=sum(counts.get(state, 0) for state in ("sent", "done", "cancelled")),
        stuck=sum(counts.get(state, 0) for state in _UNDECIDED),
    )


def job_seen(session: Session, job_id: int) -> PrintJob:
    """The job as it is. Errors: ``unknown_print_job``."""
    job = session.get(PrintJob, job_id)
    if job is None:
        raise NotFound("unknown_print_job", _("There is no such print job."))
    return job


def job_of(session: Session, job_id: int) -> PrintJob:
    """The job, locked, to decide about it. Errors: ``unknown_print_job``."""
    statement = select(PrintJob).where(PrintJob.id == job_id).with_for_update()
    job = session.scalar(statement.execution_options(populate_existing=True))
    if job is None:
        raise NotFound("unknown_print_job", _("There is no such print job."))
    return job


def last_job(session: Session, subject_type: str, subject: str) -> PrintJob | None:
    """The newest job for a thing."""
    return session.scalar(
        select(PrintJob)
        .where(PrintJob.subject_type == subject_type, PrintJob.subject == subject)
        .order_by(PrintJob.id.desc())
        .limit(1)
    )


def is_undecided(job: PrintJob) -> bool:
    """Whether nobody knows yet what became of this label, or nobody has dealt with its failure."""
    return job.state in _UNDECIDED and job.decided_at is None


def it_printed(session: Session, actor: Actor, job_id: int) -> PrintJob:
    """A person has seen the label. Errors: ``print_job_decided``, ``print_job_waits``."""
    job = job_of(session, job_id)
    if job.state not in ("unknown", "sent", "failed") or job.decided_at is not None:
        raise _not_now(job)
    _decided(job, actor, state="done")
    if job.error_code == UNREAD:
        session.get_one(Printer, job.printer_id).is_mute = True
    return job


def it_did_not_print(session: Session, actor: Actor, job_id: int) -> PrintJob:
    """A person has looked, and nothing came out: print it again. Returns the new job. Errors: as ``reprint``."""
    return reprint(session, actor, job_id, reason="not_printed")


def reprint(session: Session, actor: Actor, job_id: int, *, reason: str, printer: Printer | None = None) -> PrintJob:
    """A new job that names the first: the same bytes, and so the same SSCC, on the same printer or another one.

    Where the first label may still walk about (``lost``) the new one says REPRINT. Errors: ``reprint_reason``;
    ``print_job_waits`` while the first has not been tried; ``printer_*``; ``role_missing`` for badges.
    """
    if reason not in REASONS:
        raise Refused("reprint_reason", _("Say why it is printed again: %(reasons)s.", reasons=", ".join(REASONS)))
    job = job_of(session, job_id)
    require_may_print(actor, job.template, job.content["rows"])
    if job.state in ("queued", "sending"):
        raise _not_now(job)
    full = session.scalars(
        select(PrintJob)
        .where(PrintJob.id == job_id)
        .options(undefer(PrintJob.content), undefer(PrintJob.payload))
        .execution_options(populate_existing=True)
    ).one()
    target = printer or session.get_one(Printer, job.printer_id)
    require_usable(target, job.template)
    is_marked = reason in _MARKED and job.template != CARRIER and "mark" in template(job.template).optional_fields
    is_same = not is_marked and _keeps_bytes(session, job, target)
    again = PrintJob(
        printer_id=target.id, template=job.template, title=job.title, copies=job.copies,
        content=_marked(full.content) if is_marked else full.content, payload=full.payload if is_same else None,
        priority=SOMEBODY_WAITS, language=job.language, subject_type=job.subject_type, subject=job.subject,
        reprint_of=job.reprint_of or job.id, reason=reason, operator_id=actor.operator_id, created_at=clock.now(),
    )  # fmt: skip
    session.add(again)
    if is_undecided(job):
        _decided(job, actor, state="failed")
    session.flush()
    return again


def move(session: Session, actor: Actor, job_id: int, *, printer: Printer) -> PrintJob:
    """Another printer takes over. What may be out already becomes a reprint, so that both labels are known.

    Errors: ``print_job_decided``; ``printer_*``; ``role_missing`` for badges.
    """
    job = job_of(session, job_id)
    if job.state in ("unknown", "sending"):
        if job.state == "sending":
            raise _not_now(job)
        return reprint(session, actor, job_id, reason="not_printed", printer=printer)
    if job.state not in ("queued", "failed") or job.decided_at is not None:
        raise _not_now(job)
    require_may_print(actor, job.template, job.content["rows"])
    require_usable(printer, job.template)
    if not _keeps_bytes(session, job, printer):
        job.payload = None
    job.printer_id, job.state, job.attempts = printer.id, "queued", 0
    job.error, job.error_code = "", ""
    session.flush()
    return job


def cancel(session: Session, actor: Actor, job_id: int) -> PrintJob:
    """Nobody needs this label any more, or it was made by hand. Errors: ``print_job_decided``, ``print_job_waits``."""
    job = job_of(session, job_id)
    if job.state not in ("queued", *_UNDECIDED) or job.decided_at is not None:
        raise _not_now(job)
    _decided(job, actor, state="cancelled")
    return job


def cancel_batch(session: Session, actor: Actor, batch: str) -> int:
    """Stop what of a batch has not begun; returns how many jobs that was."""
    waits = (job_table.c.batch == batch, job_table.c.state == "queued")
    values = {"state": "cancelled", "decided_at": clock.now(), "decided_by": actor.operator_id}
    return changed(session, update(job_table).where(*waits).values(**values))


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest job waits that no printer has taken; None where none waits. The browser takes none."""
    waiting = (
        select(PrintJob.created_at)
        .join(Printer, Printer.id == PrintJob.printer_id)
        .where(PrintJob.state == "queued", Printer.kind != "browser")
    )
    return session.scalar(waiting.order_by(PrintJob.created_at).limit(1))


def forget_old(session: Session, *, before: datetime) -> int:
    """Delete what is dealt with and was asked for before that time; an undecided job stays."""
    is_over = or_(job_table.c.state.in_(("sent", "done", "cancelled")), job_table.c.decided_at.is_not(None))
    return changed(session, delete(job_table).where(job_table.c.created_at < before, is_over))


def _written(session: Session, actor: Actor | None, new: NewJob, *, batch: str, per_job: int) -> list[PrintJob]:
    if not new.rows:
        raise Refused("no_labels", _("There is nothing to print. Choose at least one."))
    require_copies(new.copies)
    chosen = template(new.template)
    require_may_print(actor, new.template, new.rows)
    require_usable(session.get_one(Printer, new.printer_id), new.template)
    rows = [{name: value for name, value in chosen.checked(row).items() if value} for row in new.rows]
    jobs = [
        PrintJob(
            printer_id=new.printer_id, template=new.template, title=(new.title or chosen.title)[:200],
            content={"rows": rows[start : start + per_job]}, copies=new.copies, priority=new.priority,
            language=current(), subject_type=new.subject[0], subject=new.subject[1], batch=batch,
            operator_id=actor.operator_id if actor else None, created_at=clock.now(),
        )
        for start in range(0, len(rows), per_job)
    ]  # fmt: skip
    session.add_all(jobs)
    session.flush()
    return jobs


def require_usable(printer: Printer, template_name: str) -> None:
    """Errors: ``printer_retired``; ``printer_takes_others``."""
    if not printer.is_active:
        raise Refused("printer_retired", _("%(name)s is out of use. Choose another printer.", name=printer.name))
    if not takes(printer, template_name):
        raise Refused(
            "printer_takes_others",
            _("%(name)s does not take the label “%(label)s”. Scan another printer.",
              name=printer.name, label=template_name),
        )  # fmt: skip


def _keeps_bytes(session: Session, job: PrintJob, target: Printer) -> bool:
    """Whether the other printer gets the very same bytes. A carrier's label has no others.

    Errors: ``other_language`` where it would need some.
    """
    first = session.get_one(Printer, job.printer_id)
    if job.template != CARRIER:
        return (first.language, first.dpi) == (target.language, target.dpi)
    is_dotted = first.speaks == "zpl"  # whose sizes are dots: another resolution is another size
    if first.speaks != target.speaks or (is_dotted and first.dpi != target.dpi):
        raise other_language(target)
    return True


def other_language(printer: Printer) -> Refused:
    """The printer cannot make sense of bytes that are as they are."""
    message = _("%(name)s does not understand this label. Choose another printer.", name=printer.name)
    return Refused("other_language", message)


def _marked(content: Mapping[str, object]) -> dict[str, object]:
    rows = content["rows"]
    assert isinstance(rows, list)
    return {"rows": [{**row, "mark": _("REPRINT")} for row in rows]}


def _decided(job: PrintJob, actor: Actor, *, state: str) -> None:
    job.state, job.decided_at, job.decided_by = state, clock.now(), actor.operator_id


def _not_now(job: PrintJob) -> Refused:
    if job.state in ("queued", "sending"):
        return Conflict("print_job_waits", _("This label has not been tried yet. Wait, or cancel it."))
    return Conflict("print_job_decided", _("This label has been dealt with already. Look again."))
