"""Find items by their SKU."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.language import _
from app.refusal import NotFound, Refused

_SHOWN = 5
_LONGEST = 60


def item_of(session: Session, sku: str) -> Item:
    """The item of this SKU. Errors: ``unknown_sku`` (404)."""
    found = session.scalar(select(Item).where(Item.sku == sku))
    if found is None:
        raise NotFound("unknown_sku", no_item(sku))
    return found


def item_ids(session: Session, skus: Collection[str]) -> dict[str, int]:
    """SKU -> id, of the lines of a document. Errors: ``unknown_sku`` (422), which names all that are missing."""
    found = dict(session.execute(select(Item.sku, Item.id).where(Item.sku.in_(set(skus)))).all())
    missing = sorted(set(skus) - found.keys())
    if missing:
        raise Refused("unknown_sku", no_item(", ".join(missing[:_SHOWN])), skus=missing)
    return found


def no_item(sku: str) -> str:
    """What is said where nothing has this SKU."""
    return _("There is no item %(sku)s. Check the SKU, or import the item.", sku=sku[:_LONGEST])
