"""Labels handed out: laid out, drawn, proved, and only then given away as PDF or PNG."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.labels import bitmap, pdf
from app.labels.layout import lay_out
from app.labels.pdf import SheetSize
from app.labels.proof import proved
from app.labels.template import SHIPPED, template
from app.language import _
from app.refusal import Refused


def render_pdf(
    template_name: str,
    rows: Sequence[Mapping[str, str]],
    *,
    per_sheet: SheetSize | None = None,
    folders: Sequence[Path] = SHIPPED,
) -> bytes:
    """A label for every row of fields: one per page, or many on each sheet. Refused as a whole if one is wrong."""
    if not rows:
        raise Refused("no_labels", _("There is nothing to print. Choose at least one."))
    chosen = template(template_name, folders=folders)
    layouts = [lay_out(chosen, row) for row in rows]
    for layout in layouts:
        proved(layout)
    if per_sheet is None:
        return pdf.pages(layouts, title=chosen.title)
    return pdf.sheets(layouts, title=chosen.title, size=per_sheet)


def render_png(template_name: str, fields: Mapping[str, str], *, folders: Sequence[Path] = SHIPPED) -> bytes:
    """The label as the printer will draw it, one pixel per dot."""
    layout = lay_out(template(template_name, folders=folders), fields)
    return bitmap.png(proved(layout), dpi=layout.dpi)
