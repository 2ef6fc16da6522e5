"""What stands on the label that a customer puts on a parcel that comes back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item
from app.language import _
from app.orders.models import Order
from app.orders.papers import address, printable
from app.refusal import Refused
from app.returns.authorise import rma_of
from app.returns.models import RmaLine

_MOST_LINES = 5


def return_fields(session: Session, number: str, *, return_to: str) -> dict[str, str]:
    """The fields of the label "return" for an RMA; ``return_to`` is the house's address, line by line.

    Errors: ``unknown_return``; ``no_house_address``.
    """
    rma = rma_of(session, number)
    if not return_to:
        raise Refused("no_house_address", _("There is no return address. Set TRUESHELF_HOUSE_ADDRESS."))
    order = session.get_one(Order, rma.order_id)
    rows = session.execute(
        select(RmaLine.quantity, Item.sku, Item.name)
        .join(Item, Item.id == RmaLine.item_id)
        .where(RmaLine.rma_id == rma.id)
        .order_by(RmaLine.id)
    ).all()
    lines = ["\t".join((str(units), printable(sku), printable(name))) for units, sku, name in rows]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"+{len(lines) - _MOST_LINES + 1}"]
    fields = {
        "code": encode(InternalKind.DOCUMENT, rma.number),
        "rma": rma.number,
        "return_to": return_to,
        "return_from": address(order.ship_to),
        "order": printable(order.order_ref),
        "lines": "\n".join(lines),
    }
    return {name: value for name, value in fields.items() if value}
