"""The sheet of barcodes to try the demo with: badges, action cards, papers, places, goods, bins, totes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.barcode.gtin import to_gtin14
from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item
from app.demo.plan import CHOCOLATE, DEMO_ORDER, PLACES, RADIO, TEA, TOTES, Plan
from app.labels import demo_sheet
from app.language import _
from app.places.models import Location
from app.tasks.models import Task, TaskLine

Codes = list[tuple[str, str]]


def sections(
    session: Session, plan: Plan, people: Sequence[tuple[str, str, str, Sequence[str]]]
) -> list[tuple[str, Codes]]:
    """What is on the sheet: the goods of the small deliveries, the bins of the waiting pick tasks, in order of use."""
    receiving = [line for number in ("PO-1001", "PO-1002") for line in plan.purchase_orders[number][1]]
    return [
        (
            _("Badges"),
            [(f"{name}, PIN {pin}", encode(InternalKind.BADGE, badge)) for name, badge, pin, _roles in people],
        ),
        (
            _("Papers"),
            [(number, encode(InternalKind.DOCUMENT, number)) for number in (*sorted(plan.purchase_orders), DEMO_ORDER)],
        ),
        (_("Places"), [(code, encode(InternalKind.LOCATION, code)) for code, _kind in PLACES]),
        (_("Totes"), [(code, encode(InternalKind.CONTAINER, code)) for code in TOTES[:6]]),
        (_("Cards"), [(name.upper(), encode(InternalKind.ACTION, name)) for name in ("done", "short", "skip", "undo")]),
        (_("Goods to receive"), [_to_receive(plan, sku, units) for sku, units in receiving]),
        (_("Bins and goods to pick"), _to_pick(session, plan)),
    ]


def sheet(codes: Sequence[tuple[str, Codes]]) -> bytes:
    """The sections as a PDF."""
    return demo_sheet(
        codes,
        "Trueshelf demo",
        intro=_(
            "Sign in with Mia's badge and her PIN. Then scan PO-1001 to receive, PO-1000 to put away, or DEMO-1 "
            "to pick into TOTE-01."
        ),
    )


def _to_receive(plan: Plan, sku: str, units: int) -> tuple[str, str]:
    name = plan.day.names.get(sku, sku)
    caption = f"{units} × {sku} {name}" if name != sku else f"{units} × {sku}"
    if sku in (TEA, CHOCOLATE):
        expiry = plan.today.replace(year=plan.today.year + 1, day=1).strftime("%y%m%d")
        return caption, f"[01]{to_gtin14(plan.barcodes[sku])}[17]{expiry}[10]{sku[0]}-NEW"
    return caption, plan.barcodes[sku]


def _to_pick(session: Session, plan: Plan) -> Codes:
    statement = (
        select(Location.code, Item.sku, Item.name, TaskLine.quantity, TaskLine.serial)
        .join(TaskLine, TaskLine.source_location_id == Location.id)
        .join(Task, Task.id == TaskLine.task_id)
        .join(Item, Item.id == TaskLine.item_id)
        .where(Task.kind == "pick", TaskLine.status == "open")
        .order_by(Task.id, TaskLine.position)
        .limit(16)
    )
    codes: dict[tuple[str, str], None] = {}
    for place, sku, name, units, serial in session.execute(statement):
        codes[place, encode(InternalKind.LOCATION, place)] = None
        codes[f"{units} × {sku} {name}", plan.barcodes[sku]] = None
        if sku == RADIO and serial:
            codes[f"{sku} {serial}", serial] = None
    return list(codes)
