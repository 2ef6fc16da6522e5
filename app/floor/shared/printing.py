"""The printer near a worker: the one whose barcode was scanned last on this device."""

from sqlalchemy.orm import Session

from app.floor.shared.step import Said, Work
from app.labels.models import Printer
from app.labels.printers import choose_printer, printer_of
from app.language import _
from app.people.actor import Actor
from app.refusal import Refused


def choose(work: Work, code: str) -> Said:
    """The printer whose own barcode was scanned is the nearest from now on.

    Errors: ``unknown_printer``; ``printer_elsewhere``.
    """
    printer = choose_near(work.session, work.actor, code, warehouse_id=work.task.warehouse_id)
    return Said("printer_chosen", chosen_words(printer))


def choose_near(session: Session, actor: Actor, code: str, *, warehouse_id: int) -> Printer:
    """From now on the labels of this person's device come out of the printer of this code.

    Errors: ``unknown_printer``; ``printer_elsewhere``.
    """
    printer = printer_of(session, code)
    if printer.warehouse_id != warehouse_id:
        raise Refused("printer_elsewhere", _("This printer stands in another warehouse. Scan one that is near."))
    choose_printer(session, device=device_of(actor), printer_id=printer.id)
    return printer


def chosen_words(printer: Printer) -> str:
    """What the worker hears who scanned a printer."""
    return _("Labels come out of %(name)s now.", name=printer.name)


def device_of(actor: Actor) -> str:
    """What a chosen printer is kept for. A program has no device: its person stands for it."""
    return actor.device or f"operator {actor.operator_id}"
