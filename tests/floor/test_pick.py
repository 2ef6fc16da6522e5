"""Pick: bin, item, tote; and everything that can be wrong with each of them."""

import pytest
from sqlalchemy import select

from app.ledger.models import Balance
from app.orders.stock_in_hand import ALLOCATED, allocation
from tests.floor.story import Floor, Worker

GTIN = "09506000134352"


def test_picking_goes_bin_item_tote_drop(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0])
    picker.asked("location").scan("A-01").hears("bin_confirmed").asked("item")
    picker.scan("MUG").hears("item_confirmed").scan("MUG").asked("target").scan("TOTE-7").hears("picked")
    assert picker.movements == [("MUG", 2, "A-01", "TOTE-7")]
    picker.asked("target").scan("PACK").hears("dropped").finished()
    assert floor.at("MUG", "PACK") == 2
    assert floor.sums("MUG") == (10, 0, 2, 0)
    assert len(floor.tasks("pack")) == 1


def test_case_06_the_expected_item_by_any_of_its_names_leads_to_the_tote(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.barcode("MUG", "4006381333931")
    floor.barcode("MUG", "CASE-2", quantity=2)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01", "4006381333931", "MUG", "CASE-2").asked("target")
    assert floor.at("MUG") == 10
    picker.scan("TOTE-7").hears("picked")
    assert floor.at("MUG") == 6


def test_case_06_a_lot_number_counts_its_item(floor: Floor, picker: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01", "L1").hears("item_confirmed").asked("target")


def test_case_06_a_serial_number_counts_its_item(floor: Floor, picker: Worker) -> None:
    floor.serials("PHONE", "SN1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 1))[0]).scan("A-01", "SN1").hears("item_confirmed").asked("target")


def test_case_06_a_licence_plate_counts_its_item(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("LPN-1").hears("bin_confirmed")
    picker.scan("LPN-1").hears("item_confirmed").asked("target")


def test_case_07_a_bin_with_one_thing_names_it(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "A-01").hears("item_confirmed").asked("target")


def test_case_07_a_bin_with_several_things_asks_for_a_narrower_scan_and_remembers_the_bin(
    floor: Floor, picker: Worker
) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "A-01").refused("narrower_scan").asked("item")
    picker.scan("MUG").hears("item_confirmed")


def test_case_08_several_lots_here_ask_for_the_lot(floor: Floor, picker: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.stock("MILK", 5, lot="L2")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 2))[0]).scan("A-01", "MILK").hears("scan_lot").asked("lot")
    picker.scan("L2").refused("wrong_lot").scan("L1").hears("item_confirmed").scan("MILK").asked("target")


def test_case_08_one_lot_here_is_accepted(floor: Floor, picker: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01", "MILK").hears("item_confirmed")


def test_case_08_serial_tracked_items_always_ask_for_the_serial(floor: Floor, picker: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN10")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 2))[0]).scan("A-01", "PHONE").hears("scan_serial").asked("serial")
    picker.scan("SN10").refused("wrong_serial").scan("SN1").hears("item_confirmed").scan("TOTE-7").hears("picked")
    picker.act("quantity", quantity=1).refused("scan_each")
    picker.scan("PHONE", "SN10", "TOTE-7").hears("picked").scan("PACK").finished()


def test_case_09_the_item_in_two_containers_asks_for_the_container(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.stock("MUG", 5, box="LPN-2")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "MUG").hears("scan_container").asked("container")
    picker.scan("LPN-2").refused("wrong_container").scan("LPN-1").hears("item_confirmed").scan("MUG", "TOTE-7")
    assert floor.inside("MUG", "LPN-1") == 3


def test_case_09_loose_stock_elsewhere_does_not_ask_for_the_container(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.stock("MUG", 5, "B-01")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "MUG").hears("item_confirmed")


def test_case_09_loose_units_beside_a_container_are_named_by_the_bin(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("MUG", 5, box="LPN-1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG").hears("scan_container")
    picker.scan("A-01").hears("item_confirmed").scan("TOTE-7").hears("picked")
    assert floor.inside("MUG", "LPN-1") == 5


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("B-01", "wrong_location"),
        ("TEA", "wrong_item"),
        ("L-TEA", "unknown_code"),
        ("O-1", "wrong_document"),
        ("Mia", "wrong_badge"),
        ("1234", "unknown_code"),
    ],
)
def test_case_10_a_wrong_scan_is_named_and_changes_nothing(
    floor: Floor, picker: Worker, code: str, refusal: str
) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5, "B-01", lot="L-TEA")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01")
    before = picker.prompt
    picker.scan(code).refused(refusal)
    assert picker.prompt == before
    picker.scan("MUG").hears("item_confirmed").scan(code).refused(refusal)
    assert picker.prompt["counted"] == 1
    picker.scan("MUG").hears("item_confirmed")
    kept = [scan for scan in floor.remembered() if scan.outcome == "refused"]
    assert [(scan.code, scan.answer_code, scan.expected.split()[0]) for scan in kept] == [(code, refusal, "item")] * 2


def test_case_10_the_wrong_lot_and_the_wrong_bin_are_named(floor: Floor, picker: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.stock("MILK", 5, "B-01", lot="L2")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 2))[0])
    picker.scan("B-01").refused("wrong_location")
    assert "B-01" in picker.message
    assert "A-01" in picker.message
    picker.scan("A-01", "L2").refused("wrong_lot")
    assert "L2" in picker.message
    assert "L1" in picker.message


