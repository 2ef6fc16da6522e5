"""What stands on the label of a thing that we have: its fields, from its row."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item, ItemBarcode
from app.labels.printers import printer_of
from app.language import _
from app.orders.carton_label import carton_fields
from app.people.models import Operator
from app.places.models import Warehouse
from app.places.warehouses import container_of, location_of
from app.refusal import NotFound

_Fields = dict[str, str]


def fields_of(session: Session, template: str, code: str, *, warehouse_id: int) -> _Fields:
    """The fields of ``template`` for the thing called ``code``.

    Errors: ``unknown_template`` for a label that belongs to no one thing; ``unknown_*`` where the thing is not there.
    """
    maker = _MAKERS.get(template)
    if maker is None:
        raise NotFound("unknown_template", _("There is no such label. Choose bin, item, tote, carton or badge."))
    return maker(session, code, warehouse_id)


def _bin(session: Session, code: str, warehouse_id: int) -> _Fields:
    place = location_of(session, session.get_one(Warehouse, warehouse_id), code)
    fields = {"code": encode(InternalKind.LOCATION, place.code), "name": place.code}
    return fields | ({"zone": place.zone} if place.zone else {})


def _item(session: Session, code: str, _warehouse_id: int) -> _Fields:
    item = session.scalar(select(Item).where(Item.sku == code))
    if item is None:
        raise NotFound("unknown_sku", _("There is no item %(sku)s. Import it first.", sku=code))
    barcode = session.scalar(
        select(ItemBarcode.barcode)
        .where(ItemBarcode.item_id == item.id, ItemBarcode.quantity == 1)
        .order_by(ItemBarcode.id)
        .limit(1)
    )
    return {"code": barcode or encode(InternalKind.ITEM, item.sku), "sku": item.sku, "name": item.name}


def _tote(session: Session, code: str, _warehouse_id: int) -> _Fields:
    tote = container_of(session, code)
    return {"code": encode(InternalKind.CONTAINER, tote.code), "name": tote.code}


def _carton(session: Session, code: str, _warehouse_id: int) -> _Fields:
    return carton_fields(session, container_of(session, code))


def _badge(session: Session, code: str, _warehouse_id: int) -> _Fields:
    operator = session.scalar(select(Operator).where(Operator.badge == code))
    if operator is None:
        raise NotFound("unknown_badge", _("This badge is nobody's. Scan another one, or ask your supervisor."))
    return {
        "code": encode(InternalKind.BADGE, operator.badge),
        "name": operator.name,
        "role": ", ".join(operator.roles).capitalize(),
    }


def _printer(session: Session, code: str, _warehouse_id: int) -> _Fields:
    printer = printer_of(session, code)
    return {"code": encode(InternalKind.PRINTER, printer.code), "name": printer.name}


_MAKERS: dict[str, Callable[[Session, str, int], _Fields]] = {
    "bin": _bin,
    "item": _item,
    "tote": _tote,
    "carton": _carton,
    "badge": _badge,
    "printer": _printer,
}
