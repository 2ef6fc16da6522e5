"""Warehouses, locations (real and virtual) and containers (totes, cartons, licence plates)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model

# Virtual locations have fixed ids: they are the same six in every installation, and no query is needed.
SUPPLIER, CUSTOMER, ADJUSTMENT, SCRAP, TRANSIT, ASSEMBLY = 1, 2, 3, 4, 5, 6
LAST_VIRTUAL = ASSEMBLY
VIRTUAL = {
    "SUPPLIER": SUPPLIER,
    "CUSTOMER": CUSTOMER,
    "ADJUSTMENT": ADJUSTMENT,
    "SCRAP": SCRAP,
    "TRANSIT": TRANSIT,
    "ASSEMBLY": ASSEMBLY,
}
KINDS = ("bin", "dock", "stage", "pack", "quarantine", "returns")
FLOOR = "FLOOR"
PICKED_INTO = ("tote", "carton")
"""Containers in which goods stand for an order only (or on hold, until they are put back): stock is kept loose, or on a
licence plate."""


class Warehouse(Model):
    """A building with stock of its own. ``time_zone`` is an IANA name: its screens show local time."""

    __tablename__ = "warehouse"
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    priority: Mapped[int] = mapped_column(default=100)


class Location(Model):
    """A place. ``sequence`` is its rank on the walk through the warehouse.

    A virtual location (``kind = 'virtual'``, no warehouse) stands for the outside: SUPPLIER, CUSTOMER, ... Every
    warehouse has one location of kind ``floor``: what is in a worker's hands or on a cart is there, in its container.
    Nothing is put into a blocked place; what that means for the goods in it, ``app.control.blocking`` says.
    """

    __tablename__ = "location"
    id: Mapped[Id]
    warehouse_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    code: Mapped[str]
    kind: Mapped[str]
    zone: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int] = mapped_column(default=0)
    is_pick_face: Mapped[bool] = mapped_column(default=False)
    max_units: Mapped[int | None]
    is_blocked: Mapped[bool] = mapped_column(default=False)
    blocked_at: Mapped[datetime | None]
    blocked_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    __table_args__ = (
        UniqueConstraint("warehouse_id", "code"),
        Index(
            "uq_location_virtual_code",
            "code",
            unique=True,
            sqlite_where=text("warehouse_id IS NULL"),
            postgresql_where=text("warehouse_id IS NULL"),
        ),
        Index("ix_location_kind", "warehouse_id", "kind", "sequence", "code"),
        CheckConstraint("kind IN ('bin','dock','stage','pack','quarantine','returns','floor','virtual')", name="kind"),
        CheckConstraint("(kind = 'virtual') = (warehouse_id IS NULL)", name="virtual"),
        CheckConstraint("max_units IS NULL OR max_units > 0", name="max_units"),
        STRICT,
    )


def seed_statements(dialect: str) -> list[str]:
    """The statements that write the virtual locations into a new database; the migration runs the same ones."""
    rows = ", ".join(f"({number}, '{code}', 'virtual', '', 0, false, false)" for code, number in VIRTUAL.items())
    insert = f"INSERT INTO location (id, code, kind, zone, sequence, is_pick_face, is_blocked) VALUES {rows}"  # noqa: S608 - our own constants
    if dialect == "sqlite":
        return [insert]
    return [insert, f"SELECT setval(pg_get_serial_sequence('location', 'id'), {LAST_VIRTUAL})"]


class Container(Model):
    """Holds stock and moves with it. A tote comes back; a carton leaves, its code an SSCC; an LPN is a licence plate.

    ``location_id`` is where it stands now, with everything in it: ``ledger.standing`` is its one writer, and a key of
    the balances holds them to it. ``status``: open, closed (a carton that is packed), shipped.
    ``weight_grams``: what the goods in a closed carton weigh, where the weight of each item is known.
    ``task_id`` is the pick that a tote was given to: no other task is offered it until it is empty again.
    """

    __tablename__ = "container"
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"))
    location_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("location.id"), index=True)
    status: Mapped[str] = mapped_column(default="open")
    weight_grams: Mapped[int | None]
    task_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    __table_args__ = (
        Index("uq_container_id_location_id", "id", "location_id", unique=True),
        CheckConstraint("kind IN ('tote','carton','lpn')", name="kind"),
        CheckConstraint("status IN ('open','closed','shipped')", name="status"),
        STRICT,
    )


class Serial(Model):
    """A counter that is taken inside a transaction and never twice: SSCC serials, RMA and shipment numbers."""

    __tablename__ = "serial"
    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigInt, default=0)
