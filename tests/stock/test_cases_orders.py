"""Reserving, changing and cancelling: the defects that other systems had, by their number in the list of cases."""

import pytest
from sqlalchemy import func, select

from app.orders.models import Order, Reservation
from app.orders.reserve import settle
from app.refusal import Conflict, Refused
from app.tasks.models import Task
from tests.stock.house import House


def test_two_lines_of_one_item_share_its_five_units_and_do_not_both_get_them(house: House):
    """Stock case 1."""
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 5), ("MUG", 5))
    assert (house.reserved("SO-1", "1"), house.reserved("SO-1", "2")) == (5, 0)
    assert house.sums("MUG") == (5, 0, 5, 0)


def test_under_policy_refuse_the_demand_of_both_lines_is_added_up(house: House):
    """Stock case 1."""
    house.stock("MUG", 5)
    with pytest.raises(Conflict) as refusal, house.session.begin_nested():
        house.order("SO-1", ("MUG", 3), ("MUG", 3), policy="refuse")
    assert refusal.value.code == "insufficient_stock"
    assert house.session.scalar(select(func.count()).select_from(Order)) == 0
    assert house.sums("MUG") == (5, 0, 0, 0)


def test_an_order_that_holds_all_stock_can_still_be_picked_and_shipped(house: House):
    """Stock case 8."""
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 5))
    assert house.sums("MUG") == (5, 0, 5, 0)
    house.fulfil("SO-1")
    assert house.sums("MUG") == (0, 0, 0, 0)
    assert house.status("SO-1") == "shipped"


def test_a_new_price_on_a_shipped_line_reserves_nothing_and_opens_nothing(house: House):
    """Stock case 9."""
    from decimal import Decimal

    from app.orders.place import LineRequest, OrderRequest, place

    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.fulfil("SO-1")
    line = LineRequest(line_ref="1", sku="MUG", quantity=5, price=Decimal("2.50"))
    place(house.session, OrderRequest(channel="shop", order_ref="SO-1", lines=[line]))
    assert house.line("SO-1").price == Decimal("2.50")
    assert house.sums("MUG") == (4, 0, 0, 0)
    assert house.status("SO-1") == "shipped"


def test_an_edit_that_fails_revives_nothing(house: House):
    """Stock case 9."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.cancel("SO-1", ("1", 2))
    with pytest.raises(Refused), house.session.begin_nested():
        house.order("SO-1", ("MUG", 9), ("NO-SUCH", 1))
    assert house.reserved("SO-1") == 3
    assert house.sums("MUG") == (9, 0, 3, 0)


def test_an_order_settled_twice_has_one_reservation(house: House):
    """Stock case 11."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    settle(house.session, house.id("SO-1"))
    assert house.order("SO-1", ("MUG", 5)) == "unchanged"
    assert house.session.scalar(select(func.count()).select_from(Reservation)) == 1
    assert house.committed("MUG") == 5


def test_cancelling_an_order_that_never_held_anything_leaves_committed_at_zero(house: House):
    """Stock case 12."""
    house.item("MUG")
    house.order("SO-1", ("MUG", 5))
    house.cancel("SO-1")
    assert house.sums("MUG") == (0, 0, 0, 0)
    assert house.status("SO-1") == "cancelled"


def test_lines_of_ten_and_five_over_twenty_reserved_make_thirty_five(house: House):
    """Stock case 13."""
    house.stock("MUG", 100)
    house.order("SO-1", ("MUG", 20))
    house.order("SO-2", ("MUG", 10), ("MUG", 5))
    assert house.committed("MUG") == 35


def test_what_was_there_in_the_cart_is_asked_for_again_when_it_is_reserved(house: House):
    """Stock case 16."""
    house.stock("MUG", 1)
    house.order("SO-1", ("MUG", 1), policy="refuse")
    with pytest.raises(Conflict), house.session.begin_nested():
        house.order("SO-2", ("MUG", 1), policy="refuse")
    assert house.committed("MUG") == 1


def test_an_order_of_thirteen_over_ten_and_fifteen_takes_thirteen(house: House):
    """Stock case 17."""
    house.warehouse("W", priority=1)
    house.warehouse("X", priority=2)
    house.stock("MUG", 10)
    house.stock("MUG", 2, warehouse="X")
    house.stock("CUP", 15, warehouse="X")
    house.order("SO-1", ("MUG", 12), ("CUP", 13))
    assert (house.committed("MUG"), house.committed("MUG", "X"), house.committed("CUP", "X")) == (10, 2, 13)


