"""What a cell may say: each reader answers the value of a cell's text, or refuses with what to write instead."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app import clock
from app.language import _
from app.refusal import Refused

INTEGER_MAX = 2**31 - 1
UNITS_MAX = 100_000_000
"""No row speaks of more units: a longer number is a barcode in the wrong column."""

Reader = Callable[[str], Any]
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind. An empty cell is an error where ``is_required``, and ``default`` where not."""

    name: str
    read: Reader
    default: Any = None
    is_required: bool = False


def text(longest: int = 200) -> Reader:
    """One line of text. Errors: ``too_long``, ``control_character``."""
    return lambda cell: _text(cell, longest, _CONTROL)


def prose(longest: int = 10_000) -> Reader:
    """Text that may have several lines. Errors: ``too_long``, ``control_character``."""
    return lambda cell: _text(cell, longest, _CONTROL_BUT_LINES)


def _text(cell: str, longest: int, forbidden: re.Pattern[str]) -> str:
    if len(cell) > longest:
        raise Refused("too_long", _("At most %(n)s characters, not %(found)s. Shorten it.", n=longest, found=len(cell)))
    if forbidden.search(cell):
        raise Refused("control_character", _("There is an invisible character in this cell. Type it again."))
    return cell


def whole(smallest: int = 0, largest: int = INTEGER_MAX) -> Reader:
    """A whole number, ``1.0`` and ``1e3`` not among them. Errors: ``bad_number``, ``number_out_of_range``."""

    def read(cell: str) -> int:
        if not re.fullmatch(r"-?[0-9]+", cell, re.ASCII):
            raise Refused("bad_number", _("%(cell)s is not a whole number. Write digits only.", cell=_short(cell)))
        number = int(cell) if len(cell) < 30 else largest + 1
        if not smallest <= number <= largest:
            message = _("Write a number from %(smallest)s to %(largest)s.", smallest=smallest, largest=largest)
            raise Refused("number_out_of_range", message)
        return number

    return read


def money(cell: str) -> Decimal:
    """An amount of at least 0 with at most four decimals behind a point. Errors: ``bad_amount``."""
    if not re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,4})?", cell, re.ASCII):
        raise Refused("bad_amount", _("%(cell)s is not an amount. Write it as 1234.50.", cell=_short(cell)))
    return Decimal(cell)


def yes_no(cell: str) -> bool:
    """Yes, no, true, false, 1 or 0. Errors: ``bad_yes_no``."""
    if cell.lower() not in _WORDS:
        raise Refused("bad_yes_no", _("%(cell)s is neither yes nor no. Write yes or no.", cell=_short(cell)))
    return _WORDS[cell.lower()]


def choice(words: Sequence[str]) -> Reader:
    """One of these words. Errors: ``bad_choice``."""

    def read(cell: str) -> str:
        if cell not in words:
            message = _("%(cell)s is not known here. Write %(words)s.", cell=_short(cell), words=", ".join(words))
            raise Refused("bad_choice", message)
        return cell

    return read


def day(cell: str) -> date:
    """A calendar day, as ISO 8601 writes it. Errors: ``bad_date``."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
            raise ValueError
        return date.fromisoformat(cell)
    except ValueError:
        raise Refused("bad_date", _("%(cell)s is not a date. Write it as 2027-03-31.", cell=_short(cell))) from None


def moment(cell: str) -> datetime:
    """A moment with its offset (RFC 3339), or a day, which is its midnight in UTC. Errors: ``bad_time``."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
            found = datetime.combine(date.fromisoformat(cell), datetime.min.time(), UTC)
        elif _MOMENT.fullmatch(cell):
            found = datetime.fromisoformat(cell).astimezone(UTC)
        else:
            raise ValueError
        if not clock.is_of_our_time(found):
            raise ValueError
        return found
    except (ValueError, OverflowError):
        raise Refused(
            "bad_time",
            _("%(cell)s is not a time. Write it as 2027-03-31T08:00:00Z, with its offset.", cell=_short(cell)),
        ) from None


def _short(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"
