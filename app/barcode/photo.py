"""Barcodes in a photograph: two readers, several looks at the picture, and nothing believed that only looks right.

First as the camera took it, at most 1,600 pixels wide; where that gives nothing certain, with stretched contrast,
doubled and sharpened, softened, small, turned, and at full size. An EAN or UPC has one check digit, so that one read in
ten of a blurred picture is wrong and still passes: it counts by itself only where both readers say the same. Short
Code 39, Codabar and Interleaved 2 of 5 are found in fences and keyboards, so they need a length (and the last 14
digits with a check digit).

zbar comes from the system (Debian: ``libzbar0``); without it nothing is ever agreed. Pure: no database, no web.
"""

import io
import math
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

import PIL.Image
import zxingcpp
from PIL import ImageFilter, ImageOps

from app.barcode import gtin
from app.language import N_, _
from app.refusal import Refused

MOST_PIXELS = 64_000_000
"""More than a phone's camera takes; a small file can claim far more, so this is asked before anything is unpacked."""
MOST_UNPACKED = 20_000_000
"""Pixels in memory. A JPEG is unpacked at half its size, a quarter, an eighth; what is no JPEG must not have more."""
LOOKS_SECONDS = 4.0
"""No further look is begun after so long."""
_SIDE, _SMALL_SIDE = 1600, 800  # pixels
_SHORTEST = 4  # characters
_RETAIL = frozenset(("EAN13", "EAN8", "UPCA", "UPCE"))
_WEAK = frozenset(("Code39", "Codabar", "Code93"))
_F = zxingcpp.BarcodeFormat
_FORMATS = zxingcpp.BarcodeFormats(
    [_F.EAN13, _F.EAN8, _F.UPCA, _F.UPCE, _F.Code128, _F.Code39, _F.Code93, _F.Codabar, _F.ITF, _F.DataBarOmni,
     _F.DataBarExp, _F.QRCode, _F.MicroQRCode, _F.DataMatrix, _F.Aztec, _F.PDF417]
)  # fmt: skip
_ZBAR_NAMES = {
    "EAN13": "EAN13", "EAN8": "EAN8", "UPCA": "UPCA", "UPCE": "UPCE", "CODE128": "Code128", "CODE39": "Code39",
    "CODE93": "Code93", "CODABAR": "Codabar", "I25": "ITF", "QRCODE": "QRCode",
}  # fmt: skip
_ASKED_OF_ZBAR = tuple(name for name in _ZBAR_NAMES if name != "UPCA")  # it answers a UPC-A as EAN-13

Box = tuple[int, int, int, int]
"""Left, top, right, bottom: pixels of the photograph, held upright."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One barcode. ``text`` as a scanner sends it, separators as 0x1D; ``aim`` its symbology identifier if known."""

    text: str
    symbology: str
    engines: tuple[str, ...]
    box: Box
    aim: str = ""

    @property
    def agreed(self) -> bool:
        """Whether both readers said the same."""
        return len(self.engines) > 1

    @property
    def is_certain(self) -> bool:
        """Whether it may be taken without asking a person."""
        return self.agreed or self.symbology not in _RETAIL

    @property
    def scan(self) -> str:
        """What to send as the scan: only GS1 data need their identifier to be told from plain text."""
        return self.aim + self.text if self.aim in ("]C1", "]e0", "]d2", "]Q3") else self.text


@dataclass(frozen=True, slots=True)
class PhotoReading:
    """What a photograph holds, the certain ones first."""

    symbols: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """The photograph in grey as the readers get it: enlarged by ``scale``, then turned left by ``degrees``.

    ``upright``: its width and height before it was turned, where it was.
    """

    image: PIL.Image.Image
    scale: float = 1.0
    degrees: float = 0.0
    upright: tuple[int, int] | None = None


_SENTENCES = {
    "not_an_image": N_("This isn't a photo. Send a JPEG, PNG or WEBP."),
    "image_too_large": N_("This photo has more than 64 megapixels. Take a smaller one."),
    "image_unpacks_large": N_("This picture is too large as PNG or WEBP. Send a JPEG, or a smaller one."),
    "image_animated": N_("This is an animated picture. Take a photo."),
    "image_damaged": N_("This photo is damaged. Take another one."),
}


