"""The date that a worker types off the goods: as it is printed there, and never a guess."""

import re
from calendar import monthrange
from datetime import date

from app.barcode.dates import read_date
from app.refusal import Refused

_YEAR_FIRST = re.compile(r"(\d{4})[-./ ]?(\d{2})[-./ ]?(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})\2(\d{4})")
_MONTH = re.compile(r"(\d{1,2})[-./ ](\d{4})")
_GS1 = re.compile(r"\d{6}", re.ASCII)


def typed_date(text: str, *, today: date) -> date | None:
    """``2027-12-31``, ``20271231``, ``31.12.2027``, ``31/12/2027``, ``12/2027`` (good to the end of that month), or the
    six digits of a GS1 label, ``271231`` (day 00 is the last of the month; the century is the nearest to ``today``).

    None where the text is no date, or could be two: dots stand after a day, but 03/04/2027 is April here and March
    there.
    """
    text = text.strip()
    try:
        if _GS1.fullmatch(text):
            return date.fromisoformat(read_date(text, today.year, "17"))
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
    except (ValueError, Refused):
        return None
    return None


def may_be_day_first(text: str, *, today: date) -> bool:
    """Whether six digits, read as a GS1 label writes them, could also be a day, a month and a year: another date."""
    text = text.strip()
    if not _GS1.fullmatch(text) or text[:2] in (text[4:], "00"):
        return False
    try:
        read_date(text[4:] + text[2:4] + text[:2], today.year, "17")
    except Refused:
        return False
    return True
