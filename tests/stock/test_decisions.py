"""Cancellations and short closes keep their reason, who and when."""

from sqlalchemy.orm import Session

from app.orders.cancel import cancel_lines, cancel_order
from app.people.decisions import By, decisions_about
from app.supply.purchase_orders import open_purchase_order, save_line, short_close, supplier_of
from tests.stock.house import House


def test_a_cancellation_keeps_its_reason_who_and_when(session: Session):
    house = House(session)
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 5))
    olga = By(house.actor("office").operator_id)
    cancel_lines(session, house.id("SO-1"), [("1", 2)], reason="too many", by=olga)
    for _twice in range(2):
        cancel_order(session, house.id("SO-1"), reason="channel")
    found = decisions_about(session, "order", house.id("SO-1"))
    assert [(row.what, row.reason, row.detail, row.by) for row in found] == [
        ("cancelled", "too many", "1: 2", "office"),
        ("cancelled", "channel", "", "orders"),
    ]


def test_a_short_close_keeps_its_reason_who_and_when(session: Session):
    house = House(session)
    order = open_purchase_order(
        session, number="PO-1", supplier_id=supplier_of(session, "ACME").id, warehouse_id=house.warehouse().id
    )
    save_line(session, order, line="1", item_id=house.item("MUG").id, quantity=4)
    for _twice in range(2):
        short_close(session, "PO-1", reason="sold out", by=By(house.actor("office").operator_id))
    (row,) = decisions_about(session, "purchase_order", order.id)
    assert (row.what, row.reason, row.detail, row.by) == ("short_closed", "sold out", "4", "office")
