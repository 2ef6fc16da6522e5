"""Printers and stations: set up, try, see how they are; and print jobs that want a decision."""

from flask import current_app, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.labels import queue, templates
from app.labels.carrier import MOST_BYTES, enqueue_carrier_label
from app.labels.models import KINDS, LANGUAGES, RESOLUTIONS, Printer
from app.labels.printers import (
    PrinterRequest,
    close_station,
    give_printer,
    note_health,
    printer_of,
    printers_of,
    retire_printer,
    save_printer,
    save_station,
    takes,
)
from app.language import _
from app.places.warehouses import location_of
from app.ports import Health, PrintError
from app.ports import Printer as Way
from app.refusal import NotFound, Refused
from app.web.gate.access import CHIEFS, OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.office.desk import PAGE, asked, back_to, desk, page_of
from app.web.office.reads.printing import job_rows, open_batches, stations, waiting_by_printer
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse


@desk.get("/printers")
@allow(roles=READERS)
def printers() -> str:
    """Every printer with its health, the stations, and the newest jobs."""
    only, here = asked("only"), current_warehouse().id
    with reading() as session:
        found = printers_of(session, here)
        jobs = job_rows(session, here, only=only, before=forms.page_after("before"), limit=PAGE + 1)
        rows, next_url = page_of(jobs, before=jobs[min(PAGE, len(jobs)) - 1].id if jobs else 0)
        places, given = stations(session, here)
        return page(
            "office/printers.html", printers=found, jobs=rows, next_url=next_url, only=only, stations=places,
            given=given, waiting=waiting_by_printer(session, [printer.id for printer in found]),
            batches=open_batches(session, here), labels=templates(), kinds=KINDS, languages=LANGUAGES,
            resolutions=RESOLUTIONS, reasons=queue.REASONS,
        )  # fmt: skip


@desk.post("/printers")
@allow(roles=CHIEFS)
def set_up_printer() -> WerkzeugResponse:
    """Set a printer up, or change the one of this code; ask it at once how it is."""
    wanted = PrinterRequest(
        code=forms.needed("code").strip(), name=forms.needed("name"), kind=forms.needed("kind"),
        address=forms.text("address").strip(), language=forms.needed("language"),
        dpi=forms.number("dpi") or 203, labels=[name for name in request.form.getlist("labels") if name],
    )  # fmt: skip
    here = current_warehouse().id
    _ask(wanted.kind, wanted.address, has_answered=False)  # a wrong address is refused before anything is kept
    return _checked(transact(lambda session: save_printer(session, here, wanted).id))


@desk.post("/printers/<int:printer_id>/checks")
@allow(roles=OFFICE)
def check_printer(printer_id: int) -> WerkzeugResponse:
    """Ask the printer how it is."""
    return _checked(printer_id)


@desk.post("/printers/<int:printer_id>/tests")
@allow(roles=OFFICE)
def test_printer(printer_id: int) -> WerkzeugResponse:
    """Print a label that it takes, filled with the label's own example."""

    def work(session: Session) -> None:
        printer = _printer(session, printer_id)
        bins_first = sorted(templates(), key=lambda each: each.name != "bin")
        label = next((each for each in bins_first if takes(printer, each.name)), bins_first[0])
        new = queue.NewJob(
            printer_id=printer.id, template=label.name, rows=[dict(label.example)], title=_("Test print")
        )  # fmt: skip
        queue.enqueue(session, current_actor(), new)

    transact(work)
    return back_to("printers")


@desk.post("/carrier-labels")
@allow(roles=OFFICE)
def print_carrier_label() -> WerkzeugResponse:
    """A file that the carrier gave, as it is. Errors: those of ``enqueue_carrier_label``."""
    code, file = forms.needed("printer"), request.files.get("file")
    data, title = (file.read(MOST_BYTES + 1), file.filename or "") if file else (b"", "")

    def work(session: Session) -> None:
        enqueue_carrier_label(session, current_actor(), printer=printer_of(session, code), data=data, title=title)

    transact(work)
    return back_to("printers")


@desk.post("/printers/<int:printer_id>/departures")
@allow(roles=CHIEFS)
def remove_printer(printer_id: int) -> WerkzeugResponse:
    """Take it out of use."""
    transact(lambda session: retire_printer(session, _printer(session, printer_id).id))
    return back_to("printers")


