"""Labels: which there are, how one looks, one as PDF, and one printed."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.labels import queue, render_png, templates
from app.labels.badges import require_may_print
from app.labels.carrier import MOST_BYTES, enqueue_carrier_label
from app.labels.models import Printer, PrintJob
from app.labels.parts import Barcode
from app.labels.printers import CARRIER, printer_at, printer_of, station_of
from app.language import _
from app.places.models import Warehouse
from app.places.warehouses import warehouse_of
from app.refusal import Refused
from app.web.api.body import Between, Code, Size
from app.web.api.paging import Page
from app.web.api.route import Access, reads, writes
from app.web.gate.access import FLOOR, OFFICE
from app.web.gate.security import current_actor, current_bearer
from app.web.labels.label_drawer import draw_pdf, one_at_a_time
from app.web.labels.label_fields import Fields, rows_of

PRINTERS = Access(scopes=("floor", "office"), roles=tuple({*FLOOR, *OFFICE}))
"""Whoever works here may print."""
ASKERS = Access(scopes=("floor", "office", "integration"), roles=PRINTERS.roles)
SENDERS = Access(scopes=("floor", "office", "integration"), roles=("packer", *OFFICE))
"""Whoever may send a printer bytes that are not ours: who packs, the desk, and the shop or the carrier's program."""


@dataclass(frozen=True, kw_only=True)
class LabelTemplate:
    """A label that can be printed; ``fields`` must be given, and ``example`` has a value for each."""

    name: str
    title: str
    size_mm: tuple[float, ...]
    dpi: int
    fields: tuple[str, ...]
    optional_fields: tuple[str, ...]
    example: dict[str, str]
    has_barcode: bool


