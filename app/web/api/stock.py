"""What is where, what may be promised, why, and the proof of it."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, Literal

from flask import g
from sqlalchemy.orm import Session

from app.control import adjustments, expiry_dates, explanation, verification
from app.control.undecided import Undecided, undecided
from app.control.wanted import adjust_or_ask, wanted_change
from app.db import reading, transact
from app.ledger.history import MovementRow, feed
from app.ledger.on_hand import BalanceRow, balances
from app.ledger.seal import BATCH, head, is_behind, seal_beside
from app.orders.availability import Available, availability
from app.web.api.body import Code, Filter, SignedUnits, Size, Words
from app.web.api.paging import Page, Paged, encode
from app.web.api.route import BOOKS, DESK, reads, writes, writes_in_portions
from app.web.gate.security import current_actor, settings
from app.web.shared.portions import Portions


@dataclass(frozen=True, kw_only=True)
class AvailabilityQuery(Paged):
    """``channel`` names who asks. No channel holds units back yet, so ``atp`` is the same for all of them."""

    sku: Filter = ""
    warehouse: Filter = ""
    channel: Filter = ""


@dataclass(frozen=True, kw_only=True)
class AvailabilityRow:
    """The sums of one item in one warehouse, in base units. ``available = on_hand - unavailable - committed``."""

    sku: str
    warehouse: str
    on_hand: int
    unavailable: int
    committed: int
    available: int
    inbound: int
    atp: int


@reads("/availability")
def list_availability(session: Session, query: AvailabilityQuery) -> Page[AvailabilityRow]:
    """What is on hand, promised, on its way and available to promise, by SKU and warehouse."""
    after = query.cursor(str, str)
    found = availability(
        session,
        skus=[query.sku] if query.sku else (),
        warehouse=query.warehouse or None,
        after=(after[0], after[1]) if after else None,
        limit=query.limit + 1,
    )
    return query.page([_availability(each) for each in found], lambda row: (row.sku, row.warehouse))


def _availability(found: Available) -> AvailabilityRow:
    return AvailabilityRow(
        sku=found.sku,
        warehouse=found.warehouse,
        on_hand=found.on_hand,
        unavailable=found.unavailable,
        committed=found.committed,
        available=found.available,
        inbound=found.inbound,
        atp=found.atp(),
    )


@dataclass(frozen=True, kw_only=True)
class BalanceQuery(Paged):
    """``location`` is a location's or a container's code."""

    sku: Filter = ""
    warehouse: Filter = ""
    location: Filter = ""


@reads("/balances")
def list_balances(session: Session, query: BalanceQuery) -> Page[BalanceRow]:
    """Every place that holds something; empty places are left out."""
    after = query.cursor(int)
    found = balances(
        session,
        sku=query.sku,
        warehouse=query.warehouse,
        location=query.location,
        after=after[0] if after else 0,
        limit=query.limit + 1,
    )
    return query.page(found, lambda row: (row.id,))


@dataclass(frozen=True, kw_only=True)
class UndecidedQuery(Paged):
    """What waits in one warehouse, or in all of them."""

    warehouse: Filter = ""


@reads("/undecided")
def list_undecided(session: Session, query: UndecidedQuery) -> Page[Undecided]:
    """What is not for sale and waits for a decision: where, in which condition, since when, why, and by which task it
    goes on (none where nobody was asked). Scan the place, the container or the item to inspect it."""
    after = query.cursor(int)
    found = undecided(session, warehouse=query.warehouse, after=after[0] if after else 0, limit=query.limit + 1)
    return query.page(found, lambda row: (row.id,))


@dataclass(frozen=True, kw_only=True)
class MovementQuery(Paged):
    """``location`` is a location's or a container's code; ``document`` a document's number."""

    sku: Filter = ""
    location: Filter = ""
    document: Filter = ""


