"""Inspect: a return is received into quarantine, and becomes sellable only when somebody has looked at it."""

import pytest

from app.refusal import Refused
from app.returns.models import Rma
from tests.floor.story import Floor, Worker

GTIN = "09506000134352"


@pytest.fixture
def rma(floor: Floor) -> str:
    """Three mugs went out, two are announced to come back."""
    floor.stock("MUG", 5)
    floor.shipped("O-1", ("MUG", 3))
    return floor.rma("O-1", ("1", 2, "damaged"))


def _status(floor: Floor, number: str) -> str:
    from sqlalchemy import select

    return floor.read(lambda s: s.scalars(select(Rma.status).where(Rma.number == number)).one())


def test_a_return_is_received_looked_at_and_restocked(floor: Floor, inspector: Worker, rma: str) -> None:
    inspector.start("inspect", rma).asked("item").scan("MUG").act("quantity", quantity=2).asked("target")
    inspector.scan("BENCH").hears("received").asked("disposition")
    assert inspector.movements == [("MUG", 2, "CUSTOMER", "BENCH")]
    assert floor.sums("MUG") == (4, 2, 0, 0), "on hand, and not sellable yet"
    assert floor.do(lambda house: house.line("O-1").returned) == 2
    assert inspector.prompt["ways"][0] == {
        "action": "restock",
        "reason": "damaged",
        "label": "As new: back into stock",
    }
    inspector.act("restock", reason="unwanted").hears("decided").asked("target")
    assert inspector.prompt["target"] == "A-01"
    inspector.scan("A-01").hears("inspected").finished()
    assert inspector.movements == [("MUG", 2, "BENCH", "A-01")]
    assert floor.sums("MUG") == (4, 0, 0, 0)
    assert _status(floor, rma) == "closed"


@pytest.mark.parametrize(
    ("decision", "place", "sums"),
    [
        ("quarantine", "QUARANTINE", (4, 2, 0, 0)),
        ("damaged", "QUARANTINE", (4, 2, 0, 0)),
        ("scrap", None, (2, 0, 0, 0)),
        ("vendor", None, (2, 0, 0, 0)),
    ],
)
def test_each_decision_goes_its_way(
    floor: Floor, inspector: Worker, rma: str, decision: str, place: str | None, sums: tuple[int, int, int, int]
) -> None:
    inspector.start("inspect", rma).scan("MUG", "MUG", "BENCH").act(decision, reason="defective")
    if place:
        inspector.scan("A-01").refused("not_here").scan(place)
    inspector.hears("inspected").finished()
    assert floor.sums("MUG") == sums
    assert floor.reasons()[-1] == decision
    assert _status(floor, rma) == "closed"


def test_a_decision_is_a_card_too_and_takes_the_announced_reason(floor: Floor, inspector: Worker, rma: str) -> None:
    from app.barcode.internal import InternalKind, encode

    card = encode(InternalKind.ACTION, "SCRAP")
    inspector.start("inspect", rma).scan(card).refused("scan_item_first").scan("MUG", "BENCH").scan(card)
    inspector.hears("inspected").asked("item")
    assert inspector.prompt["quantity"] == 1


def test_a_return_comes_in_parts(floor: Floor, inspector: Worker, rma: str) -> None:
    inspector.start("inspect", rma).scan("MUG", "BENCH").act("restock").scan("A-01").hears("inspected")
    assert _status(floor, rma) == "open"
    assert floor.sums("MUG") == (3, 0, 0, 0)
    inspector.release().start("inspect", rma).robot().finished()
    assert floor.sums("MUG") == (4, 0, 0, 0)
    with pytest.raises(Refused, match="nothing_to_do"):
        inspector.start("inspect", rma)


def test_the_order_finds_its_return(floor: Floor, inspector: Worker, rma: str) -> None:
    assert inspector.start("inspect", "O-1").answer["task"]["document"] == rma
    inspector.release()
    assert inspector.home(rma)["task_id"] == inspector.task
    with pytest.raises(Refused, match="unknown_return"):
        inspector.start("inspect", "O-404")


def test_what_was_not_shipped_cannot_come_back(floor: Floor) -> None:
    """Floor case 45."""
    floor.stock("MUG", 5)
    floor.order("O-1", ("MUG", 1))
    with pytest.raises(Refused, match="not_shipped"):
        floor.rma("O-1", ("1", 1, "unwanted"))


