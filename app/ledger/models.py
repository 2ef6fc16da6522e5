"""The ledger's tables. Only ``app.ledger`` writes them.

``posting`` and ``movement`` are facts: inserted once, never changed (see ``guards``). ``balance`` and ``availability``
are sums of those facts, kept so that a scan need not add up the past; ``verify`` can always derive them again.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model

CONDITIONS = ("available", "quarantine", "hold", "damaged")
_CONDITION = "IN ('available','quarantine','hold','damaged')"


REASONS = ("opening", "count", "damage", "found", "lost", "expired", "other")
"""Why a person says that there is more or less than the books have."""
IS_CHANGE = text("reason IN ('opening', 'count', 'damage', 'found', 'lost', 'expired', 'other')")
"""Such a posting, in the words of its index: what one person changed in a day is added up from few rows, and the scans
that only move goods do not pay for that."""


def _some(name: str, columns: str, which: str) -> Index:
    """An index of some rows only: what is asked for by it is little among all the others."""
    return Index(name, *columns.split(), sqlite_where=text(which), postgresql_where=text(which))


class Posting(Model):
    """The header of movements that happen together: who, on what, when, why, for which document.

    ``key`` is unique: the same request cannot be posted twice. ``occurred_at`` is when the hand moved,
    ``recorded_at`` when we learned of it. ``reverses_id`` names the posting that this one takes back.
    """

    __tablename__ = "posting"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    operator_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    device: Mapped[str] = mapped_column(default="")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    document_type: Mapped[str] = mapped_column(default="")
    document: Mapped[str] = mapped_column(default="")
    task_id: Mapped[int | None] = mapped_column(BigInt)
    line_id: Mapped[int | None] = mapped_column(BigInt)
    note: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("posting.id"), unique=True)
    __table_args__ = (
        Index("ix_posting_document", "document"),
        Index("ix_posting_task_id", "task_id"),
        Index("ix_posting_change", "operator_id", "recorded_at", sqlite_where=IS_CHANGE, postgresql_where=IS_CHANGE),
        STRICT,
    )


class Movement(Model):
    """``quantity`` base units of one item (lot, serial) went from source to target. Never updated, never deleted."""

    __tablename__ = "movement"
    id: Mapped[Id]
    posting_id: Mapped[int] = mapped_column(BigInt, ForeignKey("posting.id"), index=True)
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    lot_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("lot.id"))
    serial: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int]
    source_location_id: Mapped[int] = mapped_column(BigInt, ForeignKey("location.id"))
    source_container_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("container.id"))
    source_condition: Mapped[str] = mapped_column(default="available")
    target_location_id: Mapped[int] = mapped_column(BigInt, ForeignKey("location.id"))
    target_container_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("container.id"))
    target_condition: Mapped[str] = mapped_column(default="available")
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(f"source_condition {_CONDITION}", name="source_condition"),
        CheckConstraint(f"target_condition {_CONDITION}", name="target_condition"),
        Index("ix_movement_item_id_id", "item_id", "id"),
        Index("ix_movement_source_location_id_id", "source_location_id", "id"),
        Index("ix_movement_target_location_id_id", "target_location_id", "id"),
        Index("ix_movement_source_container_id_id", "source_container_id", "id"),
        Index("ix_movement_target_container_id_id", "target_container_id", "id"),
        _some("ix_movement_serial", "item_id serial id", "serial <> ''"),
        STRICT,
    )


class Seal(Model):
    """A posting's link in the chain: ``hash`` binds it, with its movements, to the link before (see ``seal``)."""

    __tablename__ = "seal"
    posting_id: Mapped[int] = mapped_column(BigInt, ForeignKey("posting.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInt, unique=True)
    hash: Mapped[str]


class RecordSeal(Model):
    """A link of the chain that binds rows of a record (scans, changes of people) by the ranges of their ids; it shares
    its positions with the postings' links (see ``records``)."""

    __tablename__ = "record_seal"
    position: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    record: Mapped[str]
    ids: Mapped[str]
    hash: Mapped[str]
    __table_args__ = (
        CheckConstraint("record IN ('scan','operator_change')", name="record"),
        Index("ix_record_seal_record", "record", "position"),
        STRICT,
    )


class Unsealed(Model):
    """A posting that has no seal yet. A trigger writes it with the posting, ``seal`` takes it away (see ``guards``).

    No foreign key: its one writer copies the id of the row that is just there, while a scan waits.
    """

    __tablename__ = "unsealed"
    posting_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    __table_args__ = (STRICT,)


class Balance(Model):
    """On hand of one item (lot, serial, condition) in one real place (container): the sum of its movements, kept.

    ``allocated`` of it is spoken for by open pick lines. Virtual locations have no balance: theirs is the negative of
    all the others.

    A serial number is one unit in the world: ``serial_here`` is the number for as long as its unit stands in this
    place, and no two places have the same one of an item. It is a column of its own, and not a partial index on
    ``quantity``, so that PostgreSQL still changes the quantities of all other goods without touching an index.

    A container stands where its contents stand: ``filled_id`` is the container for as long as something is in it, and
    with the place it must be one that stands there when the transaction ends.
    """

    __tablename__ = "balance"
    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    lot_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("lot.id"))
    serial: Mapped[str] = mapped_column(default="")
    location_id: Mapped[int] = mapped_column(BigInt, ForeignKey("location.id"))
    container_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("container.id"))
    condition: Mapped[str] = mapped_column(default="available")
    quantity: Mapped[int] = mapped_column(default=0)
    allocated: Mapped[int] = mapped_column(default=0)
    serial_here: Mapped[str | None] = mapped_column(
        Computed("CASE WHEN serial <> '' AND quantity > 0 THEN serial END", persisted=True)
    )
    filled_id: Mapped[int | None] = mapped_column(
        BigInt, Computed("CASE WHEN quantity > 0 THEN container_id END", persisted=True)
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["filled_id", "location_id"],
            ["container.id", "container.location_id"],
            name="fk_balance_filled_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("allocated >= 0 AND allocated <= quantity", name="allocated"),
        CheckConstraint("serial = '' OR quantity <= 1", name="serial"),
        CheckConstraint(f"condition {_CONDITION}", name="condition"),
        Index("ix_balance_location_id", "location_id"),
        Index("ix_balance_container_id", "container_id"),
        Index("ix_balance_filled_id", "filled_id"),
        _some("ix_balance_loose", "location_id", "container_id IS NULL"),
        _some("ix_balance_not_for_sale", "id", "condition != 'available'"),
        Index(
            "uq_balance_serial",
            "item_id",
            "serial_here",
            unique=True,
            sqlite_where=text("serial_here IS NOT NULL"),
            postgresql_where=text("serial_here IS NOT NULL"),
        ),
        STRICT,
    )


