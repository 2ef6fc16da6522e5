"""Pick: not enough here, not now: what is let go of, what is counted, and how it is taken back."""

import pytest
from sqlalchemy import select

from app.floor.shared import totes
from app.ledger.models import Balance
from app.orders.stock_in_hand import ALLOCATED, allocation
from tests.floor.story import Floor, Worker


def test_a_skipped_line_comes_at_the_end_and_skips_keep_their_order(floor: Floor, picker: Worker) -> None:
    """Floor case 19."""
    for number, sku in enumerate(("ANT", "BEE", "CAT"), 1):
        floor.stock(sku, 5, f"A-0{number}")
    floor.totes("TOTE-7")
    task = floor.order("O-1", ("ANT", 1), ("BEE", 1), ("CAT", 1))[0]
    picker.take(task).act("skip").hears("skipped").act("skip").hears("skipped")
    assert [line[0] for line in floor.lines(task)] == ["A-03", "A-01", "A-02"]
    picker.scan("A-03", "CAT").act("skip").refused("finish_line_first").scan("TOTE-7")
    picker.scan("A-01", "ANT", "TOTE-7", "A-02", "BEE", "TOTE-7", "PACK").finished()


def test_short_lets_go_of_my_open_lines_and_opens_a_count(floor: Floor, picker: Worker) -> None:
    """Floor case 20."""
    floor.stock("MUG", 10)
    floor.totes("TOTE-1", "TOTE-2")
    mine, other = floor.order("O-1", ("MUG", 4))[0], floor.order("O-2", ("MUG", 3))[0]
    picker.take(mine).scan("A-01", "MUG").act("quantity", quantity=2).scan("TOTE-1").hears("picked")
    picker.act("short").hears("short")
    assert floor.lines(other) == [("A-01", 3, 0)]
    assert floor.lines(mine) == []
    assert floor.inside("MUG", "TOTE-1") == 2
    assert len(floor.tasks("count")) == 1
    picker.scan("PACK").finished()
    assert floor.sums("MUG") == (10, 0, 7, 0), "what is missing stays promised until the bin is counted"
    picker.take(other).act("short").hears("short")
    assert len(floor.tasks("count")) == 1, "one count is enough"


def _speaks_for(floor: Floor) -> list[tuple[int, int]]:
    """(quantity, allocated) of every balance, and of every allocation what still waits in its bin."""
    statement = select(Balance.quantity, Balance.allocated).order_by(Balance.id)
    waits = select(ALLOCATED, allocation.c.picked).where(ALLOCATED > 0).order_by(allocation.c.id)
    return floor.read(lambda s: [tuple(row) for query in (statement, waits) for row in s.execute(query)])


def test_undo_right_after_short_takes_the_short_back_and_all_is_as_it_was(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.stock("MUG", 9, "B-01")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.take(task).scan("A-01", "MUG").hears("item_confirmed")
    lines, spoken, prompt = floor.lines(task), _speaks_for(floor), picker.prompt
    picker.act("short").hears("short").asked("target")
    assert floor.lines(task) != lines
    picker.act("undo").hears("short_undone")
    assert (floor.lines(task), _speaks_for(floor), picker.prompt) == (lines, spoken, prompt)
    assert floor.tasks("count") == [], "nobody asks for the count any more"
    assert floor.movements() == 2, "a short moves nothing, and so does taking it back"
    picker.act("short").hears("short").act("undo").hears("short_undone").scan("MUG").act("quantity", quantity=4)
    picker.scan("TOTE-1", "PACK").finished()
    assert (floor.at("MUG"), floor.at("MUG", "B-01"), floor.sums("MUG")) == (0, 9, (13, 0, 4, 0))


def test_undo_after_a_short_before_anything_was_counted_stands_at_the_bin_again(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.stock("TEA", 1, "B-01")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4), ("TEA", 1))[0]
    picker.take(task).scan("A-01").act("short").hears("short").scan("B-01", "TEA").act("undo").hears("count_undone")
    picker.act("undo").hears("short_undone")
    assert (picker.prompt["expects"], picker.prompt["value"]) == (["location"], "A-01"), "the worker is at B-01"
    picker.act("short").hears("short").act("undo").hears("short_undone").asked("location").scan("A-01", "MUG")
    picker.act("quantity", quantity=4).scan("TOTE-1").hears("picked")


