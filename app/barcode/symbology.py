"""Symbology identifiers: the three characters ``]cm`` that a scanner sends before the data.

Source: ISO/IEC 15424 (AIM) and GS1 General Specifications 5.1.2. What matters here is not the symbol but what its
data are: GS1 element strings, one fixed number, or plain text.
"""

from enum import StrEnum

from app.barcode.refusals import refused


class Carries(StrEnum):
    """What the data behind an identifier are."""

    GS1 = "gs1"
    EAN13 = "ean13"
    EAN13_ADDON = "ean13_addon"
    EAN8 = "ean8"
    ITF14 = "itf14"
    PLAIN = "plain"
    UNKNOWN = "unknown"  # no identifier was sent


_CARRIES: dict[str, Carries] = {
    "]C1": Carries.GS1,  # GS1-128
    "]e0": Carries.GS1,  # GS1 DataBar
    "]d2": Carries.GS1,  # GS1 DataMatrix
    "]d8": Carries.GS1,  # sent for GS1 DataMatrix by some handhelds, tolerated
    "]Q3": Carries.GS1,  # GS1 QR
    "]J1": Carries.GS1,  # GS1 DotCode
    "]z1": Carries.GS1,  # GS1 in Aztec
    "]E0": Carries.EAN13,  # EAN-13, UPC-A and UPC-E, as 13 digits
    "]E3": Carries.EAN13_ADDON,
    "]E4": Carries.EAN8,
    "]I0": Carries.ITF14,
    "]I1": Carries.ITF14,
}
# Symbols without GS1 data whose text is passed on as it is: Code 128, DataMatrix, QR, Code 39, Codabar, Code 93,
# PDF417, Aztec, MaxiCode, DotCode, Interleaved 2 of 5 with its check digit removed.
_CARRIES |= dict.fromkeys(("]C0", "]d0", "]d1", "]Q0", "]Q1", "]G0", "]J0", "]z0", "]I3"), Carries.PLAIN)
_CARRIES |= {f"]A{m}": Carries.PLAIN for m in "0123457"}
_CARRIES |= {f"]F{m}": Carries.PLAIN for m in "0124"}
_CARRIES |= {f"]L{m}": Carries.PLAIN for m in "012345"}
_CARRIES |= {f"]U{m}": Carries.PLAIN for m in "01"}


def split(text: str) -> tuple[str, Carries, str]:
    """The identifier ("" if none was sent), what the data are, and the data.

    Errors: ``unknown_aim``, ``addon_alone`` (the two or five digits beside an EAN), ``empty`` (nothing behind it).
    """
    if text[0] != "]":
        return "", Carries.UNKNOWN, text
    if len(text) == 1:
        raise refused("empty")
    aim = text[:3]
    carries = _CARRIES.get(aim)
    if carries is None:
        raise refused("addon_alone" if aim in ("]E1", "]E2") else "unknown_aim")
    if len(text) == 3:
        raise refused("empty")
    return aim, carries, text[3:]
