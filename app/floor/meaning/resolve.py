"""A barcode -> what it means here.

What is expected is tried first, in the order of the prompt, then anything else it can be. The raw value is tried
before its GS1 parse. The first hit wins, and never a guess: two meanings ask for a narrower scan.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import bindparam, literal, or_, select
from sqlalchemy.orm import Session

from app.barcode import DEFAULT_PROFILE, Profile, clean, parse
from app.barcode.barcode import Barcode, Kind
from app.barcode.internal import InternalKind
from app.catalog.models import Item, ItemBarcode, Lot
from app.db import core, table
from app.floor.meaning.carton_digits import carton_called
from app.floor.shared.blind_number import BLIND, receipt_number
from app.floor.shared.step import Meaning
from app.language import _
from app.ledger.models import Balance
from app.orders.models import Order
from app.people.models import Operator
from app.places.models import Container, Location
from app.refusal import Refused
from app.returns.models import Rma
from app.supply.models import PurchaseOrder
from app.tasks.models import Task

_INTERNAL = {
    InternalKind.LOCATION: "location",
    InternalKind.CONTAINER: "container",
    InternalKind.BADGE: "badge",
    InternalKind.ACTION: "action",
    InternalKind.DOCUMENT: "document",
    InternalKind.ITEM: "item",
}
_ALIASES = {"target": ("location", "container"), "carton": ("container",), "quantity": (), "confirm": ()}
_LONGEST_PLATE = 40
_UNITS = (Kind.ELEMENTS, Kind.SSCC, Kind.DIGITAL_LINK)
_EVERYTHING = ("location", "container", "item", "lot", "serial", "document", "badge")


def read(code: str, *, today: date, profile: Profile = DEFAULT_PROFILE) -> Barcode:
    """Take a scan apart as the device's scanner sends it (``profile``); what cannot be taken apart is still tried as
    it stands, and refused only then."""
    try:
        return parse(code, today=today, profile=profile)
    except Refused as refused:
        if refused.code in ("empty", "too_long"):
            raise
        return Barcode(kind=Kind.PLAIN, raw=code, text=clean(code, profile), warnings=(refused.code,))


def resolve(
    session: Session,
    barcode: Barcode,
    *,
    expects: Sequence[str],
    warehouse_id: int,
    item_id: int | None = None,
    task_id: int | None = None,
    today: date,
    takes_new: bool = False,
) -> Meaning:
    """What the scan means where ``expects`` is expected; ``item_id`` is the item of the waiting line of ``task_id``.

    ``takes_new``: a text that nothing bears is taken for the first expected thing (a new lot, a date). Where ``plate``
    is expected, it may become the name of a container; where ``container`` is, a carton is known by its last digits.

    Errors: ``unknown_code``, ``unknown_sscc``; ``two_meanings``; whatever the parse refused, where nothing bears the
    raw text.
    """
    for word in _order(barcode, expects, is_new=takes_new):
        found = _FINDERS[word](session, barcode, warehouse_id, item_id)
        if len(found) > 1:
            names = ", ".join(f"{meaning.type} {meaning.code}" for meaning in found[:3])
            raise Refused("two_meanings", _("This can be %(names)s. Scan something narrower.", names=names))
        if found:
            return _with_facts(found[0], barcode)
    if takes_new:
        value = {"lot": barcode.lot, "serial": barcode.serial, "expiry": barcode.expiry and barcode.expiry.isoformat()}
        if barcode.kind is Kind.PLAIN and barcode.warnings:
            parse(barcode.text, today=today)  # a label that was read by half is no lot either
        if barcode.kind is Kind.ELEMENTS and not value.get(expects[0]):
            raise _unknown(barcode, expects)  # a GS1 label that says something else is no lot by itself
        text = value.get(expects[0]) or _text(barcode)
        expiry = barcode.expiry or barcode.best_before
        return Meaning(
            type=expects[0],
            code=text,
            lot=text,
            serial=text,
            item_id=item_id or 0,
            expiry=expiry,
            produced=barcode.production,
        )
    if "container" in expects:
        counting = item_id is not None and "item" in expects
        carton = carton_called(session, barcode.text, warehouse_id=warehouse_id, task_id=task_id, is_counting=counting)
        if carton is not None:
            return carton
    capitals = barcode.raw.upper()
    if barcode.kind is Kind.PLAIN and barcode.raw != capitals:  # typed by hand: dock-1
        try:
            typed = read(capitals, today=today)
            return resolve(session, typed, expects=expects, warehouse_id=warehouse_id, item_id=item_id, today=today)
        except Refused as refused:
            if refused.code == "two_meanings":
                raise
    if barcode.kind is Kind.PLAIN and barcode.warnings:
        parse(barcode.raw, today=today)  # nothing bears it as it stands: say what is wrong with it
    if "plate" in expects and _may_be_a_plate(barcode):
        return Meaning(type="plate", code=_text(barcode))
    raise _unknown(barcode, expects)


def _may_be_a_plate(barcode: Barcode) -> bool:
    """Whether a code that nothing bears yet may become a container's: our own label for one, or a text.

    Digits alone are rather a barcode of goods, and misread at that.
    """
    if barcode.internal is not None:
        return barcode.internal.kind is InternalKind.CONTAINER
    is_name = 3 <= len(barcode.text) <= _LONGEST_PLATE and not barcode.text.isdigit()
    return barcode.kind is Kind.PLAIN and is_name and barcode.text.isprintable()


def _unknown(barcode: Barcode, expects: Sequence[str]) -> Refused:
    """A unit's own number is never an item's, so nobody is offered to link it to one."""
    if barcode.sscc and not barcode.content:
        message = _("SSCC %(sscc)s is not here. Expected: %(what)s.", sscc=barcode.sscc, what=words(expects))
        return Refused("unknown_sscc", message, expected=list(expects))
    return Refused(
        "unknown_code",
        _("Not known: %(code)s. Expected: %(what)s.", code=barcode.raw[:60], what=words(expects)),
        expected=list(expects),
    )


def meanings(session: Session, barcode: Barcode, *, warehouse_id: int) -> list[Meaning]:
    """Everything that the scan can be here, where nothing is expected; people are not named."""
    words = _order(barcode, ("item", "location", "container", "lot", "document"))
    return [
        meaning
        for word in words
        if word in _FINDERS and word not in ("badge", "action")
        for meaning in _FINDERS[word](session, barcode, warehouse_id, None)
    ]


def _order(barcode: Barcode, expects: Sequence[str], *, is_new: bool = False) -> Sequence[str]:
    """The words to try. Where something new may come, a text is not taken for a place or a document that happens to
    be called the same; an item is: it was scanned once more."""
    if barcode.internal is not None:
        return (_INTERNAL.get(barcode.internal.kind, "document"),)
    wanted = [word for expected in expects for word in _ALIASES.get(expected, (expected,)) if word in _FINDERS]
    return list(dict.fromkeys((*wanted, *(("item",) if is_new else _EVERYTHING))))


def _with_facts(meaning: Meaning, barcode: Barcode) -> Meaning:
    """An item label's other facts travel with it."""
    if meaning.type != "item":
        return meaning
    return replace(
        meaning,
        quantity=meaning.quantity * (barcode.count or 1),
        lot=barcode.lot or "",
        expiry=barcode.expiry or barcode.best_before,
        produced=barcode.production,
        serial=barcode.serial or "",
        facts=barcode.elements if barcode.content else {},
    )


