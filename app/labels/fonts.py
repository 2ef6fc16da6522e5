"""The faces of every label, shared by the bitmap and the PDF so that both set the same line.

DejaVu Sans Condensed covers Latin, Greek, Cyrillic, Arabic and Hebrew; its licence lies beside the files. For other
scripts the installation names a folder of fonts (``use_folder``): a Chinese one is larger than this program.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from app.labels.scripts import NEEDS_SHAPING, seen

_FOLDER = Path(__file__).resolve().parents[2] / "label_templates" / "fonts"
_FILES = {False: "DejaVuSansCondensed.ttf", True: "DejaVuSansCondensed-Bold.ttf"}

# Shares of the em, from the font's own tables.
CAP_HEIGHT = 0.729
DESCENT = 0.236
LEADING = 1.17

_more: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Face:
    """One font file; ``name`` is what ReportLab knows it by."""

    name: str
    file: Path


def use_folder(folder: Path | None) -> None:
    """Take letters that our own faces lack from the fonts of this folder, in the order of their names."""
    global _more
    _more = tuple(sorted(file for file in folder.iterdir() if _is_font(file))) if folder else ()
    _faces.cache_clear()


def unusable() -> list[Path]:
    """Fonts of the folder that only one of the two outputs could draw: PostScript outlines (.otf), damaged files."""
    return [file for file in _more if _registered(_face(file)) is None]


def runs(text: str, *, is_bold: bool) -> list[tuple[Face, str]]:
    """A line, as ``scripts.seen``, in stretches of one face each."""
    own = _own(is_bold)
    if all(ord(letter) in _covered(own) for letter in text):
        return [(own, text)]
    return [
        (face, "".join(letters))
        for face, letters in groupby(text, key=lambda letter: _face_of(letter, is_bold=is_bold) or own)
    ]


def missing(text: str, *, is_bold: bool) -> str:
    """The letters of a text that no face has."""
    absent = {letter for letter in seen(text) if not letter.isspace() and _face_of(letter, is_bold=is_bold) is None}
    return "".join(sorted(absent))


def without_pictures(text: str, *, is_bold: bool) -> str:
    """The text without the emoji that no face has, if it says anything else: they name nothing. Letters stay."""
    pictures = {letter for letter in missing(text, is_bold=is_bold) if unicodedata.category(letter) in {"So", "Sk"}}
    rest = "".join(letter for letter in text if letter not in pictures)
    return rest if any(letter.isalnum() for letter in rest) else text


@cache
def for_bitmap(face: Face, *, size: float) -> ImageFont.FreeTypeFont:
    """The face for Pillow; ``size`` is the em in dots. The basic layout engine is in every build of Pillow."""
    return ImageFont.truetype(face.file, size, layout_engine=ImageFont.Layout.BASIC)


def for_pdf(face: Face) -> str:
    """The name under which ReportLab knows the face."""
    _registered(face)
    return face.name


def width(text: str, *, size: float, is_bold: bool) -> float:
    """The width of a line in dots, as it will be seen: the wider of both outputs, because hinting moves letters."""
    found = runs(seen(text), is_bold=is_bold)
    drawn = sum(for_bitmap(face, size=size).getlength(part) for face, part in found)
    printed = sum(pdfmetrics.stringWidth(part, for_pdf(face), size) for face, part in found)
    return max(float(drawn), float(printed))


def _face_of(letter: str, *, is_bold: bool) -> Face | None:
    if NEEDS_SHAPING.match(letter):
        return None
    return next((face for face in _faces(is_bold) if ord(letter) in _covered(face)), None)


@cache
def _faces(is_bold: bool) -> tuple[Face, ...]:
    """Our own of this weight, our own of the other, then the folder's."""
    return _own(is_bold), _own(not is_bold), *(face for face in map(_face, _more) if _registered(face) is not None)


@cache
def _own(is_bold: bool) -> Face:
    return Face("LabelBold" if is_bold else "LabelText", _FOLDER / _FILES[is_bold])


def _face(file: Path) -> Face:
    return Face(f"Label-{file.stem}", file)


@cache
def _registered(face: Face) -> TTFont | None:
    try:
        font = TTFont(face.name, face.file)
    except (TTFError, OSError):
        return None
    pdfmetrics.registerFont(font)
    return font


@cache
def _covered(face: Face) -> frozenset[int]:
    """The code points that a face has a glyph for."""
    font = _registered(face)
    return frozenset(font.face.charToGlyph) if font is not None else frozenset()


def _is_font(file: Path) -> bool:
    return file.suffix.lower() in {".ttf", ".ttc", ".otf"}
