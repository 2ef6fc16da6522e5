"""A barcode that nobody knows yet is put on its item on the spot, by somebody who may.

Only what is well formed: a number with its check digit, a GS1 label's article number (never its lot or date), or plain
text. Our own labels and pallets' numbers name other things, and a barcode names one item.
"""

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.barcode import Barcode, Kind, parse
from app.barcode.refusals import refused
from app.catalog.items import item_of
from app.catalog.models import Item, ItemBarcode
from app.language import _
from app.people.actor import Actor
from app.refusal import Forbidden, Refused

ROLES = ("receiver", "office")
"""And supervisors, as everywhere."""
MOST_UNITS = 100_000
_LONGEST = 80
_KEY_LENGTHS = (12, 13, 14, 18)
_LINKABLE = (Kind.GTIN, Kind.ELEMENTS, Kind.DIGITAL_LINK, Kind.RESTRICTED, Kind.PLAIN)


def link_barcode(session: Session, actor: Actor, *, sku: str, barcode: str, quantity: int = 1) -> None:
    """From now on one scan of ``barcode`` counts ``quantity`` units of the item; doing it again changes nothing.

    Errors: ``role_missing``; ``unknown_sku``; ``bad_quantity``; what ``parse`` refuses; ``bad_check_digit`` too where
    a number only looks like text by it; ``barcode_reserved`` for our own labels and for what can name no item;
    ``barcode_taken``.
    """
    if not actor.may(*ROLES):
        raise Forbidden("role_missing", _("You may not link barcodes. Ask a supervisor."))
    if not 0 < quantity <= MOST_UNITS:
        raise Refused("bad_quantity", _("Give a quantity of at least 1."))
    item = item_of(session, sku)
    text, gtin = name_of(actor, barcode)
    if _is_linked(session, item, text, gtin, quantity):
        return
    session.add(ItemBarcode(item_id=item.id, barcode=text, gtin=gtin, quantity=quantity, kind="linked"))
    try:
        session.flush()
    except IntegrityError:  # somebody linked it at the same moment
        raise _taken(_("Another item")) from None


def name_of(actor: Actor, barcode: str) -> tuple[str, str | None]:
    """What will be linked of a scan: its text, and its GTIN-14 where it has one. Errors: as ``link_barcode``."""
    found = parse(barcode, profile=actor.scanner, today=clock.today())
    if found.kind not in _LINKABLE or (found.kind is not Kind.PLAIN and not _article(found)):
        raise Refused("barcode_reserved", _("This names no item: it is one of our own labels, or a pallet's number."))
    if found.gtin:
        return (found.text if found.kind is Kind.GTIN else found.gtin), found.gtin
    if found.generic:  # the next one weighs something else and is the same item
        return found.generic, None
    if found.text.isdigit() and len(found.text) in _KEY_LENGTHS:  # parse takes it for text: it may have been misread
        raise refused("bad_check_digit")
    if len(found.text) > _LONGEST:
        raise refused("too_long")
    return found.text, None


def _article(found: Barcode) -> str | None:
    return found.gtin or found.generic or (found.text if found.kind is Kind.RESTRICTED and not found.measure else None)


def _is_linked(session: Session, item: Item, text: str, gtin: str | None, quantity: int) -> bool:
    """Whether it is on this item already, for as many. Errors: ``barcode_taken``."""
    namesake = session.scalar(select(Item).where(Item.sku == text, Item.id != item.id))
    if namesake is not None:
        raise _taken(namesake.sku)
    names = or_(ItemBarcode.barcode == text, ItemBarcode.gtin == gtin) if gtin else ItemBarcode.barcode == text
    rows = session.execute(select(ItemBarcode, Item.sku).join(Item, Item.id == ItemBarcode.item_id).where(names)).all()
    for known, sku in rows:
        if known.item_id != item.id or known.quantity != quantity:
            raise _taken(sku)
    return bool(rows)


def _taken(sku: str) -> Refused:
    return Refused("barcode_taken", _("%(sku)s has this barcode. Ask the office to remove it there first.", sku=sku))