def test_a_short_that_ended_the_task_can_be_taken_back(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.take(task).scan("A-01").act("short").hears("short").finished().act("undo").hears("short_undone")
    assert floor.status(task) == "claimed"
    picker.asked("item").scan("MUG").act("quantity", quantity=4).scan("TOTE-1", "PACK").finished()
    assert floor.sums("MUG") == (4, 0, 4, 0)


def test_a_pick_after_a_short_is_undone_before_the_short_is(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.stock("MUG", 9, "B-01")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.take(task).scan("A-01", "MUG").act("short").scan("TOTE-1", "B-01", "MUG", "TOTE-1").hears("picked")
    picker.act("undo").hears("undone").act("undo").hears("undone").act("undo").hears("short_undone")
    assert (floor.lines(task), floor.at("MUG"), floor.at("MUG", "B-01")) == ([("A-01", 4, 0)], 4, 9)
    picker.robot().finished()
    assert floor.at("MUG") == 0


def test_a_count_that_two_asked_for_stays_until_both_take_their_short_back(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    mine, others = floor.order("O-1", ("MUG", 4))[0], floor.order("O-2", ("MUG", 3))[0]
    other = floor.worker("Max", "picker").take(others).act("short").hears("short")
    picker.take(mine).act("short").hears("short")
    other.act("undo").hears("short_undone")
    assert len(floor.tasks("count")) == 1
    picker.act("undo").hears("short_undone")
    assert floor.tasks("count") == []
    assert floor.tasks("count", status="cancelled") != []


@pytest.mark.parametrize("what", ["counted", "released", "lost"])
def test_a_short_that_something_followed_from_stays_and_undo_asks_before_it_undoes_the_pick_before(
    floor: Floor, picker: Worker, counter: Worker, what: str
) -> None:
    floor.stock("MUG", 4)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01", "MUG").act("quantity", quantity=3).scan("TOTE-1")
    picker.act("short").hears("short")
    if what == "counted":
        counter.take(floor.tasks("count")[0])
    elif what == "released":
        floor.do(lambda house: house.wave("O-1"))
    else:
        floor.do(lambda house: house.adjust("MUG", -1, "A-01"))
    picker.act("undo").refused("short_stays")
    assert floor.inside("MUG", "TOTE-1") == 3
    picker.act("undo").hears("undone")
    assert floor.inside("MUG", "TOTE-1") == 0


def test_a_short_that_stays_and_nothing_before_it_is_not_undone(floor: Floor, picker: Worker, counter: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01").act("short").hears("short")
    counter.take(floor.tasks("count")[0])
    picker.act("undo").refused("short_stays").act("undo").refused("short_stays")


def test_a_task_that_goes_on_after_its_last_short_is_taken_back_asks_for_a_tote_again(
    floor: Floor, picker: Worker
) -> None:
    floor.stock("MUG", 4)
    floor.stock("TEA", 4, "B-01")
    floor.totes("TOTE-1", "TOTE-2")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "MUG").act("quantity", quantity=2)
    assert picker.prompt["value"] == "TOTE-1"
    picker.act("undo").hears("count_undone").act("short").hears("short").finished()
    other = floor.worker("Ben", "picker").take(floor.order("O-2", ("TEA", 2))[0]).scan("B-01", "TEA")
    other.act("quantity", quantity=2).scan("TOTE-1").hears("picked")
    picker.act("undo").hears("short_undone").scan("A-01", "MUG").act("quantity", quantity=2)
    assert picker.prompt["value"] == "TOTE-2", "the other one is another order's by now"
    picker.scan("TOTE-1").refused("tote_of_another").scan("TOTE-2").hears("picked")


def test_a_count_that_waits_for_its_approval_is_not_called_off_with_the_short(
    floor: Floor, picker: Worker, counter: Worker
) -> None:
    floor.stock("MUG", 40)
    picker.take(floor.order("O-1", ("MUG", 30))[0]).act("short").hears("short")
    (count,) = floor.tasks("count")
    counter.take(count).scan("A-01", "MUG", "A-01").hears("recount").scan("MUG", "A-01")
    counter.hears("approval_needed")
    picker.act("undo").refused("short_stays")
    other = floor.worker("Ben", "picker").take(floor.order("O-2", ("MUG", 5))[0]).act("short").hears("short")
    assert floor.tasks("count") == [count], "one count is enough"
    other.act("undo").refused("short_stays")
    assert floor.tasks("count") == [count]


def test_a_count_that_was_begun_and_given_back_is_not_called_off_with_the_short(
    floor: Floor, picker: Worker, counter: Worker
) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 2))[0]).act("short").hears("short")
    (count,) = floor.tasks("count")
    counter.take(count).release()
    picker.act("undo").hears("short_undone").act("short").hears("short")
    (count,) = floor.tasks("count")
    counter.take(count).scan("A-01", "MUG").release()
    picker.act("undo").refused("short_stays")
    assert floor.tasks("count") == [count]


def test_short_takes_the_rest_from_another_bin_next(floor: Floor, picker: Worker) -> None:
    """Floor case 21."""
    floor.stock("MUG", 4)
    floor.stock("MUG", 9, "B-01")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.take(task).scan("A-01", "MUG").act("short").hears("short")
    assert picker.prompt["counted"] == 1, "what is in hand stays counted"
    picker.asked("target").scan("TOTE-1").hears("picked")
    assert floor.lines(task) == [("B-01", 3, 0)]
    picker.scan("B-01", "MUG").act("quantity", quantity=3).scan("TOTE-1", "PACK").finished()
    assert (floor.at("MUG"), floor.at("MUG", "B-01"), floor.inside("MUG", "TOTE-1")) == (3, 6, 4)


