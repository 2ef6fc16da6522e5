"""Labels handed out: laid out, drawn, proved, and only then given away as PDF, PNG or ZPL."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from app.labels import bitmap, pdf, zpl
from app.labels.layout import Layout, lay_out
from app.labels.pdf import SheetSize
from app.labels.proof import proved
from app.labels.template import Template, template
from app.language import _
from app.refusal import Refused

Fields = Mapping[str, str]


def render_pdf(
    template_name: str,
    rows: Sequence[Fields],
    *,
    per_sheet: SheetSize | None = None,
    used: int = 0,
    folders: Sequence[Path] | None = None,
) -> bytes:
    """A label for every row of fields: one per page, or many on each sheet, of which the first has ``used`` fields
    already. Refused as a whole if one is wrong; one label at a time is laid out and drawn, and the same one again is
    neither: 200 copies cost what one does."""
    chosen = _chosen(template_name, rows, folders)
    layouts = ((_proved(chosen, row), len(list(same))) for row, same in groupby(rows))
    if per_sheet is None:
        return pdf.pages(layouts, title=chosen.title)
    each = (layout for layout, copies in layouts for _copy in range(copies))
    return pdf.sheets(each, title=chosen.title, size=per_sheet, used=used)


def render_png(
    template_name: str, fields: Fields, *, dpi: int | None = None, folders: Sequence[Path] | None = None
) -> bytes:
    """The label as a printer of ``dpi`` (the template's own by default) will draw it, one pixel per dot."""
    layout = lay_out(template(template_name, folders=folders), fields, dpi=dpi)
    return bitmap.png(proved(layout), dpi=layout.dpi)


def render_zpl(
    template_name: str,
    rows: Sequence[Fields],
    *,
    dpi: int | None = None,
    copies: int = 1,
    packing: zpl.Packing = "z64",
    folders: Sequence[Path] | None = None,
) -> bytes:
    """ZPL II for a printer of ``dpi`` (203, 300 or 600; the template's own by default): every label as its bitmap.

    Refused as a whole if one label is wrong: not a byte is made for a printer before all were read.
    """
    chosen = _chosen(template_name, rows, folders)
    labels = [(layout, proved(layout)) for layout in (lay_out(chosen, row, dpi=dpi) for row in rows)]
    return zpl.pages(labels, copies=copies, packing=packing, is_continuous=chosen.is_continuous)


def _proved(chosen: Template, row: Fields) -> Layout:
    layout = lay_out(chosen, row)
    proved(layout)
    return layout


def _chosen(name: str, rows: Sequence[Fields], folders: Sequence[Path] | None) -> Template:
    if not rows:
        raise Refused("no_labels", _("There is nothing to print. Choose at least one."))
    return template(name, folders=folders)
