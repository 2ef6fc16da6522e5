"""The date that a worker types off the goods: as it is printed there, and never a guess."""

import re
from calendar import monthrange
from datetime import date

_YEAR_FIRST = re.compile(r"(\d{4})[-./ ]?(\d{2})[-./ ]?(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})\2(\d{4})")
_MONTH = re.compile(r"(\d{1,2})[-./ ](\d{4})")


def typed_date(text: str) -> date | None:
    """``2027-12-31``, ``20271231``, ``31.12.2027``, ``31/12/2027``, or ``12/2027`` (good to the end of that month).

    None where the text is no date, or could be two: dots stand after a day, but 03/04/2027 is April here and March
    there.
    """
    text = text.strip()
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            year, month, day = map(int, found.groups())
            return date(year, month, day)
        if found := _MONTH.fullmatch(text):
            month, year = map(int, found.groups())
            return date(year, month, monthrange(year, month)[1])
        if found := _DAY_FIRST.fullmatch(text):
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            if found[2] == "." or first > 12 or first == second:
                return date(year, second, first)
            if second > 12:
                return date(year, first, second)
    except ValueError:
        return None
    return None