@dataclass(frozen=True, kw_only=True)
class MovementFeed:
    """``next`` is the cursor of a further page, null at the end. ``resume`` is always a cursor: keep it, and ask with
    it later for what was posted since; nothing comes twice and nothing is passed by."""

    items: tuple[MovementRow, ...]
    next: str | None
    resume: str


def _seal_some() -> None:
    """The feed goes by the chain of seals; whoever asks before the worker has sealed does not wait for it."""
    with reading() as session:
        if not is_behind(session):
            return
    g.may_wait_for_seals = seal_beside(transact, reading) == BATCH


@reads("/movements", may=BOOKS, before=_seal_some)
def list_movements(session: Session, query: MovementQuery) -> MovementFeed:
    """Every movement, in the order in which the postings were sealed: the feed for an ERP.

    A posting is in it as soon as it is committed, and keeps its place for ever: what was begun earlier and committed
    later comes later. Ids only name; they are not the order.
    """
    position, movement_id = query.cursor(int, int) or (0, 0)
    sealed = head(session).position
    found = feed(
        session,
        sku=query.sku,
        location=query.location,
        document=query.document,
        after=(position, movement_id),
        limit=query.limit + 1,
    )
    page, is_cut = found[: query.limit], len(found) > query.limit
    if is_cut:
        last, at = page[-1]
        resume = encode([at, last.id])
    else:  # past everything that is sealed, so that a filter does not read the same stretch again
        resume = encode(max((position, movement_id), (sealed + 1, 0)))
    return MovementFeed(
        items=tuple(row for row, _position in page),
        next=resume if is_cut or g.get("may_wait_for_seals", False) else None,
        resume=resume,
    )


@dataclass(frozen=True, kw_only=True)
class ExplanationQuery:
    """Which warehouse's numbers to explain."""

    warehouse: Code


@reads("/items/<path:sku>/explanation", answer=dict[str, Any])
def explain_item(session: Session, query: ExplanationQuery, *, sku: str) -> dict[str, Any]:
    """Every number of an item's availability, with the movements, reservations and lines that make it.

    Errors: ``unknown_sku``; ``unknown_warehouse``.
    """
    return explanation.explain(session, sku, query.warehouse)


@dataclass(frozen=True, kw_only=True)
class NewAdjustment:
    """``quantity`` more units (fewer, where negative) than the books say. ``expiry``: the last good day of the lot.
    Without a ``condition`` it is the place's: quarantine in quarantine and among returns, hold in a blocked place and
    for an expired lot, else available."""

    warehouse: Code
    location: Code
    sku: Code
    quantity: SignedUnits
    reason: Code
    lot: Code | None = None
    expiry: date | None = None
    serial: Annotated[str, Size(0, 64)] = ""
    container: Annotated[str, Size(0, 64)] = ""
    condition: Literal["available", "quarantine", "hold", "damaged"] | None = None
    note: Words = ""


@dataclass(frozen=True, kw_only=True)
class PostedAdjustment:
    """What was written into the ledger; or, with 202, nothing yet: ``approval`` is what waits for a second person, and
    ``/adjustments/approvals/{approval}`` tells what became of it."""

    posting: int | None
    movements: tuple[int, ...]
    approval: int | None = None


@writes("/adjustments", may=DESK, answer=PostedAdjustment, status=(201, 202))
def adjust_stock(session: Session, body: NewAdjustment) -> tuple[PostedAdjustment, int]:
    """Post a difference between the shelf and the books, with its reason.

    Beyond what one person or program may change in a day, in units of an item in a place or in worth, it is kept until
    a second person approves it at the desk: 202, with ``approval``.

    Errors: ``unknown_warehouse``, ``unknown_location``, ``unknown_container``, ``unknown_sku``, ``unknown_lot``;
    ``unknown_reason``; ``not_for_sale_here``; ``nothing_to_adjust``; ``lot_needed``; ``lot_not_wanted``;
    ``expiry_needed``; ``expiry_conflict``; ``serial_needed``; ``serial_not_wanted``; ``serial_in_stock``;
    ``opened_already``; ``not_enough_stock``.
    """
    wanted = adjustments.Correction(**{field.name: getattr(body, field.name) for field in fields(body)})
    found = adjust_or_ask(session, current_actor(), settings(), wanted)
    if isinstance(found, int):
        return PostedAdjustment(posting=None, movements=(), approval=found), 202
    return PostedAdjustment(posting=found.posting_id, movements=found.movement_ids), 201