def test_more_than_shipped_cannot_come_back(floor: Floor, inspector: Worker, rma: str) -> None:
    """Floor case 45."""
    with pytest.raises(Refused, match="return_too_many"):
        floor.rma("O-1", ("1", 2, "unwanted"))
    inspector.start("inspect", rma).scan("MUG").act("quantity", quantity=3).refused("too_many")
    inspector.scan("MUG").scan("MUG").refused("too_many")
    assert inspector.prompt["counted"] == 2


def test_what_came_back_already_is_refused(floor: Floor, inspector: Worker, rma: str) -> None:
    """Floor case 45."""
    floor.stock("TEA", 5)
    floor.shipped("O-2", ("MUG", 1), ("TEA", 1), tote="TOTE-2")
    number = floor.rma("O-2", ("1", 1, "unwanted"), ("2", 1, "unwanted"))
    inspector.start("inspect", number).scan("MUG", "BENCH").act("scrap").hears("inspected")
    inspector.scan("MUG").refused("returned_already")
    floor.item("HAT")
    inspector.scan("HAT").refused("not_announced").scan("BENCH").refused("wrong_location")


def test_two_items_are_not_mixed(floor: Floor, inspector: Worker) -> None:
    floor.stock("ANT", 5)
    floor.stock("BEE", 5)
    floor.shipped("O-1", ("ANT", 1), ("BEE", 2))
    number = floor.rma("O-1", ("1", 1, "other"), ("2", 2, "other"))
    inspector.start("inspect", number).act("skip").hears("skipped").scan("BEE").scan("ANT")
    inspector.refused("finish_line_first").act("skip").refused("finish_line_first").scan("BENCH").hears("received")
    inspector.scan("ANT").refused("wrong_item").act("skip").refused("finish_line_first")
    inspector.act("quantity", quantity=2).refused("scan_item_first").act("vendor", reason="who knows")
    inspector.refused("unknown_reason").act("vendor").hears("inspected")


def test_lots_that_were_not_shipped_are_refused(floor: Floor, inspector: Worker) -> None:
    floor.stock("MILK", 3, lot="L1")
    floor.stock("MILK", 3, "B-01", lot="L2")
    floor.barcode("MILK", GTIN[1:], gtin=GTIN)
    floor.shipped("O-1", ("MILK", 2))
    number = floor.rma("O-1", ("1", 2, "other"))
    inspector.start("inspect", number).scan("MILK").asked("lot").scan("L2").refused("wrong_lot")
    inspector.scan("A-01").refused("wrong_location").scan("L1").hears("lot_confirmed")
    inspector.scan(f"(01){GTIN}(10)L2").refused("lot_differs").scan(f"(01){GTIN}(10)L1").hears("item_confirmed")
    inspector.scan("BENCH").act("restock").scan("A-01").finished()
    assert floor.at("MILK") == 3


