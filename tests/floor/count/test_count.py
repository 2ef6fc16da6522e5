"""Count: one bin, blind; the difference is posted, and only where nothing moved meanwhile."""

import json
from decimal import Decimal

import pytest

from app.refusal import Forbidden
from tests.floor.story import Floor, Worker, day


def _count(worker: Worker, *codes: str) -> Worker:
    """The bin, what is in it, the bin again."""
    return worker.scan("A-01", *codes, "A-01")


def test_a_bin_is_counted_and_the_difference_posted(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 2)
    floor.barcode("MUG", "SIX", quantity=6)
    counter.start("count", location="A-01").asked("location").scan("A-01").hears("bin_confirmed").asked("item")
    counter.scan("MUG").hears("item_confirmed").scan("SIX").scan("TEA").scan("A-01").hears("counted").finished()
    assert counter.movements == [("MUG", 2, "ADJUSTMENT", "A-01"), ("TEA", 1, "A-01", "ADJUSTMENT")]
    assert (floor.at("MUG"), floor.at("TEA")) == (7, 1)
    assert floor.reasons()[-2:] == ["count", "count"]


def test_a_count_that_agrees_posts_nothing(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 2)
    before = floor.movements()
    _count(counter.start("count", location="A-01"), "MUG", "MUG").hears("count_agrees").finished()
    assert floor.movements() == before
    counter.act("undo").refused("nothing_to_undo")


def test_an_empty_bin_is_confirmed_by_scanning_it_twice(floor: Floor, counter: Worker) -> None:
    floor.bin("A-01")
    _count(counter.start("count", location="A-01")).hears("zero_confirmed").finished()


def test_what_the_books_expect_is_never_shown(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 4711)
    counter.start("count", location="A-01")
    shown = [json.dumps(counter.answer)]
    for code in ("A-01", "MUG", "MUG"):
        shown.append(json.dumps(counter.scan(code).answer))
    assert not any("4711" in answer for answer in shown)
    assert [way.get("scan", way.get("action")) for way in counter.prompt["ways"]][1:] == ["done", "quantity", "undo"]
    assert "quantity" not in counter.prompt


def test_the_quantity_is_the_total_of_the_item_scanned_last(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 12)
    counter.start("count", location="A-01").act("quantity", quantity=5).refused("scan_item_first").scan("A-01")
    counter.act("quantity", quantity=5).refused("scan_item_first").scan("MUG").act("quantity", quantity=0)
    counter.refused("bad_quantity").act("quantity", quantity=4006381333931).refused("barcode_in_quantity")
    counter.act("quantity", quantity=5).hears("quantity_confirmed").scan("TEA").act("quantity", quantity=12)
    counter.act("done").hears("count_agrees").finished()


def test_the_bin_comes_first_and_it_must_be_the_right_one(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 1)
    floor.bin("B-01")
    counter.start("count", location="A-01").scan("MUG").refused("scan_bin_first").act("done").refused("scan_bin_first")
    counter.scan("B-01").refused("wrong_location").scan("A-01", "B-01").refused("wrong_location").asked("item")
    counter.act("approve").refused("nothing_to_approve")


def test_an_unknown_code_is_refused_and_the_count_kept(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 2)
    counter.start("count", location="A-01").scan("A-01", "MUG").scan("WHAT-IS-THIS").refused("unknown_code")
    assert counter.prompt["counted"] == 1
    counter.scan("MUG", "A-01").hears("count_agrees")


def test_an_item_that_belongs_elsewhere_is_counted_with_a_warning(floor: Floor, counter: Worker) -> None:
    floor.bin("A-01")
    floor.stock("MUG", 5, "B-01")
    counter.start("count", location="A-01").scan("A-01", "MUG").hears("counted_elsewhere")
    assert "B-01" in counter.message
    counter.scan("A-01").hears("counted").finished()
    assert floor.at("MUG") == 1


def test_lots_are_asked_for_and_a_new_one_is_scanned_twice(floor: Floor, counter: Worker) -> None:
    floor.stock("MILK", 3, lot="L1")
    floor.barcode("MILK", "9506000134352", gtin="09506000134352")
    counter.start("count", location="A-01").scan("A-01", "MILK").hears("scan_lot").asked("lot")
    counter.act("done").refused("finish_line_first").act("quantity", quantity=3).refused("scan_item_first")
    counter.scan("MILK").refused("wrong_item").scan("L1").hears("item_confirmed").act("quantity", quantity=2)
    counter.scan("MILK", "L9").refused("new_lot").scan("L8").refused("new_lot").scan("L9").refused("new_lot")
    counter.scan("L9").hears("item_confirmed").scan("(01)09506000134352(10)L1").hears("item_confirmed")
    counter.scan("A-01").hears("counted").finished()
    assert counter.movements == [("MILK", 1, "ADJUSTMENT", "A-01")]
    assert floor.at("MILK") == 4