def test_case_11_the_item_before_the_bin_asks_for_the_bin(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("MUG").refused("scan_bin_first").asked("location")


def test_case_12_a_lot_number_of_two_items_is_that_of_the_line(floor: Floor, picker: Worker) -> None:
    floor.stock("CREAM", 5, lot="L")
    floor.stock("MILK", 5, lot="L")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01", "L").hears("item_confirmed").scan("TOTE-7")
    assert picker.movements == [("MILK", 1, "A-01", "TOTE-7")]


def test_case_13_a_tote_of_another_order_is_refused_and_my_own_is_proposed_next(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5, "B-01")
    floor.totes("TOTE-1", "TOTE-2")
    floor.worker("Bob").take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1").hears("picked")
    picker.take(floor.order("O-2", ("MUG", 1), ("TEA", 1))[0]).scan("A-01", "MUG")
    assert picker.prompt["target"] == "TOTE-2"
    picker.scan("TOTE-1").refused("tote_of_another")
    assert "O-1" in picker.message
    picker.scan("TOTE-2").hears("picked").scan("B-01", "TEA")
    assert picker.prompt["target"] == "TOTE-2"


def test_case_13_two_pickers_are_never_offered_the_same_empty_tote(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.totes("TOTE-1", "TOTE-2")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG")
    other = floor.worker("Bob").take(floor.order("O-2", ("MUG", 1))[0]).scan("A-01", "MUG")
    assert (picker.prompt["target"], other.prompt["target"]) == ("TOTE-1", "TOTE-2")
    other.scan("TOTE-1").refused("tote_of_another")


def test_only_totes_of_this_warehouse_take_a_pick(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.do(lambda house: house.box("FAR-1", warehouse="FAR"))
    floor.do(lambda house: house.box("CARTON-1", kind="carton"))
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG")
    picker.scan("FAR-1").refused("not_here")
    picker.scan("CARTON-1").refused("not_a_tote")


def test_case_14_more_than_due_is_refused_and_nothing_written(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 10))[0]).scan("A-01", "MUG")
    picker.act("quantity", quantity=11).refused("too_many")
    assert picker.prompt["counted"] == 1
    picker.act("quantity", quantity=10).asked("target").scan("MUG").refused("too_many")
    assert floor.at("MUG") == 20


def test_case_15_four_of_ten_are_done_and_six_come_next(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    floor.totes("TOTE-7")
    task = floor.order("O-1", ("MUG", 10))[0]
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=4).scan("TOTE-7").hears("picked")
    assert floor.lines(task) == [("A-01", 10, 4)]
    assert picker.prompt["quantity"] == 6
    assert "counted" in picker.prompt
    assert picker.prompt["counted"] == 0
    picker.scan("MUG").act("quantity", quantity=6).scan("TOTE-7", "PACK").finished()
    assert floor.inside("MUG", "TOTE-7") == 10


def test_case_16_each_scan_counts_and_a_case_counts_six(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    floor.stock("TEA", 20, "B-01")
    floor.barcode("MUG", "CASE", quantity=6)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 10))[0]).scan("A-01", "MUG", "CASE")
    assert picker.prompt["counted"] == 7
    picker.scan("TEA").refused("wrong_item").scan("CASE").refused("too_many").scan("TOTE-9").refused("unknown_code")
    assert picker.prompt["counted"] == 7


