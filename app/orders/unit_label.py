"""What stands on the label of a logistic unit: a carton, or a licence plate."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.barcode.ai import TABLE
from app.barcode.gtin import has_valid_check_digit
from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item, ItemBarcode, Lot
from app.language import _
from app.ledger.models import Balance
from app.orders.models import Holding, Order, OrderLine, Reservation
from app.orders.papers import address, printable
from app.places.models import Container
from app.refusal import Refused

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """Units of one item and lot in a container."""

    item_id: int
    sku: str
    lot: str | None
    expiry: date | None
    quantity: int


def content_of(session: Session, container: Container) -> list[Content]:
    """What stands in the container; of one that has left: what left in it."""
    for model, condition in ((Balance, Balance.quantity > 0), (Holding, Holding.is_shipped.is_(True))):
        rows = session.execute(
            select(Item.id, Item.sku, Lot.code, Lot.expiry, func.sum(model.quantity))
            .join(model, model.item_id == Item.id)
            .outerjoin(Lot, Lot.id == model.lot_id)
            .where(model.container_id == container.id, condition)
            .group_by(Item.id, Item.sku, Lot.code, Lot.expiry)
            .order_by(Item.sku, Lot.code)
        ).all()
        if rows:
            return [Content(item, sku, lot, expiry, int(units)) for item, sku, lot, expiry, units in rows]
    return []


def is_logistic(code: str) -> bool:
    """Whether a container's code is an SSCC, so that the world outside can read its label."""
    return len(code) == 18 and code.isascii() and code.isdigit() and has_valid_check_digit(code)


def is_gs1_lot(lot: str) -> bool:
    """Whether a lot can stand in a GS1 symbol: AI 10 takes 20 characters of set 82, and a house may write others."""
    try:
        return bool(TABLE["10"].read(lot, this_year=0))
    except Refused:
        return False


def logistic_fields(session: Session, container: Container, *, ship_from: str = "") -> Fields:
    """The fields of the label "logistic": its number, and what is in it where that is one item with a GTIN.

    GS1 General Specifications: AI 02 names the one trade item that a unit holds, 37 how many; a mixed unit has neither.
    Lot and expiry are given where the whole unit shares them, and GS1 has letters for the lot. ``packs`` says to people
    how many packs the units are, where they are whole ones. Errors: ``no_sscc``.
    """
    if not is_logistic(container.code):
        raise Refused("no_sscc", _("%(code)s isn't an SSCC. Print its license plate instead.", code=container.code))
    content = content_of(session, container)
    fields = {"sscc": container.code, "ship_from": ship_from, "ship_to": _goes_to(session, container)}
    gtin = gtin_of(session, content[0].item_id) if len({each.item_id for each in content}) == 1 else ""
    if gtin:
        shared = {name: value for name, value in _shared(content).items() if name != "lot" or is_gs1_lot(value)}
        units = sum(each.quantity for each in content)
        fields |= {"content": gtin, "count": str(units), "packs": packs_of(session, content[0].item_id, units)} | shared
    return {name: value for name, value in fields.items() if value}


def lpn_fields(session: Session, container: Container) -> Fields:
    """The fields of the label "lpn": its number, and what is on it where that is one item."""
    content = content_of(session, container)
    fields = {"code": encode(InternalKind.CONTAINER, container.code), "name": container.code}
    if len({each.item_id for each in content}) == 1:
        units = sum(each.quantity for each in content)
        fields |= {"sku": printable(content[0].sku), "quantity": str(units), "lot": _shared(content).get("lot", "")}
    return {name: value for name, value in fields.items() if value}


def _shared(content: list[Content]) -> Fields:
    lots, dates = {each.lot for each in content}, {each.expiry for each in content}
    (lot, *other_lots), (expiry, *other_dates) = lots, dates
    found = {
        "lot": printable(lot) if lot and not other_lots else "",
        "expiry": expiry.isoformat() if expiry and not other_dates else "",
    }
    return {name: value for name, value in found.items() if value}


def gtin_of(session: Session, item_id: int) -> str:
    """The GTIN of the item's single unit, empty where it has none."""
    statement = select(ItemBarcode.gtin).where(
        ItemBarcode.item_id == item_id, ItemBarcode.quantity == 1, ItemBarcode.gtin.is_not(None)
    )
    return session.scalar(statement.order_by(ItemBarcode.id).limit(1)) or ""


def packs_of(session: Session, item_id: int, units: int) -> str:
    """The units in the largest pack of the item that divides them (``2 x case of 12``); empty where none does."""
    statement = select(ItemBarcode.quantity, ItemBarcode.kind).where(
        ItemBarcode.item_id == item_id, ItemBarcode.quantity > 1, ItemBarcode.quantity <= units
    )
    for pack in session.execute(statement.order_by(ItemBarcode.quantity.desc(), ItemBarcode.id)):
        if units % pack.quantity == 0:
            name = printable(pack.kind) or _("pack")
            return _("%(n)s x %(pack)s of %(units)s", n=units // pack.quantity, pack=name, units=pack.quantity)
    return ""


def _goes_to(session: Session, container: Container) -> str:
    """The address of the one order that the unit is for."""
    theirs = (
        select(OrderLine.order_id)
        .join(Reservation, Reservation.order_line_id == OrderLine.id)
        .join(Holding, Holding.reservation_id == Reservation.id)
        .where(Holding.container_id == container.id, Holding.quantity > 0)
    )
    orders = session.scalars(select(Order).where(Order.id.in_(theirs)).limit(2)).all()
    return address(orders[0].ship_to) if len(orders) == 1 else ""
