"""Receive: what comes in at the dock, and where it goes from there."""

from datetime import timedelta

import pytest

from app import clock
from app.config import Settings
from app.refusal import Refused
from tests.floor.story import Floor, Worker, day

GTIN = "09506000134352"


def test_receiving_goes_item_quantity_dock(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1").asked("item").scan("MUG").act("quantity", quantity=6).asked("target")
    assert floor.sums("MUG") == (0, 0, 0, 6)
    receiver.scan("DOCK").hears("received").finished()
    assert receiver.movements == [("MUG", 6, "SUPPLIER", "DOCK")]
    assert floor.sums("MUG") == (6, 0, 0, 0)
    assert len(floor.tasks("putaway")) == 1


def test_at_the_last_question_the_dock_is_the_big_thing_and_the_count_stands_beside_it(
    floor: Floor, receiver: Worker
) -> None:
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=6).asked("target")
    assert (receiver.prompt["value"], receiver.prompt["target"], receiver.prompt["counted"]) == ("DOCK", "DOCK", 6)
    receiver.act("damaged")
    assert (receiver.prompt["value"], receiver.prompt["counted"]) == ("QUARANTINE", 6)


def test_three_of_ten_are_posted_now_and_seven_stay_open(floor: Floor, receiver: Worker) -> None:
    """Floor case 44."""
    floor.purchase("PO-1", ("MUG", 10))
    receiver.start("receive", "PO-1").act("done").refused("nothing_received")
    receiver.scan("MUG").act("quantity", quantity=3).act("done").refused("finish_line_first")
    receiver.scan("DOCK").hears("received")
    assert floor.sums("MUG") == (3, 0, 0, 7)
    receiver.act("done").hears("receipt_done").finished()
    receiver.start("receive", "PO-1")
    assert receiver.prompt["quantity"] == 7
    receiver.robot().finished()
    assert floor.sums("MUG") == (10, 0, 0, 0)


def test_a_delivery_that_came_is_not_received_again(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 1))
    receiver.start("receive", "PO-1").robot()
    with pytest.raises(Refused, match="nothing_to_do"):
        receiver.start("receive", "PO-1")
    with pytest.raises(Refused, match="unknown_purchase_order"):
        receiver.start("receive", "PO-404")


def test_a_delivery_is_unpacked_in_any_order(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("ANT", 1), ("BEE", 2))
    receiver.start("receive", "PO-1").scan("BEE").scan("ANT").refused("finish_line_first")
    receiver.scan("BEE", "DOCK").hears("received").scan("BEE").refused("over_receipt").scan("CAT")
    receiver.refused("unknown_code")
    floor.item("CAT")
    receiver.scan("CAT").refused("not_on_order").scan("DOCK").refused("wrong_location")
    receiver.scan("ANT", "DOCK").finished()


def test_only_a_dock_receives(floor: Floor, receiver: Worker) -> None:
    floor.bin("A-01")
    floor.bin("DOCK-2", kind="dock", is_blocked=True)
    floor.purchase("PO-1", ("MUG", 2))
    receiver.start("receive", "PO-1").scan("MUG", "MUG").scan("MUG").refused("too_many")
    receiver.scan("A-01").refused("not_here").scan("DOCK-2").refused("location_blocked").scan("DOCK").finished()


def test_more_than_ordered_is_refused_unless_the_house_tolerates_it(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 10))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=11).refused("too_many")
    receiver.act("quantity", quantity=0).refused("bad_quantity").act("quantity", quantity=4006381333931)
    receiver.refused("barcode_in_quantity")
    assert receiver.prompt["counted"] == 1


def test_two_receivers_together_never_pass_the_order(floor: Floor, receiver: Worker) -> None:
    """Floor case 42. The second one works at a task that was opened before the first had finished."""
    floor.purchase("PO-1", ("MUG", 10))
    receiver.start("receive", "PO-1")
    floor.do(lambda house: _second_task(house))
    other = floor.worker("Ron", "receiver").take(floor.tasks("receive")[0])
    receiver.scan("MUG").act("quantity", quantity=8).scan("DOCK").hears("received")
    other.scan("MUG").act("quantity", quantity=3).scan("DOCK").refused("over_receipt")
    assert other.prompt["counted"] == 3
    other.act("undo").scan("MUG").act("quantity", quantity=2).scan("DOCK").hears("received")
    assert floor.sums("MUG") == (10, 0, 0, 0)