def test_serials_are_scanned_one_by_one(floor: Floor, counter: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN10")
    floor.serials("PHONE", "SN5", place="B-01")
    counter.start("count", location="A-01").scan("A-01", "PHONE").asked("serial").scan("SN1").hears("item_confirmed")
    counter.act("quantity", quantity=2).refused("scan_each").scan("PHONE", "SN1").refused("serial_twice")
    counter.scan("SN5").refused("serial_elsewhere").scan("SN7").hears("item_confirmed").scan("A-01").hears("counted")
    assert sorted(counter.movements) == [("PHONE", 1, "A-01", "ADJUSTMENT"), ("PHONE", 1, "ADJUSTMENT", "A-01")]


def test_a_shipment_during_the_count_flags_only_its_line(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 2))[0]
    counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=5).scan("TEA")
    counter.act("quantity", quantity=4)
    floor.worker("Mia").take(task).scan("A-01", "MUG", "MUG", "TOTE-1").hears("picked")
    counter.scan("A-01").hears("recount")
    assert counter.movements == [("TEA", 1, "A-01", "ADJUSTMENT")]
    assert "MUG" in counter.prompt["instruction"]
    assert floor.at("MUG") == 3
    counter.scan("TEA").refused("counted_already").scan("MUG").act("quantity", quantity=3).scan("A-01")
    counter.hears("count_agrees").finished()
    assert (floor.at("MUG"), floor.at("TEA")) == (3, 4)


def test_a_shipment_before_its_item_was_scanned_disturbs_nothing(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 2))[0]
    counter.start("count", location="A-01").scan("A-01")
    floor.worker("Mia").take(task).scan("A-01", "MUG", "MUG", "TOTE-1").hears("picked")
    counter.scan("MUG").act("quantity", quantity=3).scan("A-01").hears("count_agrees")


def test_what_moved_in_and_was_never_scanned_is_counted_again(floor: Floor, counter: Worker) -> None:
    floor.bin("A-01")
    counter.start("count", location="A-01").scan("A-01")
    floor.stock("MUG", 3)
    counter.scan("A-01").hears("recount").scan("MUG").act("quantity", quantity=3).scan("A-01").hears("count_agrees")


def test_a_loss_lets_go_of_what_orders_had_chosen_and_chooses_again(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 4)
    floor.stock("MUG", 9, "B-01")
    task = floor.order("O-1", ("MUG", 4))[0]
    _count(counter.start("count", location="A-01"), "MUG").hears("counted").finished()
    assert floor.lines(task) == [("A-01", 1, 0), ("B-01", 3, 0)]
    floor.totes("TOTE-1")
    floor.worker("robot").take(task).robot().finished()
    assert floor.sums("MUG") == (10, 0, 4, 0)


