"""What a scanner would say to a printed label: both readers, on the PNG and on the PDF at a printer's resolution."""

import io
import shutil
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from tests.conftest import absent

_LINEAR = [pyzbar.ZBarSymbol[name] for name in ("CODE128", "CODE39", "EAN13", "EAN8", "I25", "QRCODE")]


def read_by_zxing(image: Image.Image) -> set[bytes]:
    return {each.bytes for each in zxingcpp.read_barcodes(image.convert("L"))}


def read_by_zbar(image: Image.Image) -> set[bytes]:
    return {each.data for each in pyzbar.decode(image.convert("L"), symbols=_LINEAR)}


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def rasterized(pdf: bytes, *, dpi: int, folder: Path) -> list[Image.Image]:
    """The pages as Debian's poppler draws them at the printer's resolution."""
    if shutil.which("pdftoppm") is None:
        absent("pdftoppm is missing; install poppler-utils to prove the PDF output")
    source = folder / "labels.pdf"
    source.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", str(source), str(folder / "page")], check=True)
    return [Image.open(page) for page in sorted(folder.glob("page*.pgm"))]
