"""Printers and stations: set up, found, chosen; and how they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, decode
from app.db import upsert
from app.labels.models import KINDS, LANGUAGES, RESOLUTIONS, DevicePrinter, Printer, Station, StationPrinter
from app.labels.template import template
from app.language import _
from app.ports import Health
from app.refusal import Conflict, NotFound, Refused

CARRIER = "carrier"
"""A kind of label that has no template: a carrier's own (see ``carrier``)."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True, kw_only=True)
class PrinterRequest:
    """A printer as the office enters it."""

    code: str
    name: str
    kind: str
    address: str
    language: str = "zpl"
    dpi: int = 203
    labels: Sequence[str] = ()


def save_printer(session: Session, warehouse_id: int, request: PrinterRequest) -> Printer:
    """Set a printer up, or change the one of this code; the browser has no address, and prints PDF.

    Errors: ``bad_printer``; ``unknown_template``; ``printer_elsewhere`` for a code of another warehouse.
    """
    if request.kind == "browser":
        request = replace(request, address="browser", language="pdf")
    is_good = request.kind in KINDS and request.language in LANGUAGES and request.dpi in RESOLUTIONS
    if not (is_good and _CODE.fullmatch(request.code) and request.name.strip() and request.address.strip()):
        raise Refused(
            "bad_printer", _("Give the printer a code of letters, digits, - and _, a name, a kind and an address.")
        )
    for name in request.labels:
        _require_label(name)
    printer = session.scalar(select(Printer).where(Printer.code == request.code))
    if printer is None:
        printer = Printer(code=request.code, warehouse_id=warehouse_id)
        session.add(printer)
    elif printer.warehouse_id != warehouse_id:
        raise Conflict("printer_elsewhere", _("%(code)s stands in another warehouse. Choose another code.",
                                              code=request.code))  # fmt: skip
    if (printer.kind, printer.address) != (request.kind, request.address):
        printer.state, printer.problems = "unseen", []
        printer.has_answered = printer.is_mute = False
        printer.failures, printer.next_at = 0, None
    printer.name, printer.kind, printer.address = request.name.strip(), request.kind, request.address.strip()
    printer.language, printer.dpi, printer.labels = request.language, request.dpi, list(request.labels)
    printer.is_active = True
    session.flush()
    return printer


def retire_printer(session: Session, printer_id: int) -> None:
    """Take a printer out of use; its jobs stay where they are, for somebody to move or cancel."""
    printer = session.get_one(Printer, printer_id)
    printer.is_active = False
    session.execute(delete(StationPrinter).where(StationPrinter.printer_id == printer_id))
    session.execute(delete(DevicePrinter).where(DevicePrinter.printer_id == printer_id))


def printer_of(session: Session, code: str) -> Printer:
    """The printer by its code or by what its own barcode says. Errors: ``unknown_printer``."""
    try:
        printed = decode(code)
    except Refused:
        printed = None
    plain = printed.code if printed and printed.kind is InternalKind.PRINTER else code
    found = session.scalar(select(Printer).where(Printer.code == plain, Printer.is_active))
    if found is None:
        raise NotFound(
            "unknown_printer", _("There is no printer %(code)s. Scan the barcode on the printer.", code=plain)
        )
    return found


def printers_of(session: Session, warehouse_id: int) -> list[Printer]:
    """The printers in use, by name."""
    statement = select(Printer).where(Printer.warehouse_id == warehouse_id, Printer.is_active).order_by(Printer.name)
    return list(session.scalars(statement))


# Stations.


def save_station(session: Session, warehouse_id: int, name: str, *, location_id: int | None) -> Station:
    """Open a station, or move the one of this name. Errors: ``bad_station``."""
    if not 0 < len(name.strip()) <= 60:
        raise Refused("bad_station", _("Give the station a name of at most 60 characters."))
    station = session.scalar(select(Station).where(Station.warehouse_id == warehouse_id, Station.name == name.strip()))
    if station is None:
        station = Station(warehouse_id=warehouse_id, name=name.strip())
        session.add(station)
    station.location_id = location_id
    session.flush()
    return station


