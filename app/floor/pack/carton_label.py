"""The carton's label: it comes out when the carton is begun, at the nearest printer.

Without a printer nothing is queued, and the screen offers the label as a file. A label of which nobody knows whether it
came out keeps its carton open until somebody has decided.
"""

from dataclasses import replace

from app.floor.pack.memory import Work
from app.floor.shared.printing import choose_near, chosen_words, device_of
from app.floor.shared.step import Arguments, Said, Way, action_way
from app.labels import queue
from app.labels.by_hand import is_by_hand
from app.labels.models import PrintJob
from app.labels.printers import nearest_printer
from app.language import _
from app.orders.carton_label import carton_fields
from app.places.models import Container
from app.refusal import Refused

_CARTON = "carton"


def choose_printer(work: Work, code: str) -> Said:
    """The printer whose own barcode was scanned is the nearest from now on; a label of this task's carton that did not
    come out comes out there.

    Errors: ``unknown_printer``; ``printer_elsewhere``; ``printer_takes_others``.
    """
    printer = choose_near(work.session, work.actor, code, warehouse_id=work.task.warehouse_id)
    job = _job(work)
    if job is not None and job.printer_id != printer.id and (job.state == "queued" or queue.is_undecided(job)):
        work.memory = replace(work.memory, label=queue.move(work.session, work.actor, job.id, printer=printer).id)
        return Said("printer_takes_over", _("%(name)s prints the label now.", name=printer.name))
    carton = _carton(work)
    if job is None and carton is not None:
        print_carton(work, carton)
    return Said("printer_chosen", chosen_words(printer))


def print_carton(work: Work, carton: Container) -> None:
    """Queue the carton's label, if there is a printer for it."""
    printer = nearest_printer(
        work.session, device=device_of(work.actor), warehouse_id=work.task.warehouse_id, location_id=carton.location_id,
        template_name="carton",
    )  # fmt: skip
    if printer is None:
        return
    fields = carton_fields(work.session, carton, ship_from=work.settings.house_lines)
    new = queue.NewJob(
        printer_id=printer.id, template="carton", rows=[fields],
        title=_("Carton %(code)s", code=carton.code[-6:]), subject=(_CARTON, carton.code),
    )  # fmt: skip
    work.memory = replace(work.memory, label=queue.enqueue(work.session, work.actor, new).id)


def require_label(work: Work, carton: Container) -> None:
    """A carton leaves with its label. Errors: ``label_not_printed`` while it failed, or nobody knows."""
    job = queue.last_job(work.session, _CARTON, carton.code)
    if job is None:
        return
    if job.state == "queued" and is_by_hand(work.session, job):
        raise Refused(
            "label_not_printed", _("Open this carton's label and print it: choose it under Problem."), job=job.id
        )
    if not queue.is_undecided(job):
        return
    if job.state == "unknown":
        message = _("Did the label of this carton come out? Look at the printer, then choose under Problem.")
    else:
        message = _(
            "The label of this carton was not printed: %(why)s Scan another printer, or print it again under Problem.",
            why=job.error,
        )
    raise Refused("label_not_printed", message, job=job.id)


def forget_label(work: Work, carton: Container) -> None:
    """The carton stayed empty: its label is not needed, and nobody is asked about it."""
    job = queue.last_job(work.session, _CARTON, carton.code)
    if job is not None and (job.state == "queued" or queue.is_undecided(job)):
        queue.cancel(work.session, work.actor, job.id)
    work.memory = replace(work.memory, label=None)


def label_ways(work: Work) -> list[Way]:
    """What can be done about the open carton's label."""
    job = _job(work)
    if job is None or job.state in ("queued", "sending"):
        return []
    if not queue.is_undecided(job):
        return [action_way("reprint", _("Print the label again"), reason="damaged")]
    return [
        action_way("label_printed", _("The label came out")),
        action_way("reprint", _("The label did not come out: print it again"), reason="not_printed"),
    ]


def reprint(work: Work, arguments: Arguments) -> Said:
    """The same label again, with a reason; its number stays. Errors: ``no_label_yet``; ``reprint_reason``."""
    job = _needed(work)
    reason = arguments.reason or ("not_printed" if queue.is_undecided(job) else "damaged")
    work.memory = replace(work.memory, label=queue.reprint(work.session, work.actor, job.id, reason=reason).id)
    return Said("label_again", _("The label is printed again. Throw the first one away if there is one."))


def label_printed(work: Work, _arguments: Arguments) -> Said:
    """The worker has the label in hand. Errors: ``no_label_yet``; ``print_job_decided``."""
    queue.it_printed(work.session, work.actor, _needed(work).id)
    return Said("label_seen", _("Good. Put it on the carton and scan it."))


def _needed(work: Work) -> PrintJob:
    job = _job(work)
    if job is None:
        raise Refused("no_label_yet", _("No label was printed for this carton. Scan a printer first."))
    return job


def _job(work: Work) -> PrintJob | None:
    """The job of the open carton's label; its id is kept, so that a house without printers asks nothing."""
    job_id = work.memory.label
    return work.session.get(PrintJob, job_id) if job_id else None


def _carton(work: Work) -> Container | None:
    carton_id = work.memory.carton
    return work.session.get(Container, carton_id) if carton_id else None
