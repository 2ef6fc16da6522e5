"""Places: block one, and unblock it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.control import blocking
from app.web.api.body import Code, Words
from app.web.api.route import DESK, writes
from app.web.gate.security import current_actor


@dataclass(frozen=True, kw_only=True)
class NewBlock:
    """A place that nothing is put into any more, and why; a bin is not picked from either."""

    warehouse: Code
    location: Code
    reason: Words


@dataclass(frozen=True, kw_only=True)
class NewRelease:
    """A place that is in use again."""

    warehouse: Code
    location: Code


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """``units`` in it that were set on hold, or are for sale again."""

    location: str
    is_blocked: bool
    units: int


@writes("/locations/blocks", may=DESK, status=(201,))
def block_location(session: Session, body: NewBlock) -> Blocked:
    """Block a place: what is for sale in a bin is on hold, and orders get other stock.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``reason_needed``; ``not_to_be_blocked``; ``blocked_already``.
    """
    units = blocking.block(
        session, current_actor(), warehouse=body.warehouse, location=body.location, reason=body.reason
    )
    return Blocked(location=body.location, is_blocked=True, units=units)


@writes("/locations/releases", may=DESK, status=(201,))
def unblock_location(session: Session, body: NewRelease) -> Blocked:
    """Unblock a place: what came to be on hold because of it is for sale again.

    Errors: ``unknown_warehouse``; ``unknown_location``; ``not_blocked``.
    """
    units = blocking.unblock(session, current_actor(), warehouse=body.warehouse, location=body.location)
    return Blocked(location=body.location, is_blocked=False, units=units)