def give_printer(session: Session, station_id: int, *, template_name: str, printer_id: int | None) -> None:
    """The station prints this label there; an empty name means every other label, no printer takes it away again."""
    if template_name:
        _require_label(template_name)
    where = (StationPrinter.station_id == station_id, StationPrinter.template == template_name)
    session.execute(delete(StationPrinter).where(*where))
    if printer_id is not None:
        session.add(StationPrinter(station_id=station_id, template=template_name, printer_id=printer_id))
    session.flush()


def close_station(session: Session, station_id: int) -> None:
    """A station that is no more; its printers stay."""
    session.execute(delete(StationPrinter).where(StationPrinter.station_id == station_id))
    session.execute(delete(Station).where(Station.id == station_id))


def station_of(session: Session, warehouse_id: int, name: str) -> Station:
    """The station of this name. Errors: ``unknown_station``."""
    found = session.scalar(select(Station).where(Station.warehouse_id == warehouse_id, Station.name == name))
    if found is None:
        raise NotFound("unknown_station", _("There is no station %(name)s. Choose one of the list.", name=name))
    return found


def printer_at(session: Session, station_id: int, *, template_name: str) -> Printer | None:
    """The station's printer for this label: the one named for it, else the one for all others."""
    statement = (
        select(Printer)
        .join(StationPrinter, StationPrinter.printer_id == Printer.id)
        .where(StationPrinter.station_id == station_id, StationPrinter.template.in_((template_name, "")))
        .where(Printer.is_active)
        .order_by(StationPrinter.template.desc())
    )
    return next((printer for printer in session.scalars(statement) if takes(printer, template_name)), None)


# The nearest.


def choose_printer(session: Session, *, device: str, printer_id: int) -> None:
    """From now on this device prints there."""
    statement = upsert(session, DevicePrinter)
    values = {"device": device, "printer_id": printer_id, "chosen_at": clock.now()}
    session.execute(statement.on_conflict_do_update(index_elements=["device"], set_=values), values)


def printer_chosen(session: Session, *, device: str, warehouse_id: int) -> Printer | None:
    """The printer that this device's worker scanned last in this warehouse."""
    return session.scalar(
        select(Printer)
        .join(DevicePrinter, DevicePrinter.printer_id == Printer.id)
        .where(DevicePrinter.device == device, Printer.warehouse_id == warehouse_id, Printer.is_active)
    )


def nearest_printer(
    session: Session, *, device: str, warehouse_id: int, location_id: int | None, template_name: str
) -> Printer | None:
    """Where a label comes out: at the printer that this device's worker scanned, else at the station of this place,
    else at the only station of the warehouse; None where nobody has set a printer up for it."""
    chosen = printer_chosen(session, device=device, warehouse_id=warehouse_id)
    if device and chosen is not None and takes(chosen, template_name):
        return chosen
    stations = session.execute(
        select(Station.id, Station.location_id).where(Station.warehouse_id == warehouse_id).order_by(Station.id)
    ).all()
    here = [row.id for row in stations if location_id is not None and row.location_id == location_id]
    for station_id in here or ([stations[0].id] if len(stations) == 1 else []):
        if printer := printer_at(session, station_id, template_name=template_name):
            return printer
    return None


def _require_label(name: str) -> None:
    """Errors: ``unknown_template``."""
    if name != CARRIER:
        template(name)


def takes(printer: Printer, template_name: str) -> bool:
    """Whether this label comes out of this printer at all."""
    return not printer.labels or template_name in printer.labels


def note_health(printer: Printer, health: Health) -> None:
    """Keep how the printer was just now."""
    printer.state, printer.problems, printer.seen_at = health.state, list(health.problems), clock.now()
    printer.has_answered = printer.has_answered or health.answers
