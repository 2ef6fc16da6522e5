"""The layout of a label: every element placed once, on the printer's dots. Outputs only draw what stands here.

One dot is 25.4 / dpi mm. Symbols begin on whole dots and their modules are whole dots wide: a bar that is moved by
part of a dot is the commonest reason why a small label does not scan.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path
from typing import assert_never

from app.labels import fonts, scripts
from app.labels.fitting import fit
from app.labels.parts import Align, Barcode, Box, Image, Line, Table, Text
from app.labels.sandbox import fields_used
from app.labels.symbols import Symbol, encode, fitting
from app.labels.template import Template
from app.language import _
from app.refusal import Refused

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72
_GUTTER = 1.5  # mm of white between two columns


@dataclass(frozen=True)
class Ink:
    """A black rectangle, in dots from the top left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Words:
    """One line of text in the order of its glyphs.

    ``x`` is its left, middle or right as ``align`` says, ``size`` the em, all in dots.
    """

    text: str
    x: float
    baseline: float
    size: float
    is_bold: bool
    is_white: bool
    align: Align

    @property
    def runs(self) -> list[tuple[fonts.Face, str]]:
        return fonts.runs(self.text, is_bold=self.is_bold)


@dataclass(frozen=True)
class Bars:
    """A symbol whose area, quiet zones included, begins at ``left`` and ``top``; a module is ``module`` dots wide."""

    symbol: Symbol
    left: int
    top: int
    module: int
    bar_height: int  # dots; of a linear symbol

    @property
    def width(self) -> int:
        return self.symbol.width * self.module

    @property
    def height(self) -> int:
        return self.width if self.symbol.is_matrix else self.bar_height

    def dark(self) -> Iterator[Ink]:
        """The dark runs, each as one rectangle."""
        quiet, rows = self.symbol.quiet * self.module, self.symbol.rows
        top, height = (self.top + quiet, self.module) if self.symbol.is_matrix else (self.top, self.bar_height)
        for number, row in enumerate(rows):
            left = self.left + quiet
            for is_dark, run in groupby(row, key="1".__eq__):
                width = len(list(run)) * self.module
                if is_dark:
                    yield Ink(left, top + number * height, width, height)
                left += width


@dataclass(frozen=True)
class Picture:
    file: Path
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Layout:
    """A label or page of ``width`` x ``height`` dots at ``dpi``; ``name`` says which, when something is wrong."""

    name: str
    width: int
    height: int
    dpi: int
    things: tuple[Ink | Words | Bars | Picture, ...]

    @property
    def symbols(self) -> list[Bars]:
        return [thing for thing in self.things if isinstance(thing, Bars)]