def photo_refused(code: str) -> Refused:
    """The refusal ``code`` of a photograph, in the operator's language."""
    return Refused(code, _(_SENTENCES[code]))


def zbar_available() -> bool:
    """Whether the second reader works here."""
    return _pyzbar() is not None


def read_photo(data: bytes) -> PhotoReading:
    """The barcodes in a JPEG, PNG or WEBP.

    Errors: ``not_an_image``, by its content and whatever its name; ``image_too_large`` (64 megapixels);
    ``image_unpacks_large`` (20 megapixels that are no JPEG); ``image_animated``; ``image_damaged``.
    """
    photo, scale = _open(data)
    end = time.monotonic() + LOOKS_SECONDS
    found: list[Symbol] = []
    for look in _looks(photo):
        found = _together([*found, *_zxing(look), *_zbar(look)])
        is_enough = any(symbol.is_certain for symbol in found) or (found and not zbar_available())
        if is_enough or time.monotonic() > end:
            break
    found = [replace(symbol, box=_scaled(symbol.box, scale)) for symbol in _undoubted(found)]
    return PhotoReading(tuple(sorted(found, key=lambda symbol: not symbol.is_certain)))


def _open(data: bytes) -> tuple[PIL.Image.Image, float]:
    """The photograph upright and in grey, and how many pixels of it one of these stands for, along each side."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            image = PIL.Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"])
    except PIL.Image.DecompressionBombError:
        raise photo_refused("image_too_large") from None
    except (OSError, ValueError, SyntaxError, TypeError):
        raise photo_refused("not_an_image") from None
    if image.width * image.height > MOST_PIXELS:
        raise photo_refused("image_too_large")
    # A phone's JPEG may carry a second picture (depth, brightness): still one photo.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise photo_refused("image_animated")
    width, scale = image.width, 1.0
    if image.width * image.height > MOST_UNPACKED:
        # Pillow leaves every second, fourth or eighth line of a JPEG out, before anything is unpacked.
        shrink = math.sqrt(MOST_UNPACKED / (image.width * image.height))
        image.draft("L", (math.floor(image.width * shrink / 2) + 1, math.floor(image.height * shrink / 2) + 1))
        scale = width / image.width
        if image.width * image.height > MOST_UNPACKED:
            raise photo_refused("image_unpacks_large")
    try:
        return _grey(ImageOps.exif_transpose(image)), scale
    except (OSError, ValueError, SyntaxError, TypeError, MemoryError, IndexError, ZeroDivisionError):
        raise photo_refused("image_damaged") from None


def _grey(image: PIL.Image.Image) -> PIL.Image.Image:
    """Transparent is white, as on paper. One picture in colours at a time: it takes four bytes a pixel."""
    if not image.has_transparency_data:
        return image.convert("L")
    image = image.convert("RGBA")
    seen = image.getchannel("A")
    grey = image.convert("L")
    del image
    return PIL.Image.composite(grey, PIL.Image.new("L", grey.size, 255), seen)


def _looks(photo: PIL.Image.Image) -> Iterator[_Look]:
    first = _sized(photo, _SIDE)
    yield first
    yield replace(first, image=ImageOps.autocontrast(first.image, cutoff=2))
    doubled = _sized(photo, 2 * max(first.image.size), may_grow=True)
    yield doubled
    yield replace(doubled, image=doubled.image.filter(ImageFilter.UnsharpMask(radius=5, percent=300, threshold=0)))
    yield replace(first, image=first.image.filter(ImageFilter.GaussianBlur(1)))
    small = _sized(photo, _SMALL_SIDE)
    yield small
    for degrees in (-8.0, 8.0, -22.5, 22.5, -45.0, 45.0):
        turned = small.image.rotate(degrees, PIL.Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        yield replace(small, image=turned, degrees=degrees, upright=small.image.size)
    if max(photo.size) > _SIDE:
        yield _Look(photo)


def _sized(photo: PIL.Image.Image, side: int, *, may_grow: bool = False) -> _Look:
    scale = side / max(photo.size)
    if scale >= 1 and not may_grow:
        return _Look(photo)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    return _Look(photo.resize(size, PIL.Image.Resampling.LANCZOS), scale)


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(side * scale) for side in box)
    return left, top, right, bottom


def _zxing(look: _Look) -> Iterator[Symbol]:
    for each in zxingcpp.read_barcodes(look.image, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain):
        at = each.position
        box = _box(look, [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)])
        text = each.text or each.bytes.decode("latin-1")  # bytes in a character set that nobody knows
        yield from _plausible(Symbol(text, each.format.name, ("zxing",), box, each.symbology_identifier))


def _zbar(look: _Look) -> Iterator[Symbol]:
    pyzbar = _pyzbar()
    if pyzbar is None:
        return
    try:
        found = pyzbar.decode(look.image, symbols=[pyzbar.ZBarSymbol[name] for name in _ASKED_OF_ZBAR])
    except ValueError:  # a QR code that is one part of several
        return
    for each in found:
        corners = [(float(point.x), float(point.y)) for point in each.polygon]
        text = each.data.decode(errors="replace")
        yield from _plausible(Symbol(text, _ZBAR_NAMES[each.type], ("zbar",), _box(look, corners)))


def _box(look: _Look, corners: list[tuple[float, float]]) -> Box:
    """The corners of a symbol, turned and scaled back to the photograph."""
    turn = math.radians(look.degrees)
    (width, height), (wide, tall) = look.image.size, look.upright or look.image.size
    xs, ys = [], []
    for x, y in corners:
        across, down = x - width / 2, y - height / 2  # from the middle, which stays where it is
        xs.append((across * math.cos(turn) - down * math.sin(turn) + wide / 2) / look.scale)
        ys.append((across * math.sin(turn) + down * math.cos(turn) + tall / 2) / look.scale)
    return (round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys))) if corners else (0, 0, 0, 0)


def _plausible(symbol: Symbol) -> Iterator[Symbol]:
    """What may be shown at all: nothing that a fence or a keyboard could be."""
    text = symbol.text
    if not text:
        return
    if symbol.symbology == "ITF" and not (len(text) == 14 and text.isdigit() and gtin.has_valid_check_digit(text)):
        return
    if symbol.symbology in _WEAK and len(text.strip("*ABCDabcd" if symbol.symbology == "Codabar" else "*")) < _SHORTEST:
        return
    yield symbol


def _together(found: list[Symbol]) -> list[Symbol]:
    """One entry for what was read more than once, with every reader that read it."""
    merged: dict[tuple[str, str], Symbol] = {}
    for symbol in found:
        key = _same(symbol)
        known = merged.get(key)
        if known is None:
            merged[key] = symbol
        else:
            engines = tuple(sorted({*known.engines, *symbol.engines}))
            merged[key] = replace(known if known.aim else replace(symbol, box=known.box), engines=engines)
    return list(merged.values())


def _same(symbol: Symbol) -> tuple[str, str]:
    """Twelve digits of a UPC-A and thirteen of the same EAN are one number, whatever the readers call it."""
    if symbol.symbology not in _RETAIL:
        return symbol.symbology, symbol.text
    text = (gtin.expand_upce(symbol.text) if symbol.symbology == "UPCE" else None) or symbol.text
    return "retail", text.zfill(14)


def _undoubted(found: list[Symbol]) -> list[Symbol]:
    """Without what one reader alone made of a place where both said something else, or the one that errs less.

    zbar alone takes a Code 32 for Code 39 and reads accents wrong: where zxing is certain, zxing is believed.
    """
    believed = [symbol for symbol in found if symbol.is_certain and "zxing" in symbol.engines]
    return believed + [
        symbol for symbol in found if symbol not in believed and not any(_meet(symbol.box, it.box) for it in believed)
    ]


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@cache
def _pyzbar() -> ModuleType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pyzbar import pyzbar
    except (ImportError, OSError):
        return None
    return pyzbar  # type: ignore[no-any-return]
