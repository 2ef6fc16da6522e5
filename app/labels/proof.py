"""The proof: every symbol is read back from the drawn label, and a label that we cannot read is not handed out.

zxing-cpp reads all symbologies; zbar is asked too where it knows one. Its library comes from the system
(Debian: ``libzbar0``); without it the proof rests on zxing-cpp alone, and ``doctor`` says so.
"""

import warnings
from functools import cache
from types import ModuleType

import PIL.Image
import zxingcpp

from app.labels.bitmap import draw
from app.labels.layout import Bars, Layout
from app.labels.symbols import Symbology
from app.language import _
from app.refusal import Refused

_ZXING = zxingcpp.BarcodeFormat
_FORMATS: dict[Symbology, tuple[zxingcpp.BarcodeFormat, str]] = {  # and the AIM ids that may come with it
    "code128": (_ZXING.Code128, "]C0"),
    "gs1_128": (_ZXING.Code128, "]C1"),
    "code39": (_ZXING.Code39Std, "]A0 ]A1"),
    "ean13": (_ZXING.EAN13, "]E0"),
    "upca": (_ZXING.UPCA, "]E0"),
    "ean8": (_ZXING.EAN8, "]E4"),
    "itf14": (_ZXING.ITF, "]I0 ]I1"),
    "qr": (_ZXING.QRCode, "]Q1"),
    "datamatrix": (_ZXING.DataMatrix, "]d1"),
    "gs1_datamatrix": (_ZXING.DataMatrix, "]d2"),
}
_ZBAR_NAMES: dict[Symbology, str] = {
    "code128": "CODE128", "gs1_128": "CODE128", "code39": "CODE39", "ean13": "EAN13", "upca": "EAN13",
    "ean8": "EAN8", "itf14": "I25", "qr": "QRCODE",
}  # fmt: skip


def zbar_available() -> bool:
    """Whether the second reader works here."""
    return _pyzbar() is not None


def proved(layout: Layout) -> PIL.Image.Image:
    """The drawn label, read; Refused (``label_unreadable``) where a reader answers something else."""
    bitmap = draw(layout)
    prove(layout, bitmap)
    return bitmap


def prove(layout: Layout, bitmap: PIL.Image.Image) -> None:
    """Read every symbol of a drawn label; Refused (``label_unreadable``) where a reader answers something else."""
    for bars in layout.symbols:
        # The symbol with its quiet zones as it was drawn, with whatever was drawn over them.
        area = bitmap.crop((bars.left, bars.top, bars.left + bars.width, bars.top + bars.height)).convert("L")
        for reader, answers in (("zxing", _read_by_zxing(bars, area)), ("zbar", _read_by_zbar(bars, area))):
            if answers is not None and answers != [_expected(bars)]:
                raise Refused(
                    "label_unreadable",
                    _("The barcode “%(content)s” on the label “%(label)s” cannot be read. Report this.",
                      content=bars.symbol.content, label=layout.name),
                    label=layout.name, content=bars.symbol.content, symbology=bars.symbol.symbology, reader=reader,
                )  # fmt: skip


def _expected(bars: Bars) -> bytes:
    content = bars.symbol.content
    return (content.zfill(13) if bars.symbol.symbology == "upca" else content).encode("ascii")


def _read_by_zxing(bars: Bars, area: PIL.Image.Image) -> list[bytes]:
    """What zxing-cpp reads, of the picture as it is: made smaller, one Code 128 in 600 is read a second time as
    something else (``L.G-72-01.NO`` as ``L.G-7(-0'UNO``)."""
    expected_format, aim_ids = _FORMATS[bars.symbol.symbology]
    found = zxingcpp.read_barcodes(
        area,
        formats=zxingcpp.BarcodeFormats(expected_format),
        try_rotate=False,
        try_invert=False,
        try_downscale=False,
    )
    return [
        each.bytes.zfill(13) if bars.symbol.symbology == "upca" else each.bytes
        for each in found
        if each.symbology_identifier in aim_ids.split()
    ]


def _read_by_zbar(bars: Bars, area: PIL.Image.Image) -> list[bytes] | None:
    """What zbar reads; ``None`` where it has no say."""
    pyzbar = _pyzbar()
    if pyzbar is None or bars.symbol.symbology not in _ZBAR_NAMES:
        return None
    only = [pyzbar.ZBarSymbol[_ZBAR_NAMES[bars.symbol.symbology]]]
    return [each.data for each in pyzbar.decode(area, symbols=only)]


@cache
def _pyzbar() -> ModuleType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pyzbar import pyzbar
    except (ImportError, OSError):
        return None
    return pyzbar  # type: ignore[no-any-return]