@pytest.mark.parametrize("quantity", [0, -1, None])
def test_case_17_a_quantity_of_nothing_is_refused(floor: Floor, picker: Worker, quantity: int | None) -> None:
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 10))[0]).scan("A-01", "MUG")
    picker.act("quantity", quantity=quantity).refused("bad_quantity").asked("item")


def test_case_17_an_unknown_tote_keeps_the_prompt(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG")
    before = picker.prompt
    picker.scan("TOTE-404").refused("unknown_code")
    assert picker.prompt == before


def test_a_quantity_before_any_item_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 5))[0]).act("quantity", quantity=5).refused("scan_item_first")


def test_case_52_a_barcode_in_the_quantity_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG")
    picker.act("quantity", quantity=4006381333931).refused("barcode_in_quantity")
    assert picker.prompt["counted"] == 1


def test_case_53_serial_1_stands_beside_serial_10(floor: Floor, picker: Worker) -> None:
    floor.serials("PHONE", "SN10", "SN1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 1))[0]).scan("A-01")
    picker.scan("SN1").refused("wrong_serial").scan("SN10").hears("item_confirmed").scan("TOTE-7")
    assert floor.at("PHONE") == 1


def test_case_54_two_barcodes_of_one_item_fill_one_line(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    floor.barcode("MUG", "OLD")
    floor.barcode("MUG", "NEW")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "OLD", "NEW").asked("target").scan("TOTE-7")
    assert picker.movements == [("MUG", 2, "A-01", "TOTE-7")]


def test_case_55_a_scan_works_right_after_an_error(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("Z-99").refused("unknown_code").scan("A-01")
    picker.hears("bin_confirmed").scan("???").refused("unknown_code").scan("MUG").hears("item_confirmed")


def test_a_gs1_label_names_item_and_lot_at_once(floor: Floor, picker: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.stock("MILK", 5, lot="L2")
    floor.barcode("MILK", GTIN[1:], gtin=GTIN)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01")
    picker.scan(f"]C101{GTIN}10L2").refused("wrong_lot").scan(f"(01){GTIN}(10)L1").hears("item_confirmed")
    picker.asked("target")


def test_a_gs1_label_with_another_serial_is_refused(floor: Floor, picker: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2")
    floor.barcode("PHONE", GTIN[1:], gtin=GTIN)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 1))[0]).scan("A-01").scan(f"(01){GTIN}(21)SN2").refused("wrong_serial")
    picker.scan(f"(01){GTIN}(21)SN1").hears("item_confirmed").asked("target")
    picker.act("undo").scan("PHONE").hears("scan_serial").scan(f"(01){GTIN}(21)SN2").refused("wrong_serial")
    picker.scan(f"(01){GTIN}(21)SN1").hears("item_confirmed")


# Exceptions.


def test_case_19_a_skipped_line_comes_at_the_end_and_skips_keep_their_order(floor: Floor, picker: Worker) -> None:
    for number, sku in enumerate(("ANT", "BEE", "CAT"), 1):
        floor.stock(sku, 5, f"A-0{number}")
    floor.totes("TOTE-7")
    task = floor.order("O-1", ("ANT", 1), ("BEE", 1), ("CAT", 1))[0]
    picker.take(task).act("skip").hears("skipped").act("skip").hears("skipped")
    assert [line[0] for line in floor.lines(task)] == ["A-03", "A-01", "A-02"]
    picker.scan("A-03", "CAT").act("skip").refused("finish_line_first").scan("TOTE-7")
    picker.scan("A-01", "ANT", "TOTE-7", "A-02", "BEE", "TOTE-7", "PACK").finished()


def test_case_20_short_lets_go_of_my_open_lines_and_opens_a_count(floor: Floor, picker: Worker) -> None:
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


def test_case_21_short_takes_the_rest_from_another_bin_next(floor: Floor, picker: Worker) -> None:
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


def test_case_22_short_on_one_lot_leaves_the_other_lot_alone(floor: Floor, picker: Worker) -> None:
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
    assert [way["action"] for way in picker.prompt["ways"]] == ["undo"]
    picker.act("short").refused("nothing_to_short")
    floor.totes("TOTE-1")
    picker.scan("TOTE-1").hears("picked")


def test_nothing_could_be_picked_ends_the_task(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01").act("short").hears("short").finished()
    assert floor.tasks("pack") == []
    assert floor.sums("MUG") == (4, 0, 4, 0)


def test_case_27_a_place_that_is_no_packing_place_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.bin("PACK-2", kind="pack", is_blocked=True)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1")
    picker.scan("A-01").refused("not_here").scan("PACK-2").refused("location_blocked")
    picker.scan("TOTE-1").refused("wrong_container").scan("PACK").finished()


def test_a_warehouse_without_a_packing_place_drops_by_a_word(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.bin("PACK", kind="pack", is_blocked=True)
    floor.bin("DOOR", kind="stage", is_blocked=True)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1").robot().finished()
    assert len(floor.tasks("pack")) == 1


# Undo.


def test_case_56_undo_takes_back_the_count_then_the_posting_by_one_of_its_own(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.take(task).act("undo").refused("nothing_to_undo")
    picker.scan("A-01", "MUG").act("quantity", quantity=3).scan("TOTE-1", "MUG").act("undo").hears("count_undone")
    assert floor.inside("MUG", "TOTE-1") == 3
    picker.act("undo").hears("undone")
    assert picker.movements == [("MUG", 3, "TOTE-1", "A-01")]
    assert floor.at("MUG") == 10
    assert floor.lines(task) == [("A-01", 4, 0)]
    assert floor.reasons()[-2:] == ["pick", "undo"]
    picker.act("undo").refused("nothing_to_undo")
    picker.scan("A-01", "MUG").act("quantity", quantity=4).scan("TOTE-1", "PACK").finished()


def test_undo_in_parts_takes_back_the_newest_first(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.stock("TEA", 10, "B-01")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4), ("TEA", 1))[0]
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=4).scan("TOTE-1").scan("B-01", "TEA", "TOTE-1")
    picker.act("undo").hears("undone")
    assert floor.lines(task) == [("B-01", 1, 0)]
    picker.act("undo").hears("undone")
    assert floor.lines(task) == [("A-01", 4, 0), ("B-01", 1, 0)]
    assert picker.answer["task"]["done_lines"] == 0


def test_after_the_drop_undo_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1", "PACK").finished()
    picker.act("undo").refused("packed_next")


# The order changed meanwhile.


def test_case_32_a_line_that_vanished_moves_on_with_a_message(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.stock("BEE", 5, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 2), ("BEE", 1))[0]).scan("A-01", "ANT")
    floor.cancel("O-1", ("1", 2))
    picker.scan("ANT").hears("line_gone")
    assert "1 × ANT" in picker.message
    assert "A-01" in picker.message
    assert picker.prompt["location"] == "B-01"
    assert picker.prompt["counted"] == 0
    picker.scan("B-01", "BEE", "TOTE-1", "PACK").finished()


def test_a_line_that_shrank_asks_to_put_the_rest_back(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 9)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 5))[0]).scan("A-01", "ANT").act("quantity", quantity=5)
    floor.cancel("O-1", ("1", 2))
    picker.scan("TOTE-1").hears("line_gone")
    assert "2 × ANT" in picker.message
    picker.scan("TOTE-1").hears("picked").scan("PACK").finished()
    assert floor.inside("ANT", "TOTE-1") == 3


