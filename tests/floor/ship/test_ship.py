"""Ship: cartons leave, and only then on hand falls."""

import pytest

from app.config import Settings
from app.floor.begin.enquiry import enquire
from app.ledger.post import Move, Place, post
from app.places.models import ADJUSTMENT
from app.refusal import Refused
from app.returns import disposition
from tests.floor.story import Floor, Worker
from tests.stock.house import House


def _cartons(packer: Worker) -> str:
    return str(packer.prompt["container"])


def test_shipping_goes_carton_door(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    packer.start("ship", "O-1").asked("container").scan(_cartons(packer)).hears("carton_confirmed").asked("target")
    assert floor.sums("MUG") == (5, 0, 2, 0)
    packer.scan("DOOR").hears("shipped").finished()
    assert floor.sums("MUG") == (3, 0, 0, 0)


def test_an_order_of_which_something_is_still_owed_has_left_in_part(
    floor: Floor, picker: Worker, packer: Worker
) -> None:
    floor.stock("MUG", 2)
    floor.stock("TEA", 1, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 2), ("TEA", 1))[0]).scan("A-01", "MUG").act("quantity", quantity=2)
    picker.scan("TOTE-1").act("short").hears("short").scan("PACK").finished()
    packer.start("pack", "O-1").robot()
    packer.start("ship", "O-1").robot().finished()
    assert packer.prompt["instruction"] == "Part of order O-1 has left the building, the rest goes later."


