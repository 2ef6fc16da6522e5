"""Sheets of labels for an office printer: the sizes that are sold, and how a label stands in one of their fields.

A label keeps its own size, in the middle of its field: a scaled symbol is no longer on the dots that were proved.
"""

from dataclasses import dataclass

from app.labels.pdf import SheetSize
from app.labels.template import Template
from app.language import N_, _
from app.refusal import Refused

A4_WIDTH, A4_HEIGHT = 210.0, 297.0
_OVERHANG = 1.0  # mm of a label's white edge that may be lost to its neighbour
_PLAIN_MARGIN, _PLAIN_GAP = 8.0, 2.0  # mm


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An A4 sheet of ``columns`` x ``rows`` fields of ``width`` x ``height`` mm, the first at ``left`` and ``top``."""

    name: str
    title: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap_across: float = 0.0

    @property
    def fields(self) -> int:
        return self.columns * self.rows


SHEETS = (
    Sheet(name="a4-3x8", title="3 x 8, 70 x 37 mm", columns=3, rows=8, width=70, height=37, left=0, top=0.5),
    Sheet(
        name="a4-3x7", title="3 x 7, 63.5 x 38.1 mm", columns=3, rows=7, width=63.5, height=38.1, left=7.2, top=15.15,
        gap_across=2.54,
    ),
    Sheet(name="a4-2x5", title="2 x 5, 105 x 57 mm", columns=2, rows=5, width=105, height=57, left=0, top=6),
    Sheet(
        name="a4-2x5-gap", title="2 x 5, 99.1 x 57 mm", columns=2, rows=5, width=99.1, height=57, left=4.65, top=6,
        gap_across=2.5,
    ),
    Sheet(name="a4-2x4", title="2 x 4, 105 x 74 mm", columns=2, rows=4, width=105, height=74, left=0, top=0.5),
)  # fmt: skip
PLAIN = N_("Plain paper, to be cut")


def sheet_for(name: str, label: Template) -> Sheet:
    """The sheet of this name; ``plain`` holds as many of the label as there is room for.

    Errors: ``unknown_sheet``; ``label_exceeds_field`` where the label is larger than a field.
    """
    width, height = label.size_mm
    if name == "plain":
        columns = int((A4_WIDTH - 2 * _PLAIN_MARGIN + _PLAIN_GAP) // (width + _PLAIN_GAP))
        rows = int((A4_HEIGHT - 2 * _PLAIN_MARGIN + _PLAIN_GAP) // (height + _PLAIN_GAP))
        if min(columns, rows) < 1:
            columns, rows = 1, 1
        return Sheet(
            name=name, title=_(PLAIN), columns=columns, rows=rows, width=width + _PLAIN_GAP, height=height + _PLAIN_GAP,
            left=(A4_WIDTH - columns * (width + _PLAIN_GAP)) / 2, top=(A4_HEIGHT - rows * (height + _PLAIN_GAP)) / 2,
        )  # fmt: skip
    found = next((sheet for sheet in SHEETS if sheet.name == name), None)
    if found is None:
        raise Refused("unknown_sheet", _("There is no such sheet of labels. Choose one of the list."))
    if not fits(found, label):
        raise Refused(
            "label_exceeds_field",
            _("The label “%(label)s” is larger than a field of this sheet. Choose another one.", label=label.title),
        )
    return found


def fits(sheet: Sheet, label: Template) -> bool:
    """Whether the label stands in one of the sheet's fields, all but a little of its white edge."""
    width, height = label.size_mm
    return width <= sheet.width + _OVERHANG and height <= sheet.height + _OVERHANG


def size_of(sheet: Sheet, label: Template) -> SheetSize:
    """Where labels stand on the sheet, each in the middle of its field."""
    width, height = label.size_mm
    return SheetSize(
        columns=sheet.columns,
        rows=sheet.rows,
        margin_left=sheet.left + (sheet.width - width) / 2,
        margin_top=sheet.top + (sheet.height - height) / 2,
        gap_across=sheet.gap_across + sheet.width - width,
        gap_down=sheet.height - height,
    )
