"""The six kinds of element that a label template may hold, and what each of them says.

All lengths in mm from the label's top left corner; type sizes in points.
"""

from dataclasses import dataclass
from typing import Any, Literal

from app.labels.fitting import Overflow
from app.labels.symbols import Symbology

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, kw_only=True)
class Area:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Text(Area):
    """Words in a box: at most ``lines`` lines, as large as ``size_pt``, never smaller than ``min_pt``."""

    text: str
    size_pt: float
    min_pt: float = 6.0
    lines: int = 1
    bold: bool = False
    white: bool = False
    align: Align = "left"
    valign: Literal["top", "middle", "bottom"] = "top"
    overflow: Overflow = "error"


@dataclass(frozen=True, kw_only=True)
class Barcode(Area):
    """A symbol with its quiet zones in a box; ``auto`` is EAN, UPC or ITF-14 where the digits are one, else Code 128,
    and a matrix where the bars would become finer than allowed.

    ``module_mm`` is the wished X-dimension, ``min_module_mm`` the least; both become whole printer dots.
    An ``optional`` barcode without content is left out; any other is refused.
    """

    symbology: Symbology | Literal["auto"]
    value: str
    module_mm: float = 0.5
    min_module_mm: float = 0.25
    align: Align = "center"
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Table(Area):
    """Rows of cells: ``rows`` writes one row on each line, its cells parted by tabs; ``widths`` are the columns'.

    Every row is ``row_height`` high; a cell that is too long ends in "…". More rows than fit are refused.
    """

    rows: str
    widths: tuple[float, ...]
    aligns: tuple[Align, ...] = ()
    row_height: float
    size_pt: float
    min_pt: float = 6.0
    bold: bool = False
    rule: float = 0.0
    """The thickness of a line below each row; 0: none."""


@dataclass(frozen=True, kw_only=True)
class Line:
    x: float
    y: float
    length: float
    direction: Literal["across", "down"] = "across"
    thickness: float = 0.3

    @property
    def width(self) -> float:
        return self.length if self.direction == "across" else self.thickness

    @property
    def height(self) -> float:
        return self.thickness if self.direction == "across" else self.length


@dataclass(frozen=True, kw_only=True)
class Box(Area):
    """An outline, or a black area where ``filled``."""

    thickness: float = 0.3
    filled: bool = False


@dataclass(frozen=True, kw_only=True)
class Image(Area):
    """A PNG or JPEG from the template's own folder, as large as its box allows, in black and white."""

    file: str


Element = Text | Barcode | Table | Line | Box | Image
KINDS: dict[str, type[Any]] = {
    "text": Text, "barcode": Barcode, "table": Table, "line": Line, "box": Box, "image": Image
}  # fmt: skip