def test_a_serial_that_did_not_leave_in_this_order_is_refused(floor: Floor, inspector: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN10", "SN3")
    floor.shipped("O-1", ("PHONE", 2))
    number = floor.rma("O-1", ("1", 2, "other"))
    inspector.start("inspect", number).scan("SN1").refused("unknown_code").scan("PHONE").asked("serial")
    inspector.scan("SN3").refused("serial_mismatch").scan("SN1").hears("serial_confirmed")
    inspector.act("quantity", quantity=2).refused("scan_each")
    inspector.scan("PHONE", "SN1").refused("serial_twice").scan("SN10", "BENCH").hears("received")
    assert inspector.movements == [("PHONE", 1, "CUSTOMER", "BENCH")] * 2
    inspector.act("restock").scan("A-01").finished()
    floor.worker("robot").take(floor.order("O-2", ("PHONE", 3))[0]).robot()


def test_a_serial_that_is_back_already_does_not_come_back_again(floor: Floor, inspector: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2")
    floor.shipped("O-1", ("PHONE", 2))
    for serial in ("SN1", "SN2"):
        inspector.start("inspect", floor.rma("O-1", ("1", 1, "other"))).scan("PHONE")
        if serial == "SN2":
            inspector.scan("SN1").refused("serial_mismatch")
        inspector.scan(serial, "BENCH").act("restock").scan("A-01").finished()
    assert floor.sums("PHONE") == (2, 0, 0, 0)


def test_a_serial_that_was_sold_again_comes_back_from_its_last_order_only(floor: Floor, inspector: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2")
    floor.shipped("O-1", ("PHONE", 2))
    first = floor.rma("O-1", ("1", 2, "other"))
    inspector.start("inspect", first).scan("PHONE", "SN1", "BENCH").act("restock").scan("A-01").hears("inspected")
    floor.shipped("O-2", ("PHONE", 1), tote="TOTE-2")
    inspector.scan("PHONE").asked("serial")
    assert inspector.prompt["ways"][0]["scan"] == "SN2"
    inspector.scan("SN1").refused("serial_mismatch")
    assert "O-2" in inspector.answer["message"]
    inspector.scan("SN2").hears("serial_confirmed").act("undo").release()
    second = floor.rma("O-2", ("1", 1, "other"))
    inspector.start("inspect", second).scan("PHONE", "SN1", "BENCH").hears("received")
    inspector.act("undo").hears("undone").scan("PHONE", "SN1", "BENCH").hears("received").act("scrap").finished()
    inspector.start("inspect", first).scan("PHONE", "SN1").refused("serial_mismatch")
    inspector.scan("SN2", "BENCH").act("restock").scan("A-01").finished()


def test_undo_takes_back_the_decision_then_the_posting_then_the_receipt(
    floor: Floor, inspector: Worker, rma: str
) -> None:
    inspector.start("inspect", rma).act("undo").refused("nothing_to_undo").scan("MUG").act("undo")
    inspector.hears("count_undone").scan("MUG", "MUG", "BENCH").act("restock").act("undo").hears("undone")
    inspector.asked("disposition").act("restock").scan("A-01").finished()
    inspector.act("undo").hears("undone").asked("disposition")
    assert inspector.movements == [("MUG", 2, "A-01", "BENCH")]
    assert floor.sums("MUG") == (4, 2, 0, 0)
    assert _status(floor, rma) == "open"
    inspector.act("undo").hears("undone").asked("item")
    assert inspector.movements == [("MUG", 2, "BENCH", "the customer's parcel")]
    assert floor.sums("MUG") == (2, 0, 0, 0)
    assert floor.do(lambda house: house.line("O-1").returned) == 0
    inspector.robot().finished()
    assert floor.sums("MUG") == (4, 0, 0, 0)


def test_undo_of_what_left_the_house_brings_it_back_to_the_bench(floor: Floor, inspector: Worker, rma: str) -> None:
    inspector.start("inspect", rma).scan("MUG", "MUG", "BENCH").act("scrap").finished().act("undo").hears("undone")
    assert floor.sums("MUG") == (4, 2, 0, 0)
    inspector.asked("disposition").act("restock").scan("A-01").finished()


def test_the_suggested_bin_may_be_another_when_it_is_scanned_again(floor: Floor, inspector: Worker, rma: str) -> None:
    floor.bin("B-01", max_units=2)
    floor.bin("B-02", max_units=1)
    inspector.start("inspect", rma).scan("MUG", "MUG", "A-01").refused("not_here").scan("BENCH").act("restock")
    inspector.scan("QUARANTINE").refused("not_here").scan("B-02").refused("bin_full").scan("B-01").refused("other_bin")
    inspector.scan("B-01").hears("inspected").finished()


def test_somebody_else_goes_on_at_the_bench(floor: Floor, inspector: Worker, rma: str) -> None:
    inspector.start("inspect", rma).scan("MUG", "BENCH").act("restock").release()
    other = floor.worker("Ida", "inspector", device="PC-3").start("inspect", rma).asked("target")
    other.scan("A-01").hears("inspected")


def test_what_did_not_come_back_stays_announced_for_another_parcel(floor: Floor, inspector: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.shipped("O-1", ("MUG", 3), ("TEA", 1))
    number = floor.rma("O-1", ("1", 3, "unwanted"), ("2", 1, "unwanted"))
    inspector.start("inspect", number).act("done").refused("nothing_received").scan("MUG").act("quantity", quantity=2)
    inspector.act("done").refused("finish_line_first").scan("BENCH").act("done").refused("finish_line_first")
    inspector.act("scrap").hears("inspected").act("done").hears("receipt_done").finished()
    assert inspector.answer["task"]["lines"] == inspector.answer["task"]["done_lines"] == 1
    inspector.act("undo").hears("undone").asked("disposition").act("scrap").finished()
    again = floor.worker("Ivo", "inspector").start("inspect", number)
    assert again.prompt["quantity"] == 1
    again.robot().finished()
    assert again.answer["task"]["lines"] == 2, "one mug and the tea"
    with pytest.raises(Refused, match="nothing_to_do"):
        again.start("inspect", number)
    assert floor.sums("MUG") == (3, 0, 0, 0)
    assert floor.sums("TEA") == (5, 0, 0, 0)


def test_a_unit_on_two_benches_at_once_came_back_once(floor: Floor, inspector: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2")
    floor.shipped("O-1", ("PHONE", 2))
    other = floor.worker("Ira", "inspector")
    for worker in (inspector, other):
        worker.start("inspect", floor.rma("O-1", ("1", 1, "other"))).scan("PHONE", "SN1").hears("serial_confirmed")
    inspector.scan("BENCH").hears("received")
    other.scan("BENCH").refused("serial_in_stock").act("undo").hears("count_undone")
    other.scan("PHONE", "SN1").refused("serial_mismatch").scan("SN2", "BENCH").hears("received")
    assert floor.sums("PHONE") == (2, 2, 0, 0)


def test_units_that_are_not_from_this_order_are_set_aside_and_the_inspection_ends(
    floor: Floor, inspector: Worker
) -> None:
    """A worker who counted three phones and finds none of their numbers in the order stood there for ever."""
    floor.serials("PHONE", "SN1", "SN2", "SN3")
    floor.shipped("O-1", ("PHONE", 2))
    number = floor.rma("O-1", ("1", 2, "other"))
    inspector.start("inspect", number).act("set_aside").refused("unknown_action").scan("PHONE", "SN3")
    inspector.refused("serial_mismatch").act("set_aside").hears("set_aside").asked("item")
    inspector.scan("PHONE", "SN1", "PHONE", "SN3").refused("serial_mismatch").act("set_aside").asked("item", "target")
    inspector.scan("BENCH").hears("received").act("scrap").act("done").hears("receipt_done").finished()
    assert floor.sums("PHONE") == (1, 0, 0, 0)
    other = inspector.start("inspect", number).scan("PHONE").act("set_aside").asked("item")
    assert {"action": "done", "label": "Nothing of this order came"} in other.prompt["ways"]
    other.act("done").hears("receipt_done")
    assert other.answer["task"]["status"] in ("done", "cancelled")
    assert _status(floor, number) == "open", "it may still come"


def test_what_is_counted_can_be_set_aside_until_it_is_received(floor: Floor, inspector: Worker, rma: str) -> None:
    inspector.start("inspect", rma).act("set_aside").refused("unknown_action").scan("MUG", "MUG").act("set_aside")
    inspector.hears("set_aside").asked("item").scan("MUG", "BENCH").act("set_aside").refused("unknown_action")
    inspector.act("scrap").act("done").finished()
    assert floor.sums("MUG") == (2, 0, 0, 0)


def test_a_lot_that_was_not_shipped_is_set_aside_whole(floor: Floor, inspector: Worker) -> None:
    floor.stock("TEA", 3, lot="L1")
    floor.shipped("O-1", ("TEA", 2))
    number = floor.rma("O-1", ("1", 2, "other"))
    inspector.start("inspect", number).scan("TEA", "TEA").asked("lot").act("set_aside").hears("set_aside").asked("item")
    inspector.act("done").hears("receipt_done")
    assert floor.sums("TEA") == (1, 0, 0, 0)


def test_what_is_not_on_the_bench_any_more_is_decided_about_elsewhere(floor: Floor, inspector: Worker) -> None:
    """A colleague moved a part of it away: the inspector could neither decide nor undo, for ever."""
    floor.stock("MUG", 5)
    floor.shipped("O-1", ("MUG", 3))
    number = floor.rma("O-1", ("1", 3, "unwanted"))
    inspector.start("inspect", number).scan("MUG", "MUG", "MUG", "BENCH").act("short").refused("nothing_to_short")
    floor.worker("Bob").start("move").scan("BENCH", "MUG", "MUG", "QUARANTINE").act("done")
    inspector.act("scrap").refused("not_enough_stock")
    assert inspector.prompt["ways"][0] == {"action": "short", "label": "Only 1 are here"}
    inspector.act("restock").scan("A-01").refused("not_enough_stock").act("short").hears("short").asked("disposition")
    assert inspector.prompt["value"] == "1 x MUG"
    inspector.act("scrap").finished()
    assert _status(floor, number) == "closed"
    assert floor.sums("MUG") == (4, 2, 0, 0), "two wait in quarantine for their own inspection"
    floor.worker("Ida", "inspector").start("inspect", "QUARANTINE").robot().finished()


def test_numbered_units_that_left_the_bench_are_left_to_others(floor: Floor, inspector: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2")
    floor.shipped("O-1", ("PHONE", 2))
    number = floor.rma("O-1", ("1", 2, "other"))
    inspector.start("inspect", number).scan("PHONE", "SN1", "PHONE", "SN2", "BENCH")
    floor.worker("Bob").start("move").scan("BENCH", "PHONE", "SN1", "QUARANTINE").act("done")
    inspector.act("scrap").refused("not_enough_stock").act("short").hears("short").act("scrap").finished()
    assert floor.sums("PHONE") == (1, 1, 0, 0)
