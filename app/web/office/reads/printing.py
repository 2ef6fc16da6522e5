"""Printers, stations and print jobs as lists."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.labels.models import Printer, PrintJob, Station, StationPrinter
from app.people.models import Operator
from app.places.models import Location

_UNDECIDED = PrintJob.state.in_(("failed", "unknown")) & PrintJob.decided_at.is_(None)


def waiting_by_printer(session: Session, printer_ids: Sequence[int]) -> dict[int, int]:
    """How many jobs wait at each printer."""
    waits = (PrintJob.printer_id.in_(printer_ids), PrintJob.state.in_(("queued", "sending")))
    statement = select(PrintJob.printer_id, func.count()).where(*waits).group_by(PrintJob.printer_id)
    return {row[0]: row[1] for row in session.execute(statement)}


def job_rows(session: Session, warehouse_id: int, *, only: str, before: int, limit: int) -> list[Any]:
    """The newest jobs; ``only`` "undecided": those that somebody must look at."""
    statement = (
        select(
            PrintJob.id, PrintJob.title, PrintJob.template, PrintJob.subject, PrintJob.state, PrintJob.error,
            PrintJob.created_at, PrintJob.attempts, PrintJob.reprint_of, PrintJob.reason, PrintJob.printer_id,
            Printer.name.label("printer"), Printer.kind, Operator.name.label("operator"),
            _UNDECIDED.label("is_undecided"),
        )
        .join(Printer, Printer.id == PrintJob.printer_id)
        .outerjoin(Operator, Operator.id == PrintJob.operator_id)
        .where(Printer.warehouse_id == warehouse_id, or_(PrintJob.batch == "", _UNDECIDED))
        .order_by(PrintJob.id.desc())
        .limit(limit)
    )  # fmt: skip
    if only == "undecided":
        statement = statement.where(_UNDECIDED)
    if before:
        statement = statement.where(PrintJob.id < before)
    return list(session.execute(statement))


def open_batches(session: Session, warehouse_id: int) -> list[Any]:
    """Batches that are not through: how many jobs, how many of them finished."""
    is_open = PrintJob.state.in_(("queued", "sending"))
    statement = (
        select(
            PrintJob.batch, func.min(PrintJob.title).label("title"), func.count().label("jobs"),
            func.sum(case((is_open, 0), else_=1)).label("finished"), Printer.name.label("printer"),
        )
        .join(Printer, Printer.id == PrintJob.printer_id)
        .where(PrintJob.batch != "", Printer.warehouse_id == warehouse_id)
        .group_by(PrintJob.batch, Printer.name)
        .having(func.sum(case((is_open, 1), else_=0)) > 0)
        .order_by(func.min(PrintJob.id))
    )  # fmt: skip
    return list(session.execute(statement))


def stations(session: Session, warehouse_id: int) -> tuple[list[Any], dict[int, list[Any]]]:
    """The stations with their places, and the printers of each."""
    rows = session.execute(
        select(Station.id, Station.name, Location.code.label("location"))
        .outerjoin(Location, Location.id == Station.location_id)
        .where(Station.warehouse_id == warehouse_id)
        .order_by(Station.name)
    ).all()
    given: dict[int, list[Any]] = {row.id: [] for row in rows}
    for row in session.execute(
        select(StationPrinter.station_id, StationPrinter.template, Printer.name)
        .join(Printer, Printer.id == StationPrinter.printer_id)
        .where(StationPrinter.station_id.in_(list(given)))
        .order_by(StationPrinter.template)
    ):
        given[row.station_id].append(row)
    return list(rows), given