@reads("/labels/templates")
def list_label_templates(session: Session) -> Page[LabelTemplate]:
    """Every label template, by title."""
    found = [
        LabelTemplate(
            name=each.name,
            title=each.title,
            size_mm=each.size_mm,
            dpi=each.dpi,
            fields=each.fields,
            optional_fields=each.optional_fields,
            example=dict(each.example),
            has_barcode=any(isinstance(element, Barcode) for element in each.elements),
        )
        for each in templates()
    ]
    return Page(items=found, next=None)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The thing that the label is for; its fields are looked up. ``warehouse`` tells bins of one name apart.

    Labels of a lot (its code is ``SKU/lot``): ``receipt``, ``item_gs1``; of a carton or an lpn: ``carton``, ``lpn``,
    ``logistic``; of a shipment (by its number): ``packing_slip``; of an order (by its reference): ``pick_list``,
    ``packing_slip``; of a return (by its number): ``return``.
    """

    type: Literal["bin", "item", "lot", "tote", "carton", "lpn", "shipment", "order", "return"]
    code: Annotated[str, Size(1, 64)]
    warehouse: Code | None = None


@dataclass(frozen=True, kw_only=True)
class LabelRequest:
    """A label by its ``fields``, or for a ``subject``: one of the two."""

    template: Annotated[str, Size(1, 64)]
    fields: dict[str, str] | None = None
    subject: Subject | None = None


@dataclass(frozen=True, kw_only=True)
class NewLabels(LabelRequest):
    """The same label ``copies`` times."""

    copies: Annotated[int, Between(1, 200)] = 1


@reads("/labels/previews", method="POST", content_type="image/png", answer=bytes)
def preview_label(session: Session, body: LabelRequest) -> bytes:
    """The label, of papers the first page, as the printer will draw it, one pixel per dot.

    Errors: ``unknown_template``; ``label_field_missing``; ``label_field_unknown``; ``label_field_invalid``;
    ``fields_or_subject``; ``unknown_*``; ``role_missing`` for a badge, which only supervisors and admins print;
    ``busy_drawing`` (503) where this person's last labels are still being drawn: try again.
    """
    rows = _rows(session, body)
    with one_at_a_time():
        return render_png(body.template, rows[0])


@reads("/labels", method="POST", content_type="application/pdf", answer=bytes)
def print_labels(session: Session, body: NewLabels) -> bytes:
    """Labels as PDF, one on each page, every symbol read back before it is handed out.

    Errors: as for a preview; ``labels_failed``.
    """
    return draw_pdf(body.template, _rows(session, body) * body.copies)


@dataclass(frozen=True, kw_only=True)
class NewPrintJob(NewLabels):
    """A label and where it comes out: at a ``printer``, or at a ``station`` of the ``warehouse``, by this label."""

    printer: Annotated[str, Size(1, 64)] | None = None
    station: Annotated[str, Size(1, 60)] | None = None
    warehouse: Code | None = None


@dataclass(frozen=True, kw_only=True)
class PrintJobState:
    """What became of a print job. ``is_undecided``: it failed, or nobody knows, and a person is asked."""

    id: int
    state: Literal["queued", "sending", "sent", "done", "failed", "unknown", "cancelled"]
    printer: str
    template: str
    copies: int
    attempts: int
    is_undecided: bool
    error_code: str
    error: str
    reprint_of: int | None
    created_at: datetime
    sent_at: datetime | None


@writes("/print-jobs", may=PRINTERS, answer=PrintJobState, status=(201,))
def print_label(session: Session, body: NewPrintJob) -> PrintJobState:
    """Queue a label; it is printed after this answer. ``GET /print-jobs/{id}`` says what became of it.

    Errors: as for a preview; ``printer_or_station``; ``unknown_printer``; ``unknown_station``; ``no_printer``;
    ``printer_takes_others``.
    """
    printer = _printer(session, body, label=body.template)
    new = queue.NewJob(printer_id=printer.id, template=body.template, rows=_rows(session, body), copies=body.copies)
    return _state(session, queue.enqueue(session, current_actor(), new))


@dataclass(frozen=True, kw_only=True)
class CarrierLabel:
    """A carrier's own label, PDF or ZPL, as base64, and where it comes out. It is sent byte for byte; ZPL from a token
    without the scope ``integration`` may only draw.

    ``reference``: what it is for, such as a carton's SSCC.
    """

    data: Annotated[str, Size(1, MOST_BYTES * 4 // 3 + 4)]
    title: Annotated[str, Size(0, 200)] = ""
    reference: Annotated[str, Size(0, 64)] = ""
    printer: Annotated[str, Size(1, 64)] | None = None
    station: Annotated[str, Size(1, 60)] | None = None
    warehouse: Code | None = None


@writes("/carrier-labels", may=SENDERS, answer=PrintJobState, status=(201,))
def print_carrier_label(session: Session, body: CarrierLabel) -> PrintJobState:
    """Queue a carrier's label; a station's printer for it is the one for the label ``carrier``.

    Errors: ``bad_base64``; ``bad_carrier_label``; ``carrier_label_command`` and ``carrier_label_copies`` for a person's
    ZPL that does more than draw; ``carrier_labels_wait`` where too many are not printed yet;
    ``other_language`` where the printer does not understand it; ``printer_or_station``; ``unknown_printer``;
    ``unknown_station``; ``no_printer``; ``printer_takes_others``.
    """
    try:
        data = base64.b64decode(body.data, validate=True)
    except ValueError:
        raise Refused("bad_base64", _("The label's data isn't base64. Encode its bytes as they are.")) from None
    printer = _printer(session, body, label=CARRIER)
    job = enqueue_carrier_label(
        session,
        current_actor(),
        printer=printer,
        data=data,
        title=body.title,
        reference=body.reference,
        is_from_program=_is_program(),
    )
    return _state(session, job)


def _is_program() -> bool:
    bearer = current_bearer()
    return bearer is not None and "integration" in bearer.scopes


@reads("/print-jobs/<int(max=9223372036854775807):job_id>", may=ASKERS)
def show_print_job(session: Session, job_id: int) -> PrintJobState:
    """What became of a print job. Errors: ``unknown_print_job``."""
    return _state(session, queue.job_seen(session, job_id))


def _printer(session: Session, body: NewPrintJob | CarrierLabel, *, label: str) -> Printer:
    if (body.printer is None) == (body.station is None):
        raise Refused("printer_or_station", _("Give either a printer or a station."))
    if body.printer is not None:
        return printer_of(session, body.printer)
    warehouse_id = warehouse_of(session, body.warehouse).id if body.warehouse else _first_warehouse(session)
    station = station_of(session, warehouse_id, body.station or "")
    found = printer_at(session, station.id, template_name=label)
    if found is None:
        raise Refused("no_printer", _("This station prints no such label. Set a printer up for it."))
    return found


def _state(session: Session, job: PrintJob) -> PrintJobState:
    return PrintJobState(
        id=job.id, state=job.state, printer=session.get_one(Printer, job.printer_id).code, template=job.template,  # type: ignore[arg-type]
        copies=job.copies, attempts=job.attempts, is_undecided=queue.is_undecided(job), error_code=job.error_code,
        error=job.error, reprint_of=job.reprint_of, created_at=job.created_at, sent_at=job.sent_at,
    )  # fmt: skip


def _rows(session: Session, body: LabelRequest) -> list[Fields]:
    if (body.fields is None) == (body.subject is None):
        raise Refused("fields_or_subject", _("Give either fields or a subject."))
    if body.subject is None:
        require_may_print(current_actor(), body.template, [body.fields or {}])
        return [body.fields or {}]
    require_may_print(current_actor(), body.template, ())  # badges are of no subject
    subject, warehouse_id = body.subject, _warehouse_id(session, body.subject)
    return rows_of(session, body.template, subject.code, warehouse_id=warehouse_id, thing=subject.type)


def _warehouse_id(session: Session, subject: Subject) -> int:
    if subject.warehouse:
        return warehouse_of(session, subject.warehouse).id
    return _first_warehouse(session)


def _first_warehouse(session: Session) -> int:
    first = session.scalar(select(Warehouse.id).order_by(Warehouse.priority, Warehouse.id).limit(1))
    if first is None:
        raise Refused(
            "no_warehouse", _("There is no warehouse yet. Ask the office to set one up: First steps, at the desk.")
        )
    return first
