"""The label as dots, black and white: the preview, the thermal print and what the proof reads are the same picture."""

import io
from pathlib import Path

import PIL.Image
import PIL.ImageDraw

from app.labels import fonts
from app.labels.layout import Bars, Ink, Layout, Picture, Words

_BLACK, _WHITE = 0, 1
_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}


def draw(layout: Layout) -> PIL.Image.Image:
    """One pixel per printer dot, mode "1"."""
    bitmap = PIL.Image.new("1", (layout.width, layout.height), _WHITE)
    pen = PIL.ImageDraw.Draw(bitmap)
    for thing in layout.things:
        match thing:
            case Ink():
                _fill(pen, thing)
            case Bars():
                for run in thing.dark():
                    _fill(pen, run)
            case Words():
                font = fonts.for_bitmap(size=thing.size, is_bold=thing.is_bold)
                colour = _WHITE if thing.is_white else _BLACK
                pen.text((thing.x, thing.baseline), thing.text, colour, font, _ANCHORS[thing.align])
            case Picture():
                picture = opened(thing.file)
                picture.thumbnail((thing.width, thing.height))
                bitmap.paste(picture.convert("1"), (thing.left, thing.top))
    return bitmap


def png(bitmap: PIL.Image.Image, *, dpi: int) -> bytes:
    file = io.BytesIO()
    bitmap.save(file, "PNG", dpi=(dpi, dpi), optimize=True)
    return file.getvalue()


def opened(file: Path) -> PIL.Image.Image:
    """An image of a template, grey on white; only formats that a template may use are tried."""
    with PIL.Image.open(file, formats=["PNG", "JPEG"]) as image:
        rgba = image.convert("RGBA")
    white = PIL.Image.new("RGBA", rgba.size, "white")
    return PIL.Image.alpha_composite(white, rgba).convert("L")


def _fill(pen: PIL.ImageDraw.ImageDraw, ink: Ink) -> None:
    pen.rectangle((ink.left, ink.top, ink.left + ink.width - 1, ink.top + ink.height - 1), _BLACK)