def _second_task(house: "object") -> None:
    from sqlalchemy import select

    from app.supply.models import PurchaseOrder, PurchaseOrderLine
    from app.tasks.queue import NewLine, open_task
    from tests.stock.house import House

    assert isinstance(house, House)
    order = house.session.scalars(select(PurchaseOrder)).one()
    line = house.session.scalars(select(PurchaseOrderLine)).one()
    open_task(
        house.session,
        kind="receive",
        warehouse_id=order.warehouse_id,
        document_type="purchase_order",
        document_id=order.id,
        document=order.number,
        lines=[NewLine(item_id=line.item_id, quantity=10, document_line_id=line.id)],
    )


def _milk(floor: Floor, quantity: int = 10) -> None:
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.barcode("MILK", GTIN[1:], gtin=GTIN)
    floor.purchase("PO-1", ("MILK", quantity))


def test_lot_and_expiry_must_be_known_before_it_is_received(floor: Floor, receiver: Worker) -> None:
    """Floor case 41."""
    _milk(floor)
    receiver.start("receive", "PO-1").scan("MILK").asked("lot").scan("DOCK-404")
    assert receiver.prompt["lot"] == "DOCK-404", "any text may be a new lot"
    receiver.act("undo").hears("count_undone").scan("MILK", "L1").hears("lot_confirmed").asked("expiry")
    receiver.scan("yesterday").refused("bad_date").scan("2020-01-01").refused("expired")
    receiver.scan("2099-12-31").hears("expiry_confirmed").scan("DOCK").hears("received")
    receiver.scan("MILK", "L1").hears("lot_confirmed")
    assert receiver.prompt["expiry"] == "2099-12-31", "a known lot fills its expiry"
    receiver.asked("item", "quantity", "target").scan("DOCK").hears("received")


@pytest.mark.parametrize(
    ("typed", "expiry", "words"),
    [
        ("2087-12-31", "2087-12-31", "31 December 2087"),
        ("20871231", "2087-12-31", "31 December 2087"),
        ("711200", "2071-12-31", "31 December 2071"),
        ("710230", None, ""),
    ],
)
def test_an_expiry_date_is_typed_as_a_label_writes_it_and_the_answer_says_it_in_words(
    floor: Floor, receiver: Worker, typed: str, expiry: str | None, words: str
) -> None:
    _milk(floor)
    receiver.start("receive", "PO-1").scan("MILK", "L1", typed)
    if expiry is None:
        receiver.refused("bad_date").asked("expiry")
    else:
        receiver.hears("expiry_confirmed")
        assert words in receiver.message
        assert receiver.prompt["expiry"] == expiry


def test_six_digits_that_could_begin_with_the_day_are_told_in_words_before_they_count(
    floor: Floor, receiver: Worker
) -> None:
    _milk(floor)
    receiver.start("receive", "PO-1").scan("MILK", "L1", "311227").refused("which_date").asked("expiry")
    assert "27 December 2031" in receiver.message
    receiver.scan("711231").hears("expiry_confirmed").act("undo").scan("MILK", "L1", "311227").refused("which_date")
    assert receiver.scan("311227").answer["code"] in ("expiry_confirmed", "expired"), "said twice, it is meant so"


def test_a_lot_may_be_called_like_a_place_or_an_order(floor: Floor, receiver: Worker) -> None:
    _milk(floor, 2)
    floor.stock("MUG", 1)
    floor.order("1001", ("MUG", 1))
    for lot in ("A-01", "1001"):
        receiver.start("receive", "PO-1").scan("MILK", lot).hears("lot_confirmed").scan("2090-01-01", "DOCK")
        receiver.hears("received")
    receiver.finished()


def test_a_conflicting_expiry_is_refused(floor: Floor, receiver: Worker) -> None:
    """Floor case 41."""
    _milk(floor)
    floor.do(lambda house: house.lot("MILK", "L1", day("2050-12-31")))
    receiver.start("receive", "PO-1").scan(f"(01){GTIN}(17)501130(10)L1")
    receiver.refused("other_expiry").scan(f"(01){GTIN}(17)501231(10)L1").asked("item", "quantity", "target")
    receiver.scan("DOCK").hears("received")


