"""Dates and times on GS1 labels.

Source: GS1 General Specifications 3.4.2 (YYMMDD, day 00 is the last day of the month) and 7.12 (the century: within
50 years of today). Dates come out as ISO 8601 text, without a time zone, because a label has none.
"""

from calendar import monthrange
from functools import lru_cache

from app.barcode.refusals import refused


@lru_cache(maxsize=4096)
def read_date(yymmdd: str, this_year: int, ai: str) -> str:
    """YYMMDD as ``YYYY-MM-DD``; day 00 means the last of the month. Errors: ``bad_date``."""
    year = full_year(int(yymmdd[:2]), this_year)
    return _iso(year, int(yymmdd[2:4]), int(yymmdd[4:6]), ai)


@lru_cache(maxsize=1024)
def read_exact_date(yymmdd: str, this_year: int, ai: str) -> str:
    """As ``read_date``, for the parts that must name their day. Errors: ``bad_date``."""
    if yymmdd[4:6] == "00":
        raise refused("bad_date", ai=ai)
    return read_date(yymmdd, this_year, ai)


def read_long_date(yyyymmdd: str, ai: str) -> str:
    """YYYYMMDD as ``YYYY-MM-DD``; day 00 means the last of the month. Errors: ``bad_date``."""
    return _iso(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:8]), ai)


def read_time(digits: str, ai: str) -> str:
    """HH, HHMM or HHMMSS as ``HH:MM[:SS]``. Errors: ``bad_time``."""
    hours, minutes, seconds = digits[:2], digits[2:4] or "00", digits[4:6]
    if hours > "23" or minutes > "59" or seconds > "59":
        raise refused("bad_time", ai=ai)
    return f"{hours}:{minutes}:{seconds}" if seconds else f"{hours}:{minutes}"


def full_year(two_digits: int, this_year: int) -> int:
    """The year meant by two digits: the one from 49 years ago to 50 years ahead."""
    century, now = divmod(this_year, 100)
    difference = two_digits - now
    if difference > 50:
        century -= 1
    elif difference < -49:
        century += 1
    return century * 100 + two_digits


def is_date(yymmdd: str) -> bool:
    """Whether six digits could be a date (used to guess a missing separator)."""
    return yymmdd.isdigit() and "01" <= yymmdd[2:4] <= "12" and yymmdd[4:6] <= "31"


def _iso(year: int, month: int, day: int, ai: str) -> str:
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        raise refused("bad_date", ai=ai)
    last = monthrange(year, month)[1]
    if day > last:
        raise refused("bad_date", ai=ai)
    return f"{year:04}-{month:02}-{day or last:02}"
