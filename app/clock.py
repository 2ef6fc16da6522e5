"""The time: aware, in UTC, from one place, so that a test can stop it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def today(time_zone: str = "UTC") -> date:
    """The calendar day in a warehouse's time zone (an IANA name such as ``Europe/Berlin``)."""
    return now().astimezone(ZoneInfo(time_zone)).date()


def day_begins(time_zone: str = "UTC") -> datetime:
    """The moment at which the present day began in a warehouse's time zone."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(today(time_zone), time(), zone).astimezone(UTC)


def is_of_our_time(moment: datetime) -> bool:
    """Whether a plan or an order can mean that time: a year like 0213 or 9999 is a slip of a program or a finger."""
    return 1970 <= moment.year < 2200


BELIEVED = timedelta(days=1)
"""A device's clock further than this from ours is wrong: what was scanned is then as of when we heard of it."""


def believed(said: datetime | None, heard: datetime) -> datetime:
    """When something happened, by a device's word where that can be: else when we heard of it."""
    return said if said is not None and abs(said - heard) <= BELIEVED else heard