def kept_apart(floor: Floor, lot: str) -> tuple[int, str, str]:
    """What stands in quarantine of a lot of milk: units, why, and the lot's date as it is known."""
    (note,) = {note for note in floor.notes("receive") if note}
    return floor.at("MILK", "QUARANTINE"), note, expiry(floor, "MILK", lot)


def test_goods_whose_label_does_say_another_date_are_kept_apart_for_the_office(floor: Floor, receiver: Worker) -> None:
    _milk(floor)
    floor.do(lambda house: house.lot("MILK", "L1", day("2050-12-31")))
    label = f"(01){GTIN}(17)501130(10)L1"
    receiver.start("receive", "PO-1").scan(label).refused("other_expiry").scan(label).asked("target")
    assert receiver.prompt["counted"] == 1
    assert ["On the label", "30 November 2050"] in [list(each) for each in receiver.prompt["detail"]]
    receiver.scan(label, label).scan("QUARANTINE").hears("received")
    assert kept_apart(floor, "L1") == (3, "other_expiry", "2050-12-31")
    receiver.scan(f"(01){GTIN}(17)501231(10)L1").asked("item", "quantity", "target").scan("DOCK").hears("received")


def test_goods_of_one_lot_with_two_dates_are_not_counted_together(floor: Floor, receiver: Worker) -> None:
    _milk(floor)
    floor.do(lambda house: house.lot("MILK", "L1", day("2050-12-31")))
    right, other = f"(01){GTIN}(17)501231(10)L1", f"(01){GTIN}(17)501130(10)L1"
    receiver.start("receive", "PO-1").scan(right)
    for _twice in range(2):
        receiver.scan(other).refused("expiry_conflict")
    receiver.scan("DOCK").hears("received").scan(other, other)
    receiver.scan(right).refused("expiry_conflict").scan("QUARANTINE").hears("received")
    assert kept_apart(floor, "L1") == (1, "other_expiry", "2050-12-31")


def expiry(floor: Floor, sku: str, code: str) -> str:
    found = floor.do(lambda house: house.lot(sku, code).expiry)
    return found.isoformat() if found else ""


def test_a_lot_that_was_known_without_a_date_gets_the_first_that_is_said(floor: Floor, receiver: Worker) -> None:
    """Floor case 41."""
    _milk(floor)
    floor.do(lambda house: house.lot("MILK", "L1"))
    receiver.start("receive", "PO-1").scan("MILK", "L1").asked("expiry").scan("2050-12-31").hears("expiry_confirmed")
    receiver.scan("DOCK").hears("received")
    assert expiry(floor, "MILK", "L1") == "2050-12-31"
    receiver.scan("MILK", "L1")
    assert receiver.prompt["expiry"] == "2050-12-31"
    receiver.act("undo").scan(f"(01){GTIN}(17)510101(10)L1").refused("other_expiry")


def test_a_date_on_the_label_is_kept_where_nobody_asks_for_one(floor: Floor, receiver: Worker) -> None:
    """An item whose goods need no date may bear one all the same; the same symbol, or one of its own, says it."""
    floor.item("NAILS", tracking="lot")
    floor.barcode("NAILS", GTIN[1:], gtin=GTIN)
    floor.purchase("PO-1", ("NAILS", 9))
    receiver.start("receive", "PO-1").scan(f"(01){GTIN}(17)501231(10)N1").scan("DOCK").hears("received")
    receiver.scan("NAILS", "(10)N2(17)501130").scan("DOCK").hears("received")
    receiver.scan("NAILS", "N3", f"(01){GTIN}(17)500930(10)N3").scan("DOCK").hears("received")
    assert [expiry(floor, "NAILS", code) for code in ("N1", "N2", "N3")] == ["2050-12-31", "2050-11-30", "2050-09-30"]
    receiver.scan("NAILS", "(10)N1(17)510101").refused("other_expiry").scan("N1").hears("lot_confirmed")
    receiver.scan(f"(01){GTIN}(17)510101(10)N1").refused("expiry_conflict").scan("DOCK").hears("received")
    receiver.scan(f"(01){GTIN}(17)200101(10)N4").refused("expired")


