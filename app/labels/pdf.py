"""The label as PDF. ReportLab only draws what the layout placed; its own barcodes are not used.

All bars of a symbol are one path: as separate rectangles, viewers and printers round every edge on its own.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from app.labels import fonts
from app.labels.bitmap import BEFORE, opened
from app.labels.layout import MM_PER_INCH, POINTS_PER_INCH, Bars, Ink, Layout, Picture, Words
from app.language import _
from app.refusal import Refused

_POINTS_PER_MM = POINTS_PER_INCH / MM_PER_INCH


@dataclass(frozen=True, kw_only=True)
class SheetSize:
    """A sheet of labels, in mm: ``columns`` x ``rows`` of them from the upper left, ``gap`` between neighbours."""

    columns: int
    rows: int
    margin_left: float
    margin_top: float
    gap_across: float = 0.0
    gap_down: float = 0.0
    page_width: float = 210.0
    page_height: float = 297.0


def pages(layouts: Iterable[tuple[Layout, int]], *, title: str) -> bytes:
    """A PDF of one label per page, in the label's own size, each so many times: copies are drawn once."""
    file = io.BytesIO()
    # invariant: the same labels are the same bytes, so that a reprint can be compared
    canvas = Canvas(file, invariant=True, pageCompression=1)
    canvas.setTitle(title)
    for number, (layout, copies) in enumerate(layouts):
        scale = POINTS_PER_INCH / layout.dpi
        canvas.setPageSize((layout.width * scale, layout.height * scale))
        if copies > 1:
            canvas.beginForm(f"label-{number}", 0, 0, layout.width, layout.height)
            _draw(canvas, layout)
            canvas.endForm()
        for _copy in range(copies):
            canvas.scale(scale, scale)
            if copies > 1:
                canvas.doForm(f"label-{number}")
            else:
                _draw(canvas, layout)
            canvas.showPage()
    canvas.save()
    return file.getvalue()


def sheets(layouts: Iterable[Layout], *, title: str, size: SheetSize, used: int = 0) -> bytes:
    """A PDF of many labels per page, row by row, after the ``used`` fields of the first sheet.

    Refused (``labels_exceed_sheet``) where they do not fit; (``bad_start``) where the first sheet has no field left.
    """
    if not 0 <= used < size.columns * size.rows:
        raise Refused(
            "bad_start",
            _("This sheet has %(n)s labels. Begin at one of them.", n=size.columns * size.rows),
        )
    file = io.BytesIO()
    canvas = Canvas(
        file, (size.page_width * _POINTS_PER_MM, size.page_height * _POINTS_PER_MM), invariant=True, pageCompression=1
    )
    canvas.setTitle(title)
    for number, layout in enumerate(layouts, start=used):
        mm = MM_PER_INCH / layout.dpi
        width, height = layout.width * mm, layout.height * mm
        row, column = divmod(number % (size.columns * size.rows), size.columns)
        if number > used and not (row or column):
            canvas.showPage()
        x = size.margin_left + column * (width + size.gap_across)
        y = size.page_height - size.margin_top - row * (height + size.gap_down) - height
        _require_room(layout, size, width=width, height=height)
        canvas.saveState()
        canvas.translate(x * _POINTS_PER_MM, y * _POINTS_PER_MM)
        canvas.scale(POINTS_PER_INCH / layout.dpi, POINTS_PER_INCH / layout.dpi)
        _draw(canvas, layout)
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _require_room(layout: Layout, size: SheetSize, *, width: float, height: float) -> None:
    right = size.margin_left + size.columns * width + (size.columns - 1) * size.gap_across
    bottom = size.margin_top + size.rows * height + (size.rows - 1) * size.gap_down
    slack = 0.5  # a dot of rounding is no reason to refuse
    if min(size.columns, size.rows) < 1 or right > size.page_width + slack or bottom > size.page_height + slack:
        raise Refused(
            "labels_exceed_sheet",
            _("%(columns)s x %(rows)s labels “%(label)s” do not fit on the sheet. Choose fewer columns or rows.",
              columns=size.columns, rows=size.rows, label=layout.name),
            label=layout.name,
        )  # fmt: skip


def _draw(canvas: Canvas, layout: Layout) -> None:
    """Draw in units of one dot; PDF counts from the bottom."""
    for thing in layout.things:
        match thing:
            case Ink():
                _fill(canvas, layout, [thing])
            case Bars():
                _fill(canvas, layout, list(thing.dark()))
            case Words():
                _write(canvas, layout, thing)
            case Picture():
                bottom = layout.height - thing.top - thing.height
                canvas.drawImage(
                    ImageReader(opened(thing.file)), thing.left, bottom, thing.width, thing.height,
                    preserveAspectRatio=True, anchor="nw",
                )  # fmt: skip


def _write(canvas: Canvas, layout: Layout, words: Words) -> None:
    runs = [(fonts.for_pdf(face), text) for face, text in words.runs]
    width = sum(canvas.stringWidth(text, name, words.size) for name, text in runs)
    x = words.x - BEFORE[words.align] * width
    canvas.setFillGray(1 if words.is_white else 0)
    for name, text in runs:
        canvas.setFont(name, words.size)
        canvas.drawString(x, layout.height - words.baseline, text)
        x += canvas.stringWidth(text, name, words.size)


def _fill(canvas: Canvas, layout: Layout, ink: Sequence[Ink]) -> None:
    path = canvas.beginPath()
    for run in ink:
        path.rect(run.left, layout.height - run.top - run.height, run.width, run.height)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
