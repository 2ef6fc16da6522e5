"""What stands for sale where nobody picks is put away, so that what was promised of it can be given."""

import pytest

from app.tasks.models import Task
from tests.floor.story import Floor, Worker


def _pick(floor: Floor, ref: str) -> int:
    floor.totes("TOTE-9")
    task = floor.do(lambda house: house.wave(ref))[0]
    floor.worker("robot").take(task).robot()
    return floor.inside("MUG", "TOTE-9")


@pytest.mark.parametrize("place", ["DOCK", "DOOR", "PACK"])
def test_what_is_found_where_nobody_picks_is_put_away_and_then_picked(
    floor: Floor, receiver: Worker, place: str
) -> None:
    floor.bin("A-01")
    floor.stock("MUG", 5, place)
    floor.do(lambda house: house.order("S-1", ("MUG", 5), policy="refuse"))
    receiver.take(floor.tasks("putaway")[0]).robot().finished()
    assert _pick(floor, "S-1") == 5


def test_what_is_moved_to_a_stage_comes_back_into_a_bin(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    picker.start("move").scan("A-01", "MUG").act("quantity", quantity=3).scan("PACK").refused("not_here")
    picker.scan("DOOR").hears("moved")
    assert floor.lines(floor.tasks("putaway")[0]) == [("DOOR", 3, 0)]
    picker.act("undo").hears("undone")
    assert floor.tasks("putaway") == []
    picker.scan("A-01", "MUG", "DOOR").hears("moved").act("done")
    picker.take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.at("MUG") == 5


def test_a_licence_plate_on_a_stage_comes_back_into_a_bin(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    picker.start("move").scan("LPN-1", "DOOR").hears("moved").act("done")
    picker.take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.at("MUG") == 5


def test_what_a_put_away_left_out_and_a_count_found_is_put_away_after_all(
    floor: Floor, receiver: Worker, counter: Worker
) -> None:
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 5))
    receiver.start("receive", "PO-1").robot()
    receiver.take(floor.tasks("putaway")[0]).act("short", quantity=0).finished()
    assert floor.tasks("putaway") == []
    counter.take(floor.tasks("count")[0]).scan("DOCK", "MUG").act("quantity", quantity=4).scan("DOCK")
    counter.hears("counted").finished()
    receiver.take(floor.tasks("putaway")[0]).robot().finished()
    assert (floor.at("MUG"), floor.sums("MUG")) == (4, (4, 0, 0, 0))


def test_nobody_is_sent_twice(floor: Floor) -> None:
    floor.stock("MUG", 5, "DOCK")
    floor.stock("MUG", 2, "DOCK")
    lines = [floor.lines(task) for task in floor.tasks("putaway")]
    assert lines == [[("DOCK", 5, 0)], [("DOCK", 2, 0)]]
    assert floor.read(lambda session: session.get_one(Task, floor.tasks("putaway")[0]).document) == "DOCK"
