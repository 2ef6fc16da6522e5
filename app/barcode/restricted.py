"""Restricted circulation numbers: EAN-13 with 02 or 20-29 (UPC-A with 2), EAN-8 with 2.

Source: GS1 General Specifications 2.1.11. A shop, a country or a company gives these digits their own meaning
(often item and weight, or item and price), so they never are a global GTIN. The layout is configured; thirteen
letters say what each digit is:

``I`` item, ``M`` measure, ``V`` a price check digit (ignored), ``C`` the check digit, a digit itself, ``.`` any.
"""

from dataclasses import dataclass

from app.barcode.gtin import with_check_digit
from app.barcode.refusals import refused

DEFAULT_LAYOUT = "..IIIIIMMMMMC"


@dataclass(frozen=True, slots=True)
class RestrictedPattern:
    """One layout, such as ``21IIIIIMMMMMC``; the first of several that fits is taken. Errors: ``bad_layout``."""

    layout: str = DEFAULT_LAYOUT

    def __post_init__(self) -> None:
        if len(self.layout) != 13 or self.layout.strip("IMVC.0123456789"):
            raise refused("bad_layout")

    def fits(self, ean13: str) -> bool:
        """Whether the literal digits of the layout stand in this number."""
        return all(a == b for a, b in zip(self.layout, ean13, strict=True) if a.isdigit())

    def read(self, ean13: str) -> dict[str, str]:
        """The digits by word, in the order of the layout."""
        found: dict[str, str] = {}
        for letter, word in (("I", "item"), ("M", "measure")):
            digits = "".join(d for a, d in zip(self.layout, ean13, strict=True) if a == letter)
            if digits:
                found[word] = digits
        return found

    def generic(self, ean13: str) -> str:
        """The number with nothing measured, which is what the item is known by; empty where nothing is measured."""
        if "M" not in self.layout:
            return ""
        digits = ("0" if a in "MV" else d for a, d in zip(self.layout, ean13[:12], strict=False))
        return with_check_digit("".join(digits))


USUAL = (RestrictedPattern(),)
"""How these numbers are shown where the house has said nothing: good enough to read, no ground to name an item on."""


def is_restricted(number: str) -> bool:
    """Whether an EAN of 8, 13 or (with a leading zero) 14 digits is for restricted circulation."""
    if len(number) == 14:
        if number[0] != "0":
            return False
        number = number[1:] if number[1:6] != "00000" else number[6:]
    return number[0] == "2" or (len(number) == 13 and number[:2] == "02")


def read_restricted(number: str, patterns: tuple[RestrictedPattern, ...]) -> dict[str, str]:
    """What a restricted number says: ``item`` and perhaps ``measure``, as digits.

    Without a pattern that fits, and for EAN-8, all digits before the check digit are the item.
    Errors: ``bad_length`` for anything but 8, 13 or 14 digits.
    """
    if len(number) == 14:
        number = number[1:] if number[1:6] != "00000" else number[6:]
    if len(number) == 8:
        return {"item": number[:7]}
    if len(number) != 13:
        raise refused("bad_length")
    for pattern in patterns:
        if pattern.fits(number):
            return pattern.read(number)
    return {"item": number[:12]}


def generic(number: str, patterns: tuple[RestrictedPattern, ...]) -> str:
    """What an item that is sold by measure is known by: the number as the first pattern that fits has it at zero.

    Empty without one. A price or weight counts no units: one label is one unit.
    """
    ean13 = number[-13:]
    return next((pattern.generic(ean13) for pattern in patterns if len(ean13) == 13 and pattern.fits(ean13)), "")
