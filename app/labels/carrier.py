"""A carrier's own label: bytes that are not ours, and reach the printer as they came, or not at all.

Nothing in them is drawn or proved, and what a program sends is not even read; what a person sends must only draw
(``draws_only``). They count as a label of the kind ``carrier``, for which a station may have a
printer of its own, and go through the queue as every other.
"""

from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.labels.draws_only import require_draws_only
from app.labels.models import Printer, PrintJob
from app.labels.printers import CARRIER
from app.labels.queue import SOMEBODY_WAITS, job_table, other_language, require_usable
from app.language import _, current
from app.people.actor import Actor
from app.refusal import Refused

MOST_BYTES = 4 * 1024 * 1024
MOST_WAITING = 64 * 1024 * 1024
"""Bytes that may wait in all: a program that goes on sending to a dead printer must not fill the database."""


def enqueue_carrier_label(
    session: Session,
    actor: Actor | None,
    *,
    printer: Printer,
    data: bytes,
    title: str = "",
    reference: str = "",
    is_from_program: bool = False,
) -> PrintJob:
    """Write a job of these very bytes; ``reference`` is what they are for, such as a carton's SSCC.

    ``is_from_program``: a program of the house sends it, by a token of its own; from a person only what draws is taken.
    Errors: ``bad_carrier_label`` for what is neither PDF nor ZPL, or too large; ``carrier_label_command`` and
    ``carrier_label_copies`` for what does more than print; ``other_language`` where the printer does not understand
    it; ``carrier_labels_wait`` where too many are not printed yet; ``printer_retired``; ``printer_takes_others``.
    """
    require_usable(printer, CARRIER)
    if language_of(data) == "zpl" and not is_from_program:
        require_draws_only(data)
    if printer.speaks != language_of(data):
        raise other_language(printer)
    _require_room(session, len(data))
    job = PrintJob(
        printer_id=printer.id, template=CARRIER, title=(title or _("Carrier's label"))[:200], content={"rows": []},
        payload=data, priority=SOMEBODY_WAITS, language=current(), subject_type=CARRIER if reference else "",
        subject=reference, operator_id=actor.operator_id if actor else None, created_at=clock.now(),
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job


def _require_room(session: Session, size: int) -> None:
    statement = select(func.coalesce(func.sum(func.length(job_table.c.payload)), 0)).where(
        job_table.c.template == CARRIER, job_table.c.state.in_(("queued", "sending"))
    )
    if session.scalars(statement).one() + size > MOST_WAITING:
        raise Refused(
            "carrier_labels_wait",
            _("%(n)s MiB of carriers' labels wait to be printed. Look at the printers first.",
              n=MOST_WAITING // 1024**2),
        )  # fmt: skip


def language_of(data: bytes) -> Literal["pdf", "zpl"]:
    """What a printer must understand to print this. Errors: ``bad_carrier_label``."""
    if 0 < len(data) <= MOST_BYTES:
        if data.startswith(b"%PDF-"):
            return "pdf"
        if b"^XA" in data[:4096].upper():  # commands of the carrier's may stand before the first label
            return "zpl"
    raise Refused(
        "bad_carrier_label",
        _("This isn't a PDF or ZPL label of at most %(n)s MiB. Ask the carrier for one.", n=MOST_BYTES // 1024**2),
    )