# NULLs are distinct in a unique index on both databases, so the key of a balance spells them as 0.
BALANCE_KEY = (
    Balance.__table__.c.item_id,
    Balance.__table__.c.location_id,
    func.coalesce(Balance.__table__.c.lot_id, text("0")),
    func.coalesce(Balance.__table__.c.container_id, text("0")),
    Balance.__table__.c.condition,
    Balance.__table__.c.serial,
)
Index("uq_balance_key", *BALANCE_KEY, unique=True)


class Availability(Model):
    """The four sums of one item in one warehouse, kept. ``available`` is their one definition (see ``sums``).

    ``risen``: how often available rose since the orders that wait for it were last served (``orders.backorders``).
    """

    __tablename__ = "availability"
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(BigInt, ForeignKey("warehouse.id"), primary_key=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    unavailable: Mapped[int] = mapped_column(default=0)
    committed: Mapped[int] = mapped_column(default=0)
    inbound: Mapped[int] = mapped_column(default=0)
    risen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    __table_args__ = (
        Index(
            "ix_availability_risen",
            "item_id",
            "warehouse_id",
            sqlite_where=text("risen > 0"),
            postgresql_where=text("risen > 0"),
        ),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("unavailable >= 0", name="unavailable"),
        CheckConstraint("committed >= 0", name="committed"),
        CheckConstraint("inbound >= 0", name="inbound"),
        STRICT,
    )
