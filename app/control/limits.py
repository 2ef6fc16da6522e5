"""How much one person may change alone: in one day, added up over every correction and count.

Two sums are looked at, of the warehouse's day: the units of one item in one place, and what all that a person changed
is worth at the items' prices. Above either, a second person decides. Gains and losses are both added: a loss here and a
gain there is two changes. What a second person approved, or what was taken back, is not in the sums.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.catalog.models import Item
from app.config import Settings
from app.language import _
from app.ledger.models import IS_CHANGE, Movement, Posting
from app.people.actor import Actor
from app.people.models import Operator
from app.places.models import ADJUSTMENT, Warehouse
from app.refusal import Refused

APPROVED = "approval"
"""What a posting says for its document where a second person decided."""


OPENED = "import"
"""What a posting says for its document where it came with a file of opening stock: that is said once, and whoever
brought it counts and corrects on that day like anybody else."""


@dataclass(frozen=True, slots=True)
class Change:
    """``units`` more of an item in a place (fewer, where negative), not posted yet."""

    item_id: int
    location_id: int
    units: int


def require_within(session: Session, settings: Settings, actor: Actor, house: Warehouse, change: Change) -> None:
    """Errors: ``approval_needed`` where this goes beyond what the actor may change alone today."""
    if is_beyond(session, settings, actor, house, [change]):
        raise Refused(
            "approval_needed",
            _(
                "This is more than one person may change in a day (%(n)s of an item in a place, %(worth)s in all). "
                "A second person must approve it.",
                n=settings.count_approval_units,
                worth=settings.count_approval_worth or "-",
            ),
            limit=settings.count_approval_units,
        )


def is_beyond(session: Session, settings: Settings, actor: Actor, house: Warehouse, changes: Sequence[Change]) -> bool:
    """Whether these changes, with what the actor changed already today, want a second person.

    The actor's row is held until the transaction ends: two corrections at once are added up too.
    """
    if not changes:
        return False
    person = select(Operator.id).where(Operator.id == actor.operator_id)
    session.execute(person.with_for_update(key_share=True))
    units = _done_today(session, actor.operator_id, house)
    for change in changes:
        units[change.item_id, change.location_id] += abs(change.units)
    if any(
        units[change.item_id, change.location_id] > settings.count_approval_units for change in changes if change.units
    ):
        return True
    return bool(settings.count_approval_worth) and _worth(session, units) > settings.count_approval_worth


def _done_today(session: Session, operator_id: int, house: Warehouse) -> dict[tuple[int, int], int]:
    """(item, place) -> units that this person changed since the day began."""
    undoing = aliased(Posting)
    place = case(
        (Movement.source_location_id == ADJUSTMENT, Movement.target_location_id), else_=Movement.source_location_id
    )
    statement = (
        select(Movement.item_id, place, func.sum(Movement.quantity))
        .join(Posting, Posting.id == Movement.posting_id)
        .where(
            Posting.operator_id == operator_id,
            Posting.recorded_at >= clock.day_begins(house.time_zone),
            IS_CHANGE,
            Posting.document_type.not_in((APPROVED, OPENED)),
            or_(Movement.source_location_id == ADJUSTMENT, Movement.target_location_id == ADJUSTMENT),
            ~select(undoing.id).where(undoing.reverses_id == Posting.id).exists(),
        )
        .group_by(Movement.item_id, place)
    )
    found: dict[tuple[int, int], int] = defaultdict(int)
    for item_id, location_id, units in session.execute(statement):
        found[item_id, location_id] = int(units)
    return found


def _worth(session: Session, units: dict[tuple[int, int], int]) -> Decimal:
    """At the items' own prices; what has none is worth nothing here."""
    of_item: dict[int, int] = defaultdict(int)
    for (item_id, _location), number in units.items():
        of_item[item_id] += number
    ids, worth = sorted(of_item), Decimal(0)
    for start in range(0, len(ids), 500):
        priced = select(Item.id, Item.price).where(Item.id.in_(ids[start : start + 500]), Item.price.is_not(None))
        worth += sum((of_item[row.id] * row.price for row in session.execute(priced)), Decimal(0))
    return worth