def test_a_carton_is_known_by_the_number_that_the_screen_shows(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    packer.start("ship", "O-1")
    carton, shown = _cartons(packer), str(packer.prompt["value"])
    assert (len(shown), carton[-6:]) == (6, shown)
    packer.scan("999999").refused("unknown_code").scan(shown).hears("carton_confirmed").act("undo")
    packer.scan(shown.lstrip("0")).hears("carton_confirmed").act("undo")
    task = packer.task
    assert packer.home(shown)["task_id"] == task
    found = floor.read(lambda session: enquire(session, floor.settings, warehouse="W", code=shown.lstrip("0")))
    assert (found["type"], found["code"]) == ("container", carton)
    floor.do(lambda house: setattr(house.box(f"TWIN{shown}", kind="carton"), "status", "shipped"))
    packer.start("ship", "O-1").scan(shown).hears("carton_confirmed").act("undo")
    floor.do(lambda house: house.box(f"OTHER{shown}", kind="carton"))
    packer.scan(shown).hears("carton_confirmed")  # of two, the one that is asked for here
    packer.scan("DOOR").finished()
    floor.do(lambda house: house.box(f"THIRD{shown}", kind="carton"))
    with pytest.raises(Refused, match="two_meanings") as refused:
        packer.home(shown)
    assert f"OTHER{shown}" in refused.value.message
    assert f"THIRD{shown}" in refused.value.message


def test_while_units_are_counted_a_short_figure_is_no_carton(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 9)
    floor.picked("O-1", ("MUG", 9))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG")
    shown = str(packer.prompt["target"])[-6:]
    packer.scan(shown.lstrip("0")).refused("unknown_code").scan(shown).hears("carton_closed")


def test_undo_takes_the_carton_off_the_truck(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    packer.start("ship", "O-1").act("undo").refused("nothing_to_undo")
    carton = _cartons(packer)
    packer.scan(carton).act("undo").hears("count_undone").asked("container").scan(carton, "DOOR").finished()
    packer.act("undo").hears("undone")
    assert floor.sums("MUG") == (5, 0, 2, 0)
    packer.scan(carton, "DOOR").finished()
    assert floor.sums("MUG") == (3, 0, 0, 0)


def test_a_carton_of_which_a_return_is_announced_has_left(floor: Floor, packer: Worker) -> None:
    """Else the goods would stand in the carton and on their way back: the bench refused them for ever."""
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    packer.start("ship", "O-1").scan(_cartons(packer), "DOOR").finished()
    number = floor.rma("O-1", ("1", 1, "unwanted"))
    packer.act("undo").refused("return_announced")
    floor.do(lambda house: disposition.close(house.session, number))
    packer.act("undo").hears("undone")
    assert floor.sums("MUG") == (5, 0, 2, 0)


def test_what_is_no_carton_of_this_order_is_named(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 9)
    floor.totes("TOTE-9")
    floor.packed("O-1", ("MUG", 2), tote="TOTE-1")
    floor.packed("O-2", ("MUG", 1), tote="TOTE-2")
    other = _cartons(floor.worker("Bob").start("ship", "O-2"))
    packer.start("ship", "O-1").scan("MUG").refused("scan_carton").scan(other).refused("carton_of_another")
    assert "O-2" in packer.message
    packer.scan("TOTE-9").refused("wrong_container").scan("A-01").refused("wrong_location")
    packer.scan(_cartons(packer)).scan("A-01").refused("not_here").scan(other).refused("carton_of_another")
    packer.scan("DOOR").finished()


def _two_cartons(floor: Floor) -> None:
    floor.settings = Settings(secret_key="only-for-tests", carton_max_grams=1_000)
    floor.item("BRICK", unit_weight_grams=900)
    floor.stock("BRICK", 9)
    floor.picked("O-1", ("BRICK", 2))
    robot = floor.worker("robot").start("pack", "O-1").scan("TOTE-1", "BRICK")
    robot.scan(str(robot.prompt["target"]), "BRICK").scan(str(robot.prompt["target"])).finished()


def test_what_is_loaded_ships_and_the_rest_stays_open(floor: Floor, packer: Worker) -> None:
    """Floor case 47."""
    _two_cartons(floor)
    packer.start("ship", "O-1").act("done").refused("nothing_loaded")
    first = _cartons(packer)
    packer.scan(first).act("done").refused("finish_line_first").scan("DOOR").hears("shipped")
    packer.scan(first).refused("loaded_already").act("done").hears("loading_done").finished()
    assert floor.sums("BRICK") == (8, 0, 1, 0)
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("BRICK") == (7, 0, 0, 0)


def test_undo_after_the_truck_was_closed_leaves_the_rest_to_its_own_task(floor: Floor, packer: Worker) -> None:
    _two_cartons(floor)
    packer.start("ship", "O-1").scan(_cartons(packer), "DOOR").act("done").finished()
    packer.act("undo").hears("undone")
    assert floor.sums("BRICK") == (9, 0, 2, 0)
    packer.robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("BRICK") == (7, 0, 0, 0)


def test_a_carton_with_cancelled_units_stays_here(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.packed("O-1", ("MUG", 2), ("TEA", 1))
    packer.start("ship", "O-1").scan(_cartons(packer))
    carton = _cartons(packer)
    floor.cancel("O-1", ("2", 1))
    packer.scan("DOOR").hears("line_gone").finished()
    assert carton in packer.message, "the carton in hand is named"
    assert floor.tasks("ship") == []
    back = floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert len(floor.tasks("ship")) == 1, "without the tea it may leave"
    back.act("undo").hears("undone")
    assert floor.tasks("ship") == [], "with the tea it may not"
    back.robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    back.act("undo").refused("shipped_already")
    assert floor.sums("TEA") == (5, 0, 0, 0)
    assert floor.sums("MUG") == (3, 0, 0, 0)


def test_an_order_cancelled_before_it_is_loaded_is_put_back(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    packer.start("ship", "O-1").scan(_cartons(packer))
    floor.cancel("O-1")
    packer.scan("DOOR").hears("line_gone")
    assert packer.answer["task"]["status"] == "cancelled"
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.sums("MUG") == (5, 0, 0, 0)


def test_cancelled_orders_are_put_back_and_the_others_go(floor: Floor, packer: Worker) -> None:
    """Floor case 29."""
    floor.stock("MUG", 9)
    floor.packed("O-1", ("MUG", 2), tote="TOTE-1")
    floor.packed("O-2", ("MUG", 3), tote="TOTE-2")
    floor.cancel("O-1")
    assert packer.next("ship") is not None
    packer.robot().finished()
    assert packer.answer["task"]["document"] == "O-2"
    assert packer.next("ship") is None
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.sums("MUG") == (6, 0, 0, 0)


def test_a_carton_that_is_packed_again_is_not_loaded(floor: Floor, packer: Worker) -> None:
    _two_cartons(floor)
    robot = floor.worker("robot")
    robot.task = floor.tasks("pack", status="done")[0]
    robot.act("undo").hears("undone")
    reopened = str(robot.prompt["target"])
    packer.start("ship", "O-1").scan(reopened).refused("carton_withdrawn").scan(_cartons(packer), "DOOR").finished()
    robot.robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("BRICK") == (7, 0, 0, 0)


def test_a_cancelled_carton_does_not_keep_the_other_here(floor: Floor, packer: Worker) -> None:
    _two_cartons(floor)
    assert packer.next("ship")
    floor.cancel("O-1", ("1", 1))
    packer.robot().finished()
    assert floor.sums("BRICK") == (8, 1, 0, 0)
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.tasks("ship") == [], "what was in it is put back, and an empty carton goes nowhere"


def _damaged(house: House, carton: str) -> None:
    """A damaged brick is in the carton: nothing that people do brings it there any more, and old books may have one."""
    inside = Place(house.bin("PACK").id, house.box(carton).id, "damaged")
    post(house.session, house.header("count"), [Move(house.item("BRICK").id, 1, Place(ADJUSTMENT), inside)])


def test_a_carton_that_may_not_leave_is_set_aside_and_comes_again_once_it_may(floor: Floor, packer: Worker) -> None:
    _two_cartons(floor)
    packer.start("ship", "O-1").act("set_aside").refused("carton_may_leave")
    first = _cartons(packer)
    packer.scan(first)
    recount = {"container": first, "reason": "count"}
    floor.do(lambda house: _damaged(house, first))
    packer.scan("DOOR").refused("carton_on_hold").act("set_aside").hears("set_aside").scan(first).refused(
        "carton_withdrawn"
    )
    packer.robot().finished()
    assert floor.sums("BRICK") == (9, 1, 1, 0)
    floor.do(lambda house: house.adjust("BRICK", -1, "PACK", condition="damaged", **recount))
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("BRICK") == (7, 0, 0, 0)


def test_a_carton_that_was_emptied_behind_the_shippers_back_does_not_hold_the_work_up(
    floor: Floor, packer: Worker
) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    packer.start("ship", "O-1")
    carton = _cartons(packer)
    floor.do(lambda house: house.adjust("MUG", -2, "PACK", container=carton, reason="lost"))
    packer.scan(carton).refused("carton_empty").robot().finished()
    assert "No carton" in packer.prompt["instruction"]