def _text(barcode: Barcode) -> str:
    return barcode.internal.code if barcode.internal else barcode.text


# Built once: every scan asks one or two of these.
location, container, item, item_barcode = map(table, (Location, Container, Item, ItemBarcode))
_LOCATION = select(location.c.id, location.c.code).where(
    location.c.warehouse_id == bindparam("warehouse"), location.c.code == bindparam("text")
)
_CONTAINER = select(container.c.id, container.c.code, container.c.location_id).where(
    container.c.code.in_((bindparam("text"), bindparam("sscc")))
)
_ITEM = (
    select(item_barcode.c.item_id, item.c.sku, item_barcode.c.quantity, item_barcode.c.barcode)
    .join(item, item.c.id == item_barcode.c.item_id)
    .where(
        or_(
            item_barcode.c.barcode == bindparam("text"),
            item_barcode.c.gtin.in_(bindparam("gtins", expanding=True)),
        )
    )
)
_SKU = select(item.c.id, item.c.sku).where(item.c.sku == bindparam("text"))


def _location(session: Session, barcode: Barcode, warehouse_id: int, _item: int | None) -> list[Meaning]:
    rows = core(session).execute(_LOCATION, {"warehouse": warehouse_id, "text": _text(barcode)})
    return [Meaning(type="location", id=row.id, code=row.code) for row in rows]


def _container(session: Session, barcode: Barcode, _warehouse: int, _item: int | None) -> list[Meaning]:
    text = _text(barcode)
    rows = core(session).execute(_CONTAINER, {"text": text, "sscc": barcode.sscc or text})
    return [Meaning(type="container", id=row.id, code=row.code, stands=row.location_id or 0) for row in rows]


