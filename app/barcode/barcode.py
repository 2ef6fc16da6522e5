"""What a scan says, before any database is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.barcode import gtin as gtins
from app.barcode.internal import Internal


class Kind(StrEnum):
    """How the code was understood."""

    GTIN = "gtin"
    SSCC = "sscc"
    ELEMENTS = "elements"  # a GS1 element string, or its bracketed text
    DIGITAL_LINK = "digital_link"
    RESTRICTED = "restricted"
    PLAIN = "plain"  # text: an alias, a SKU, a tracking number, a web address
    AMBIGUOUS = "ambiguous"  # two GTINs are possible, see candidates
    INTERNAL = "internal"  # one of our own labels


NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Barcode:
    """One scan, taken apart.

    ``raw``: as it came; ``text``: cleaned, without the symbology identifier, separators as 0x1D.
    ``elements``: values by word (those of ``ai_table``, and ``item``, ``measure``, ``addon``, ``level``, ``base``), in
    the order of the label: dates in ISO 8601, decimals with their point, never a float.
    ``candidates``: the GTINs between which an ambiguous code cannot decide. ``generic``: a restricted number with its
    measure at zero, where the house has said how they are laid out.
    """

    kind: Kind
    raw: str
    text: str
    symbology: str = ""
    elements: Mapping[str, str] = field(default_factory=lambda: NOTHING, hash=False)
    warnings: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    internal: Internal | None = None
    generic: str = ""

    @property
    def gtin(self) -> str | None:
        """The trade item, 14 digits."""
        return self.elements.get("gtin")

    @property
    def content(self) -> str | None:
        """The GTIN of what is in the logistic unit, 14 digits; ``count`` of them."""
        return self.elements.get("content")

    @property
    def sscc(self) -> str | None:
        """The logistic unit, 18 digits."""
        return self.elements.get("sscc")

    @property
    def gln(self) -> str | None:
        """A place or party, 13 digits: ship to, else the place itself, else the party."""
        found = self.elements
        return found.get("gln") or found.get("location_gln") or found.get("party_gln")

    @property
    def lot(self) -> str | None:
        """The batch or lot."""
        return self.elements.get("lot")

    @property
    def serial(self) -> str | None:
        """The serial number."""
        return self.elements.get("serial")

    @property
    def expiry(self) -> date | None:
        """The last day of use; from the expiry time where only that is given."""
        text = self.elements.get("expiry") or self.elements.get("expiry_time")
        return date.fromisoformat(text[:10]) if text else None

    @property
    def best_before(self) -> date | None:
        """The best-before day."""
        return self._day("best_before")

    @property
    def production(self) -> date | None:
        """The day of production."""
        return self._day("production")

    @property
    def count(self) -> int | None:
        """How many trade items the unit holds (37), or how many pieces a variable item (30)."""
        text = self.elements.get("count") or self.elements.get("variable_count")
        return int(text) if text else None

    @property
    def level(self) -> int | None:
        """The pack level 1-8 of the GTIN's indicator, None for a base unit."""
        return gtins.level(self.gtin) if self.gtin else None

    @property
    def base(self) -> str | None:
        """The GTIN-14 of the base unit, where the GTIN is a pack by its indicator."""
        return gtins.base(self.gtin) if self.gtin and self.level else None

    @property
    def addon(self) -> str | None:
        """The two or five digits beside an EAN."""
        return self.elements.get("addon")

    @property
    def price(self) -> Decimal | None:
        """The price to pay, in the country's money."""
        return self._decimal("price")

    @property
    def net_weight_kg(self) -> Decimal | None:
        """The net weight in kilograms."""
        return self._decimal("net_weight_kg")

    @property
    def item(self) -> str | None:
        """The item digits of a restricted number."""
        return self.elements.get("item")

    @property
    def measure(self) -> str | None:
        """The measure digits of a restricted number; what they measure is the shop's agreement."""
        return self.elements.get("measure")

    def _day(self, word: str) -> date | None:
        text = self.elements.get(word)
        return date.fromisoformat(text) if text else None

    def _decimal(self, word: str) -> Decimal | None:
        text = self.elements.get(word)
        return Decimal(text) if text else None
