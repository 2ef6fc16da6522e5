"""A sheet of barcodes to try the floor with: headed sections, a caption and a symbol per row.

One symbol per row and as much white below it as it is high, so that one scan hits one code.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.labels import pdf
from app.labels.layout import Bars, Grid, Ink, Layout, Picture, Words
from app.labels.parts import Barcode, Line, Text
from app.labels.proof import proved
from app.language import _
from app.refusal import Refused

_DPI = 300
_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 18.0  # mm, A4
_BOTTOM = _HEIGHT - 22.0
_ROW, _BARS, _CAPTION = 25.0, 13.0, 72.0  # mm: one row, its symbol's height, the caption's width


def demo_sheet(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]], title: str, *, intro: str = "") -> bytes:
    """An A4 PDF of ``(heading, [(caption, code), ...])``; a code is printed as EAN, UPC, ITF-14 or Code 128,
    and ``[01]09506000134352[17]270331[10]AB-1`` as GS1-128.

    Refused (``no_labels``) without a code, or as any label is.
    """
    if not any(codes for _heading, codes in sections):
        raise Refused("no_labels", _("There is nothing to print. Choose at least one."))
    sheet = _Sheet(Grid(label=title, dpi=_DPI))
    sheet.begin(title, intro)
    for heading, codes in sections:
        sheet.section(heading, codes)
    layouts = sheet.finished(title)
    for layout in layouts:
        proved(layout)
    return pdf.pages(((layout, 1) for layout in layouts), title=title)


@dataclass
class _Sheet:
    """Writes from top to bottom and turns the page when a row has no room."""

    grid: Grid
    pages: list[list[Ink | Words | Bars | Picture]] = field(default_factory=list)
    y: float = 0.0

    def begin(self, title: str, intro: str) -> None:
        self.turn()
        self.write(title, size_pt=24, height=12, bold=True)
        self.y += 14
        if intro:
            self.write(intro, size_pt=10.5, height=15, lines=3, min_pt=8)
            self.y += 17

    def section(self, heading: str, codes: Sequence[tuple[str, str]]) -> None:
        for number, (caption, code) in enumerate(codes):
            if self.y + _ROW + (14 if number == 0 else 0) > _BOTTOM:
                self.turn()
                if number:
                    self.head(_("%(heading)s (continued)", heading=heading))
            if number == 0:
                self.head(heading)
            self.row(caption, code)

    def head(self, heading: str) -> None:
        self.y += 3
        self.write(heading, size_pt=14, height=7, bold=True)
        self.y += 7
        self.add(self.grid.ink(Line(x=_MARGIN, y=self.y, length=_WIDTH - 2 * _MARGIN, thickness=0.5)))
        self.y += 5

    def row(self, caption: str, code: str) -> None:
        self.write(caption, size_pt=13, height=8, width=_CAPTION, lines=2, bold=True, min_pt=9)
        is_gs1 = code.startswith("[")
        shown = code.replace("[", "(").replace("]", ")") if is_gs1 else code
        y, self.y = self.y, self.y + 9.5
        self.write(shown, size_pt=9, height=4.5, width=_CAPTION, min_pt=5)
        self.y = y
        left = _MARGIN + _CAPTION + 4
        box = Barcode(
            x=left, y=y, width=_WIDTH - _MARGIN - left, height=_BARS,
            symbology="gs1_128" if is_gs1 else "auto", value="", module_mm=0.42, min_module_mm=0.17, align="right",
        )  # fmt: skip
        self.add([self.grid.bars(box, code)])
        self.y += _ROW

    def write(
        self, text: str, *, size_pt: float, height: float, width: float = _WIDTH - 2 * _MARGIN,
        lines: int = 1, bold: bool = False, min_pt: float = 6.0,
    ) -> None:  # fmt: skip
        box = Text(
            x=_MARGIN, y=self.y, width=width, height=height, text="", size_pt=size_pt,
            min_pt=min_pt, lines=lines, bold=bold, overflow="cut",
        )  # fmt: skip
        self.add(self.grid.words(box, text))

    def add(self, things: Iterable[Ink | Words | Bars | Picture]) -> None:
        self.pages[-1] += things

    def turn(self) -> None:
        self.pages.append([])
        self.y = _MARGIN

    def finished(self, title: str) -> list[Layout]:
        """The pages, each with its number; only now is it known how many there are."""
        layouts = []
        for number, things in enumerate(self.pages, start=1):
            words = _("Page %(number)s of %(pages)s", number=number, pages=len(self.pages))
            box = Text(
                x=_MARGIN, y=_HEIGHT - 14, width=_WIDTH - 2 * _MARGIN, height=5, text="", size_pt=9, align="right"
            )
            things += self.grid.words(box, words)
            layouts.append(Layout(title, self.grid.dots(_WIDTH), self.grid.dots(_HEIGHT), _DPI, tuple(things)))
        return layouts