@desk.post("/print-jobs/<int:job_id>/answers")
@allow(roles=OFFICE)
def answer_job(job_id: int) -> WerkzeugResponse:
    """Did it print? ``answer`` yes or no."""
    answer = {"yes": queue.it_printed, "no": queue.it_did_not_print}.get(forms.needed("answer"))
    if answer is None:
        raise Refused("bad_field", _("Answer yes or no."))
    transact(lambda session: answer(session, current_actor(), job_id))
    return back_to("printers", only=asked("only"))


@desk.post("/print-jobs/<int:job_id>/reprints")
@allow(roles=OFFICE)
def reprint_job(job_id: int) -> WerkzeugResponse:
    """Print it again, for a reason."""
    reason = forms.needed("reason")
    transact(lambda session: queue.reprint(session, current_actor(), job_id, reason=reason))
    return back_to("printers")


@desk.post("/print-jobs/<int:job_id>/moves")
@allow(roles=OFFICE)
def move_job(job_id: int) -> WerkzeugResponse:
    """Another printer takes over."""
    code = forms.needed("printer")
    transact(lambda session: queue.move(session, current_actor(), job_id, printer=printer_of(session, code)))
    return back_to("printers", only=asked("only"))


@desk.post("/print-jobs/<int:job_id>/cancellations")
@allow(roles=OFFICE)
def cancel_job(job_id: int) -> WerkzeugResponse:
    """Nobody needs it any more."""
    transact(lambda session: queue.cancel(session, current_actor(), job_id))
    return back_to("printers", only=asked("only"))


@desk.post("/label-batches/<batch>/cancellations")
@allow(roles=OFFICE)
def stop_batch(batch: str) -> WerkzeugResponse:
    """Stop what of it has not begun."""
    transact(lambda session: queue.cancel_batch(session, current_actor(), batch))
    return back_to("printers")


@desk.post("/stations")
@allow(roles=CHIEFS)
def open_station() -> WerkzeugResponse:
    """Open a station, at a location or anywhere."""
    name, code, warehouse = forms.needed("name"), forms.text("location").strip(), current_warehouse()

    def work(session: Session) -> None:
        place = location_of(session, warehouse, code).id if code else None
        save_station(session, warehouse.id, name, location_id=place)

    transact(work)
    return back_to("printers")


@desk.post("/stations/<int:station_id>/printers")
@allow(roles=CHIEFS)
def equip_station(station_id: int) -> WerkzeugResponse:
    """This station prints this label there; without a printer, nowhere any more."""
    label, code = forms.text("label"), forms.text("printer")

    def work(session: Session) -> None:
        printer_id = printer_of(session, code).id if code else None
        give_printer(session, station_id, template_name=label, printer_id=printer_id)

    transact(work)
    return back_to("printers")


@desk.post("/stations/<int:station_id>/closures")
@allow(roles=CHIEFS)
def shut_station(station_id: int) -> WerkzeugResponse:
    """The station is no more."""
    transact(lambda session: close_station(session, station_id))
    return back_to("printers")


def _checked(printer_id: int) -> WerkzeugResponse:
    """Ask outside any transaction, then keep the answer."""
    with reading() as session:
        printer = _printer(session, printer_id)
    health = _ask(printer.kind, printer.address, has_answered=printer.has_answered)
    transact(lambda session: note_health(_printer(session, printer_id), health))
    return back_to("printers")


def _ask(kind: str, address: str, *, has_answered: bool) -> Health:
    """How the printer at this address is. Errors: ``printer_address`` for one that may not be called."""
    way: Way | None = current_app.extensions["trueshelf.printers"].get(kind)
    if way is None:
        raise Refused("bad_printer", _("Choose how the printer is reached."))
    try:
        return way.health(address, has_answered=has_answered)
    except PrintError as error:
        raise Refused("printer_address", str(error)) from error


def _printer(session: Session, printer_id: int) -> Printer:
    printer = session.get(Printer, printer_id)
    if printer is None or printer.warehouse_id != current_warehouse().id:
        raise NotFound("unknown_printer", _("There is no such printer here. Choose one of the list."))
    return printer
