"""A delivery whose purchase order is changed by the office while it is being received."""

from app.supply.many_lines import NewGoods, change_goods
from app.supply.models import PurchaseOrderLine
from app.supply.purchase_orders import purchase_order_of, save_line
from tests.floor.story import Floor, Worker


def _ordered_now(floor: Floor, number: str, sku: str, units: int) -> None:
    floor.do(
        lambda house: save_line(
            house.session,
            purchase_order_of(house.session, number),
            line="1",
            item_id=house.item(sku).id,
            quantity=units,
        )
    )


def test_units_that_are_counted_and_no_longer_ordered_are_set_aside_and_the_rest_comes_in(
    floor: Floor, receiver: Worker
) -> None:
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=6).asked("target")
    _ordered_now(floor, "PO-1", "MUG", 4)
    receiver.scan("DOCK").hears("line_gone")
    assert receiver.message == "PO-1 has just been changed. Set 2 × MUG aside and ask the office."
    assert receiver.prompt["counted"] == 4
    receiver.scan("DOCK").hears("received").finished()
    assert floor.sums("MUG") == (4, 0, 0, 0)


def test_what_is_ordered_more_while_it_comes_is_asked_for_in_the_same_job(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 3))
    receiver.start("receive", "PO-1").scan("MUG")
    _ordered_now(floor, "PO-1", "MUG", 5)
    receiver.act("quantity", quantity=5).hears("quantity_confirmed").scan("DOCK").finished()
    assert floor.sums("MUG") == (5, 0, 0, 0)


def test_nothing_more_is_asked_for_where_all_that_is_still_ordered_has_come(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=4).scan("DOCK").hears("received")
    receiver.scan("MUG")
    _ordered_now(floor, "PO-1", "MUG", 4)
    receiver.scan("DOCK").hears("line_gone").finished()
    assert floor.sums("MUG") == (4, 0, 0, 0)


def test_serial_numbers_beyond_what_is_still_ordered_are_not_received(floor: Floor, receiver: Worker) -> None:
    floor.item("CAM", tracking="serial")
    floor.purchase("PO-1", ("CAM", 2))
    receiver.start("receive", "PO-1").scan("CAM", "S-1", "S-2").asked("target")
    _ordered_now(floor, "PO-1", "CAM", 1)
    receiver.scan("DOCK").hears("line_gone").scan("DOCK").hears("received").finished()
    assert floor.sums("CAM") == (1, 0, 0, 0)


def test_a_file_that_changes_the_order_tells_the_dock_too(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1")

    def change(house) -> None:  # type: ignore[no-untyped-def]
        order = purchase_order_of(house.session, "PO-1")
        line = house.session.query(PurchaseOrderLine).one()
        goods = NewGoods(order=order, line_id=line.id, item_id=line.item_id, quantity=2, unit_cost=None, eta=None)
        assert change_goods(house.session, [goods]) == {}

    floor.do(change)
    receiver.scan("MUG").act("quantity", quantity=3).refused("too_many")
    receiver.act("quantity", quantity=2).scan("DOCK").finished()


def test_what_was_damaged_and_is_no_longer_ordered_says_nothing_about_the_next_goods(
    floor: Floor, receiver: Worker
) -> None:
    floor.purchase("PO-1", ("MUG", 6), ("TEA", 2))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=4).scan("DOCK").hears("received")
    receiver.scan("MUG").act("damaged", reason="damaged").hears("fault_noted")
    _ordered_now(floor, "PO-1", "MUG", 4)
    receiver.scan("QUARANTINE").hears("line_gone")
    receiver.scan("TEA", "TEA").scan("DOCK").hears("received").finished()
    assert floor.sums("TEA") == (2, 0, 0, 0)
