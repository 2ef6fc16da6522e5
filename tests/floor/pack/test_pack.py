"""Pack: every unit verified, into cartons."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.ledger.on_hand import balances
from app.orders.carton_label import carton_fields
from app.places.models import Container
from tests.floor.story import Floor, Worker


def _carton(packer: Worker) -> str:
    """The code of the carton that stands open."""
    return str(packer.prompt["target"])


def test_packing_goes_tote_items_carton(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 2))
    packer.start("pack", "O-1").asked("container").scan("TOTE-1").hears("tote_confirmed").asked("item")
    packer.scan("MUG").hears("item_confirmed").scan("MUG").asked("container")
    packer.scan(_carton(packer)).hears("carton_closed").finished()
    assert floor.inside("MUG", "TOTE-1") == 0
    assert floor.sums("MUG") == (5, 0, 2, 0)
    assert len(floor.tasks("ship")) == 1


def test_a_tote_opens_its_order(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 2))
    assert packer.start("pack", "TOTE-1").answer["task"]["document"] == "O-1"
    packer.release()
    assert packer.home("TOTE-1")["task_id"] == packer.task


def test_a_tote_with_two_orders_asks_to_choose(floor: Floor, packer: Worker) -> None:
    """Floor case 34."""
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 1), tote="TOTE-1")
    floor.picked("O-2", ("MUG", 1), tote="TOTE-2")
    floor.do(_pour)
    with pytest.raises(Exception, match="choose_order"):
        packer.start("pack", "TOTE-1")


def _pour(house: "object") -> None:
    """Somebody put the second tote's goods into the first, by a hand posting."""
    from app.ledger.post import Move, Place, post
    from app.orders.fulfil import held_in, packed
    from tests.stock.house import House

    assert isinstance(house, House)
    one, two = house.box("TOTE-1"), house.box("TOTE-2")
    held = held_in(house.session, [two.id])[0]
    move = Move(held.item_id, 1, Place(two.location_id or 0, two.id), Place(one.location_id or 0, one.id))
    post(house.session, house.header("move"), [move])
    packed(house.session, held, quantity=1, container_id=one.id)


def test_a_wrong_tote_is_a_named_error(floor: Floor, packer: Worker) -> None:
    """Floor case 34."""
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 2), tote="TOTE-1")
    floor.picked("O-2", ("MUG", 1), tote="TOTE-2")
    floor.totes("TOTE-3")
    packer.start("pack", "O-1").scan("TOTE-2").refused("tote_of_another")
    assert "O-2" in packer.message
    packer.scan("TOTE-3").refused("tote_empty").scan("A-01").refused("wrong_location").scan("TOTE-1")
    packer.hears("tote_confirmed").scan("MUG").scan("TOTE-1").refused("tote_again")


def test_an_order_that_is_not_picked_yet_is_refused(floor: Floor, packer: Worker) -> None:
    """Floor case 34."""
    floor.stock("MUG", 5)
    floor.order("O-1", ("MUG", 1))
    with pytest.raises(Exception, match="nothing_to_do"):
        packer.start("pack", "O-1")


def test_an_item_on_two_lines_fills_one_then_the_other(floor: Floor, packer: Worker) -> None:
    """Floor case 35."""
    floor.stock("MUG", 2)
    floor.stock("MUG", 9, "B-01")
    floor.picked("O-1", ("MUG", 2), ("MUG", 3))
    packer.start("pack", "O-1").scan("TOTE-1")
    for _unit in range(5):
        packer.scan("MUG").hears("item_confirmed")
    packer.asked("container").scan("MUG").refused("too_many").scan(_carton(packer)).finished()
    assert floor.sums("MUG") == (11, 0, 5, 0)


def test_an_item_of_another_order_names_that_order(floor: Floor, packer: Worker) -> None:
    """Floor case 36."""
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.stock("HAT", 5)
    floor.picked("O-1", ("MUG", 1), tote="TOTE-1")
    floor.picked("O-2", ("TEA", 1), tote="TOTE-2")
    packer.start("pack", "O-1").scan("TOTE-1").scan("TEA").refused("item_of_another")
    assert "O-2" in packer.message
    packer.scan("HAT").refused("wrong_item").scan("MUG").hears("item_confirmed")


