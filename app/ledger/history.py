"""Why a number changed: the movements as they were posted, each with its before and after.

A movement inside one building changes neither *on hand* nor, unless its condition changes, *unavailable*; those that
do are the steps by which the sums came to be what they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from app.catalog.models import Item, Lot
from app.ledger.for_sale import not_for_sale
from app.ledger.models import Movement, Posting, Seal
from app.people.models import Operator
from app.places.models import LAST_VIRTUAL, Container, Location


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement with its header. ``source`` and ``target`` are the container's code inside one, else the location's.

    ``condition`` is the one in which the units are now; of what left the building, the one in which they left.
    ``note`` is what whoever posted it wrote, or the code of a finer reason.
    """

    id: int
    posting: int
    occurred_at: datetime
    recorded_at: datetime
    sku: str
    lot: str | None
    serial: str
    quantity: int
    source: str
    target: str
    condition: str
    reason: str
    document: str
    note: str
    operator: str | None
    device: str
    reverses: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A movement that changed *on hand* or *unavailable* of one item in one warehouse, with both before and after."""

    movement: int
    posting: int
    occurred_at: datetime
    reason: str
    document: str
    note: str
    operator: str | None
    quantity: int
    source: str
    target: str
    on_hand_before: int
    on_hand_after: int
    unavailable_before: int
    unavailable_after: int


_source, _target = aliased(Location), aliased(Location)
_from, _into = aliased(Container), aliased(Container)
_SOURCE = func.coalesce(_from.code, _source.code)
_TARGET = func.coalesce(_into.code, _target.code)
_CONDITION = case(
    (Movement.target_location_id > LAST_VIRTUAL, Movement.target_condition), else_=Movement.source_condition
)
_JOINED = (
    select()
    .select_from(Movement)
    .join(Posting, Posting.id == Movement.posting_id)
    .join(Item, Item.id == Movement.item_id)
    .join(_source, _source.id == Movement.source_location_id)
    .join(_target, _target.id == Movement.target_location_id)
    .outerjoin(_from, _from.id == Movement.source_container_id)
    .outerjoin(_into, _into.id == Movement.target_container_id)
    .outerjoin(Lot, Lot.id == Movement.lot_id)
    .outerjoin(Operator, Operator.id == Posting.operator_id)
)
_ROWS = _JOINED.add_columns(
    Movement.id,
    Movement.posting_id,
    Posting.occurred_at,
    Posting.recorded_at,
    Item.sku,
    Lot.code,
    Movement.serial,
    Movement.quantity,
    _SOURCE,
    _TARGET,
    _CONDITION,
    Posting.reason,
    Posting.document,
    Posting.note,
    Operator.name,
    Posting.device,
    Posting.reverses_id,
)


def feed(
    session: Session,
    *,
    sku: str = "",
    location: str = "",
    document: str = "",
    after: tuple[int, int] = (0, 0),
    limit: int | None = None,
) -> list[tuple[MovementRow, int]]:
    """Sealed movements of one item, one place (location or container code) or one document, each with its posting's
    position in the chain of seals.

    In the order of the chain, and ``after`` a place in it (position, movement id): ids tell when a posting began, the
    chain when it was seen whole. Who reads on by ids passes by what began earlier and was committed later.
    """
    position, movement_id = after
    # The page first, then its words: of ten joined tables PostgreSQL takes eight at a time, and reads all of them.
    page = (
        select(Movement.id, Seal.position)
        .join(Seal, Seal.posting_id == Movement.posting_id)
        .where(Seal.position >= position, or_(Seal.position > position, Movement.id > movement_id))
        .order_by(Seal.position, Movement.id)
        .limit(limit)
    )
    if sku:
        page = page.where(Movement.item_id == session.scalar(select(Item.id).where(Item.sku == sku)))
    if document:
        page = page.where(Movement.posting_id.in_(select(Posting.id).where(Posting.document == document)))
    if location:
        page = page.where(_touches(session, location))
    places = {row.id: row.position for row in session.execute(page)}
    rows = {row.id: row for row in movements_of(session, list(places))}
    return [(rows[id_], place) for id_, place in places.items()]


def latest(session: Session, code: str = "", *, before: int = 0, limit: int = 50) -> list[MovementRow]:
    """Movements before an id (0: up to now), newest first, of whatever ``code`` names: an item, a place, a document."""
    statement = _ROWS.order_by(Movement.id.desc()).limit(limit)
    if not code:
        return [
            MovementRow(*row) for row in session.execute(statement.where(Movement.id < before) if before else statement)
        ]
    # One short walk along each index, newest first: an OR over all of them would walk the whole ledger.
    ids = {id_ for condition in _names(code) for id_ in session.scalars(_newest(condition, before, limit))}
    newest = sorted(ids, reverse=True)[:limit]
    return [MovementRow(*row) for row in session.execute(statement.where(Movement.id.in_(newest)))]


def _names(code: str) -> list[ColumnElement[bool]]:
    """Every way in which a movement can have to do with what ``code`` names."""
    place, box = (select(kind.id).where(kind.code == code) for kind in (Location, Container))
    return [
        Movement.item_id.in_(select(Item.id).where(Item.sku == code)),
        Movement.posting_id.in_(select(Posting.id).where(Posting.document == code)),
        Movement.source_location_id.in_(place),
        Movement.target_location_id.in_(place),
        Movement.source_container_id.in_(box),
        Movement.target_container_id.in_(box),
    ]


def _newest(condition: ColumnElement[bool], before: int, limit: int) -> Select[int]:
    statement = select(Movement.id).where(condition).order_by(Movement.id.desc()).limit(limit)
    return statement.where(Movement.id < before) if before else statement


def _touches(session: Session, location: str) -> ColumnElement[bool]:
    """One walk along each index: an OR over all of them would read the whole ledger."""
    places, boxes = (
        list(session.scalars(select(kind.id).where(kind.code == location))) for kind in (Location, Container)
    )
    return Movement.id.in_(
        union(
            select(Movement.id).where(Movement.source_location_id.in_(places)),
            select(Movement.id).where(Movement.target_location_id.in_(places)),
            select(Movement.id).where(Movement.source_container_id.in_(boxes)),
            select(Movement.id).where(Movement.target_container_id.in_(boxes)),
        )
    )


def movements_of(session: Session, movement_ids: Sequence[int]) -> list[MovementRow]:
    """These movements, in posting order: what a scan answers with."""
    return [
        MovementRow(*row) for row in session.execute(_ROWS.where(Movement.id.in_(movement_ids)).order_by(Movement.id))
    ]


def steps(
    session: Session, *, item_id: int, warehouse_id: int, on_hand: int, unavailable: int, limit: int = 200
) -> list[Step]:
    """The newest ``limit`` movements that changed the sums, newest first, counted back from what they are now."""
    came = case((_target.warehouse_id == warehouse_id, Movement.quantity), else_=0)
    went = case((_source.warehouse_id == warehouse_id, Movement.quantity), else_=0)
    came_unavailable = case((not_for_sale(Movement.target_condition), came), else_=0)
    went_unavailable = case((not_for_sale(Movement.source_condition), went), else_=0)
    statement = (
        _JOINED.add_columns(
            Movement.id,
            Movement.posting_id,
            Posting.occurred_at,
            Posting.reason,
            Posting.document,
            Posting.note,
            func.coalesce(Operator.name, func.nullif(Posting.device, "")),
            Movement.quantity,
            _SOURCE,
            _TARGET,
            came - went,
            came_unavailable - went_unavailable,
        )
        .where(
            Movement.item_id == item_id,
            or_(_target.warehouse_id == warehouse_id, _source.warehouse_id == warehouse_id),
            or_(came != went, came_unavailable != went_unavailable),
        )
        .order_by(Movement.id.desc())
        .limit(limit)
    )
    found: list[Step] = []
    for row in session.execute(statement):
        *facts, change, change_unavailable = row
        sums = (on_hand - change, on_hand, unavailable - change_unavailable, unavailable)
        found.append(Step(*[*facts, *sums]))
        on_hand -= change
        unavailable -= change_unavailable
    return found
