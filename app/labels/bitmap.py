"""The label as dots, black and white: the preview, the thermal print and what the proof reads are the same picture."""

import io
from pathlib import Path

import PIL.Image
import PIL.ImageDraw

from app.labels import fonts
from app.labels.layout import Bars, Ink, Layout, Picture, Words

_BLACK, _WHITE = 0, 1
BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}  # the share of a line that stands before its x


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
                _write(pen, thing)
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


def _write(pen: PIL.ImageDraw.ImageDraw, words: Words) -> None:
    runs = [(fonts.for_bitmap(face, size=words.size), text) for face, text in words.runs]
    x = words.x - BEFORE[words.align] * sum(font.getlength(text) for font, text in runs)
    for font, text in runs:
        pen.text((x, words.baseline), text, _WHITE if words.is_white else _BLACK, font, "ls")
        x += font.getlength(text)


def _fill(pen: PIL.ImageDraw.ImageDraw, ink: Ink) -> None:
    pen.rectangle((ink.left, ink.top, ink.left + ink.width - 1, ink.top + ink.height - 1), _BLACK)