def test_two_receivers_who_read_different_dates_do_not_both_keep_theirs(floor: Floor, receiver: Worker) -> None:
    _milk(floor)
    floor.purchase("PO-2", ("MILK", 5))
    other = floor.worker("Rob", "receiver")
    receiver.start("receive", "PO-1").scan("MILK", "L1", "2050-12-31")
    other.start("receive", "PO-2").scan("MILK", "L1", "2050-11-30").scan("DOCK").hears("received")
    receiver.scan("DOCK").refused("other_expiry").act("undo").scan("MILK", "L1", "DOCK").hears("received")
    assert expiry(floor, "MILK", "L1") == "2050-11-30"


def test_who_read_another_date_and_stays_with_it_keeps_the_goods_apart(floor: Floor, receiver: Worker) -> None:
    _milk(floor)
    floor.purchase("PO-2", ("MILK", 5))
    other = floor.worker("Rob", "receiver")
    receiver.start("receive", "PO-1").scan("MILK", "L1", "2050-12-31")
    other.start("receive", "PO-2").scan("MILK", "L1", "2050-11-30").scan("DOCK").hears("received")
    receiver.scan("DOCK").refused("other_expiry").scan("DOCK").hears("fault_noted").scan("QUARANTINE").hears("received")
    assert kept_apart(floor, "L1") == (1, "other_expiry", "2050-11-30")


def test_goods_keep_as_long_as_their_item_does(floor: Floor, receiver: Worker) -> None:
    """A date further away was misread, or is said twice; a label that says only when they were made is understood."""
    floor.item("MILK", tracking="lot", has_expiry=True, shelf_life_days=30)
    floor.barcode("MILK", GTIN[1:], gtin=GTIN)
    floor.purchase("PO-1", ("MILK", 9))
    today = floor.do(lambda house: clock.today(house.warehouse().time_zone))
    last, far = today + timedelta(days=30), today + timedelta(days=31)
    receiver.start("receive", "PO-1").scan("MILK", "L1").asked("expiry")
    assert receiver.prompt["ways"][0]["scan"] == last.isoformat()
    receiver.scan(far.isoformat()).refused("beyond_shelf_life").scan(last.isoformat()).hears("expiry_confirmed")
    receiver.scan("DOCK").hears("received").scan("MILK", "L2", far.isoformat()).refused("beyond_shelf_life")
    receiver.scan(far.isoformat()).hears("expiry_confirmed").scan("DOCK").hears("received")
    made = today - timedelta(days=10)
    receiver.scan(f"(01){GTIN}(11){made:%y%m%d}(10)L3").hears("expiry_confirmed").scan("DOCK").hears("received")
    receiver.scan(f"(01){GTIN}(11){today - timedelta(days=31):%y%m%d}(10)L4").refused("expired")
    receiver.scan(f"(01){GTIN}(11){made:%y%m%d}(10)L1").hears("lot_confirmed")
    known = [expiry(floor, "MILK", code) for code in ("L1", "L2", "L3")]
    assert known == [each.isoformat() for each in (last, far, made + timedelta(days=30))]


def test_a_gs1_label_answers_item_lot_and_expiry_in_one_scan(floor: Floor, receiver: Worker) -> None:
    """Floor case 49."""
    _milk(floor)
    receiver.start("receive", "PO-1").scan(f"]C101{GTIN}1730010110L7").asked("item", "quantity", "target")
    assert (receiver.prompt["lot"], receiver.prompt["expiry"]) == ("L7", "2030-01-01")
    receiver.scan(f"(01){GTIN}(17)300101(10)L8").refused("lot_differs")
    receiver.scan(f"(01){GTIN}(17)300101(10)L7").hears("item_confirmed")
    assert receiver.prompt["counted"] == 2
    receiver.act("quantity", quantity=10).scan("DOCK").finished()
    floor.worker("Rob").take(floor.tasks("putaway")[0])
    assert floor.at("MILK", "DOCK") == 10


def test_a_gs1_label_that_comes_late_still_answers_what_is_asked(floor: Floor, receiver: Worker) -> None:
    _milk(floor)
    receiver.start("receive", "PO-1").scan("MILK").asked("lot").scan(f"(01){GTIN}(17)300101(10)L7")
    receiver.asked("item", "quantity", "target")
    assert receiver.prompt["counted"] == 1, "the label named the lot of the unit that was counted"


def test_a_late_label_of_another_item_does_not_answer_what_is_asked(floor: Floor, receiver: Worker) -> None:
    _milk(floor)
    floor.barcode("CREAM", "4006381333931", gtin="04006381333931")
    receiver.start("receive", "PO-1").scan("MILK").asked("lot")
    receiver.scan("(01)04006381333931(17)300101(10)L7").refused("wrong_item").asked("lot")


