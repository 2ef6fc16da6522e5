"""Counting a bin while somebody has units of it in hand: they belong to the bin until the tote is scanned."""

import pytest

from app.floor.count.waiting_approvals import waiting_approvals
from tests.floor.story import Floor, Worker


@pytest.fixture
def three_in_hand(floor: Floor, picker: Worker) -> int:
    """Ten mugs in the books; the picker has taken three of five, and not scanned the tote. Returns the pick task."""
    floor.stock("MUG", 10)
    floor.totes("TOTE-1")
    task = floor.order("S-1", ("MUG", 5))[0]
    picker.take(task).scan("A-01", "MUG", "MUG", "MUG")
    assert picker.prompt["counted"] == 3
    return task


def _count(worker: Worker, units: int) -> Worker:
    """The bin, so many mugs, the bin again."""
    worker.scan("A-01", "MUG")
    return worker.act("quantity", quantity=units).scan("A-01")


def test_units_in_a_pickers_hand_belong_to_the_bin(
    floor: Floor, picker: Worker, counter: Worker, three_in_hand: int
) -> None:
    """cases/floor.md 46 and cases/stock.md 46: nothing is lost that somebody holds."""
    _count(counter.start("count", location="A-01"), 7).hears("count_agrees").finished()
    assert floor.at("MUG") == 10
    picker.act("quantity", quantity=5).scan("TOTE-1")
    assert floor.at("MUG") == 5


def test_what_a_hand_does_not_explain_is_counted_again_and_then_posted(
    floor: Floor, counter: Worker, three_in_hand: int
) -> None:
    _count(counter.start("count", location="A-01"), 6).hears("in_hand")
    assert "Mia" in counter.answer["message"]
    assert floor.at("MUG") == 10
    counter.scan("MUG").act("quantity", quantity=6).scan("A-01").hears("counted").finished()
    assert floor.at("MUG") == 9


def test_the_others_are_posted_at_once(floor: Floor, counter: Worker, three_in_hand: int) -> None:
    floor.stock("TEA", 4)
    counter.start("count", location="A-01").scan("A-01", "TEA", "MUG", "MUG", "A-01").hears("in_hand")
    assert (floor.at("TEA"), floor.at("MUG")) == (1, 10)


def test_a_hand_that_is_emptied_first_is_a_plain_difference(
    floor: Floor, picker: Worker, counter: Worker, three_in_hand: int
) -> None:
    """As the count asks for: more stood there than the books knew."""
    _count(counter.start("count", location="A-01"), 10).hears("in_hand")
    picker.act("short").scan("TOTE-1").hears("picked")
    counter.scan("MUG").act("quantity", quantity=10).scan("A-01").hears("counted").finished()
    assert floor.at("MUG") == 10


def test_units_that_are_still_on_the_shelf_after_their_scan_are_no_gain(
    floor: Floor, picker: Worker, counter: Worker, three_in_hand: int
) -> None:
    _count(counter.start("count", location="A-01"), 10).hears("in_hand")
    counter.scan("MUG").act("quantity", quantity=10).scan("A-01").hears("count_agrees").finished()
    assert floor.at("MUG") == 10


def test_a_pick_that_ends_before_the_count_is_counted_again(
    floor: Floor, picker: Worker, counter: Worker, three_in_hand: int
) -> None:
    counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=7)
    picker.act("quantity", quantity=5).scan("TOTE-1").hears("picked")
    counter.scan("A-01").hears("recount")
    counter.scan("MUG").act("quantity", quantity=5).scan("A-01").hears("count_agrees").finished()
    assert floor.at("MUG") == 5


def test_what_is_put_back_while_it_is_counted_is_counted_again(
    floor: Floor, picker: Worker, counter: Worker, three_in_hand: int
) -> None:
    counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=7)
    picker.act("undo").hears("count_undone")
    counter.scan("A-01").hears("recount")
    counter.scan("MUG").act("quantity", quantity=10).scan("A-01").hears("count_agrees").finished()
    assert floor.at("MUG") == 10


def test_what_is_taken_after_it_was_counted_is_counted_again(floor: Floor, picker: Worker, counter: Worker) -> None:
    """Seven are left after three were lost; a hand that comes later does not explain the loss."""
    floor.stock("MUG", 10)
    floor.totes("TOTE-1")
    task = floor.order("S-1", ("MUG", 5))[0]
    counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=7)
    picker.take(task).scan("A-01", "MUG", "MUG", "MUG")
    counter.scan("A-01").hears("recount")
    counter.scan("MUG").act("quantity", quantity=4).scan("A-01").hears("in_hand")
    counter.scan("MUG").act("quantity", quantity=4).scan("A-01").hears("counted").finished()
    assert floor.at("MUG") == 7