def test_short_then_count_tells_what_is_there(floor: Floor, picker: Worker, counter: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01").act("short").finished()
    assert counter.next("count") is not None
    _count(counter.look(), "MUG").hears("counted").finished()
    assert floor.sums("MUG") == (1, 0, 4, 0)
    assert floor.available("MUG") == -3, "nothing is clamped: the orders at risk are named elsewhere"


def test_units_in_a_licence_plate_are_lost_after_the_loose_ones(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 2)
    floor.stock("MUG", 3, box="LPN-1")
    _count(counter.start("count", location="A-01"), "MUG").hears("counted")
    assert counter.movements == [("MUG", 2, "A-01", "ADJUSTMENT"), ("MUG", 2, "A-01", "ADJUSTMENT")]
    assert floor.inside("MUG", "LPN-1") == 1


def test_undo_forgets_scan_by_scan_and_then_reverses_the_postings(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 1)
    floor.barcode("MUG", "SIX", quantity=6)
    counter.start("count", location="A-01").act("undo").refused("nothing_to_undo").scan("A-01", "MUG", "SIX")
    counter.act("undo").hears("count_undone")
    assert counter.prompt["counted"] == 1
    counter.act("undo").hears("count_undone").act("undo").refused("nothing_to_undo").scan("MUG", "A-01")
    counter.hears("counted").finished()
    assert (floor.at("MUG"), floor.at("TEA")) == (1, 0)
    counter.act("undo").hears("undone").asked("location")
    assert sorted(counter.movements) == [("MUG", 4, "ADJUSTMENT", "A-01"), ("TEA", 1, "ADJUSTMENT", "A-01")]
    assert (floor.at("MUG"), floor.at("TEA")) == (5, 1)
    assert floor.reasons()[-2:] == ["undo", "undo"]
    counter.scan("A-01", "MUG").act("quantity", quantity=5).scan("TEA", "A-01").hears("count_agrees").finished()


# A large difference.


def test_a_large_difference_is_counted_twice_and_then_waits_for_a_supervisor(
    floor: Floor, counter: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 50)
    _count(counter.start("count", location="A-01"), "MUG").hears("recount").asked("item")
    counter.scan("MUG", "MUG", "A-01").hears("recount"), "another result is counted once more"
    counter.scan("MUG", "MUG", "A-01").hears("approval_needed")
    assert counter.prompt["ways"] == []
    assert floor.at("MUG") == 50, "nothing is posted yet"
    assert counter.next("count") is None, "it waits for somebody else"
    with pytest.raises(Forbidden, match="role_missing"):
        counter.take(floor.tasks("count")[0])
    with pytest.raises(Forbidden, match="role_missing"):
        counter.take_over(floor.tasks("count")[0])
    assert supervisor.next("count") is not None
    supervisor.look().asked("confirm")
    assert dict(supervisor.prompt["detail"]) == {"Counted by": "Carl", "MUG": "Mug: 2 counted, 50 booked: -48"}
    assert [way["action"] for way in supervisor.prompt["ways"]] == ["approve", "recount"]
    supervisor.scan("MUG").refused("wrong_item").act("done").refused("approval_needed")
    supervisor.act("undo").refused("approval_needed")
    supervisor.act("approve").hears("counted").finished()
    assert floor.at("MUG") == 2


def test_whoever_approves_sees_names_lots_and_what_the_difference_is_worth(
    floor: Floor, counter: Worker, supervisor: Worker
) -> None:
    floor.item("TEA", tracking="lot", price=Decimal("1200.5"))
    floor.stock("TEA", 50, lot="T-1")
    floor.item("SAW", price=Decimal("0.5"))
    counter.start("count", location="A-01").scan("A-01")
    for _turn in range(2):
        counter.scan("SAW").act("quantity", quantity=30).scan("A-01")
    counter.hears("approval_needed")
    said = dict(supervisor.take(floor.tasks("count")[0]).prompt["detail"])
    assert said["TEA"] == "Tea, lot T-1: 0 counted, 50 booked: -50 (worth -60,025.00)"
    assert said["SAW"] == "Saw: 30 counted, 0 booked: +30 (worth 15.00)"


def test_a_supervisor_sends_a_count_back(floor: Floor, counter: Worker, supervisor: Worker) -> None:
    floor.stock("MUG", 50)
    _count(counter.start("count", location="A-01"), "MUG").scan("MUG", "A-01").hears("approval_needed")
    supervisor.take(floor.tasks("count")[0]).act("recount").hears("sent_back")
    assert supervisor.prompt["ways"] == []
    assert counter.next("count") is not None
    counter.look().asked("location").scan("A-01", "MUG").act("quantity", quantity=50).scan("A-01").hears("count_agrees")
    assert floor.at("MUG") == 50


def test_nobody_approves_their_own_count(floor: Floor, supervisor: Worker) -> None:
    floor.stock("MUG", 50)
    _count(supervisor.start("count", location="A-01"), "MUG").scan("MUG", "A-01").hears("approval_needed")
    supervisor.take(floor.tasks("count")[0]).act("approve").refused("second_person_needed")
    floor.worker("Sam", "supervisor").take_over(floor.tasks("count", status="claimed")[0]).act("approve").finished()
    assert floor.at("MUG") == 1


def test_an_approval_after_stock_moved_is_refused(floor: Floor, counter: Worker, supervisor: Worker) -> None:
    floor.stock("MUG", 50)
    _count(counter.start("count", location="A-01"), "MUG").scan("MUG", "A-01").hears("approval_needed")
    floor.stock("MUG", 1)
    supervisor.take(floor.tasks("count")[0]).act("approve").refused("moved_meanwhile")
    assert floor.at("MUG") == 51


def test_a_bin_that_should_be_full_and_is_empty_waits_too(floor: Floor, counter: Worker, supervisor: Worker) -> None:
    floor.stock("MUG", 50)
    _count(counter.start("count", location="A-01")).hears("recount").scan("A-01").hears("approval_needed")
    supervisor.take(floor.tasks("count")[0]).act("approve").finished()
    assert floor.sums("MUG") == (0, 0, 0, 0)


def test_a_count_goes_on_with_another_worker(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 3)
    counter.start("count", location="A-01").scan("A-01", "MUG", "MUG").release()
    other = floor.worker("Cleo", "counter", device="TC52-2").start("count", location="A-01").scan("MUG")
    assert other.prompt["counted"] == 3
    other.scan("A-01").hears("count_agrees")


def test_a_unit_that_is_counted_in_two_bins_at_once_is_in_one(floor: Floor, counter: Worker) -> None:
    floor.item("PHONE", tracking="serial")
    floor.bin("A-01")
    floor.bin("B-01")
    other = floor.worker("Cleo", "counter")
    counter.start("count", location="A-01").scan("A-01", "PHONE", "SN1").hears("item_confirmed")
    other.start("count", location="B-01").scan("B-01", "PHONE", "SN1").hears("item_confirmed")
    counter.scan("A-01").hears("counted").finished()
    other.scan("B-01").refused("serial_in_stock")
    assert "A-01" in other.message
    other.act("undo").hears("count_undone").scan("PHONE", "SN1").refused("serial_elsewhere").act("undo").scan("B-01")
    other.hears("zero_confirmed").finished()
    assert floor.sums("PHONE") == (1, 0, 0, 0)


def test_a_count_is_not_undone_into_a_second_unit(floor: Floor, counter: Worker) -> None:
    """Missing here, found there: taking back "missing" would make two of it."""
    floor.serials("PHONE", "SN1")
    floor.bin("B-01")
    counter.start("count", location="A-01").scan("A-01", "A-01").hears("counted").finished()
    floor.worker("Cleo", "counter").start("count", location="B-01").scan("B-01", "PHONE", "SN1", "B-01").finished()
    counter.act("undo").refused("serial_in_stock")
    assert floor.sums("PHONE") == (1, 0, 0, 0)


def test_a_unit_that_came_in_elsewhere_is_not_approved_here(floor: Floor, counter: Worker, supervisor: Worker) -> None:
    floor.stock("MUG", 50)
    floor.item("PHONE", tracking="serial")
    floor.purchase("PO-1", ("PHONE", 1))
    counter.start("count", location="A-01").scan("A-01")
    for _again in range(2):
        counter.scan("PHONE", "SN1", "A-01")
    counter.hears("approval_needed")
    floor.worker("Rita", "receiver").start("receive", "PO-1").scan("PHONE", "SN1", "DOCK").finished()
    supervisor.take(floor.tasks("count")[0]).act("approve").refused("serial_elsewhere")
    assert "DOCK" in supervisor.message
    supervisor.act("recount").hears("sent_back")
    assert floor.sums("PHONE") == (1, 0, 0, 0)


def test_a_new_lot_that_is_counted_says_when_it_expires(floor: Floor, counter: Worker) -> None:
    """However old it is: it stands there."""
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.bin("A-01")
    floor.do(lambda house: house.lot("MILK", "OLD"))
    counter.start("count", location="A-01").scan("A-01", "MILK", "L1").refused("new_lot").scan("L1").asked("expiry")
    counter.scan("A-01").refused("bad_date").scan("someday").refused("bad_date").act("undo").hears("count_undone")
    counter.scan("MILK", "L1").refused("new_lot").scan("L1").hears("scan_expiry").scan("2020-01-31").asked("item")
    counter.scan("MILK", "L1").hears("item_confirmed").scan("MILK", "OLD").hears("item_confirmed")
    counter.scan("A-01").hears("counted").finished()
    assert floor.do(lambda house: [house.lot("MILK", code).expiry for code in ("L1", "OLD")]) == [
        day("2020-01-31"),
        None,
    ]


def test_a_label_that_is_counted_is_kept_and_never_contradicts(floor: Floor, counter: Worker) -> None:
    """Floor case 41."""
    gtin = "04006381333931"
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.barcode("MILK", gtin[1:], gtin=gtin)
    floor.bin("A-01")
    floor.do(lambda house: [house.lot("MILK", "L1"), house.lot("MILK", "L2", day("2050-12-31"))])
    counter.start("count", location="A-01").scan("A-01", f"(01){gtin}(17)501130(10)L1").hears("item_confirmed")
    counter.scan(f"(01){gtin}(17)501130(10)L2").refused("expiry_conflict")
    counter.scan("MILK", "(10)L2(17)501130").refused("expiry_conflict").scan("L2").hears("item_confirmed")
    counter.scan("A-01").hears("counted")
    assert floor.do(lambda house: house.lot("MILK", "L1").expiry) == day("2050-11-30")


def test_small_counts_of_one_bin_add_up_and_then_wait(floor: Floor, counter: Worker, supervisor: Worker) -> None:
    """Five counts of 19 fewer took 100 to 5, and nobody else looked."""
    floor.stock("MUG", 100)
    counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=81).scan("A-01").finished()
    counter.start("count", location="A-01").scan("A-01")
    for _turn in range(2):
        counter.scan("MUG").act("quantity", quantity=62).scan("A-01")
    counter.hears("approval_needed")
    assert floor.at("MUG") == 81
    supervisor.take(floor.tasks("count")[0]).act("approve").hears("counted").finished()
    assert floor.at("MUG") == 62
    other = floor.worker("Cleo", "counter").start("count", location="A-01").scan("A-01", "MUG")
    other.act("quantity", quantity=50).scan("A-01").finished()


