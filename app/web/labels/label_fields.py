"""What stands on the label of a thing that we have: its fields, from its row. Papers have one row for each page."""

from collections.abc import Callable

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.barcode.internal import InternalKind, encode
from app.catalog.items import item_of
from app.catalog.models import Item, ItemBarcode, Lot
from app.labels.printers import printer_of
from app.language import _
from app.orders import papers
from app.orders.carton_label import carton_fields
from app.orders.find import order_called
from app.orders.unit_label import gtin_of, is_gs1_lot, logistic_fields, lpn_fields
from app.people.models import Operator
from app.places.models import Warehouse
from app.places.warehouses import container_of, location_of
from app.refusal import NotFound, Refused
from app.returns.return_label import return_fields
from app.web.gate.security import settings

Fields = dict[str, str]
_Maker = Callable[[Session, str, int], list[Fields]]


def rows_of(session: Session, template: str, code: str, *, warehouse_id: int, thing: str = "") -> list[Fields]:
    """The fields of ``template`` for the thing called ``code``, a row for each label or page.

    ``thing``: what it is (``carton``, ``order``); otherwise that for which the template was made. A template of the
    house's own is filled as the thing's first one. Errors: ``unknown_template`` for a label that belongs to no one
    thing; ``unknown_*`` where the thing is not there; those of the label's own maker.
    """
    if thing:
        makers = _MAKERS[thing]
        return makers.get(template, next(iter(makers.values())))(session, code, warehouse_id)
    for makers in _MAKERS.values():
        if template in makers:
            return makers[template](session, code, warehouse_id)
    raise NotFound("unknown_template", _("There is no such label. Choose bin, item, tote, carton or badge."))


def _bin(session: Session, code: str, warehouse_id: int) -> list[Fields]:
    place = location_of(session, session.get_one(Warehouse, warehouse_id), code)
    fields = {"code": encode(InternalKind.LOCATION, place.code), "name": place.code}
    return [fields | ({"zone": place.zone} if place.zone else {})]


def _item(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    return [_of_item(session, item_of(session, code))]


def _of_item(session: Session, item: Item) -> Fields:
    barcode = session.scalar(
        select(ItemBarcode.barcode)
        .where(ItemBarcode.item_id == item.id, ItemBarcode.quantity == 1)
        .order_by(ItemBarcode.id)
        .limit(1)
    )
    return {"code": barcode or encode(InternalKind.ITEM, item.sku), "sku": item.sku, "name": item.name}


def _receipt(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    item, lot = _lot(session, code)
    fields = _of_item(session, item) | {"lot": lot.code}
    fields["gtin"] = gtin_of(session, item.id) if is_gs1_lot(lot.code) else ""
    return [_filled(fields | {"expiry": lot.expiry.isoformat() if lot.expiry else ""})]


def _item_gs1(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    item, lot = _lot(session, code)
    gtin = gtin_of(session, item.id)
    if not gtin or not is_gs1_lot(lot.code):
        raise Refused(
            "no_gtin", _("%(sku)s has no GTIN, or a lot that GS1 cannot write. Print its receipt label.", sku=item.sku)
        )
    fields = {"gtin": gtin, "sku": item.sku, "name": item.name, "lot": lot.code}
    return [_filled(fields | {"expiry": lot.expiry.isoformat() if lot.expiry else ""})]


def _lot(session: Session, code: str) -> tuple[Item, Lot]:
    """By ``SKU/lot``; either may have a stroke in it. Errors: ``unknown_lot``."""
    splits = [(code[:at], code[at + 1 :]) for at, letter in enumerate(code) if letter == "/"]
    statement = select(Item, Lot).join(Lot, Lot.item_id == Item.id)
    rows = session.execute(statement.where(tuple_(Item.sku, Lot.code).in_(splits)).order_by(Lot.id)).all()
    if not rows:
        raise NotFound("unknown_lot", _("There is no lot %(code)s. Write it as SKU/lot.", code=code))
    return rows[0].Item, rows[0].Lot


def _filled(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value}


def _tote(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    tote = container_of(session, code)
    return [{"code": encode(InternalKind.CONTAINER, tote.code), "name": tote.code}]


def _carton(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    return [carton_fields(session, container_of(session, code), ship_from=settings().house_lines)]


def _logistic(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    return [logistic_fields(session, container_of(session, code), ship_from=", ".join(_house()))]


def _lpn(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    return [lpn_fields(session, container_of(session, code))]


def _packing_slip(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    return papers.packing_slips(session, code, company="".join(_house()[:1]))


def _newest_slip(session: Session, code: str, warehouse_id: int) -> list[Fields]:
    return _packing_slip(session, papers.newest_shipment(session, order_called(session, code)), warehouse_id)


def _pick_list(session: Session, code: str, warehouse_id: int) -> list[Fields]:
    order = order_called(session, code)
    return papers.pick_lists(session, order, warehouse_id=warehouse_id, company="".join(_house()[:1]))


def _return(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    return [return_fields(session, code, return_to=settings().house_lines)]


def _badge(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    operator = session.scalar(select(Operator).where(Operator.badge == code))
    if operator is None:
        raise NotFound("unknown_badge", _("This badge isn't in use. Scan another one, or ask your supervisor."))
    return [
        {
            "code": encode(InternalKind.BADGE, operator.badge),
            "name": operator.name,
            "role": ", ".join(operator.roles).capitalize(),
        }
    ]


def _printer(session: Session, code: str, _warehouse_id: int) -> list[Fields]:
    printer = printer_of(session, code)
    return [{"code": encode(InternalKind.PRINTER, printer.code), "name": printer.name}]


def _house() -> list[str]:
    return settings().house_lines.splitlines()


_UNIT: dict[str, _Maker] = {"lpn": _lpn, "tote": _tote, "logistic": _logistic, "logistic_a6": _logistic}
_MAKERS: dict[str, dict[str, _Maker]] = {  # by thing, then by label; the first label is filled as the house's own are
    "bin": {"bin": _bin},
    "item": {"item": _item, "item_roll": _item},
    "lot": {"receipt": _receipt, "item_gs1": _item_gs1},
    "tote": {"tote": _tote},
    "carton": {"carton": _carton, **_UNIT},
    "lpn": _UNIT,
    "shipment": {"packing_slip": _packing_slip},
    "order": {"pick_list": _pick_list, "packing_slip": _newest_slip},
    "return": {"return": _return},
    "badge": {"badge": _badge},
    "printer": {"printer": _printer},
}
