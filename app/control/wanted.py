"""Corrections beyond what one person may post alone: kept until a second person approves or refuses them."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.catalog.items import item_of
from app.catalog.models import Item
from app.config import Settings
from app.control.adjustments import Correction, adjust, adjust_approved, require_unposted
from app.control.models import WantedChange
from app.control.second_pair import require_second_person
from app.language import _
from app.ledger.post import Posted
from app.people.actor import Actor
from app.people.models import Operator
from app.places.warehouses import warehouse_of
from app.refusal import Conflict, NotFound, Refused


@dataclass(frozen=True, slots=True)
class Waiting:
    """A correction as a list shows it. ``worth`` is at the item's price, None where it has none."""

    id: int
    sku: str
    name: str
    location: str
    units: int
    worth: Decimal | None
    reason: str
    note: str
    asker: str
    asked_at: datetime
    decision: str
    decider: str | None
    decided_at: datetime | None
    posting: int | None


def adjust_or_ask(
    session: Session, actor: Actor, settings: Settings, wanted: Correction, *, key: str = ""
) -> Posted | int:
    """Post a correction; where it takes a second person, keep it and answer its number.

    Errors: those of ``adjust`` but ``approval_needed``; ``already_posted`` where it waits, or was decided about, under
    this ``key``.
    """
    _require_new(session, key)
    try:
        with session.begin_nested():
            return adjust(session, actor, settings, wanted, key=key)
    except Refused as refusal:
        if refusal.code != "approval_needed":
            raise
    # Again: its twin may have been posted while this one waited for the person's day, and is what fills that day now.
    _require_new(session, key)
    _require_possible(session, actor, wanted)
    kept = WantedChange(
        key=key or f"wanted:{uuid.uuid4()}",
        warehouse_id=warehouse_of(session, wanted.warehouse).id,
        item_id=item_of(session, wanted.sku).id,
        wanted={**asdict(wanted), "expiry": wanted.expiry.isoformat() if wanted.expiry else None},
        asked_by=actor.operator_id,
        device=actor.device,
        asked_at=clock.now(),
    )
    session.add(kept)
    session.flush()
    return kept.id


def _require_new(session: Session, key: str) -> None:
    if key and session.scalar(select(WantedChange.id).where(WantedChange.key == key)):
        raise Conflict("already_posted", _("This waits for a second person already."))
    require_unposted(session, key)


def _require_possible(session: Session, actor: Actor, wanted: Correction) -> None:
    """What could not be posted today is refused today: it is posted, and taken back with its savepoint."""
    with session.begin_nested() as trial:
        adjust_approved(session, actor, wanted, key=f"trial:{uuid.uuid4()}", approver="")
        trial.rollback()


def approve(session: Session, actor: Actor, wanted_id: int) -> Posted:
    """Post it, in the name of whoever asked. Errors: ``unknown_change``; ``already_decided``; those of
    ``require_second_person`` and of ``adjust``."""
    kept = _to_decide(session, wanted_id)
    require_second_person(session, actor, did=[kept.asked_by], asked_at=kept.asked_at)
    asker = session.get_one(Operator, kept.asked_by)
    expiry = kept.wanted["expiry"]
    wanted = Correction(**{**kept.wanted, "expiry": date.fromisoformat(expiry) if expiry else None})
    name = Actor(asker.id, asker.name, frozenset(asker.roles), kept.device)
    posted = adjust_approved(session, name, wanted, key=f"approved:{kept.id}", approver=actor.name)
    _decide(session, kept, actor, "approved")
    kept.posting_id = posted.posting_id
    session.flush()
    return posted


def refuse(session: Session, actor: Actor, wanted_id: int) -> None:
    """It is not posted. Whoever asked may say so too.

    Errors: ``unknown_change``; ``already_decided``; ``role_missing``."""
    kept = _to_decide(session, wanted_id)
    if kept.asked_by != actor.operator_id:
        require_second_person(session, actor, did=[], asked_at=kept.asked_at)
    _decide(session, kept, actor, "refused")


def _to_decide(session: Session, wanted_id: int) -> WantedChange:
    found = session.get(WantedChange, wanted_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise _unknown()
    if found.decision:
        raise Conflict("already_decided", _("This was decided already. Look at the list again."))
    return found


def _decide(session: Session, kept: WantedChange, actor: Actor, decision: str) -> None:
    kept.decision, kept.decided_by, kept.decided_at = decision, actor.operator_id, clock.now()
    session.flush()


def _unknown() -> NotFound:
    return NotFound("unknown_change", _("There is no such correction. Look at the list again."))


def waiting_changes(session: Session, warehouse_id: int, *, limit: int = 50) -> list[Waiting]:
    """Those that nobody has decided about, the oldest first."""
    return _listed(session, WantedChange.warehouse_id == warehouse_id, WantedChange.decision == "", limit=limit)


def wanted_change(session: Session, wanted_id: int) -> Waiting:
    """One of them, decided or not. Errors: ``unknown_change``."""
    found = _listed(session, WantedChange.id == wanted_id, limit=1)
    if not found:
        raise _unknown()
    return found[0]


def _listed(session: Session, *which: object, limit: int) -> list[Waiting]:
    asker, decider = aliased(Operator), aliased(Operator)
    statement = (
        select(WantedChange, Item.sku, Item.name, Item.price, asker.name, decider.name)
        .join(Item, Item.id == WantedChange.item_id)
        .join(asker, asker.id == WantedChange.asked_by)
        .outerjoin(decider, decider.id == WantedChange.decided_by)
        .where(*which)  # type: ignore[arg-type]
        .order_by(WantedChange.id)
        .limit(limit)
    )
    return [
        Waiting(
            id=kept.id,
            sku=sku,
            name=name,
            location=kept.wanted["container"] or kept.wanted["location"],
            units=kept.wanted["quantity"],
            worth=None if price is None else kept.wanted["quantity"] * price,
            reason=kept.wanted["reason"],
            note=kept.wanted["note"],
            asker=asked_by,
            asked_at=kept.asked_at,
            decision=kept.decision,
            decider=decided_by,
            decided_at=kept.decided_at,
            posting=kept.posting_id,
        )
        for kept, sku, name, price, asked_by, decided_by in session.execute(statement)
    ]
