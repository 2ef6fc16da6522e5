"""Symbols: a content becomes modules, dark and light, and nothing is drawn yet.

Linear bars come from python-barcode's ``build()``, matrices from zxing-cpp. Both silently change what does not suit
them (a wrong check digit, a lower-case letter, a leading "99"), so every content is judged here first.
Sources: ISO/IEC 15417 (Code 128), 16388 (Code 39), 15420 (EAN/UPC), GS1 General Specifications 5 (symbols).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import PIL.Image
import zxingcpp
from barcode.codex import Code39, Code128, Gs1_128
from barcode.ean import EuropeanArticleNumber8, EuropeanArticleNumber13
from barcode.itf import ITF
from barcode.upc import UniversalProductCodeA

from app.barcode import elements
from app.barcode.gtin import check_digit
from app.language import _
from app.refusal import Refused

Symbology = Literal[
    "code128", "gs1_128", "code39", "ean13", "ean8", "upca", "itf14", "qr", "datamatrix", "gs1_datamatrix"
]
SYMBOLOGIES: tuple[str, ...] = get_args(Symbology)
MATRICES = frozenset({"qr", "datamatrix", "gs1_datamatrix"})
_RETAIL_DIGITS: dict[int, Symbology] = {13: "ean13", 12: "upca", 8: "ean8", 14: "itf14"}


@dataclass(frozen=True)
class Symbol:
    """``rows`` of modules ("1" is dark; a linear symbol has one row), and what a reader must answer."""

    symbology: Symbology
    content: str  # separators (FNC1) as the byte 0x1D
    rows: tuple[str, ...]
    quiet: int  # modules of white on each side

    @property
    def is_matrix(self) -> bool:
        return self.symbology in MATRICES

    @property
    def width(self) -> int:
        """Modules from edge to edge, quiet zones included."""
        return len(self.rows[0]) + 2 * self.quiet


def fitting(content: str) -> list[Symbology]:
    """The symbols for a code of unknown kind, best first: EAN, UPC or ITF-14 if its check digit is right; else
    Code 128, and a matrix where its bars would become too fine."""
    digits = _RETAIL_DIGITS.get(len(content)) if re.fullmatch(r"[0-9]+", content) else None
    return [digits] if digits and check_digit(content[:-1]) == content[-1] else ["code128", "datamatrix"]


def encode(symbology: Symbology, content: str) -> Symbol:
    """The symbol for ``content``; GS1 symbols take ``[01]09506000134352[10]AB-1``.

    Refused (``label_content_invalid``) when the symbology cannot carry exactly this content.
    """
    if not content:
        raise _refused(symbology, content, _("it is empty"))
    return _ENCODERS[symbology](symbology, content)


def _refused(symbology: str, content: str, why: str) -> Refused:
    return Refused(
        "label_content_invalid",
        _("“%(content)s” cannot be printed as %(symbology)s: %(why)s. Correct it and print again.",
          content=content, symbology=symbology, why=why),
        content=content, symbology=symbology,
    )  # fmt: skip


class _Code128(Code128):  # type: ignore[misc] # python-barcode has no types
    """python-barcode takes a leading pair "99" for the switch to set C that has the same number, and drops it."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return encoded if self.code.startswith("99") else super()._try_to_optimize(encoded)


def _code128(symbology: Symbology, content: str) -> Symbol:
    if not content.isascii():
        raise _refused(symbology, content, _("only ASCII characters are allowed"))
    return Symbol(symbology, content, tuple(_Code128(content).build()), quiet=10)


def _gs1_128(symbology: Symbology, content: str) -> Symbol:
    string = _element_string(symbology, content)
    if len(string) > 48:
        raise _refused(symbology, content, _("GS1-128 carries at most 48 characters"))
    return Symbol(symbology, string, tuple(Gs1_128(string.replace(elements.GS, "\xf1")).build()), quiet=10)


def _element_string(symbology: Symbology, content: str) -> str:
    """``[AI]value`` pairs as a reader answers them. Square brackets, because a lot number may hold round ones."""
    pairs = re.findall(r"\[([0-9]{2,4})\]([^\[\]]+)", content)
    if not pairs or "".join(f"[{ai}]{value}" for ai, value in pairs) != content:
        raise _refused(symbology, content, _("GS1 content is written [01]09506000134352[10]AB-1"))
    try:
        return elements.build(pairs)
    except Refused as refusal:  # its sentence speaks of a scan
        why = _("its part (%(ai)s) is wrong: %(code)s", ai=refusal.details.get("ai", "?"), code=refusal.code)
        raise _refused(symbology, content, why) from refusal


def _code39(symbology: Symbology, content: str) -> Symbol:
    if not re.fullmatch(r"[0-9A-Z \-.$/+%]+", content):
        raise _refused(symbology, content, _("only capital letters, digits, space and - . $ / + % are allowed"))
    if re.search(r"[$/+%][A-Z]", content):
        # Readers set to full ASCII, zxing among them, take "$I" for a tabulator and "+A" for a small a.
        raise _refused(symbology, content, _("$ / + % must not stand before a letter"))
    return Symbol(symbology, content, tuple(Code39(content, add_checksum=False).build()), quiet=10)


def _retail(symbology: Symbology, content: str) -> Symbol:
    length = next(digits for digits, name in _RETAIL_DIGITS.items() if name == symbology)
    if not re.fullmatch(rf"[0-9]{{{length}}}", content):
        raise _refused(symbology, content, _("it needs exactly %(length)s digits", length=length))
    if (check := check_digit(content[:-1])) != content[-1]:
        raise _refused(symbology, content, _("its check digit should be %(check)s", check=check))
    if symbology == "ean13":
        rows = EuropeanArticleNumber13(content).build()
    elif symbology == "ean8":
        rows = EuropeanArticleNumber8(content).build()
    elif symbology == "upca":
        rows = UniversalProductCodeA(content).build()
    else:
        rows = ITF(content, narrow=1, wide=3).build()
    return Symbol(symbology, content, tuple(rows), quiet=10 if symbology == "itf14" else 11)


def _matrix(symbology: Symbology, content: str) -> Symbol:
    if not content.isascii():
        raise _refused(symbology, content, _("only ASCII characters are allowed"))
    try:
        if symbology == "qr":
            drawn = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        elif symbology == "datamatrix":
            drawn = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
        else:
            bracketed, content = content, _element_string(symbology, content)
            # Without force_square long contents become rectangles of 8 x 64 modules that many handhelds cannot read.
            drawn = zxingcpp.create_barcode(bracketed, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, force_square=True)
    except ValueError as error:
        raise _refused(symbology, content, str(error)) from error
    modules = PIL.Image.fromarray(drawn.to_image(scale=1, add_quiet_zones=False))
    width, dark = modules.width, "".join("0" if light else "1" for light in modules.tobytes())
    rows = tuple(dark[start : start + width] for start in range(0, len(dark), width))
    return Symbol(symbology, content, rows, quiet=4 if symbology == "qr" else 2)


_ENCODERS: dict[Symbology, Callable[[Symbology, str], Symbol]] = {
    "code128": _code128,
    "gs1_128": _gs1_128,
    "code39": _code39,
    "ean13": _retail,
    "ean8": _retail,
    "upca": _retail,
    "itf14": _retail,
    "qr": _matrix,
    "datamatrix": _matrix,
    "gs1_datamatrix": _matrix,
}