def test_the_last_line_cancelled_still_brings_the_tote_to_packing(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.stock("BEE", 5, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 2), ("BEE", 1))[0])
    picker.scan("A-01", "ANT", "ANT", "TOTE-1").hears("picked")
    floor.cancel("O-1", ("2", 1))
    picker.look().asked("target").scan("PACK").finished()
    assert len(floor.tasks("pack")) == 1


def test_a_task_whose_every_line_vanished_is_put_down_with_a_word(floor: Floor, picker: Worker) -> None:
    """The order stays open for what is on backorder, but nothing of it is left to pick."""
    floor.stock("ANT", 5)
    floor.item("BEE")
    task = floor.order("O-1", ("ANT", 2), ("BEE", 1))[0]
    picker.take(task)
    floor.cancel("O-1", ("1", 2))
    picker.look().robot().finished()
    assert picker.next("pick") is None


def test_a_whole_order_cancelled_in_the_middle_becomes_a_put_back(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 4))[0]).scan("A-01", "ANT").act("quantity", quantity=3).scan("TOTE-1")
    picker.scan("ANT")
    floor.cancel("O-1")
    assert floor.sums("ANT") == (5, 3, 0, 0)
    picker.scan("ANT").hears("line_gone")
    assert picker.answer["task"]["status"] == "cancelled"
    assert picker.prompt["ways"] == []
    picker.scan("ANT").refused("task_done")
    picker.act("undo").refused("unknown_action")
    back = floor.tasks("putaway")[0]
    putter = floor.worker("Rob").take(back).scan("TOTE-1", "ANT")
    assert putter.prompt["target"] == "A-01"
    putter.scan("A-01").hears("put_away").finished()
    assert floor.sums("ANT") == (5, 0, 0, 0)
    assert floor.at("ANT") == 5