def test_a_lot_that_seems_to_hold_a_date_is_taken_only_once_more(floor: Floor, receiver: Worker) -> None:
    """The scanner lost the separator between (10) and (17)."""
    _milk(floor)
    glued = f"]C101{GTIN}10AB-11729123117300101"
    receiver.start("receive", "PO-1").scan(glued).refused("separator_lost")
    assert receiver.prompt["counted"] == 0
    receiver.scan(f"]C101{GTIN}10AB-1\x1d17300101").hears("expiry_confirmed")
    assert receiver.prompt["lot"] == "AB-1"
    receiver.act("undo").scan(glued).refused("separator_lost").scan(glued).hears("lot_confirmed").asked("expiry")
    assert receiver.prompt["lot"] == "AB-11729123117300101"
    receiver.scan("2030-01-01").scan(glued).hears("item_confirmed").scan("DOCK").hears("received")
    receiver.scan(glued).hears("lot_confirmed")
    assert receiver.prompt["counted"] == 1, "a lot that is known is no question"


def test_an_expired_lot_is_set_aside_also_where_its_date_is_known(floor: Floor, receiver: Worker) -> None:
    _milk(floor)
    floor.do(lambda house: house.lot("MILK", "OLD", day("2020-01-01")))
    receiver.start("receive", "PO-1").scan("MILK", "OLD").refused("expired").asked("lot")
    receiver.scan(f"(01){GTIN}(17)200101(10)L1").refused("expired")


def test_serials_are_received_one_by_one(floor: Floor, receiver: Worker) -> None:
    floor.item("PHONE", tracking="serial")
    floor.barcode("PHONE", "4006381333931")
    floor.purchase("PO-1", ("PHONE", 2))
    receiver.start("receive", "PO-1").scan("4006381333931").asked("serial").scan("4006381333931")
    receiver.refused("wrong_item").scan("SN1").hears("serial_confirmed").act("quantity", quantity=2).refused(
        "scan_each"
    )
    receiver.scan("PHONE").asked("serial").scan("SN1").refused("serial_twice").scan("SN10").scan("DOCK").finished()
    assert receiver.movements == [("PHONE", 1, "SUPPLIER", "DOCK")] * 2


def test_a_serial_number_that_is_in_stock_is_not_received_again(floor: Floor, receiver: Worker) -> None:
    floor.serials("PHONE", "SN1")
    floor.purchase("PO-1", ("PHONE", 1))
    receiver.start("receive", "PO-1").scan("PHONE", "SN1").refused("serial_in_stock").scan("SN2", "DOCK").finished()


def test_an_item_that_is_inspected_on_receipt_goes_into_quarantine(floor: Floor, receiver: Worker) -> None:
    floor.item("VASE", inspect_on_receipt=True)
    floor.purchase("PO-1", ("VASE", 2))
    receiver.start("receive", "PO-1").robot().finished()
    assert floor.sums("VASE") == (2, 2, 0, 0)
    floor.worker("Rob").take(floor.tasks("putaway")[0]).scan("VASE", "A-01").refused("unknown_code")
    floor.worker("Rob").take(floor.tasks("putaway", status="claimed")[0]).scan("QUARANTINE").finished()
    assert floor.sums("VASE") == (2, 2, 0, 0)


def test_skip_comes_later(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("ANT", 1), ("BEE", 1))
    receiver.start("receive", "PO-1").act("skip").hears("skipped")
    assert receiver.prompt["sku"] == "BEE"
    receiver.scan("BEE").act("skip").refused("finish_line_first").act("undo").hears("count_undone")
    receiver.act("quantity", quantity=1).refused("scan_item_first")