@pytest.mark.parametrize("how", ["released", "taken over"])
def test_a_task_that_changes_hands_keeps_its_units(
    floor: Floor, picker: Worker, counter: Worker, three_in_hand: int, how: str
) -> None:
    if how == "released":
        picker.release()
    else:
        floor.worker("Paul", "picker").take_over(three_in_hand)
    _count(counter.start("count", location="A-01"), 7).hears("count_agrees").finished()
    assert floor.at("MUG") == 10


def test_what_is_being_put_away_may_stand_on_the_shelf_already(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 10)
    floor.purchase("PO-1", ("MUG", 5))
    floor.worker("Rita", "receiver").start("receive", "PO-1").robot()
    rob = floor.worker("Rob", "receiver")
    rob.take(floor.tasks("putaway")[0]).scan("MUG")
    assert rob.prompt["target"] == "A-01"
    _count(counter.start("count", location="A-01"), 15).hears("in_hand")
    rob.scan("A-01").hears("put_away")
    counter.scan("MUG").act("quantity", quantity=15).scan("A-01").hears("count_agrees").finished()
    assert floor.at("MUG") == 15


def test_what_is_being_put_away_belongs_to_the_dock(floor: Floor, counter: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 5))
    floor.bin("A-01")
    floor.worker("Rita", "receiver").start("receive", "PO-1").robot()
    rob = floor.worker("Rob", "receiver")
    rob.take(floor.tasks("putaway")[0]).scan("MUG")
    counter.start("count", location="DOCK").scan("DOCK", "DOCK").hears("zero_confirmed").finished()
    assert floor.at("MUG", "DOCK") == 5
    rob.robot()
    assert floor.at("MUG") == 5


def test_what_waits_for_approval_is_not_approved_with_other_hands(
    floor: Floor, picker: Worker, counter: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 100)
    floor.totes("TOTE-1")
    task = floor.order("S-1", ("MUG", 5))[0]
    picker.take(task).scan("A-01", "MUG", "MUG", "MUG")
    _count(counter.start("count", location="A-01"), 7).hears("in_hand")
    for _time in range(3):
        if counter.answer["code"] != "approval_needed":
            counter.scan("MUG").act("quantity", quantity=7).scan("A-01")
    counter.hears("approval_needed")
    picker.act("undo").hears("count_undone")
    supervisor.take(counter.task).act("approve").refused("moved_meanwhile")
    assert floor.at("MUG") == 100
    picker.scan("MUG", "MUG", "MUG")
    supervisor.act("approve").hears("counted")
    assert floor.at("MUG") == 10


def _until_a_second_person(counter: Worker, units: int) -> Worker:
    _count(counter.start("count", location="A-01"), units).hears("in_hand")
    for _time in range(3):
        if counter.answer["code"] != "approval_needed":
            counter.scan("MUG").act("quantity", quantity=units).scan("A-01")
    return counter.hears("approval_needed")


def test_the_second_person_sees_what_is_in_whose_hands_and_what_will_be_posted(
    floor: Floor, picker: Worker, counter: Worker, supervisor: Worker
) -> None:
    """100 in the books, 3 of them in Mia's hands, 7 on the shelf: 90 are missing, and not 93."""
    floor.stock("MUG", 100)
    floor.totes("TOTE-1")
    picker.take(floor.order("S-1", ("MUG", 5))[0]).scan("A-01", "MUG", "MUG", "MUG")
    _until_a_second_person(counter, 7)
    (approval,) = floor.read(lambda session: waiting_approvals(session, 1))
    (change,) = approval.changes
    assert (approval.place, approval.place_kind) == ("A-01", "bin")
    assert (change.booked, change.taken, change.coming, change.whose) == (100, 3, 0, "Mia")
    assert (change.counted, change.units) == (7, -90)
    supervisor.take(counter.task)
    assert ["3 in hand (Mia)" in said for _what, said in supervisor.prompt["detail"]] == [False, True]
    supervisor.act("approve").hears("counted")
    assert floor.at("MUG") == 10


def test_the_second_person_sees_what_is_just_being_put_there(floor: Floor, counter: Worker, receiver: Worker) -> None:
    """10 in the books, 5 on their way in Rob's hands, 75 on the shelf: 60 are found, and not 65."""
    floor.stock("MUG", 10)
    floor.purchase("PO-1", ("MUG", 5))
    receiver.start("receive", "PO-1").robot()
    floor.worker("Rob", "receiver").take(floor.tasks("putaway")[0]).scan("MUG")
    _until_a_second_person(counter, 75)
    (approval,) = floor.read(lambda session: waiting_approvals(session, 1))
    (change,) = approval.changes
    assert (change.booked, change.taken, change.coming, change.whose) == (10, 0, 5, "Rob")
    assert (change.counted, change.units) == (75, 60)
