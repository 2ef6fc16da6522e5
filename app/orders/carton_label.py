"""What stands on a carton's label."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.orders.models import Order, Shipment, ShipmentCarton
from app.orders.papers import address
from app.places.models import Container
from app.refusal import NotFound


def carton_fields(session: Session, carton: Container, *, ship_from: str = "") -> dict[str, str]:
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
        "ship_from": ship_from,
        "ship_to": address(order.ship_to) or order.order_ref,
        "order": order.order_ref,
        "carton": str([row.id for row in siblings].index(carton.id) + 1),
        "cartons": str(len(siblings)) if is_whole else "",
        "carrier": shipment.carrier,
        "weight": f"{carton.weight_grams / 1000:.3f} kg" if carton.weight_grams else "",
    }
    return {name: value for name, value in fields.items() if value}