def _item(session: Session, barcode: Barcode, _warehouse: int, _item: int | None) -> list[Meaning]:
    """By the raw text, by its GTIN (or that of a logistic unit's content), without its measure, by the SKU itself."""
    text = _text(barcode)
    gtins = [gtin for gtin in (barcode.gtin, barcode.content, *barcode.candidates) if gtin]
    rows = core(session).execute(_ITEM, {"text": text, "gtins": gtins}).all()
    if not rows and barcode.generic:
        rows = core(session).execute(_ITEM, {"text": barcode.generic, "gtins": []}).all()
    exact = [row for row in rows if row.barcode == text] or rows
    found = {(row.item_id, row.quantity): row for row in exact}
    if found:
        return [
            Meaning(type="item", id=row.item_id, code=row.sku, quantity=row.quantity, item_id=row.item_id)
            for row in found.values()
        ]
    row = core(session).execute(_SKU, {"text": text}).first()
    return [Meaning(type="item", id=row.id, code=row.sku, item_id=row.id)] if row else []


def _lot(session: Session, barcode: Barcode, _warehouse: int, item_id: int | None) -> list[Meaning]:
    """A lot of the waiting line's item; of another item only where no line waits. The dates are the label's."""
    said = barcode.expiry or barcode.best_before
    statement = select(Lot.id, Lot.code, Lot.item_id).where(Lot.code == (barcode.lot or _text(barcode)))
    if item_id is not None:
        statement = statement.where(Lot.item_id == item_id)
    return [
        Meaning(
            type="lot",
            id=row.id,
            code=row.code,
            item_id=row.item_id,
            lot=row.code,
            expiry=said,
            produced=barcode.production,
        )
        for row in session.execute(statement)
    ]


def _serial(session: Session, barcode: Barcode, _warehouse: int, item_id: int | None) -> list[Meaning]:
    """A unit of the waiting line's item that is in stock."""
    text = barcode.serial or _text(barcode)
    in_stock = select(Balance.id).where(Balance.item_id == item_id, Balance.serial == text, Balance.quantity > 0)
    if item_id is None or session.scalar(in_stock.limit(1)) is None:
        return []
    return [Meaning(type="serial", code=text, serial=text, item_id=item_id)]


def _sscc(_session: Session, barcode: Barcode, _warehouse: int, _item: int | None) -> list[Meaning]:
    """The number of a logistic unit, wherever it is, from a label that does not say what is inside."""
    if not barcode.sscc or barcode.content or barcode.kind not in _UNITS:
        return []
    expiry = barcode.expiry or barcode.best_before
    return [
        Meaning(
            type="sscc",
            code=barcode.sscc,
            lot=barcode.lot or "",
            expiry=expiry,
            produced=barcode.production,
            facts=barcode.elements,
        )
    ]


def _document(session: Session, barcode: Barcode, _warehouse: int, _item: int | None) -> list[Meaning]:
    text = _text(barcode)
    statements = [
        ("purchase_order", select(PurchaseOrder.id, PurchaseOrder.number).where(PurchaseOrder.number == text)),
        ("order", select(Order.id, Order.order_ref).where(Order.order_ref == text)),
        ("rma", select(Rma.id, Rma.number).where(Rma.number == text)),
    ]
    number = receipt_number(text)
    if number is not None:  # a receipt without a purchase order is known by its work alone
        of_number = (Task.document_type == BLIND) & (Task.document_id == number)
        statements.append((BLIND, select(literal(number), Task.document).where(of_number).limit(1)))
    return [
        Meaning(type=f"document:{kind}", id=row[0], code=row[1])
        for kind, statement in statements
        for row in session.execute(statement)
    ]


def _badge(session: Session, barcode: Barcode, _warehouse: int, _item: int | None) -> list[Meaning]:
    statement = select(Operator.id, Operator.name).where(Operator.badge == _text(barcode))
    return [Meaning(type="badge", id=row.id, code=row.name) for row in session.execute(statement)]


def _action(_session: Session, barcode: Barcode, _warehouse: int, _item: int | None) -> list[Meaning]:
    return [Meaning(type="action", code=barcode.internal.code.lower())] if barcode.internal else []


_FINDERS: dict[str, Callable[[Session, Barcode, int, int | None], list[Meaning]]] = {
    "location": _location,
    "container": _container,
    "item": _item,
    "lot": _lot,
    "serial": _serial,
    "sscc": _sscc,
    "document": _document,
    "badge": _badge,
    "action": _action,
}


def words(expects: Sequence[str]) -> str:
    """The expected things as a person says them."""
    names = {
        "location": _("a location"),
        "container": _("a tote or carton"),
        "item": _("an item"),
        "lot": _("a lot"),
        "serial": _("a serial number"),
        "sscc": _("the SSCC of a pallet or carton"),
        "expiry": _("an expiry date"),
        "quantity": _("a quantity"),
        "target": _("where it goes"),
        "document": _("a document"),
        "disposition": _("a decision"),
        "reason": _("a reason"),
        "confirm": _("a choice on the screen"),
    }
    *most, last = (names.get(word, word) for word in expects if word != "plate")
    return _("%(these)s or %(last)s", these=", ".join(most), last=last) if most else last
