"""Pallets and cartons that come in: the two symbols of one label are one unit, in either order, and come in once."""

import pytest
from sqlalchemy import select

from app.barcode.gtin import check_digit
from app.barcode.internal import InternalKind, encode
from app.floor.begin.enquiry import enquire
from app.floor.shared.confirm import MOST_AT_ONCE
from app.places.models import Container
from tests.floor.story import Floor, Worker, day

GTIN = "09506000134352"
CONTENT = f"]C102{GTIN}1730010110L7\x1d3748"


def sscc(number: int) -> str:
    body = f"0950600{number:010}"
    return body + check_digit(body)


FIRST, SECOND = sscc(1), sscc(2)


def unit(number: str) -> str:
    return f"]C100{number}"


@pytest.fixture
def milk(floor: Floor) -> None:
    """Two pallets of 48 on one order."""
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.barcode("MILK", GTIN[1:], gtin=GTIN)
    floor.purchase("PO-1", ("MILK", 96))


@pytest.fixture
def at_dock(milk: None, receiver: Worker) -> Worker:
    return receiver.start("receive", "PO-1")


@pytest.mark.parametrize(
    "symbols",
    [
        [unit(FIRST), CONTENT],
        [CONTENT, unit(FIRST)],
        [CONTENT, FIRST],  # typed by hand from under the bars
        [f"]C100{FIRST}02{GTIN}1730010110L7\x1d3748"],
        [CONTENT, f"]d200{FIRST}02{GTIN}1730010110L7\x1d3748"],
        [unit(FIRST), f"]d200{FIRST}02{GTIN}1730010110L7\x1d3748"],
        [f"]C100{FIRST}10L7", f"]C102{GTIN}17300101\x1d3748"],
        [f"]C102{GTIN}173001013748", f"]C100{FIRST}10L7"],
        [f"]C100{FIRST}3748", f"]C102{GTIN}1730010110L7"],
        [f"]C102{GTIN}1730010110L7", f"]C100{FIRST}3748"],
    ],
)
def test_the_symbols_of_one_label_are_one_unit_in_either_order(
    floor: Floor, at_dock: Worker, symbols: list[str]
) -> None:
    at_dock.scan(*symbols).asked("target")
    assert (at_dock.prompt["counted"], at_dock.prompt["lot"], at_dock.prompt["expiry"]) == (48, "L7", "2030-01-01")
    assert ("SSCC", FIRST) in [tuple(row) for row in at_dock.prompt["detail"]]
    at_dock.scan("DOCK").hears("received")
    assert at_dock.movements == [("MILK", 48, "SUPPLIER", "DOCK")]
    assert floor.inside("MILK", FIRST) == 48
    assert floor.sums("MILK") == (48, 0, 0, 48)


def test_an_sscc_is_noted_honestly_and_its_content_asked_for(at_dock: Worker) -> None:
    before = at_dock.prompt["instruction"]
    at_dock.scan(unit(FIRST)).hears("sscc_noted").asked("item")
    assert FIRST in at_dock.message
    assert at_dock.prompt["instruction"] != before
    assert at_dock.prompt["counted"] == 0
    at_dock.scan("DOCK").refused("wrong_location").scan(CONTENT).hears("expiry_confirmed")
    assert at_dock.prompt["counted"] == 48


def test_the_other_symbol_counts_nothing_again_and_neither_does_the_same_one(at_dock: Worker) -> None:
    at_dock.scan(CONTENT, unit(FIRST)).hears("unit_complete").scan(unit(FIRST)).hears("unit_complete")
    assert at_dock.prompt["counted"] == 48
    at_dock.scan(CONTENT).refused("finish_unit_first").scan(unit(SECOND)).refused("finish_unit_first")
    at_dock.scan("MILK").refused("finish_unit_first")
    assert at_dock.prompt["counted"] == 48
    at_dock.scan("DOCK", CONTENT, unit(SECOND), "DOCK").hears("received").finished()


def test_another_sscc_before_its_content_takes_the_place_of_the_first(floor: Floor, at_dock: Worker) -> None:
    at_dock.scan(unit(FIRST), unit(SECOND)).hears("sscc_noted").scan(CONTENT, "DOCK").hears("received")
    assert (floor.inside("MILK", FIRST), floor.inside("MILK", SECOND)) == (0, 48)