def test_one_warehouse_that_fills_everything_goes_first_whatever_its_priority(house: House):
    """Stock case 17."""
    house.warehouse("W", priority=1)
    house.warehouse("X", priority=2)
    house.stock("MUG", 10)
    house.stock("MUG", 15, warehouse="X")
    house.order("SO-1", ("MUG", 13))
    assert (house.committed("MUG"), house.committed("MUG", "X")) == (0, 13)


def test_where_none_fills_it_the_second_warehouse_gives_only_the_rest(house: House):
    """Stock case 17."""
    house.warehouse("W", priority=1)
    house.warehouse("X", priority=2)
    house.stock("MUG", 10)
    house.stock("MUG", 12, warehouse="X")
    house.order("SO-1", ("MUG", 13))
    assert (house.committed("MUG"), house.committed("MUG", "X")) == (10, 3)


def test_an_item_added_to_a_placed_order_is_reserved(house: House):
    """Stock case 18."""
    house.stock("MUG", 9)
    house.stock("CUP", 9)
    house.order("SO-1", ("MUG", 5))
    assert house.order("SO-1", ("MUG", 5), ("CUP", 2)) == "updated"
    assert (house.committed("MUG"), house.committed("CUP")) == (5, 2)


def test_an_item_added_to_a_shipped_order_opens_it_again(house: House):
    """Stock case 18."""
    house.stock("MUG", 9)
    house.stock("CUP", 9)
    house.order("SO-1", ("MUG", 5))
    house.fulfil("SO-1")
    house.order("SO-1", ("MUG", 5), ("CUP", 2))
    assert (house.committed("MUG"), house.committed("CUP"), house.status("SO-1")) == (0, 2, "open")


def test_freed_stock_never_fills_a_cancelled_order(house: House):
    """Stock case 19."""
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 8))
    house.order("SO-2", ("MUG", 2))
    house.cancel("SO-1")
    house.wave()
    assert (house.reserved("SO-1"), house.reserved("SO-2")) == (0, 2)
    assert house.sums("MUG") == (5, 0, 2, 0)


def test_the_only_line_cancelled_takes_its_tasks_and_its_shipment_with_it(house: House):
    """Stock case 21."""
    from app.orders.models import Shipment, ShipmentCarton

    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 5))
    house.wave("SO-1")
    house.pick("SO-1")
    house.pack("SO-1")
    house.cancel("SO-1", ("1", 5))
    assert house.status("SO-1") == "cancelled"
    assert house.session.scalars(select(Shipment.status)).all() == ["cancelled"]
    assert not house.session.scalars(select(ShipmentCarton.id)).all()
    assert house.sums("MUG") == (5, 5, 0, 0)  # in the carton, until a scan puts them back
    kinds = house.session.execute(select(Task.kind, Task.status).order_by(Task.id)).all()
    assert kinds == [("pick", "cancelled"), ("putaway", "open")]


def test_five_cancelled_come_back_as_five(house: House):
    """Stock case 23."""
    house.stock("MUG", 9)
    house.order("SO-1", *[("MUG", 1)] * 5)
    assert house.committed("MUG") == 5
    house.cancel("SO-1")
    assert house.sums("MUG") == (9, 0, 0, 0)


def test_a_cancel_before_picking_moves_nothing_on_hand(house: House):
    """Stock case 24."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.wave("SO-1")
    before = house.movements()
    house.cancel("SO-1")
    assert house.sums("MUG") == (9, 0, 0, 0)
    assert (house.allocated("MUG"), house.movements()) == (0, before)


def test_a_cancel_after_picking_leaves_on_hand_and_sets_the_units_aside(house: House):
    """Stock case 24."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.wave("SO-1")
    house.pick("SO-1", 3)
    house.cancel("SO-1")
    assert house.sums("MUG") == (9, 3, 0, 0)
    assert (house.at("MUG"), house.allocated("MUG")) == (6, 0)


