"""What stands on the papers of an order: the packing slip of a shipment, the pick list for a day without radio."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item, Lot
from app.language import _
from app.ledger.models import Balance
from app.orders.models import Allocation, Holding, Order, OrderLine, Reservation, Shipment, ShipmentCarton
from app.places.models import Location, Warehouse
from app.refusal import NotFound, Refused

LINES_PER_PAGE = 25
_ADDRESS = (("name",), ("address1",), ("address2",), ("postcode", "city"), ("region",), ("country",))
Fields = dict[str, str]


def packing_slips(session: Session, number: str, *, company: str = "") -> list[Fields]:
    """The fields of the label "packing_slip" for the shipment of this number, one for each page.

    What is in its cartons, or left in them. Errors: ``unknown_shipment``; ``nothing_packed``.
    """
    found = session.execute(
        select(Shipment, Order, Warehouse.time_zone)
        .join(Order, Order.id == Shipment.order_id)
        .join(Warehouse, Warehouse.id == Shipment.warehouse_id)
        .where(Shipment.number == number)
    ).first()
    if found is None:
        raise NotFound("unknown_shipment", _("There is no shipment %(number)s. Check the number.", number=number))
    shipment, order, time_zone = found
    units = func.sum(Holding.quantity)
    rows = session.execute(
        select(Item.sku, Item.name, Lot.code, units)
        .join(Holding, Holding.item_id == Item.id)
        .join(Reservation, Reservation.id == Holding.reservation_id)
        .join(ShipmentCarton, ShipmentCarton.container_id == Holding.container_id)
        .outerjoin(Lot, Lot.id == Holding.lot_id)
        .where(ShipmentCarton.shipment_id == shipment.id, Holding.quantity > 0)
        .group_by(Reservation.order_line_id, Item.sku, Item.name, Lot.code)
        .order_by(Reservation.order_line_id, Lot.code)
    ).all()
    if not rows:
        raise Refused("nothing_packed", _("Nothing of %(number)s is packed yet. Pack it first.", number=number))
    lines = [_line(str(quantity), sku, _named(name, lot)) for sku, name, lot, quantity in rows]
    moment = shipment.shipped_at or clock.now()
    return _pages(order, lines, company=company, date=moment.astimezone(ZoneInfo(time_zone)).date().isoformat())


def newest_shipment(session: Session, order: Order) -> str:
    """The number of the order's newest shipment. Errors: ``nothing_packed``."""
    number = session.scalar(
        select(Shipment.number)
        .where(Shipment.order_id == order.id, Shipment.status != "cancelled")
        .order_by(Shipment.id.desc())
        .limit(1)
    )
    if number is None:
        raise Refused(
            "nothing_packed", _("Nothing of %(number)s is packed yet. Pack it first.", number=order.order_ref)
        )
    return number


def pick_lists(session: Session, order: Order, *, warehouse_id: int, company: str = "") -> list[Fields]:
    """The fields of the label "pick_list" for what of the order still waits in the bins of this warehouse, in the
    order of the walk, one for each page.

    Errors: ``nothing_to_pick``.
    """
    left = func.sum(Allocation.quantity - Allocation.picked - Allocation.released)
    rows = session.execute(
        select(Location.code, Item.sku, Item.name, Lot.code, left)
        .join(Balance, Balance.location_id == Location.id)
        .join(Allocation, Allocation.balance_id == Balance.id)
        .join(Reservation, Reservation.id == Allocation.reservation_id)
        .join(OrderLine, OrderLine.id == Reservation.order_line_id)
        .join(Item, Item.id == Balance.item_id)
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(OrderLine.order_id == order.id, Location.warehouse_id == warehouse_id)
        .group_by(Location.id, Location.sequence, Location.code, Item.id, Item.sku, Item.name, Lot.code)
        .having(left > 0)
        .order_by(Location.sequence, Location.code, Item.id, Lot.code)
    ).all()
    if not rows:
        raise Refused(
            "nothing_to_pick",
            _("Nothing of %(order)s waits to be picked here. Release it to the floor first.", order=order.order_ref),
        )
    lines = [_line(place, sku, _named(name, lot), str(units)) for place, sku, name, lot, units in rows]
    zone = session.get_one(Warehouse, warehouse_id).time_zone
    return _pages(order, lines, company=company, date=clock.today(zone).isoformat())


def address(ship_to: dict[str, Any]) -> str:
    """The lines of an address, as the channel gave it."""

    def said(part: str) -> str:
        return printable(ship_to.get(f"ship_to_{part}") or ship_to.get(part) or "")

    lines = [" ".join(word for part in line if (word := said(part))) for line in _ADDRESS]
    return "\n".join(line for line in lines if line)


def printable(text: object) -> str:
    """One line of text. A control character that a shop let through is no reason to stop a parcel."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text)).strip()


def _named(name: str, lot: str | None) -> str:
    return name if lot is None else _("%(name)s, lot %(lot)s", name=name, lot=lot)


def _line(*cells: str) -> str:
    return "\t".join(printable(cell) for cell in cells)


def _pages(order: Order, lines: Sequence[str], *, company: str, date: str) -> list[Fields]:
    starts = range(0, len(lines), LINES_PER_PAGE)
    head = {
        "code": encode(InternalKind.DOCUMENT, order.order_ref),
        "document": printable(order.order_ref),
        "company": company,
        "ship_to": address(order.ship_to),
        "date": date,
        "pages": str(len(starts)),
    }
    return [
        {name: value for name, value in head.items() if value}
        | {"page": str(number), "lines": "\n".join(lines[start : start + LINES_PER_PAGE])}
        for number, start in enumerate(starts, start=1)
    ]