def test_halves_that_contradict_each_other_are_refused_and_nothing_is_counted(at_dock: Worker) -> None:
    at_dock.scan(f"]C100{FIRST}10L8", CONTENT).refused("duplicate_conflict")
    assert at_dock.prompt["counted"] == 0
    at_dock.act("undo").scan(CONTENT, f"]C100{FIRST}10L8").refused("duplicate_conflict")
    at_dock.scan(f"]C100{FIRST}3747").refused("duplicate_conflict")
    assert at_dock.prompt["counted"] == 48
    at_dock.scan(f"]C101{GTIN}3748").refused("ai_conflict").scan("]C13748").refused("unknown_code")


@pytest.mark.parametrize(("document", "most"), [("PO-1", 96), ("blind", MOST_AT_ONCE)])
def test_a_count_that_comes_second_has_the_same_limit_as_any_other(
    floor: Floor, milk: None, receiver: Worker, document: str, most: int
) -> None:
    receiver.start("receive", document)
    if document == "blind":
        receiver.act("reason", reason="no_order")
    receiver.scan(f"]C102{GTIN}1730010110L7").scan(f"]C100{FIRST}3799999999").refused("too_many")
    assert receiver.prompt["counted"] == 1
    receiver.scan(f"]C100{FIRST}37{most + 1}").refused("too_many").scan(f"]C100{FIRST}37{most}").hears("unit_complete")
    receiver.scan("DOCK").hears("received")
    assert floor.inside("MILK", FIRST) == most


def test_an_sscc_that_came_in_is_not_received_again(floor: Floor, at_dock: Worker) -> None:
    at_dock.scan(unit(FIRST), CONTENT, "DOCK").hears("received").scan(unit(FIRST)).refused("sscc_received")
    at_dock.scan(f"]C100{FIRST}02{GTIN}1730010110L7\x1d3748").refused("sscc_received")
    at_dock.scan(CONTENT, unit(FIRST)).refused("sscc_received")
    assert at_dock.prompt["counted"] == 48
    floor.bin("A-01")
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    at_dock.look().scan(unit(FIRST)).refused("sscc_received")


def test_two_receivers_never_both_receive_one_unit(floor: Floor, at_dock: Worker) -> None:
    floor.purchase("PO-2", ("MILK", 48))
    other = floor.worker("Ron", "receiver").start("receive", "PO-2").scan(CONTENT, unit(FIRST)).hears("unit_complete")
    at_dock.scan(CONTENT, unit(FIRST), "DOCK").hears("received")
    other.scan("DOCK").refused("sscc_received")
    assert floor.inside("MILK", FIRST) == 48


def test_a_carton_of_our_own_is_no_delivery(floor: Floor, at_dock: Worker) -> None:
    floor.stock("MUG", 1)
    floor.packed("O-1", ("MUG", 1))
    own = floor.read(lambda s: s.scalars(select(Container.code).where(Container.kind == "carton")).one())
    at_dock.look().scan(unit(own)).refused("sscc_received")


def test_undo_takes_the_note_the_count_and_the_receipt_back(floor: Floor, at_dock: Worker) -> None:
    at_dock.scan(unit(FIRST)).act("undo").hears("sscc_forgotten").act("undo").refused("nothing_to_undo")
    at_dock.scan(unit(FIRST), CONTENT).act("undo").hears("count_undone")
    assert "SSCC" not in dict(map(tuple, at_dock.prompt["detail"]))
    at_dock.scan(CONTENT, "DOCK").hears("received").act("undo").hears("undone")
    at_dock.scan(unit(FIRST), CONTENT, "DOCK").hears("received").act("undo").hears("undone")
    assert floor.inside("MILK", FIRST) == 0
    at_dock.scan(CONTENT, unit(FIRST)).hears("unit_complete").scan("DOCK").hears("received")
    assert floor.inside("MILK", FIRST) == 48


