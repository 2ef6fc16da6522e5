"""What stands on a carton's label."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.orders.models import Order, Shipment, ShipmentCarton
from app.places.models import Container
from app.refusal import NotFound

_ADDRESS = ("name", "address1", "address2", "postcode", "city", "region", "country")


def carton_fields(session: Session, carton: Container) -> dict[str, str]:
    """The fields of the label "carton"; how many cartons there will be is only said once all are closed.

    Errors: ``carton_without_order``.
    """
    found = session.execute(
        select(Order, Shipment)
        .join(Shipment, Shipment.order_id == Order.id)
        .join(ShipmentCarton, ShipmentCarton.shipment_id == Shipment.id)
        .where(ShipmentCarton.container_id == carton.id)
    ).first()
    if found is None:
        raise NotFound(
            "carton_without_order", _("Carton %(code)s belongs to no shipment. Pack it first.", code=carton.code)
        )
    order, shipment = found
    siblings = session.execute(
        select(Container.id, Container.status)
        .join(ShipmentCarton, ShipmentCarton.container_id == Container.id)
        .where(ShipmentCarton.shipment_id == shipment.id)
        .order_by(ShipmentCarton.id)
    ).all()
    is_whole = all(row.status != "open" for row in siblings)
    fields = {
        "sscc": carton.code,
        "ship_to": _address(order.ship_to) or order.order_ref,
        "order": order.order_ref,
        "carton": str([row.id for row in siblings].index(carton.id) + 1),
        "cartons": str(len(siblings)) if is_whole else "",
        "carrier": shipment.carrier,
        "weight": f"{carton.weight_grams / 1000:.3f} kg" if carton.weight_grams else "",
    }
    return {name: value for name, value in fields.items() if value}


def _address(ship_to: dict[str, Any]) -> str:
    """The lines of an address. A control character that a shop let through is no reason to stop a parcel."""
    lines = [str(ship_to.get(f"ship_to_{part}") or ship_to.get(part) or "") for part in _ADDRESS]
    printable = ("".join(letter if letter.isprintable() else " " for letter in line).strip() for line in lines)
    return "\n".join(line for line in printable if line)
