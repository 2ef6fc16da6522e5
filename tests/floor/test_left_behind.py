"""Between two jobs nothing is left behind: what stands picked is asked for, once, until it is packed."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger.models import Balance
from app.orders.models import Holding
from app.refusal import Refused
from tests.floor.story import Floor, Worker, day


def carton_of(packer: Worker) -> str:
    """The open carton's code, as the screen offers it."""
    return next(way["scan"] for way in packer.prompt["ways"] if way["label"].startswith("Carton"))


def unheld(session: Session) -> list[Any]:
    """Places where orders believe to hold more than the ledger has there."""
    stands = (
        select(func.coalesce(func.sum(Balance.quantity), 0))
        .where(
            Balance.container_id == Holding.container_id,
            Balance.item_id == Holding.item_id,
            func.coalesce(Balance.lot_id, 0) == func.coalesce(Holding.lot_id, 0),
            Balance.serial == Holding.serial,
            Balance.condition == "available",
        )
        .correlate(Holding)
        .scalar_subquery()
    )
    held = select(Holding.container_id, Holding.item_id, Holding.lot_id, Holding.serial, func.sum(Holding.quantity))
    in_hand = held.where(Holding.is_shipped.is_(False), Holding.quantity > 0)
    groups = in_hand.group_by(Holding.container_id, Holding.item_id, Holding.lot_id, Holding.serial)
    return list(session.execute(groups.having(func.sum(Holding.quantity) > func.max(stands))))


def test_the_rest_of_a_line_in_the_same_tote_is_packed_too(floor: Floor, picker: Worker, packer: Worker) -> None:
    floor.totes("TOTE-1")
    floor.stock("MUG", 5)
    picker.take(floor.order("SO-1", ("MUG", 5))[0]).scan("A-01", "MUG").act("quantity", quantity=3).act("short")
    picker.scan("TOTE-1", "PACK").finished()
    floor.stock("MUG", 2, "B-01")
    second = floor.do(lambda house: house.wave("SO-1"))[0]
    packer.start("pack", "SO-1")
    picker.take(second)
    picker.scan(picker.prompt["location"], "MUG").act("quantity", quantity=2).scan("TOTE-1", "PACK").finished()
    packer.robot()
    floor.worker("Pia", "packer").start("pack", "SO-1").robot()
    assert floor.inside("MUG", "TOTE-1") == 0
    assert not floor.read(unheld)


def test_what_was_missing_at_the_bench_and_turned_up_is_packed(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 3)
    floor.picked("SO-1", ("MUG", 3))
    packer.start("pack", "SO-1").scan("TOTE-1", "MUG")
    packer.scan(carton_of(packer)).hears("carton_closed").act("missing").hears("missing")
    assert floor.inside("MUG", "TOTE-1") == 2
    packer.start("ship", "SO-1").robot()
    assert packer.home("TOTE-1")["task_id"], "the tote opens its own packing"
    packer.robot().finished()
    assert floor.inside("MUG", "TOTE-1") == 0
    with pytest.raises(Refused) as nothing:
        packer.start("pack", "SO-1")
    assert nothing.value.code == "nothing_to_do"


def test_a_tote_that_is_still_being_filled_is_not_packed(floor: Floor, picker: Worker, packer: Worker) -> None:
    floor.totes("TOTE-1")
    floor.stock("MUG", 2)
    floor.stock("CUP", 1, "A-02")
    picker.take(floor.order("SO-1", ("MUG", 2), ("CUP", 1))[0]).scan("A-01", "MUG", "MUG", "TOTE-1").hears("picked")
    assert packer.home("TOTE-1")["task_id"] is None


def test_two_totes_of_one_item_keep_their_own_units(floor: Floor, packer: Worker) -> None:
    floor.totes("TOTE-1", "TOTE-2")
    floor.stock("MUG", 3, "A-01")
    floor.stock("MUG", 2, "A-02")
    picker = floor.worker("Mia").take(floor.order("SO-1", ("MUG", 5))[0])
    for tote in ("TOTE-1", "TOTE-2"):
        picker.scan(picker.prompt["location"], "MUG").act("quantity", quantity=picker.prompt["quantity"]).scan(tote)
    picker.scan("PACK").finished()
    packer.start("pack", "SO-1").scan("TOTE-1", "MUG").act("quantity", quantity=3).scan("MUG", "MUG")
    floor.cancel("SO-1", ("1", 1))
    packer.scan(carton_of(packer))
    packer.robot()
    assert not floor.read(unheld)
    packer.act("undo").hears("undone")
    assert not floor.read(unheld)
    packer.robot()
    assert not floor.read(unheld)
    assert floor.sums("MUG") == (5, 1, 4, 0)


def test_what_is_counted_too_much_among_returns_is_not_for_sale(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 1, "QUARANTINE", condition="quarantine")
    counter.start("count", location="QUARANTINE").scan("QUARANTINE", "MUG", "MUG", "QUARANTINE").hears("counted")
    assert floor.sums("MUG") == (2, 2, 0, 0)


def test_of_two_who_scan_one_empty_tote_at_once_one_is_told_that_it_is_in_use(floor: Floor) -> None:
    for number in range(5):
        floor.totes(f"TOTE-{number}")
        floor.stock("MUG", 1, f"A-{number}")
        floor.stock("CUP", 1, f"B-{number}")
        pickers = [
            floor.worker("Mia").take(floor.order(f"M-{number}", ("MUG", 1))[0]).scan(f"A-{number}", "MUG"),
            floor.worker("Ben").take(floor.order(f"C-{number}", ("CUP", 1))[0]).scan(f"B-{number}", "CUP"),
        ]
        start = threading.Barrier(2)

        def fill(picker: Worker, tote: str, start: threading.Barrier) -> None:
            start.wait()
            picker.scan(tote)

        both = [threading.Thread(target=fill, args=(each, f"TOTE-{number}", start)) for each in pickers]
        for each in both:
            each.start()
        for each in both:
            each.join()
        assert sorted(picker.answer["code"] for picker in pickers) == ["picked", "tote_of_another"]


def test_a_line_that_was_skipped_leaves_no_container_in_mind(floor: Floor, picker: Worker) -> None:
    """Or else the next bin, which holds two lots, would not ask which one it is."""
    floor.totes("TOTE-1")
    floor.stock("MUG", 2, "A-01", box="LPN-1")
    floor.stock("MILK", 2, "A-02", lot="L-1", expiry=day("2099-01-01"))
    floor.stock("MILK", 2, "A-02", lot="L-2", expiry=day("2099-02-01"))
    picker.take(floor.order("SO-1", ("MUG", 2), ("MILK", 1))[0])
    picker.scan("LPN-1").hears("bin_confirmed").act("skip")
    picker.scan("A-02", "MILK").hears("scan_lot")


def test_what_packing_was_told_of_is_not_taken_back_by_the_picker(floor: Floor, picker: Worker) -> None:
    floor.bin("PACK", kind="pack", is_blocked=True)
    floor.bin("DOOR", kind="stage", is_blocked=True)
    floor.totes("TOTE-1")
    floor.stock("MUG", 1)
    picker.take(floor.order("SO-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1").finished()
    picker.act("undo").refused("packed_next")
    assert floor.inside("MUG", "TOTE-1") == 1
