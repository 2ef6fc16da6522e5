"""Where paper comes out, and every label that was asked for: printers, stations, print jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.db import STRICT, BigInt, Id, Json, Model

KINDS = ("tcp", "ipp", "cups", "folder", "browser")
LANGUAGES = ("zpl", "zpl_hex", "pdf")
RESOLUTIONS = (203, 300, 600)
STATES = ("queued", "sending", "sent", "done", "failed", "unknown", "cancelled")


class Printer(Model):
    """A printer. ``code`` is what its own barcode says; ``kind`` how it is reached; ``language`` what it understands.

    ``labels``: the templates that it takes, all where empty. ``state``, ``problems``: its health when last seen.
    ``has_answered``: it has told its state before. ``is_mute``: it never does, and a person has seen its labels come
    out all the same. After ``failures`` in a row it is left alone until ``next_at``.
    ``locked_until``, ``worker``: the one that delivers to it now.
    """

    __tablename__ = "printer"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    language: Mapped[str] = mapped_column(default="zpl")
    dpi: Mapped[int] = mapped_column(default=203)
    labels: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(default="unseen")
    problems: Mapped[list[str]] = mapped_column(default=list)
    has_answered: Mapped[bool] = mapped_column(default=False)
    is_mute: Mapped[bool] = mapped_column(default=False, server_default=false())
    seen_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(default="")
    locked_until: Mapped[datetime | None]

    @property
    def speaks(self) -> str:
        """``zpl`` or ``pdf``: ZPL is one language, packed or not."""
        return self.language.partition("_")[0]

    __table_args__ = (
        CheckConstraint("kind IN ('tcp','ipp','cups','folder','browser')", name="kind"),
        CheckConstraint("language IN ('zpl','zpl_hex','pdf')", name="language"),
        CheckConstraint("dpi IN (203,300,600)", name="dpi"),
        CheckConstraint("state IN ('unseen','ready','attention','offline')", name="state"),
        STRICT,
    )


class Station(Model):
    """A place of work with printers, at a location or anywhere in the warehouse."""

    __tablename__ = "station"
    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    name: Mapped[str]
    location_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("location.id"))
    __table_args__ = (UniqueConstraint("warehouse_id", "name"), STRICT)


class StationPrinter(Model):
    """A station's printer for one kind of label; ``template`` is empty for all the others."""

    __tablename__ = "station_printer"
    id: Mapped[Id]
    station_id: Mapped[int] = mapped_column(BigInt, ForeignKey("station.id"))
    template: Mapped[str]
    printer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("printer.id"))
    __table_args__ = (UniqueConstraint("station_id", "template"), STRICT)


class DevicePrinter(Model):
    """The printer that a handheld's worker scanned: the nearest one."""

    __tablename__ = "device_printer"
    device: Mapped[str] = mapped_column(primary_key=True)
    printer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("printer.id"))
    chosen_at: Mapped[datetime]


class PrintJob(Model):
    """Labels of one template for one printer, printed together and in the order of the jobs.

    ``content``: ``{"rows": [fields, ...]}``; ``payload`` the very bytes, once made (a carrier's label has only those).
    ``priority``: higher goes first.
    ``state``: queued; sending (bytes may be on their way until ``locked_until``); sent (all were taken); done (it is
    out); failed (nothing is out, and nobody tries any more); unknown (part of it may be out: a person is asked);
    cancelled. A failed or unknown job is undecided until ``decided_at``. ``reprint_of`` names the first job.
    """

    __tablename__ = "print_job"
    id: Mapped[Id]
    printer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("printer.id"))
    template: Mapped[str]
    title: Mapped[str]
    content: Mapped[dict[str, Any]] = deferred(mapped_column(Json))
    payload: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    copies: Mapped[int] = mapped_column(default=1)
    priority: Mapped[int]
    language: Mapped[str] = mapped_column(default="en")
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    bytes_sent: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    locked_until: Mapped[datetime | None]
    subject_type: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    batch: Mapped[str] = mapped_column(default="")
    reprint_of: Mapped[int | None] = mapped_column(BigInt)
    reason: Mapped[str] = mapped_column(default="")
    operator_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    __table_args__ = (
        CheckConstraint("state IN ('queued','sending','sent','done','failed','unknown','cancelled')", name="state"),
        CheckConstraint("copies BETWEEN 1 AND 1000", name="copies"),
        Index("ix_print_job_next", "state", "printer_id", "priority", "id"),
        Index("ix_print_job_subject", "subject_type", "subject"),
        Index("ix_print_job_batch", "batch"),
        STRICT,
    )