def test_undo_takes_the_receipt_and_its_put_away_back(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1").act("undo").refused("nothing_to_undo").scan("MUG")
    receiver.act("quantity", quantity=6).scan("DOCK").finished().act("undo").hears("undone")
    assert receiver.movements == [("MUG", 6, "DOCK", "the delivery")]
    assert floor.sums("MUG") == (0, 0, 0, 6)
    assert floor.worker("Rob").next("putaway") is None
    receiver.robot().finished()
    assert floor.sums("MUG") == (6, 0, 0, 0)


def test_undo_is_refused_once_it_is_put_away(floor: Floor, receiver: Worker) -> None:
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1").robot()
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    receiver.act("undo").refused("put_away_already")
    assert floor.sums("MUG") == (6, 0, 0, 0)


def test_a_tolerance_lets_a_receipt_pass_the_order(floor: Floor, receiver: Worker) -> None:
    floor.settings = Settings(secret_key="only-for-tests", receipt_tolerance_percent=10)
    floor.purchase("PO-1", ("MUG", 10))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=11).scan("DOCK").finished()
    assert floor.sums("MUG") == (11, 0, 0, 0)


def test_receiving_goes_on_where_it_was(floor: Floor, receiver: Worker) -> None:
    """Floor case 33."""
    _milk(floor)
    receiver.start("receive", "PO-1").scan("MILK", "L1", "2099-12-31").release()
    other = floor.worker("Ron", "receiver", device="TABLET-2").start("receive", "PO-1")
    assert (other.prompt["counted"], other.prompt["lot"], other.prompt["expiry"]) == (1, "L1", "2099-12-31")
    other.scan("DOCK").hears("received")


def test_what_came_damaged_goes_straight_into_quarantine_with_its_reason(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 6))
    receiver.start("receive", "PO-1").act("damaged").refused("scan_item_first").scan("MUG", "MUG")
    receiver.act("damaged", reason="ugly").refused("unknown_reason").act("damaged").hears("fault_noted")
    receiver.scan("DOCK").refused("not_here").scan("QUARANTINE").hears("received")
    assert receiver.movements == [("MUG", 2, "SUPPLIER", "QUARANTINE")]
    assert floor.sums("MUG") == (2, 2, 0, 4), "they came, and nobody may sell them"
    assert floor.notes("receive") == ["damaged"]
    assert floor.tasks("putaway") == [], "they stand where they belong"
    receiver.scan("MUG", "DOCK").hears("received")
    assert floor.sums("MUG") == (3, 2, 0, 3), "the next ones are sound again"
    receiver.act("undo").act("undo").hears("undone")
    assert floor.sums("MUG") == (0, 0, 0, 6)


def test_damaged_goods_stay_at_the_dock_where_the_house_has_no_quarantine(floor: Floor, receiver: Worker) -> None:
    floor.bin("QUARANTINE", is_blocked=True)
    floor.purchase("PO-1", ("MUG", 1))
    receiver.start("receive", "PO-1").scan("MUG").act("damaged", reason="defective").scan("DOCK").finished()
    assert floor.sums("MUG") == (1, 1, 0, 0)


def test_expired_goods_come_in_only_as_expired(floor: Floor, receiver: Worker) -> None:
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.purchase("PO-1", ("MILK", 1))
    receiver.start("receive", "PO-1").scan("MILK", "L1").scan("2020-01-31").refused("expired")
    receiver.act("damaged", reason="expired").scan("2020-01-31", "QUARANTINE").finished()
    assert floor.sums("MILK") == (1, 1, 0, 0)


def test_units_with_serial_numbers_come_in_by_their_numbers(floor: Floor, receiver: Worker) -> None:
    floor.item("PHONE", tracking="serial")
    floor.purchase("PO-1", ("PHONE", 4))
    receiver.start("receive", "PO-1").scan("PHONE", "SN1").asked("serial")
    assert "serial number" in receiver.prompt["instruction"]
    assert "quantity" not in receiver.prompt["expects"]
    receiver.scan("SN1").refused("serial_twice").scan("SN2").hears("serial_confirmed")
    assert receiver.prompt["counted"] == 2
    receiver.scan("DOCK").hears("received").scan("PHONE", "SN3").scan("PHONE").asked("serial").scan("SN4")
    receiver.scan("DOCK").finished()
    assert (floor.sums("PHONE"), floor.at("PHONE", "DOCK")) == ((4, 0, 0, 0), 4)


