"""What the value behind an application identifier says, once its length and characters are right.

Source: GS1 General Specifications 3 (each identifier's own section). Every meaning takes the value, its identifier
and the year in which it is read (for the century), and gives text: dates and times in ISO 8601, decimals with their
point, money as ``978 12.99`` (ISO 4217 digits). An identifier's last digit is the number of decimals.
"""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from app.barcode import dates
from app.barcode.refusals import refused

Meaning = Callable[[str, str, int], str]


def _gtin(value: str, ai: str, _year: int) -> str:
    if value == "00000000000000":
        raise refused("zero_gtin", ai=ai)
    return value


def _sscc(value: str, ai: str, _year: int) -> str:
    if value == "000000000000000000":
        raise refused("zero_sscc", ai=ai)
    return value


def _date(value: str, ai: str, year: int) -> str:
    return dates.read_date(value, year, ai)


def _exact_date(value: str, ai: str, year: int) -> str:
    return dates.read_exact_date(value, year, ai)


def _dates(value: str, ai: str, year: int) -> str:
    if len(value) not in (6, 12):
        raise refused("bad_length", ai=ai)
    return "/".join(dates.read_exact_date(value[i : i + 6], year, ai) for i in range(0, len(value), 6))


def _moment(value: str, ai: str, year: int) -> str:
    if len(value) not in (6, 10):
        raise refused("bad_length", ai=ai)
    day = dates.read_exact_date(value[:6], year, ai)
    return f"{day}T{dates.read_time(value[6:], ai)}" if len(value) == 10 else day


def _delivery(value: str, ai: str, year: int) -> str:
    day = dates.read_date(value[:6], year, ai)
    return day if value.endswith("9999") else f"{day}T{dates.read_time(value[6:], ai)}"  # 9999: no time agreed


def _production_time(value: str, ai: str, year: int) -> str:
    if len(value) % 2:
        raise refused("bad_length", ai=ai)
    return f"{dates.read_exact_date(value[:6], year, ai)}T{dates.read_time(value[6:], ai)}"


def _long_date(value: str, ai: str, _year: int) -> str:
    return dates.read_long_date(value, ai)


def _long_moment(value: str, ai: str, _year: int) -> str:
    return f"{dates.read_long_date(value[:8], ai)}T{dates.read_time(value[8:], ai)}"


def _integer(value: str, _ai: str, _year: int) -> str:
    return value.lstrip("0") or "0"


def _decimal(value: str, ai: str, year: int) -> str:
    places = int(ai[-1])
    if not places:
        return _integer(value, ai, year)
    value = value.rjust(places + 1, "0")
    return f"{_integer(value[:-places], ai, year)}.{value[-places:]}"


def _money(value: str, ai: str, year: int) -> str:
    return f"{value[:3]} {_decimal(value[3:], ai, year)}"


def _countries(value: str, ai: str, _year: int) -> str:
    if len(value) % 3:
        raise refused("bad_length", ai=ai)
    return value


def _hundredths(value: str, ai: str, year: int) -> str:
    if value[6:] not in ("", "-"):
        raise refused("bad_charset", ai=ai)
    return f"{value[6:]}{_integer(value[:4], ai, year)}.{value[4:6]}"  # a minus sign stands behind the number


def _encoded(value: str, ai: str, _year: int) -> str:
    """Percent-encoded UTF-8 with ``+`` for a space (GS1 General Specifications 7.16)."""
    try:
        return unquote_to_bytes(value.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise refused("bad_charset", ai=ai) from None


MEANINGS: dict[str, Meaning] = {
    "sscc": _sscc,
    "gtin": _gtin,
    "date": _date,
    "exact_date": _exact_date,
    "dates": _dates,
    "moment": _moment,
    "delivery": _delivery,
    "production_time": _production_time,
    "long_date": _long_date,
    "long_moment": _long_moment,
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "countries": _countries,
    "hundredths": _hundredths,
    "encoded": _encoded,
}
