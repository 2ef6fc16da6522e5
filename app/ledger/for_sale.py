"""What is for sale: what each condition and each kind of place means for *available*. The one place that says so.

The condition alone decides, so that every sum follows from movements: *unavailable* is what stands in quarantine, on
hold or damaged, wherever it is. The place decides in which condition goods may stand there, so that nothing is promised
that nobody could ever pick:

- a bin: for sale, and picked from. A blocked one: everything in it is on hold as long as it is blocked
  (``control.blocking``)
- dock, stage: for sale while put-away work asks for it, which brings it into a bin; nobody picks there
- floor, pack: for sale only in the tote or carton that an order picked it into; it is promised to that order
- quarantine, returns: never for sale. Inspection is the way out
- an expired lot: on hold from the day after its last good day (``orders.expire``), wherever it stands

Whoever posts goods into a place asks here, and whether a bin is blocked only after holding it (``hold_places``). A move
inside one building keeps the condition, so that the busiest scans touch no sum. ``ledger verify`` looks whether
anything is kept for sale where nothing is sold.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, literal_column, or_, select
from sqlalchemy.orm import Session

from app.catalog.models import Lot
from app.db import table
from app.ledger.models import Balance
from app.places.models import Location

SELLABLE = "available"
PICKED_FROM = ("bin",)
"""The kinds of place that stock is chosen from."""
ON_ITS_WAY = ("dock", "stage", "pack", "floor")
"""Nobody picks there: what stands there loose waits to be put away, what is in a tote or carton belongs to an order."""
NOTHING_SOLD = ("quarantine", "returns")
balance, location, lot = map(table, (Balance, Location, Lot))


def is_for_sale(condition: str) -> bool:
    """Whether units in this condition count as *available* (what is not, is *unavailable*)."""
    return condition == SELLABLE


def not_for_sale(condition: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """``is_for_sale`` turned round, of a column; written out, as the index of these rows has it."""
    return condition != literal_column(f"'{SELLABLE}'")


def condition_in(kind: str, *, is_blocked: bool = False) -> str:
    """The condition of goods that come to stand in such a place, where nobody says another."""
    if kind in NOTHING_SOLD:
        return "quarantine"
    return "hold" if is_blocked and kind in PICKED_FROM else SELLABLE


def hold_places(session: Session, location_ids: Iterable[int]) -> set[int]:
    """Hold those of these places still that stock is chosen from, for whoever puts units there to be sold.

    Whoever just blocks one of them is waited for, or waits. After the work and the documents, before the stock
    (``tasks.queue``). Returns those where nothing is sold, as they are now; rows that were read before say less.
    """
    ids = sorted(set(location_ids))
    bins = select(location.c.id).where(location.c.id.in_(ids), location.c.kind.in_(PICKED_FROM))
    session.execute(bins.order_by(location.c.id).with_for_update(read=True))
    return set(session.scalars(select(location.c.id).where(location.c.id.in_(ids), NOTHING_FOR_SALE_HERE)))


def is_good(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """On this day the lot of a row (or none) is still good."""
    return or_(lot.c.expiry.is_(None), lot.c.expiry >= day)


def may_be_chosen(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Of rows of balance, location and (outer) lot: the stock that an order may be given."""
    return and_(
        ~not_for_sale(balance.c.condition),
        location.c.kind.in_(PICKED_FROM),
        location.c.is_blocked.is_(False),
        is_good(day),
    )


NOTHING_FOR_SALE_HERE = or_(
    location.c.kind.in_(NOTHING_SOLD), and_(location.c.kind.in_(PICKED_FROM), location.c.is_blocked.is_(True))
)
"""``condition_in`` is not sellable, of rows of location."""
NOWHERE_SOLD = and_(~not_for_sale(balance.c.condition), NOTHING_FOR_SALE_HERE)
"""Of rows of balance and location: kept for sale where nothing is sold. No posting may leave such a row."""