def test_a_release_follows_the_item_and_not_its_name(house: House):
    """Stock case 28."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.item("MUG").sku = "MUG-BLUE"
    house.session.flush()
    assert house.order("SO-1", ("MUG", 3)) == "updated"  # the channel still calls it by its old name
    assert house.committed("MUG-BLUE") == 3
    assert house.order("SO-1", ("MUG-BLUE", 2)) == "updated"
    house.cancel("SO-1")
    assert house.sums("MUG-BLUE") == (9, 0, 0, 0)


def test_a_new_item_under_the_old_name_is_not_touched(house: House):
    """Stock case 28."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.item("MUG").sku = "MUG-BLUE"
    house.session.flush()
    house.stock("MUG", 4)
    house.order("SO-1", ("MUG", 4))
    assert (house.committed("MUG-BLUE"), house.committed("MUG")) == (4, 0)


def test_a_cancel_that_is_replayed_releases_once(house: House):
    """Stock case 30."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.order("SO-2", ("MUG", 2))
    for _ in range(3):
        house.cancel("SO-1")
        house.order("SO-1", ("MUG", 5), is_cancelled=True)
    assert house.sums("MUG") == (9, 0, 2, 0)


def test_a_late_paid_after_a_cancel_reserves_nothing(house: House):
    """Stock case 31."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5), revision=1)
    house.order("SO-1", is_cancelled=True, revision=3)
    assert house.order("SO-1", ("MUG", 5), revision=2) == "unchanged"
    assert house.order("SO-1", ("MUG", 5), revision=4) == "unchanged"
    assert house.sums("MUG") == (9, 0, 0, 0)


def test_a_late_paid_after_the_rest_was_cancelled_reserves_nothing(house: House):
    """Stock case 31."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.fulfil("SO-1", 2)
    house.cancel("SO-1")
    house.order("SO-1", ("MUG", 5))
    assert (house.committed("MUG"), house.status("SO-1")) == (0, "shipped")


def test_a_cancel_that_comes_before_the_order_leaves_a_tombstone(house: House):
    """Stock case 32."""
    house.stock("MUG", 9)
    assert house.order("SO-1", is_cancelled=True, revision=2) == "created"
    assert house.order("SO-1", ("MUG", 5), revision=1) == "unchanged"
    assert (house.status("SO-1"), house.committed("MUG")) == ("cancelled", 0)


def test_an_update_that_comes_before_the_order_is_the_order(house: House):
    """Stock case 32."""
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 3), revision=2)
    assert house.order("SO-1", ("MUG", 5), revision=1) == "unchanged"
    assert house.committed("MUG") == 3


def test_an_order_over_several_warehouses_is_released_in_each(house: House):
    """Stock case 53."""
    house.stock("MUG", 3)
    house.stock("MUG", 4, warehouse="X")
    house.order("SO-1", ("MUG", 7))
    house.cancel("SO-1")
    assert (house.sums("MUG"), house.sums("MUG", "X")) == ((3, 0, 0, 0), (4, 0, 0, 0))


def test_what_the_channel_lowers_and_raises_again_is_held_again(house: House):
    house.stock("MUG", 9)
    for wanted in (5, 3, 5, 0, 6):
        house.order("SO-1", ("MUG", wanted))
        assert house.committed("MUG") == wanted


def test_what_we_cancelled_ourselves_the_channel_does_not_revive(house: House):
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.cancel("SO-1", ("1", 2))
    for wanted in (5, 4, 3, 5):
        house.order("SO-1", ("MUG", wanted))
        assert house.committed("MUG") == 3


def test_a_line_that_becomes_another_item_is_refused(house: House):
    house.stock("MUG", 9)
    house.stock("CUP", 9)
    house.order("SO-1", ("MUG", 5))
    with pytest.raises(Refused) as refusal, house.session.begin_nested():
        house.order("SO-1", ("CUP", 5))
    assert refusal.value.code == "line_item_changed"


@pytest.mark.parametrize(
    ("lines", "code"), [([("1", 9)], "cancel_too_many"), ([("1", 0)], "cancel_too_many"), ([("7", 1)], "unknown_line")]
)
def test_a_cancellation_that_makes_no_sense_is_refused(house: House, lines: list[tuple[str, int]], code: str):
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    with pytest.raises(Refused) as refusal:
        house.cancel("SO-1", *lines)
    assert refusal.value.code == code


def test_one_line_takes_in_the_same_breath_what_another_line_gave_up(house: House):
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 5), ("MUG", 3))
    house.order("SO-1", ("MUG", 2), ("MUG", 3))
    assert (house.reserved("SO-1", "1"), house.reserved("SO-1", "2")) == (2, 3)
