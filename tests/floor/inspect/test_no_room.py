"""An inspector decides, and the goods cannot be brought where they belong: there is a way on all the same."""

import pytest

from tests.floor.story import Floor, Worker


@pytest.fixture
def full(floor: Floor) -> None:
    """5 mugs wait in quarantine, and the only bin takes 2."""
    floor.bin("A-01", max_units=2)
    floor.stock("MUG", 5, "QUARANTINE", condition="quarantine")


def _restock(inspector: Worker, units: int = 5) -> Worker:
    inspector.start("inspect", location="QUARANTINE").scan("MUG")
    return inspector.act("quantity", quantity=units).act("restock").hears("decided")


def _ways(worker: Worker) -> list[str]:
    return [way.get("action") or way["scan"] for way in worker.prompt["ways"]]


def test_where_no_bin_has_room_the_question_says_so_and_offers_ways_on(
    floor: Floor, inspector: Worker, full: None
) -> None:
    _restock(inspector).asked("target")
    assert "No bin has room for 5" in inspector.answer["message"]
    assert "No bin has room for 5" in inspector.prompt["instruction"]
    assert _ways(inspector)[:2] == ["quarantine", "skip"]
    inspector.scan("A-01").refused("bin_full")


def test_it_is_left_in_quarantine(floor: Floor, inspector: Worker, full: None) -> None:
    _restock(inspector).act("quarantine").hears("decided").asked("target")
    inspector.scan("QUARANTINE").hears("inspected").finished()
    assert floor.sums("MUG") == (5, 5, 0, 0)


def test_it_comes_later(floor: Floor, inspector: Worker, full: None) -> None:
    floor.stock("TEA", 1, "QUARANTINE", condition="quarantine")
    _restock(inspector).act("skip").hears("skipped").asked("item")
    assert inspector.prompt["sku"] == "TEA"
    inspector.scan("TEA").act("restock").scan("A-01").hears("inspected")
    assert inspector.prompt["sku"] == "MUG"
    assert inspector.prompt["counted"] == 0
    inspector.act("done").hears("left_as_it_is").finished()
    assert floor.sums("MUG") == (5, 5, 0, 0)


def test_a_bin_that_takes_them_is_as_good_as_any(floor: Floor, inspector: Worker, full: None) -> None:
    _restock(inspector)
    floor.bin("B-01")
    inspector.scan("B-01").hears("inspected").finished()
    assert floor.at("MUG", "B-01") == 5


def test_fewer_go_into_the_bin_that_has_room_and_the_rest_stays(floor: Floor, inspector: Worker, full: None) -> None:
    _restock(inspector).act("undo").hears("undone").act("quantity", quantity=2).act("restock").scan("A-01")
    inspector.hears("inspected").scan("MUG").act("quantity", quantity=3).act("restock").hears("decided")
    inspector.act("quarantine").robot().finished()
    assert floor.sums("MUG") == (5, 3, 0, 0)


def test_the_first_way_always_ends_it(floor: Floor, inspector: Worker, full: None) -> None:
    """A robot that does what the screen offers first is never left standing."""
    _restock(inspector).robot().finished()


def test_a_returned_unit_that_no_bin_takes_stays_in_quarantine(floor: Floor, inspector: Worker) -> None:
    floor.stock("MUG", 5)
    floor.shipped("O-1", ("MUG", 2))
    number = floor.rma("O-1", ("1", 2, "unwanted"))
    inspector.start("inspect", number).scan("MUG", "MUG", "BENCH")
    floor.do(lambda house: setattr(house.bin("A-01"), "max_units", 1))
    inspector.act("restock").hears("decided").asked("target")
    assert _ways(inspector)[0] == "quarantine"
    inspector.robot().finished()
    assert floor.sums("MUG") == (5, 2, 0, 0)


def test_a_house_without_a_quarantine_keeps_what_is_damaged_where_it_stands(floor: Floor, inspector: Worker) -> None:
    """A return may be received at the dock: it cannot be asked to go to a place that does not exist."""
    floor.stock("MUG", 5)
    floor.shipped("O-1", ("MUG", 1))
    number = floor.rma("O-1", ("1", 1, "defective"))
    floor.do(lambda house: [setattr(house.bin(code), "is_blocked", True) for code in ("BENCH", "QUARANTINE")])
    inspector.start("inspect", number).scan("MUG", "DOCK").act("damaged").hears("decided")
    assert inspector.prompt["target"] == "DOCK"
    inspector.robot().finished()
    assert floor.at("MUG", "DOCK") == 1
    assert floor.sums("MUG") == (5, 1, 0, 0)


@pytest.mark.parametrize("again", ["scrap", "damaged", "restock"])
def test_another_decision_takes_the_place_of_the_first(floor: Floor, inspector: Worker, full: None, again: str) -> None:
    _restock(inspector, 2).act(again)
    inspector.robot()
    on_hand = 3 if again == "scrap" else 5
    assert floor.sums("MUG")[0] == on_hand