def test_goods_without_a_purchase_order_come_in_with_a_reason(floor: Floor, receiver: Worker) -> None:
    floor.bin("A-01")
    floor.item("MUG")
    floor.item("TEA", tracking="lot")
    receiver.start("receive", "blind").asked("reason").scan("MUG").refused("wrong_item")
    receiver.act("skip").refused("finish_line_first").act("reason", reason="wind").refused("unknown_reason")
    receiver.act("quantity", quantity=3).refused("scan_item_first").act("reason", reason="sample").hears("reason_noted")
    receiver.asked("item").scan("MUG", "MUG").asked("item", "quantity", "target").act("quantity", quantity=7)
    receiver.scan("TEA").refused("finish_line_first").scan("DOCK").hears("received")
    receiver.scan("TEA", "L1", "TEA").act("damaged").scan("QUARANTINE").hears("received")
    assert (floor.sums("MUG"), floor.sums("TEA")) == ((7, 0, 0, 0), (2, 2, 0, 0))
    assert floor.notes("receive") == ["sample", "damaged"]
    receiver.act("undo").hears("undone").act("done").hears("receipt_done").finished()
    assert receiver.answer["task"]["lines"] == receiver.answer["task"]["done_lines"] == 1
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert (floor.at("MUG"), floor.sums("TEA")) == (7, (0, 0, 0, 0))


def test_the_number_of_a_blind_receipt_opens_it_as_a_purchase_orders_does(floor: Floor, receiver: Worker) -> None:
    floor.bin("A-01")
    floor.item("MUG")
    receiver.start("receive", "blind").act("reason", reason="sample").scan("MUG")
    task, number, other = receiver.task, receiver.answer["task"]["document"], floor.worker("Rob", "receiver")
    assert (number, receiver.home(number)["task_id"]) == ("BR-000001", task)
    with pytest.raises(Refused, match="task_taken"):
        other.home(number)
    receiver.release()
    assert other.home("br-1")["task_id"] == task, "as a person types it"
    other.scan("DOCK").hears("received").act("done").finished()
    assert receiver.home(number)["task_id"] in floor.tasks("putaway", status="claimed")
    receiver.robot().finished()
    with pytest.raises(Refused, match="nothing_to_do"):
        other.home(number)
    with pytest.raises(Refused, match="unknown_code"):
        other.home("BR-000002")


def test_a_robot_ends_a_blind_receipt_and_a_picker_begins_none(floor: Floor, receiver: Worker, picker: Worker) -> None:
    receiver.start("receive", "blind").robot().finished()
    assert "Nothing" in receiver.prompt["instruction"]
    receiver.start("receive", "BLIND").act("reason", reason="found").scan("NEW").refused("unknown_code")
    floor.item("PHONE", tracking="serial")
    receiver.scan("PHONE", "SN1", "SN2").robot().finished()
    assert floor.sums("PHONE") == (2, 0, 0, 0)
    with pytest.raises(Refused, match="role_missing"):
        picker.start("receive", "blind")


def test_a_unit_that_two_receipts_have_in_hand_comes_in_once(floor: Floor, receiver: Worker) -> None:
    """The first dock scan brings it in; the second worker hears where it stands, undoes, and goes on."""
    floor.item("PHONE", tracking="serial")
    floor.purchase("PO-1", ("PHONE", 1))
    floor.purchase("PO-2", ("PHONE", 2))
    other = floor.worker("Rob", "receiver")
    receiver.start("receive", "PO-1").scan("PHONE", "SN1").hears("serial_confirmed")
    other.start("receive", "PO-2").scan("PHONE", "SN1").hears("serial_confirmed").scan("PHONE", "SN2")
    receiver.scan("DOCK").finished()
    other.scan("DOCK").refused("serial_in_stock")
    assert "SN1" in other.message
    assert "DOCK" in other.message
    other.act("undo").hears("count_undone").scan("PHONE", "SN1").refused("serial_in_stock").scan("SN2", "DOCK")
    other.hears("received")
    assert floor.sums("PHONE") == (2, 0, 0, 1)


def test_a_receipt_is_not_taken_back_twice_into_one_place(floor: Floor, receiver: Worker) -> None:
    """Received, undone, received by somebody else: the first undo cannot be undone into a second unit."""
    floor.item("PHONE", tracking="serial")
    floor.purchase("PO-1", ("PHONE", 1))
    floor.purchase("PO-2", ("PHONE", 1))
    receiver.start("receive", "PO-1").scan("PHONE", "SN1", "DOCK").finished().act("undo").hears("undone")
    floor.worker("Rob", "receiver").start("receive", "PO-2").scan("PHONE", "SN1", "DOCK").finished()
    receiver.scan("PHONE", "SN1").refused("serial_in_stock")
    assert floor.sums("PHONE") == (1, 0, 0, 1)