def test_a_line_cancelled_after_its_tote_was_dropped_is_put_back_from_there(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.stock("BEE", 5, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 2), ("BEE", 1))[0]).scan("A-01", "ANT", "ANT", "TOTE-1")
    floor.cancel("O-1", ("1", 2))
    picker.look().scan("B-01", "BEE", "TOTE-1", "PACK").finished()
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.sums("ANT") == (5, 0, 0, 0)
    floor.worker("robot").start("pack", "O-1").robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("BEE") == (4, 0, 0, 0)


def test_a_part_of_a_picked_line_is_cancelled_and_only_that_part_put_back(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 9)
    floor.picked("O-1", ("ANT", 4))
    floor.cancel("O-1", ("1", 1))
    picker.take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.inside("ANT", "TOTE-1") == 3
    assert floor.sums("ANT") == (9, 0, 3, 0)
    floor.worker("robot").start("pack", "O-1").robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("ANT") == (6, 0, 0, 0)


def test_undo_of_a_pick_whose_units_were_cancelled_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 9)
    floor.stock("BEE", 9, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 4), ("BEE", 1))[0]).scan("A-01", "ANT").act("quantity", quantity=4)
    picker.scan("TOTE-1").hears("picked")
    floor.cancel("O-1", ("1", 4))
    picker.act("undo").refused("not_enough_stock")
    picker.robot().finished()