def test_another_lot_is_refused(floor: Floor, packer: Worker) -> None:
    """Floor case 36."""
    floor.stock("MILK", 5, lot="L1")
    floor.barcode("MILK", "9506000134352", gtin="09506000134352")
    floor.picked("O-1", ("MILK", 1))
    packer.start("pack", "O-1").scan("TOTE-1").scan("(01)09506000134352(10)L9").refused("wrong_lot")
    packer.scan("(01)09506000134352(10)L1").hears("item_confirmed")


def test_another_lot_of_the_same_bin_is_swapped_by_scanning_it_again_and_a_third_is_refused(
    floor: Floor, packer: Worker
) -> None:
    """Floor case 36."""
    for lot in ("L1", "L2", "L3"):
        floor.stock("MILK", 5, lot=lot)
    floor.barcode("MILK", "9506000134352", gtin="09506000134352")
    floor.picked("O-1", ("MILK", 2))
    other, third = "(01)09506000134352(10)L2", "(01)09506000134352(10)L3"
    packer.start("pack", "O-1").scan("TOTE-1").scan(other).refused("other_lot")
    packer.scan(third).refused("other_lot").scan(other).refused("other_lot")
    packer.scan(other).hears("item_confirmed").scan(third).refused("wrong_lot")
    packer.act("quantity", quantity=2).scan(_carton(packer)).finished()
    left = floor.read(lambda session: {row.lot: row.quantity for row in balances(session, sku="MILK", location="A-01")})
    assert left == {"L1": 5, "L2": 3, "L3": 5}


def test_too_heavy_a_carton_is_refused_and_the_next_one_begun(floor: Floor, packer: Worker) -> None:
    """Floor case 38."""
    floor.settings = Settings(secret_key="only-for-tests", carton_max_grams=5_000)
    floor.item("BRICK", unit_weight_grams=2_000)
    floor.stock("BRICK", 9)
    floor.picked("O-1", ("BRICK", 4))
    packer.start("pack", "O-1").scan("TOTE-1", "BRICK", "BRICK").scan("BRICK").refused("carton_too_heavy")
    packer.act("quantity", quantity=4).refused("carton_too_heavy")
    assert packer.prompt["counted"] == 2
    first = _carton(packer)
    packer.scan(first).hears("carton_closed").scan("BRICK", "BRICK")
    assert _carton(packer) != first
    packer.scan(_carton(packer)).hears("carton_closed").finished()


@pytest.mark.parametrize(("other", "weight"), [(150, "4.150 kg"), (0, None)])
def test_the_label_of_a_closed_carton_says_what_its_goods_weigh_where_that_is_known(
    floor: Floor, packer: Worker, other: int, weight: str | None
) -> None:
    floor.item("BRICK", unit_weight_grams=2_000)
    floor.item("MUG", unit_weight_grams=other)
    for sku in ("BRICK", "MUG"):
        floor.stock(sku, 9)
    floor.picked("O-1", ("BRICK", 2), ("MUG", 1))
    packer.start("pack", "O-1").scan("TOTE-1", "BRICK", "BRICK", "MUG")
    code = _carton(packer)

    def said(session: Session) -> str | None:
        carton = session.scalars(select(Container).where(Container.code == code)).one()
        return carton_fields(session, carton).get("weight")

    assert floor.read(said) is None
    packer.scan(code).hears("carton_closed").finished()
    assert floor.read(said) == weight
    packer.act("undo").hears("undone")
    assert floor.read(said) is None


def test_a_carton_taken_back_opens_its_lines_again(floor: Floor, packer: Worker) -> None:
    """Floor case 38."""
    floor.stock("MUG", 5)
    task = floor.picked("O-1", ("MUG", 3))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG").act("quantity", quantity=3)
    packer.scan(_carton(packer)).finished()
    ship = floor.tasks("ship")[0]
    packer.act("undo").hears("undone")
    assert floor.status(ship) == "cancelled"
    assert floor.inside("MUG", "TOTE-1") == 3
    assert packer.prompt["quantity"] == 3
    packer.scan("MUG").act("quantity", quantity=3).scan(_carton(packer)).finished()
    assert len(floor.tasks("ship")) == 1
    assert floor.status(task) == "done"


