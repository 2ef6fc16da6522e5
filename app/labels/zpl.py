"""The label as ZPL II: the proved bitmap itself, as ``^GFA``, so that what is printed is what was read.

Not one character of what a label says is sent as ZPL text: a name holding ``^XZ^XA^PQ500`` is dots like any other, and
no name can command a printer. Source: Zebra, ZPL II Programming Guide (``^GF``, and "ZB64 Encoding and Compression").
"""

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence
from typing import Literal

import PIL.Image

from app.labels.layout import Layout
from app.language import _
from app.refusal import Refused

Packing = Literal["z64", "hex"]
MOST_COPIES = 1000
_MOST_BYTES = 99_999  # of one ^GF field; a larger label is sent in bands


def pages(
    proved: Sequence[tuple[Layout, PIL.Image.Image]], *, copies: int = 1, packing: Packing = "z64",
    is_continuous: bool = False,
) -> bytes:  # fmt: skip
    """One format for each label with its bitmap (``proof.proved``), in their order, each printed ``copies`` times.

    ``hex`` is for printers that do not inflate. ``is_continuous``: a roll without gaps, cut to the label's length.
    Errors: ``bad_copies``.
    """
    require_copies(copies)
    return b"".join(
        _format(layout, bitmap, copies=copies, packing=packing, is_continuous=is_continuous)
        for layout, bitmap in proved
    )


def require_copies(copies: int) -> None:
    """A printer takes what it is told: no job asks for more than a roll. Errors: ``bad_copies``."""
    if not 1 <= copies <= MOST_COPIES:
        raise Refused("bad_copies", _("Print 1 to %(n)s copies.", n=MOST_COPIES))


def _format(layout: Layout, bitmap: PIL.Image.Image, *, copies: int, packing: Packing, is_continuous: bool) -> bytes:
    head = f"^XA^CI28{'^MNN' if is_continuous else ''}^PW{layout.width}^LL{layout.height}^LH0,0^LS0"
    bands = "".join(f"^FO0,{top}{_graphic(band, packing=packing)}^FS" for top, band in _bands(bitmap))
    return f"{head}{bands}^PQ{copies}^XZ\n".encode("ascii")


def _bands(bitmap: PIL.Image.Image) -> Iterator[tuple[int, PIL.Image.Image]]:
    rows = _MOST_BYTES // _row_bytes(bitmap)
    for top in range(0, bitmap.height, rows):
        yield top, bitmap.crop((0, top, bitmap.width, min(top + rows, bitmap.height)))


def _graphic(band: PIL.Image.Image, *, packing: Packing) -> str:
    """``^GFA``: a set bit is a black dot, rows are whole bytes, white where the label ends inside one."""
    dots = band.tobytes("raw", "1;I")
    row = _row_bytes(band)
    assert len(dots) == row * band.height, "Pillow packs eight dots into a byte"
    if packing == "hex":
        data = dots.hex().upper()
    else:
        packed = base64.b64encode(zlib.compress(dots))
        data = f":Z64:{packed.decode('ascii')}:{binascii.crc_hqx(packed, 0):04X}"  # CRC-16-CCITT over the base64
    return f"^GFA,{len(dots)},{len(dots)},{row},{data}"


def _row_bytes(bitmap: PIL.Image.Image) -> int:
    return (bitmap.width + 7) // 8