def test_whoever_counted_a_part_approves_nothing_of_it(floor: Floor, counter: Worker, supervisor: Worker) -> None:
    """The supervisor counts, hands the job over, and would approve what the other only closed."""
    floor.stock("MUG", 50)
    supervisor.start("count", location="A-01").scan("A-01", "MUG", "A-01").hears("recount").scan("MUG").release()
    counter.take(floor.tasks("count")[0]).scan("A-01").hears("approval_needed")
    supervisor.take(floor.tasks("count")[0]).act("approve").refused("second_person_needed")
    assert floor.at("MUG") == 50


def test_a_difference_counts_for_everybody_whose_count_it_rests_on(floor: Floor, counter: Worker) -> None:
    """One counts 19 fewer, another scans the bin to close: nobody hands on what would be too much for them."""
    floor.stock("MUG", 200)
    for turn, name in enumerate(("Cleo", "Cora"), start=1):
        counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=200 - 15 * turn)
        task = counter.release().task
        closer = floor.worker(name, "counter").take(task).scan("A-01")
        if turn == 1:
            closer.hears("counted").finished()
    closer.hears("recount").scan("MUG").act("quantity", quantity=170).scan("A-01").hears("approval_needed")
    assert floor.at("MUG") == 185
    floor.stock("TEA", 30, "B-01")
    first = floor.worker("Cleo", "counter").start("count", location="B-01").scan("B-01", "TEA")
    first.act("quantity", quantity=11).scan("B-01").hears("counted")
    assert floor.at("TEA", "B-01") == 11, "another item, in another place"


def test_a_recount_by_another_still_counts_for_whoever_counted_first(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 100)
    counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=85).scan("A-01").finished()
    counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=75)
    counter.scan("A-01").hears("recount").release()
    other = floor.worker("Cleo", "counter").take(counter.task)
    other.scan("MUG").act("quantity", quantity=75).scan("A-01").hears("approval_needed")
    assert floor.at("MUG") == 85
    supervisor = floor.worker("Sue", "supervisor").take(counter.task).act("recount").hears("sent_back")
    assert supervisor.answer["task"]["status"] == "open"
    other.take(counter.task).scan("A-01", "MUG").act("quantity", quantity=75).scan("A-01").hears("counted")


def test_a_count_that_is_taken_back_leaves_everybodys_day_as_it_was(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 100)
    other = floor.worker("Cleo", "counter")
    for _turn in range(2):
        counter.start("count", location="A-01").scan("A-01", "MUG").act("quantity", quantity=85)
        task = counter.release().task
        other.take(task).scan("A-01").hears("counted").act("undo").hears("undone").release()
        counter.take(task).scan("A-01", "MUG").act("quantity", quantity=100).scan("A-01").hears("count_agrees")
