"""The time: aware, in UTC, from one place, so that a test can stop it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def today(time_zone: str = "UTC") -> date:
    """The calendar day in a warehouse's time zone (an IANA name such as ``Europe/Berlin``)."""
    return now().astimezone(ZoneInfo(time_zone)).date()
