"""Pick: a wrong scan, a wrong tote, a quantity that cannot be: named, and nothing changes."""

import pytest

from tests.floor.story import Floor, Worker


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
def test_a_wrong_scan_is_named_and_changes_nothing(floor: Floor, picker: Worker, code: str, refusal: str) -> None:
    """Floor case 10."""
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


def test_the_wrong_lot_and_the_wrong_bin_are_named(floor: Floor, picker: Worker) -> None:
    """Floor case 10."""
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


def test_the_item_before_the_bin_asks_for_the_bin(floor: Floor, picker: Worker) -> None:
    """Floor case 11."""
    floor.stock("MUG", 5)
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("MUG").refused("scan_bin_first").asked("location")


def test_a_tote_of_another_order_is_refused_and_my_own_is_proposed_next(floor: Floor, picker: Worker) -> None:
    """Floor case 13."""
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


def test_two_pickers_are_never_offered_the_same_empty_tote(floor: Floor, picker: Worker) -> None:
    """Floor case 13."""
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


def test_more_than_due_is_refused_and_nothing_written(floor: Floor, picker: Worker) -> None:
    """Floor case 14."""
    floor.stock("MUG", 20)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 10))[0]).scan("A-01", "MUG")
    picker.act("quantity", quantity=11).refused("too_many")
    assert picker.prompt["counted"] == 1
    picker.act("quantity", quantity=10).asked("target").scan("MUG").refused("too_many")
    assert floor.at("MUG") == 20


@pytest.mark.parametrize("quantity", [0, -1, None])
def test_a_quantity_of_nothing_is_refused(floor: Floor, picker: Worker, quantity: int | None) -> None:
    """Floor case 17."""
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 10))[0]).scan("A-01", "MUG")
    picker.act("quantity", quantity=quantity).refused("bad_quantity").asked("item")


def test_an_unknown_tote_keeps_the_prompt(floor: Floor, picker: Worker) -> None:
    """Floor case 17."""
    floor.stock("MUG", 20)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG")
    before = picker.prompt
    picker.scan("TOTE-404").refused("unknown_code")
    assert picker.prompt == before


def test_a_quantity_before_any_item_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 5))[0]).act("quantity", quantity=5).refused("scan_item_first")


def test_a_barcode_in_the_quantity_is_refused(floor: Floor, picker: Worker) -> None:
    """Floor case 52."""
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG")
    picker.act("quantity", quantity=4006381333931).refused("barcode_in_quantity")
    assert picker.prompt["counted"] == 1
