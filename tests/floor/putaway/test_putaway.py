"""Put away: from the dock into a bin."""

import pytest

from app.refusal import Refused
from tests.floor.story import Floor, Worker


@pytest.fixture
def at_the_dock(floor: Floor, receiver: Worker) -> int:
    """Six mugs and two teas were received. Returns the put-away task."""
    for code in ("A-01", "A-02", "B-01"):
        floor.bin(code)
    floor.purchase("PO-1", ("MUG", 6), ("TEA", 2))
    receiver.start("receive", "PO-1").robot().finished()
    return floor.tasks("putaway")[0]


def test_putting_away_goes_item_bin(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).asked("item").scan("MUG").asked("target")
    receiver.scan("A-01").hears("put_away")
    assert receiver.movements == [("MUG", 6, "DOCK", "A-01")]
    receiver.scan("TEA").scan("A-02").finished()
    assert floor.at("MUG") == 6


def test_it_goes_where_its_like_stands(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    floor.stock("MUG", 1, "B-01")
    receiver.take(at_the_dock).scan("MUG")
    assert receiver.prompt["target"] == "B-01"


def test_two_workers_are_not_sent_to_the_same_empty_bin(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).scan("MUG")
    floor.purchase("PO-2", ("HAT", 1))
    floor.worker("Ron", "receiver").start("receive", "PO-2").robot()
    other = floor.worker("Ron", "receiver").take(floor.tasks("putaway")[0]).scan("HAT")
    assert (receiver.prompt["target"], other.prompt["target"]) == ("A-01", "A-02")


def test_what_stands_on_the_dock_is_put_away_in_any_order(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).scan("TEA").hears("item_confirmed").scan("A-01").hears("put_away")
    assert receiver.movements == [("TEA", 2, "DOCK", "A-01")]
    receiver.act("skip").hears("skipped").scan("HAT").refused("unknown_code").scan("TEA").refused("wrong_item")


def test_a_deliverys_paper_opens_what_is_still_to_come_and_then_what_waits_to_be_put_away(
    floor: Floor, receiver: Worker
) -> None:
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 6), ("TEA", 2))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=6).scan("DOCK").hears("received")
    receiver.act("done")
    assert receiver.home("PO-1")["task_id"] not in floor.tasks("putaway")
    receiver.take(floor.tasks("receive", status="claimed")[0]).robot().finished()
    assert receiver.home("PO-1")["task_id"] in floor.tasks("putaway", status="claimed")


def test_the_rest_of_a_line_taken_out_of_turn_waits_for_its_turn(
    floor: Floor, receiver: Worker, at_the_dock: int
) -> None:
    receiver.take(at_the_dock).scan("TEA").act("quantity", quantity=1).scan("A-01").hears("put_away")
    shown = receiver.prompt
    assert shown["sku"] == "MUG"
    assert receiver.look().prompt == shown, "the next action is about the line that the screen shows"


