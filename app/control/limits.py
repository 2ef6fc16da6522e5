"""How much one person may change alone: in one day, added up over every correction and count.

Two sums are looked at, of the warehouse's day: the units of one item in one place, and what all that a person changed
is worth at the items' prices. Above either, a second person decides. Gains and losses are both added: a loss here and a
gain there is two changes. What a second person approved, or what was taken back, is not in the sums.

**A difference counts for everybody whose count it rests on**, in full: for whoever counted any part of that bin, the
first time or again, until the differences are posted, and for whoever closed it. So two people are not allowed twice
as much together, and who counts cannot hand a difference on to somebody else's day. Above the limit of one of them, a
second person decides, who is none of them. What was not posted (a first count that the recount did not bear out)
counts for nobody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.catalog.models import Item
from app.config import Settings
from app.control.models import ChangeShare
from app.db import table
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
    if is_beyond(session, settings, [actor.operator_id], house, [change]):
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


def is_beyond(
    session: Session, settings: Settings, people: Iterable[int], house: Warehouse, changes: Sequence[Change]
) -> bool:
    """Whether these changes, with what one of these people changed already today, want a second person.

    Their rows are held until the transaction ends: two corrections at once are added up too.
    """
    if not changes:
        return False
    ids = sorted(set(people))
    rows = select(Operator.id).where(Operator.id.in_(ids)).order_by(Operator.id)
    session.execute(rows.with_for_update(key_share=True))
    return any(_is_beyond(session, settings, id_, house, changes) for id_ in ids)


def _is_beyond(
    session: Session, settings: Settings, operator_id: int, house: Warehouse, changes: Sequence[Change]
) -> bool:
    units = _done_today(session, operator_id, house)
    for change in changes:
        units[change.item_id, change.location_id] += abs(change.units)
    if any(
        units[change.item_id, change.location_id] > settings.count_approval_units for change in changes if change.units
    ):
        return True
    return bool(settings.count_approval_worth) and _worth(session, units) > settings.count_approval_worth


def share(session: Session, posting_ids: Iterable[int], people: Iterable[int]) -> None:
    """These changes count for these people too, who did not post them."""
    rows = [{"posting_id": id_, "operator_id": who, "at": clock.now()} for id_ in posting_ids for who in people]
    if rows:
        session.execute(insert(table(ChangeShare)), rows)


def _done_today(session: Session, operator_id: int, house: Warehouse) -> dict[tuple[int, int], int]:
    """(item, place) -> units of the changes that count for this person since the day began."""
    begins = clock.day_begins(house.time_zone)
    shared = select(ChangeShare.posting_id).where(ChangeShare.operator_id == operator_id, ChangeShare.at >= begins)
    found: dict[tuple[int, int], int] = defaultdict(int)
    own = (Posting.operator_id == operator_id) & (Posting.recorded_at >= begins)
    for which in (own, Posting.id.in_(shared)):  # each by its own index
        for pair, units in _changed(session, which).items():
            found[pair] += units
    return found


def _changed(session: Session, which: ColumnElement[bool]) -> dict[tuple[int, int], int]:
    undoing = aliased(Posting)
    place = case(
        (Movement.source_location_id == ADJUSTMENT, Movement.target_location_id), else_=Movement.source_location_id
    )
    statement = (
        select(Movement.item_id, place, func.sum(Movement.quantity))
        .join(Posting, Posting.id == Movement.posting_id)
        .where(
            which,
            IS_CHANGE,
            Posting.document_type.not_in((APPROVED, OPENED)),
            or_(Movement.source_location_id == ADJUSTMENT, Movement.target_location_id == ADJUSTMENT),
            ~select(undoing.id).where(undoing.reverses_id == Posting.id).exists(),
        )
        .group_by(Movement.item_id, place)
    )
    return {(row[0], row[1]): int(row[2]) for row in session.execute(statement)}


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
