"""How a text gets into its box: as large as it may be, broken between words, never over the edge."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.labels import fonts, scripts

Overflow = Literal["shrink", "cut", "error"]
_STEP = 0.94  # each try is 6 % smaller


@dataclass(frozen=True)
class Fitted:
    """Lines and the size (em, in dots) at which they fit."""

    lines: tuple[str, ...]
    size: float


def fit(
    text: str, *, width: float, height: float, size: float, smallest: float, lines: int, is_bold: bool,
    overflow: Overflow,
) -> Fitted | None:  # fmt: skip
    """Set ``text`` in a box measured in dots, or ``None`` where it does not fit.

    ``shrink`` tries down to ``smallest``; ``cut`` does so too and then ends in an ellipsis, for descriptions but
    never for what identifies; ``error`` allows only ``size``.
    """
    for tried in [size] if overflow == "error" else _sizes(size, smallest):
        broken = _break(text, width=width, size=tried, is_bold=is_bold)
        if broken is not None and len(broken) <= _room(height, size=tried, lines=lines):
            return Fitted(tuple(broken), tried)
    if overflow == "cut" and _room(height, size=smallest, lines=lines):
        room = _room(height, size=smallest, lines=lines)
        return Fitted(tuple(_cut(text, width=width, size=smallest, room=room, is_bold=is_bold)), smallest)
    return None


def _sizes(size: float, smallest: float) -> Iterator[float]:
    while size > smallest:
        yield size
        size *= _STEP
    yield smallest


def _room(height: float, *, size: float, lines: int) -> int:
    """How many lines of ``size`` the box takes: capitals above, descenders below."""
    first = size * (fonts.CAP_HEIGHT + fonts.DESCENT)
    return 0 if first > height else min(lines, 1 + int((height - first) / (size * fonts.LEADING)))


def _break(text: str, *, width: float, size: float, is_bold: bool) -> list[str] | None:
    """Lines broken between words (and ideographs); ``None`` if one alone is too wide."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for before, word in scripts.pieces(paragraph):
            longer = f"{line}{before}{word}" if line else word
            if fonts.width(longer, size=size, is_bold=is_bold) <= width:
                line = longer
            elif not line or fonts.width(word, size=size, is_bold=is_bold) > width:
                return None
            else:
                lines.append(line)
                line = word
        lines.append(line)
    return lines


def _cut(text: str, *, width: float, size: float, room: int, is_bold: bool) -> list[str]:
    """The beginning of the text in ``room`` lines, the last one ending in an ellipsis."""

    def shortened(words: str, ending: str) -> str:
        while words and fonts.width(words + ending, size=size, is_bold=is_bold) > width:
            words = words[:-1].rstrip()
        return words + ending

    rest = " ".join(text.split())
    lines: list[str] = []
    while rest and len(lines) < room - 1:
        line = shortened(rest, "")
        if len(line) < len(rest) and " " in line and not rest[len(line)].isspace():
            line = line.rpartition(" ")[0]
        if not line:
            break
        lines.append(line)
        rest = rest[len(line) :].lstrip()
    if rest:
        lines.append(rest if fonts.width(rest, size=size, is_bold=is_bold) <= width else shortened(rest, "…"))
    return lines
