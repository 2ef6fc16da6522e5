"""The two faces of every label, shared by the bitmap and the PDF so that both set the same line.

DejaVu Sans Condensed covers Latin, Greek and Cyrillic; its licence lies beside the files.
"""

from functools import cache
from pathlib import Path

from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path(__file__).resolve().parents[2] / "label_templates" / "fonts"
_FILES = {False: "DejaVuSansCondensed.ttf", True: "DejaVuSansCondensed-Bold.ttf"}

# Shares of the em, from the font's own tables.
CAP_HEIGHT = 0.729
DESCENT = 0.236
LEADING = 1.17


@cache
def for_bitmap(*, size: float, is_bold: bool) -> ImageFont.FreeTypeFont:
    """The face for Pillow; ``size`` is the em in dots. The basic layout engine is in every build of Pillow."""
    return ImageFont.truetype(_FOLDER / _FILES[is_bold], size, layout_engine=ImageFont.Layout.BASIC)


@cache
def for_pdf(*, is_bold: bool) -> str:
    """The name under which ReportLab knows the face."""
    name = "LabelBold" if is_bold else "LabelText"
    pdfmetrics.registerFont(TTFont(name, _FOLDER / _FILES[is_bold]))
    return name


def width(text: str, *, size: float, is_bold: bool) -> float:
    """The width of a line in dots: the wider of both outputs, because hinting moves letters by parts of a dot."""
    drawn = for_bitmap(size=size, is_bold=is_bold).getlength(text)
    printed = pdfmetrics.stringWidth(text, for_pdf(is_bold=is_bold), size)
    return max(float(drawn), float(printed))