def test_a_picker_is_not_sent_back_to_a_bin_that_was_short_and_waits_to_be_counted(
    floor: Floor, picker: Worker, counter: Worker
) -> None:
    floor.stock("MUG", 4)
    floor.stock("MUG", 3, "B-01")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.take(task).act("short").hears("short")
    assert "3 are taken from another bin" in picker.message
    assert floor.lines(task) == [("B-01", 3, 0)]
    picker.act("short").hears("short").finished()
    assert "3 short. 0 are taken from another bin" in picker.message
    picker.act("undo").hears("short_undone").act("undo").hears("short_undone")
    assert floor.lines(task) == [("A-01", 4, 0)]
    picker.act("short").hears("short")
    counter.take(floor.tasks("count")[0]).scan("A-01", "MUG").act("quantity", quantity=4).scan("A-01")
    counter.hears("count_agrees")
    picker.act("short").hears("short")
    assert floor.lines(task) == [("A-01", 4, 0)], "it was counted since: what was missing stood there"


def test_short_on_one_lot_leaves_the_other_lot_alone(floor: Floor, picker: Worker) -> None:
    """Floor case 22."""
    floor.stock("MILK", 3, lot="LA", expiry=None)
    floor.stock("MILK", 3, lot="LB")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MILK", 5))[0]
    picker.take(task).scan("A-01").act("skip").hears("skipped")
    assert picker.prompt["lot"] == "LB"
    picker.scan("A-01", "MILK", "LB").act("short").hears("short").scan("TOTE-1").hears("picked")
    assert picker.prompt["lot"] == "LA"
    assert picker.prompt["quantity"] == 3


def test_short_on_one_serial_number_leaves_the_others_alone(floor: Floor, picker: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2", "SN3")
    floor.serials("PHONE", "SN9", place="B-01")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("PHONE", 3))[0]
    picker.take(task).scan("A-01", "PHONE").asked("serial").act("short").hears("short")
    assert floor.lines(task) == [("A-01", 1, 0), ("A-01", 1, 0), ("B-01", 1, 0)]
    for place, serial in (("A-01", "SN2"), ("A-01", "SN3"), ("B-01", "SN9")):
        assert (picker.prompt["location"], picker.prompt["serial"]) == (place, serial)
        picker.scan(place, "PHONE", serial, "TOTE-1").hears("picked")
    picker.scan("PACK").finished()
    assert (floor.at("PHONE"), floor.sums("PHONE")) == (1, (4, 0, 3, 0))


def test_a_quantity_in_short_that_was_not_scanned_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01").act("short", quantity=2).refused("bad_quantity")


def test_short_after_the_last_line_has_nothing_to_say(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1").act("short")
    picker.refused("nothing_to_short").act("skip").refused("finish_line_first")


def test_all_in_hand_and_no_tote_free_is_not_short(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG").asked("target")
    assert [way["action"] for way in picker.prompt["ways"]] == ["no_tote", "undo"]
    picker.act("short").refused("nothing_to_short")
    floor.totes("TOTE-1")
    picker.scan("TOTE-1").hears("picked")


def test_nothing_could_be_picked_ends_the_task(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01").act("short").hears("short").finished()
    assert floor.tasks("pack") == []
    assert floor.sums("MUG") == (4, 0, 4, 0)


def test_a_pick_for_which_no_tote_is_free_is_given_back_and_the_desk_sees_why(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    (task_id,) = floor.order("O-1", ("MUG", 3))
    picker.take(task_id).act("no_tote").refused("scan_item_first").scan("A-01", "MUG").act("quantity", quantity=3)
    assert picker.prompt["ways"][0]["action"] == "no_tote"
    picker.act("no_tote").hears("given_back")
    assert "Put 3 × MUG back in A-01" in picker.message
    assert (floor.status(task_id), picker.prompt["ways"]) == ("open", [])
    assert floor.read(lambda session: totes.picks_without(session, 1)) == 1
    floor.totes("TOTE-1")
    assert floor.read(lambda session: totes.picks_without(session, 1)) == 0
    other = floor.worker("Pia", "picker")
    other.take(task_id).asked("location").scan("A-01", "MUG", "MUG", "MUG", "TOTE-1").hears("picked")
    assert floor.sums("MUG") == (4, 0, 3, 0)


def test_a_tote_that_became_free_meanwhile_is_proposed(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG").asked("target")
    floor.totes("TOTE-1")
    picker.act("no_tote").hears("next_tote").scan("TOTE-1").hears("picked")