@dataclass(frozen=True, kw_only=True)
class WantedAdjustment:
    """A correction that needed a second person. ``decision`` is empty while it waits; approved, it is ``posting``."""

    approval: int
    sku: str
    location: str
    quantity: int
    reason: str
    asked_by: str
    asked_at: datetime
    decision: Literal["", "approved", "refused"]
    decided_by: str | None
    decided_at: datetime | None
    posting: int | None


@reads("/adjustments/approvals/<int:approval>", may=DESK)
def show_approval(session: Session, *, approval: int) -> WantedAdjustment:
    """What became of a correction that waited for a second person. Errors: ``unknown_change``."""
    found = wanted_change(session, approval)
    return WantedAdjustment(
        approval=found.id,
        sku=found.sku,
        location=found.location,
        quantity=found.units,
        reason=found.reason,
        asked_by=found.asker,
        asked_at=found.asked_at,
        decision=found.decision,  # type: ignore[arg-type]  # the table's CHECK knows the same three words
        decided_by=found.decider,
        decided_at=found.decided_at,
        posting=found.posting,
    )


@dataclass(frozen=True, kw_only=True)
class NewExpiry:
    """The right date of a lot (its last good day; null for none), in the place of ``known``, and why."""

    sku: Code
    lot: Code
    known: date | None
    expiry: date | None
    reason: Annotated[str, Size(1, 200)]


@dataclass(frozen=True, kw_only=True)
class CorrectedExpiry:
    """``held`` units are on hold now because they have expired, ``released`` ones are for sale again."""

    sku: str
    lot: str
    expiry: date | None
    held: int
    released: int


@writes_in_portions("/expiry-corrections", may=DESK, status=(201,))
def correct_expiry(portions: Portions, body: NewExpiry) -> CorrectedExpiry:
    """Correct the expiry date of a lot that was mistyped. Its stock follows: on hold where it has expired by the right
    date, for sale again where it was on hold only because it had expired by the wrong one.

    Errors: ``unknown_sku``; ``unknown_lot``; ``reason_needed``; ``expiry_needed`` where the item has one;
    ``expiry_changed`` (409) where ``known`` is not its date any more.
    """
    actor, what = current_actor(), {field.name: getattr(body, field.name) for field in fields(body)}
    corrected = portions.write(lambda session: expiry_dates.correct_expiry(session, actor, **what))
    followed = expiry_dates.follow_all(portions.write, corrected.lot_id, actor)
    return CorrectedExpiry(
        sku=body.sku, lot=body.lot, expiry=body.expiry, held=followed.held, released=followed.released
    )


@dataclass(frozen=True, kw_only=True)
class DifferenceFound:
    """One kept number that is not what the facts say; ``key`` names it by ids."""

    what: str
    key: tuple[Any, ...]
    kept: Any
    replayed: Any


@dataclass(frozen=True, kw_only=True)
class Verified:
    """``ok``: every kept number equals the replay of all movements and the promises of all documents."""

    ok: bool
    items: int
    movements: int
    differences: tuple[DifferenceFound, ...]


@reads("/ledger/verification", method="POST", may=BOOKS)
def verify_ledger(session: Session) -> Verified:
    """Replay the whole ledger and compare. Reads only; a difference is an alarm, never silently repaired."""
    report = verification.verify(session)
    return Verified(
        ok=report.ok,
        items=report.items,
        movements=report.movements,
        differences=tuple(
            DifferenceFound(what=one.what, key=tuple(one.key), kept=one.kept, replayed=one.replayed)
            for one in report.differences
        ),
    )
