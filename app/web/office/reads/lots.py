"""One lot: its date, where it stands in a warehouse, and what was decided about it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.lots import known_lot
from app.catalog.models import Item
from app.language import _
from app.ledger.on_hand import BalanceRow, balances
from app.people.decisions import DecisionRow, decisions_about
from app.refusal import NotFound

MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A lot as its page shows it. ``places``: those that hold some of it, at most ``MOST_PLACES``."""

    sku: str
    name: str
    code: str
    expiry: date | None
    has_expiry: bool
    places: list[BalanceRow]
    decisions: list[DecisionRow]


def lot_facts(session: Session, *, sku: str, code: str, warehouse: str) -> LotFacts:
    """Errors: ``unknown_lot``."""
    item = session.execute(select(Item.id, Item.name, Item.has_expiry).where(Item.sku == sku)).first()
    found = known_lot(session, item.id, code) if item else None
    if item is None or found is None:
        raise NotFound("unknown_lot", _("%(sku)s has no lot %(lot)s. Check the label.", sku=sku, lot=code))
    return LotFacts(
        sku=sku,
        name=item.name,
        code=code,
        expiry=found.expiry,
        has_expiry=item.has_expiry,
        places=balances(session, sku=sku, lot=code, warehouse=warehouse, limit=MOST_PLACES),
        decisions=decisions_about(session, "lot", found.id),
    )