class Grid:
    """The dots of one printer, and how things are placed on them."""

    def __init__(self, *, label: str, dpi: int) -> None:
        self.label, self.dpi = label, dpi

    def dots(self, mm: float) -> int:
        return round(mm * self.dpi / MM_PER_INCH)

    def words(self, text: Text, written: str) -> Iterator[Words]:
        """The lines of a text in its box; Refused (``label_text_too_long``) where they do not fit."""
        width, height = self.dots(text.width), self.dots(text.height)
        written = fonts.without_pictures(written, is_bold=text.bold)
        if missing := fonts.missing(written, is_bold=text.bold):
            raise Refused(
                "label_glyph_missing",
                _("No font here has %(letters)s. Put one that does into the folder of TRUESHELF_LABEL_FONTS_DIR.",
                  letters=" ".join(missing[:20])),
                letters=missing, label=self.label,
            )  # fmt: skip
        point = self.dpi / POINTS_PER_INCH
        fitted = fit(
            written if text.lines > 1 else " ".join(written.split()), width=width, height=height,
            size=text.size_pt * point, smallest=min(text.min_pt, text.size_pt) * point,
            lines=text.lines, is_bold=text.bold, overflow=text.overflow,
        )  # fmt: skip
        if fitted is None:
            raise Refused(
                "label_text_too_long",
                _("“%(text)s” does not fit on the label “%(label)s”. Shorten it.", text=written, label=self.label),
                text=written, label=self.label,
            )  # fmt: skip
        capitals, descent = fitted.size * fonts.CAP_HEIGHT, fitted.size * fonts.DESCENT
        leading = fitted.size * fonts.LEADING
        inked = capitals + (len(fitted.lines) - 1) * leading
        spare = {"top": 0.0, "middle": (height - inked) / 2, "bottom": height - inked - descent}[text.valign]
        # A line that is read from the right begins there.
        align = "right" if text.align == "left" and scripts.is_from_the_right(written) else text.align
        x = self.dots(text.x) + {"left": 0.0, "center": width / 2, "right": width}[align]
        for number, line in enumerate(fitted.lines):
            baseline = self.dots(text.y) + spare + capitals + number * leading
            yield Words(scripts.seen(line), x, round(baseline), fitted.size, text.bold, text.white, align)

    def bars(self, barcode: Barcode, content: str) -> Bars:
        """A symbol as wide as wished and allowed; Refused (``label_symbol_too_wide``) where its box has no room."""
        width, height = self.dots(barcode.width), self.dots(barcode.height)
        for symbology in fitting(content) if barcode.symbology == "auto" else [barcode.symbology]:
            symbol = encode(symbology, content)
            room = min(width, height) if symbol.is_matrix else width
            module = min(max(1, self.dots(barcode.module_mm)), room // symbol.width)
            if module >= max(1, self.dots(barcode.min_module_mm)):
                spare = width - module * symbol.width
                left = self.dots(barcode.x) + {"left": 0, "center": spare // 2, "right": spare}[barcode.align]
                top = self.dots(barcode.y) + ((height - module * symbol.width) // 2 if symbol.is_matrix else 0)
                return Bars(symbol, left, top, module, height)
        raise Refused(
            "label_symbol_too_wide",
            _("“%(content)s” is too long for a barcode on the label “%(label)s”. Shorten it or use a larger label.",
              content=content, label=self.label),
            content=content, label=self.label,
        )  # fmt: skip

    def table(self, table: Table, written: str) -> Iterator[Words | Ink]:
        """The cells of a table; Refused (``label_text_too_long``) where it has more rows than room."""
        rows = [row.split("\t") for row in written.split("\n") if row.strip()]
        if len(rows) * table.row_height > table.height + 0.01:
            raise Refused(
                "label_text_too_long",
                _("%(rows)s lines do not fit on the label “%(label)s”. Print them on several.",
                  rows=len(rows), label=self.label),
                label=self.label,
            )  # fmt: skip
        for number, cells in enumerate(rows):
            x, y = table.x, table.y + number * table.row_height
            for cell, width, align in zip_longest(cells[: len(table.widths)], table.widths, table.aligns):
                box = Text(
                    x=x, y=y, width=width - _GUTTER, height=table.row_height, text="", size_pt=table.size_pt,
                    min_pt=table.min_pt, bold=table.bold, align=align or "left", valign="middle", overflow="cut",
                )  # fmt: skip
                if cell and cell.strip():
                    yield from self.words(box, cell)
                x += width
            if table.rule:
                line = Line(x=table.x, y=y + table.row_height, length=table.width, thickness=table.rule)
                yield from self.ink(line)

    def ink(self, drawn: Line | Box) -> Iterator[Ink]:
        """A line, a black area, or the four sides of an outline."""
        left, top, width, height = (self.dots(side) for side in (drawn.x, drawn.y, drawn.width, drawn.height))
        thickness = max(1, self.dots(drawn.thickness))
        if isinstance(drawn, Line) or drawn.filled:
            yield Ink(left, top, max(width, 1), max(height, 1))
        else:
            yield Ink(left, top, width, thickness)
            yield Ink(left, top + height - thickness, width, thickness)
            yield Ink(left, top, thickness, height)
            yield Ink(left + width - thickness, top, thickness, height)


def lay_out(template: Template, given: Mapping[str, str], *, dpi: int | None = None) -> Layout:
    """Place a label for a printer of ``dpi`` (the template's own by default)."""
    values = template.checked(given)
    grid = Grid(label=template.name, dpi=dpi or template.dpi)
    things: list[Ink | Words | Bars | Picture] = []
    for element in template.elements:
        match element:
            case Text():
                if written := template.write(element.text, values):
                    things += grid.words(element, written)
            case Barcode():
                content = _content(template, element, values)
                if content or not element.optional:
                    things.append(grid.bars(element, content))
            case Table():
                if written := template.write(element.rows, values):
                    things += grid.table(element, written)
            case Line() | Box():
                things += grid.ink(element)
            case Image():
                sides = (element.x, element.y, element.width, element.height)
                things.append(Picture(template.folder / element.file, *(grid.dots(side) for side in sides)))
            case _:
                assert_never(element)
    width, height = template.size_mm
    return Layout(template.name, grid.dots(width), grid.dots(height), grid.dpi, tuple(things))


def _content(template: Template, barcode: Barcode, values: Mapping[str, str]) -> str:
    """What the symbol shall say. In GS1 content a field must not bring brackets, and with them elements of its own."""
    if barcode.symbology.startswith("gs1_"):
        for field in fields_used(barcode.value):
            if set(values[field]) & set("[]"):
                raise Refused(
                    "label_content_invalid",
                    _("“%(content)s” cannot be printed: brackets are not allowed. Correct it and print again.",
                      content=values[field]),
                    content=values[field],
                )  # fmt: skip
    return template.write(barcode.value, values)