def test_undo_of_a_count_asks_to_take_the_units_out(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 3))
    packer.start("pack", "O-1").act("undo").refused("nothing_to_undo")
    packer.scan("TOTE-1", "MUG", "MUG").act("undo").hears("count_undone")
    assert packer.prompt["counted"] == 0


def test_undo_is_refused_while_somebody_loads_the_order(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 3))
    robot = floor.worker("robot")
    floor.worker("Bob").take(floor.tasks("ship")[0])
    robot.task = floor.tasks("pack", status="done")[0]
    robot.act("undo").refused("being_shipped")


def test_undo_is_refused_once_the_carton_has_left(floor: Floor) -> None:
    floor.stock("MUG", 5)
    floor.shipped("O-1", ("MUG", 3))
    robot = floor.worker("robot")
    robot.task = floor.tasks("pack", status="done")[0]
    robot.act("undo").refused("shipped_already")


def test_an_empty_carton_is_not_closed(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 3))
    packer.start("pack", "O-1").scan("TOTE-1").scan(_carton(packer)).refused("carton_empty")


def test_a_quantity_wants_an_item_and_not_too_many(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 3))
    packer.start("pack", "O-1").scan("TOTE-1").act("quantity", quantity=3).refused("scan_item_first")
    packer.scan("MUG").act("quantity", quantity=4).refused("too_many")
    packer.act("quantity", quantity=4006381333931).refused("barcode_in_quantity")
    packer.act("quantity", quantity=0).refused("bad_quantity")
    assert packer.prompt["counted"] == 1


def test_serial_numbers_are_packed_one_by_one(floor: Floor, packer: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2")
    floor.picked("O-1", ("PHONE", 2))
    packer.start("pack", "O-1").scan("TOTE-1", "PHONE").refused("scan_serial")
    packer.scan("SN9").refused("unknown_code").scan("SN2").hears("item_confirmed").scan("SN2").refused("wrong_serial")
    packer.act("quantity", quantity=1).refused("scan_each").scan("SN1").scan(_carton(packer)).finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("PHONE") == (0, 0, 0, 0)


def test_what_is_missing_stays_promised_and_the_rest_ships(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.picked("O-1", ("MUG", 2), ("TEA", 1))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG", "MUG").act("missing").refused("close_carton_first")
    packer.scan(_carton(packer)).act("missing").hears("missing").finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("MUG") == (3, 0, 0, 0)
    assert floor.sums("TEA") == (5, 0, 1, 0), "the rest stays committed on its line"


def test_done_is_refused_while_there_is_more_to_pack(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 1))
    packer.start("pack", "O-1").act("done").refused("finish_line_first").scan("TOTE-1", "MUG").act("done")
    packer.refused("finish_line_first")


def test_a_line_cancelled_while_it_is_packed_is_set_aside(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.picked("O-1", ("MUG", 2), ("TEA", 1))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG", "TEA")
    floor.cancel("O-1", ("2", 1))
    packer.scan("MUG").robot().finished()
    assert floor.sums("TEA") == (5, 1, 0, 0)
    floor.worker("robot").start("ship", "O-1").robot().finished()
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.sums("TEA") == (5, 0, 0, 0)
    assert floor.sums("MUG") == (3, 0, 0, 0)


def test_the_last_open_line_cancelled_still_hands_the_cartons_over(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.picked("O-1", ("MUG", 2), ("TEA", 1))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG", "MUG").scan(_carton(packer)).hears("carton_closed")
    floor.cancel("O-1", ("2", 1))
    packer.look().act("missing").refused("nothing_missing").scan("MUG").refused("wrong_item").robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("MUG") == (3, 0, 0, 0)


def test_i_quit_in_the_middle_and_go_on_with_another_device(floor: Floor, packer: Worker) -> None:
    """Floor case 33."""
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 3))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG", "MUG")
    other = floor.worker("Pat", "packer", device="PC-2")
    assert other.next("pack") == packer.task
    assert other.look().prompt["counted"] == 2
    other.scan("MUG").scan(_carton(other)).finished()
