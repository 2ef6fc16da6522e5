"""Items, barcodes with their pack quantities, lots."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model

TRACKING = ("none", "lot", "serial")


class Item(Model):
    """What we stock, counted in whole base units. ``sku`` may be renamed; ``id`` never changes.

    ``tracking`` says whether its units are told apart by lot or by serial; ``has_expiry`` asks for a date on receipt;
    ``inspect_on_receipt`` receives it into quarantine.
    """

    __tablename__ = "item"
    id: Mapped[Id]
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    unit_weight_grams: Mapped[int] = mapped_column(default=0)
    price: Mapped[Decimal | None]
    tracking: Mapped[str] = mapped_column(default="none")
    has_expiry: Mapped[bool] = mapped_column(default=False)
    shelf_life_days: Mapped[int | None]
    inspect_on_receipt: Mapped[bool] = mapped_column(default=False)
    image_url: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        CheckConstraint("tracking IN ('none','lot','serial')", name="tracking"),
        CheckConstraint("unit_weight_grams >= 0", name="weight"),
        STRICT,
    )


class ItemBarcode(Model):
    """One code on an item or its pack; scanning it once counts ``quantity`` base units.

    ``barcode`` is the text as printed; ``gtin`` the same number as GTIN-14 where it is one, so that the twelve digits
    of a UPC and the thirteen of its EAN find the same item.
    """

    __tablename__ = "item_barcode"
    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"), index=True)
    barcode: Mapped[str] = mapped_column(unique=True)
    gtin: Mapped[str | None] = mapped_column(index=True)
    quantity: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(default="")
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"), STRICT)


class Lot(Model):
    """A batch of one item, with its expiry where it has one (the last day on which it is good)."""

    __tablename__ = "lot"
    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    code: Mapped[str]
    expiry: Mapped[date | None]
    __table_args__ = (UniqueConstraint("item_id", "code"), STRICT)