def test_another_bin_is_confirmed_by_scanning_it_again(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    """Floor case 27."""
    receiver.take(at_the_dock).scan("MUG").scan("B-01").refused("other_bin").scan("DOOR").refused("not_here")
    receiver.scan("B-01").refused("other_bin"), "another scan in between starts afresh"
    receiver.scan("A-02").refused("other_bin").scan("B-01").refused("other_bin").scan("B-01").hears("put_away")
    assert floor.at("MUG", "B-01") == 6


def test_a_full_or_blocked_bin_is_refused(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    floor.bin("C-01", max_units=5)
    floor.bin("C-02", is_blocked=True)
    receiver.take(at_the_dock).scan("MUG").scan("C-01").refused("bin_full").scan("C-02").refused("location_blocked")
    receiver.scan("MUG").refused("too_many").act("skip").refused("finish_line_first")


def test_a_part_goes_into_one_bin_and_the_rest_into_another(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).act("quantity", quantity=2).refused("scan_item_first").scan("MUG")
    receiver.act("quantity", quantity=9).refused("too_many").act("quantity", quantity=2).scan("A-01").hears("put_away")
    assert receiver.prompt["quantity"] == 4
    receiver.scan("MUG", "A-01").hears("put_away")
    assert floor.at("MUG") == 6


def test_undo_brings_it_back_to_the_dock(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).act("undo").refused("nothing_to_undo").scan("MUG").act("undo").hears("count_undone")
    receiver.scan("MUG", "A-01").act("undo").hears("undone")
    assert receiver.movements == [("MUG", 6, "A-01", "DOCK")]
    assert floor.at("MUG", "DOCK") == 6
    receiver.robot().finished()


def test_undo_is_refused_once_an_order_has_chosen_it(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).robot().finished()
    floor.order("O-1", ("TEA", 2))
    receiver.act("undo").refused("not_enough_stock")
    assert floor.at("TEA", "DOCK") == 0


def test_the_document_finds_its_put_away(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    assert receiver.start("putaway", "PO-1").task == at_the_dock
    with pytest.raises(Refused, match="nothing_to_do"):
        receiver.start("putaway", "PO-9")


def test_a_container_at_the_dock_may_be_named_first(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.picked("O-1", ("ANT", 2))
    floor.cancel("O-1")
    picker.take(floor.tasks("putaway")[0]).scan("TOTE-1").hears("container_confirmed").scan("ANT", "A-01").finished()
    assert floor.sums("ANT") == (5, 0, 0, 0)


def test_what_is_lost_at_the_dock_is_left_out_and_the_work_ends(
    floor: Floor, receiver: Worker, at_the_dock: int
) -> None:
    floor.do(lambda house: house.adjust("MUG", -6, "DOCK", reason="lost"))
    receiver.take(at_the_dock)
    assert receiver.prompt["ways"][0] == {
        "action": "short",
        "label": "It is not here any more",
        "quantity": 0,
    }
    receiver.robot().finished()
    assert (floor.at("MUG"), floor.at("TEA", "A-01")) == (0, 2)
    assert receiver.answer["task"]["lines"] == receiver.answer["task"]["done_lines"] == 1
    assert floor.tasks("count") == [], "the books say so already"


def test_what_is_lost_on_the_way_to_the_bin_is_left_out(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).scan("MUG").asked("target")
    floor.do(lambda house: house.adjust("MUG", -4, "DOCK", reason="lost"))
    receiver.scan("A-01").refused("not_enough_stock")
    assert receiver.prompt["ways"][0]["quantity"] == 2
    receiver.robot().finished()
    assert (floor.at("MUG"), floor.at("MUG", "DOCK")) == (2, 0)


def test_what_the_books_have_and_nobody_finds_is_left_out_and_counted(
    floor: Floor, receiver: Worker, at_the_dock: int
) -> None:
    receiver.take(at_the_dock).act("short", quantity=-1).refused("bad_quantity")
    receiver.act("short", quantity=6).refused("nothing_to_short").scan("MUG").act("short").refused("nothing_to_short")
    receiver.act("quantity", quantity=4).act("short").hears("short").asked("target").scan("A-01").hears("put_away")
    receiver.act("short").hears("short").finished()
    assert (floor.at("MUG"), floor.at("MUG", "DOCK"), floor.at("TEA", "DOCK")) == (4, 2, 2)
    counts = floor.tasks("count")
    assert len(counts) == 1, "one count of the dock finds what both lines missed"
    floor.worker("Carl", "counter").take(counts[0]).scan("DOCK").act("done").finished()
    assert floor.at("MUG", "DOCK") == floor.at("TEA", "DOCK") == 0


def test_what_was_left_out_is_found_again_and_nobody_counts_the_dock(
    floor: Floor, receiver: Worker, at_the_dock: int
) -> None:
    before = receiver.take(at_the_dock).prompt, floor.lines(at_the_dock)
    receiver.act("short").hears("short").act("undo").hears("short_undone")
    assert (receiver.prompt, floor.lines(at_the_dock)) == before
    before = receiver.scan("MUG").act("quantity", quantity=4).prompt, floor.lines(at_the_dock)
    assert receiver.act("short").hears("short").prompt["quantity"] == 4
    receiver.act("undo").hears("short_undone")
    assert (receiver.prompt, floor.lines(at_the_dock)) == before
    receiver.act("quantity", quantity=6).scan("A-01").hears("put_away")
    receiver.act("short").hears("short").finished().act("undo").hears("short_undone").robot().finished()
    assert (floor.at("MUG"), floor.at("TEA", "DOCK"), floor.tasks("count")) == (6, 0, [])


def test_a_carton_that_went_on_without_its_goods_is_stopped_before_they_are_found_again(
    floor: Floor, receiver: Worker, packer: Worker
) -> None:
    floor.stock("ANT", 5)
    floor.packed("O-1", ("ANT", 3))
    floor.cancel("O-1", ("1", 1))
    receiver.take(floor.tasks("putaway")[0])
    carton = str(receiver.prompt["container"])
    floor.do(lambda house: house.adjust("ANT", -1, "PACK", condition="hold", container=carton, reason="lost"))
    receiver.act("short").hears("short").finished()
    (shipping,) = floor.tasks("ship")
    packer.take(shipping)
    receiver.act("undo").refused("being_shipped")
    packer.release()
    receiver.act("undo").hears("short_undone").asked("item")
    assert floor.tasks("ship") == []
    receiver.robot().finished()
    assert len(floor.tasks("ship")) == 1


def test_a_cancelled_orders_tote_that_was_emptied_is_put_back_with_what_is_in_it(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.picked("O-1", ("ANT", 2))
    floor.cancel("O-1")
    floor.do(lambda house: house.adjust("ANT", -2, "PACK", reason="lost", container="TOTE-1", condition="hold"))
    picker.take(floor.tasks("putaway")[0]).robot().finished()
    assert "Nothing" in picker.prompt["instruction"]
    assert floor.sums("ANT") == (3, 0, 0, 0)


def test_a_bin_that_is_full_gives_way_to_the_next_one(floor: Floor, receiver: Worker, at_the_dock: int) -> None:
    receiver.take(at_the_dock).act("full").refused("scan_item_first").scan("MUG")
    assert receiver.prompt["target"] == "A-01"
    receiver.act("quantity", quantity=4).scan("A-01").hears("put_away").scan("MUG")
    assert receiver.prompt["target"] == "A-01", "its like stands there now"
    receiver.act("full").hears("next_bin")
    assert receiver.prompt["target"] == "A-02"
    receiver.scan("A-02").hears("put_away").scan("TEA")
    assert receiver.prompt["target"] == "B-01", "the full one is not suggested to the next line either"
    receiver.act("full").hears("next_bin")
    assert receiver.prompt["target"] == "A-02", "one that holds other goods, where no empty one is left"
    receiver.act("full").refused("no_other_bin").scan("B-01").refused("other_bin").scan("B-01").finished()