def test_the_same_scan_again_is_the_first_answer(floor: Floor, at_dock: Worker) -> None:
    at_dock.send("one", unit(FIRST)).send("two", CONTENT)
    at_dock.send("one", unit(FIRST)).hears("sscc_noted").send("two", CONTENT).hears("expiry_confirmed")
    assert at_dock.answer["replayed"]
    assert at_dock.look().prompt["counted"] == 48
    at_dock.send("three", "DOCK").send("one", unit(FIRST)).hears("sscc_noted").send("three", "DOCK").hears("received")
    assert floor.sums("MILK")[0] == 48


def test_the_other_half_is_scanned_on_another_device(floor: Floor, at_dock: Worker) -> None:
    at_dock.scan(unit(FIRST)).release()
    other = floor.worker("Ron", "receiver", device="TABLET-2").start("receive", "PO-1")
    other.scan(CONTENT, "DOCK").hears("received")
    assert floor.inside("MILK", FIRST) == 48


def test_goods_that_are_counted_one_by_one_get_the_number_of_their_carton(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-2", ("MUG", 6))
    receiver.start("receive", "PO-2").scan("MUG", "MUG", unit(FIRST)).hears("unit_complete").scan("MUG")
    receiver.asked("item", "quantity", "target").scan("DOCK").hears("received")
    receiver.scan(unit(SECOND), "MUG").act("quantity", quantity=3).scan("DOCK").finished()
    assert (floor.inside("MUG", FIRST), floor.inside("MUG", SECOND)) == (3, 3)


def test_an_unknown_code_at_the_quantity_may_be_a_new_container(floor: Floor, receiver: Worker) -> None:
    """Floor case 43."""
    floor.purchase("PO-2", ("MUG", 6))
    receiver.start("receive", "PO-2").scan("BOX-7").refused("unknown_code").scan("MUG").scan("BOX-7")
    receiver.refused("new_container").scan("BOX-8").refused("new_container").scan("BOX-7").refused("new_container")
    receiver.scan("BOX-7").hears("container_confirmed").scan("MUG").hears("item_confirmed")
    assert (receiver.prompt["container"], receiver.prompt["counted"]) == ("BOX-7", 2)
    receiver.scan("BOX-8").refused("finish_unit_first").scan(unit(FIRST)).refused("finish_unit_first")
    receiver.scan("DOCK").hears("received")
    assert floor.inside("MUG", "BOX-7") == 2
    receiver.scan("MUG").scan("BOX-7").refused("container_in_use").scan("4006381333931").refused("unknown_code")
    receiver.scan("4006381333932").refused("unknown_code").scan("DOCK").hears("received")
    assert floor.inside("MUG", "BOX-7") == 2
    receiver.act("undo").act("undo").hears("undone").scan("MUG", "BOX-7").hears("container_confirmed")


def test_a_licence_plate_that_was_printed_beforehand_takes_what_comes(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-2", ("MUG", 6))
    floor.totes("TOTE-1")
    label = encode(InternalKind.CONTAINER, "P-0001")
    receiver.start("receive", "PO-2").scan("MUG", "TOTE-1").refused("wrong_container")
    receiver.scan(label).refused("new_container").scan(label).hears("container_confirmed").scan("DOCK")
    assert floor.inside("MUG", "P-0001") == 1
    floor.do(lambda house: setattr(house.box("P-0002", kind="lpn"), "location_id", None))
    receiver.scan("MUG").act("quantity", quantity=5).scan("P-0002").hears("container_confirmed").scan("DOCK").finished()
    assert floor.inside("MUG", "P-0002") == 5


def test_a_plate_of_the_house_is_used_again_once_it_is_empty(floor: Floor, receiver: Worker, picker: Worker) -> None:
    floor.purchase("PO-2", ("MUG", 6))
    floor.bin("A-01")
    receiver.start("receive", "PO-2").scan("MUG", "LPN-1", "LPN-1", "DOCK").hears("received")
    receiver.scan("MUG").scan("LPN-1").refused("container_in_use")
    assert "LPN-1" in receiver.message
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.at("MUG", "A-01") == 1
    receiver.scan("LPN-1").hears("container_confirmed").scan("DOCK").hears("received")
    assert floor.inside("MUG", "LPN-1") == 1
    picker.start("move").scan("LPN-1").hears("source_confirmed").scan("A-01").hears("moved")
    assert floor.at("MUG", "A-01") == 2


def test_a_plate_is_not_dropped_for_the_number_of_a_label(floor: Floor, milk: None, receiver: Worker) -> None:
    receiver.start("receive", "PO-1").scan(CONTENT, "LPN-1", "LPN-1").hears("container_confirmed")
    receiver.scan(f"]C100{FIRST}02{GTIN}1730010110L7\x1d3748").refused("finish_unit_first")
    receiver.scan(unit(FIRST)).refused("finish_unit_first").scan("DOCK").hears("received")
    assert (floor.inside("MILK", "LPN-1"), floor.inside("MILK", FIRST)) == (48, 0)


def test_two_receivers_never_share_a_new_container(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-2", ("MUG", 6))
    floor.purchase("PO-3", ("MUG", 6))
    other = floor.worker("Ron", "receiver").start("receive", "PO-3").scan("MUG", "BOX-7", "BOX-7")
    receiver.start("receive", "PO-2").scan("MUG", "BOX-7", "BOX-7").hears("container_confirmed").scan("DOCK")
    other.hears("container_confirmed").scan("DOCK").refused("container_in_use").act("undo").hears("count_undone")


def test_one_number_for_two_counted_labels_is_refused(at_dock: Worker) -> None:
    at_dock.scan(CONTENT, CONTENT)
    assert at_dock.prompt["counted"] == 96
    at_dock.scan(unit(FIRST)).refused("unit_unclear").scan("DOCK").hears("received").finished()


def test_an_sscc_is_no_lot(at_dock: Worker) -> None:
    at_dock.scan("MILK").asked("lot").scan(unit(FIRST)).hears("unit_complete").asked("lot")
    at_dock.scan(f"]C102{GTIN[:-1]}33748").refused("bad_check_digit").scan("L.DOCK").refused("internal_check")
    at_dock.scan("]C13748").refused("unknown_code").scan("L7").hears("lot_confirmed").asked("expiry")


def test_a_received_unit_is_put_away_moved_and_asked_about_by_its_number(
    floor: Floor, at_dock: Worker, picker: Worker
) -> None:
    at_dock.scan(unit(FIRST), CONTENT, "DOCK", unit(SECOND), CONTENT, "DOCK").finished()
    floor.bin("A-01")
    facts = floor.read(lambda s: enquire(s, floor.settings, warehouse="W", code=unit(FIRST)))
    assert (facts["type"], [(row["sku"], row["lot"], row["quantity"]) for row in facts["balances"]]) == (
        "container",
        [("MILK", "L7", 48)],
    )
    rob = floor.worker("Rob").take(floor.tasks("putaway")[0]).scan(CONTENT).refused("scan_container")
    rob.scan(unit(SECOND)).hears("item_confirmed").scan("A-01").hears("put_away")
    assert (floor.at("MILK", "A-01"), floor.inside("MILK", FIRST), floor.inside("MILK", SECOND)) == (48, 48, 0)
    floor.bin("DOCK-2", kind="dock")
    picker.start("move").scan(unit(FIRST)).hears("source_confirmed").scan("DOCK-2").hears("moved")
    assert floor.at("MILK", "DOCK-2") == 48
    assert floor.do(lambda house: house.lot("MILK", "L7", day("2030-01-01"))) is not None


def test_one_plate_is_put_away_by_its_content_too_and_a_full_label_names_one_of_several(
    floor: Floor, at_dock: Worker
) -> None:
    at_dock.scan(unit(FIRST), CONTENT, "DOCK", unit(SECOND), CONTENT, "DOCK").finished()
    floor.bin("A-01")
    rob = floor.worker("Rob").take(floor.tasks("putaway")[0])
    assert FIRST in rob.prompt["instruction"]
    rob.scan(f"]d200{SECOND}02{GTIN}1730010110L7\x1d3748").hears("item_confirmed").scan("A-01").hears("put_away")
    assert (floor.inside("MILK", FIRST), floor.inside("MILK", SECOND)) == (48, 0)
    rob.scan(CONTENT).hears("item_confirmed").act("undo").robot().finished()
    assert (floor.at("MILK", "A-01"), floor.inside("MILK", FIRST)) == (96, 0)


def test_a_unit_that_is_not_here_is_named_and_not_offered_to_be_linked(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 1)
    picker.start("move").scan(unit(FIRST)).refused("unknown_sscc")
    assert FIRST in picker.message
