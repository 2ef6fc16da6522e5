"""Between two jobs nothing is left behind: what stands picked is asked for, once, until it is packed."""

import threading
import time

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.control.verification import verify
from app.db import transact
from app.floor.loop import advance
from app.orders.models import Holding
from app.refusal import Refused
from tests.floor.story import Floor, Worker, day


def carton_of(packer: Worker) -> str:
    """The open carton's code, as the screen offers it."""
    return next(way["scan"] for way in packer.prompt["ways"] if way["label"].startswith("Carton"))


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


def test_each_line_of_an_order_packs_its_own_units_of_one_item(floor: Floor, picker: Worker, packer: Worker) -> None:
    """Or else cancelling the other line would stop the carton in which none of its units are."""
    floor.totes("TOTE-1")
    floor.stock("MUG", 2, "A-01")
    floor.stock("MUG", 3, "A-02")
    picker.take(floor.order("SO-1", ("MUG", 2), ("MUG", 3))[0]).scan("A-01").act("short")
    picker.scan("A-02", "MUG").act("quantity", quantity=3).scan("TOTE-1", "PACK").finished()
    floor.do(lambda house: house.adjust("MUG", -2, "A-01"))
    floor.stock("MUG", 2, "A-03")
    picker.take(floor.do(lambda house: house.wave("SO-1"))[0])
    picker.scan("A-03", "MUG").act("quantity", quantity=2).scan("TOTE-1", "PACK").finished()
    packer.start("pack", "SO-1").scan("TOTE-1", "MUG")
    packer.scan(carton_of(packer)).hears("carton_closed")
    floor.cancel("SO-1", ("1", 2))
    packer.robot().finished()
    packer.start("ship", "SO-1").robot().finished()
    assert floor.inside("MUG", "TOTE-1") == 2


def test_what_is_counted_too_much_among_returns_is_not_for_sale(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 1, "QUARANTINE", condition="quarantine")
    counter.start("count", location="QUARANTINE").scan("QUARANTINE", "MUG", "MUG", "QUARANTINE").hears("counted")
    assert floor.sums("MUG") == (2, 2, 0, 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one writer in at a time
def test_of_two_who_scan_one_empty_tote_at_once_one_is_told_that_it_is_in_use(floor: Floor) -> None:
    floor.totes("TOTE-1", "TOTE-2", "TOTE-3")  # one is proposed to each of them
    floor.stock("MUG", 1, "A-01")
    floor.stock("CUP", 1, "A-02")
    mia = floor.worker("Mia").take(floor.order("SO-1", ("MUG", 1))[0]).scan("A-01", "MUG")
    ben = floor.worker("Ben").take(floor.order("SO-2", ("CUP", 1))[0]).scan("A-02", "CUP")
    second = threading.Thread(target=ben.scan, args=("TOTE-3",))

    def scan_and_let_the_other_come(session: Session) -> str:
        answer = advance.scan(session, floor.settings, mia.actor, mia.task, scan_id="first", code="TOTE-3")
        second.start()
        while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) and second.is_alive():
            time.sleep(0.01)
        return str(answer["code"])

    assert transact(scan_and_let_the_other_come, engine=floor.engine) == "picked"
    second.join()
    ben.refused("tote_of_another")


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


def test_nor_is_it_where_the_last_line_was_short(floor: Floor, picker: Worker) -> None:
    floor.bin("PACK", kind="pack", is_blocked=True)
    floor.bin("DOOR", kind="stage", is_blocked=True)
    floor.totes("TOTE-1")
    floor.stock("MUG", 1)
    floor.stock("CUP", 1, "A-02")
    picker.take(floor.order("SO-1", ("MUG", 1), ("CUP", 1))[0]).scan("A-01", "MUG", "TOTE-1").scan("A-02").act("short")
    assert len(floor.tasks("pack")) == 1
    assert not picker.finished().answer["task"]["can_undo"]
    picker.act("undo").refused("packed_next")


def test_a_tote_that_somebody_else_has_by_now_is_not_freed(floor: Floor, picker: Worker) -> None:
    floor.totes("TOTE-1", "TOTE-2", "TOTE-3")
    floor.stock("MUG", 1)
    floor.stock("CUP", 1, "A-02")
    picker.take(floor.order("SO-1", ("MUG", 1))[0]).scan("A-01", "MUG")
    other = floor.worker("Ben").take(floor.order("SO-2", ("CUP", 1))[0])
    floor.do(lambda house: setattr(house.box("TOTE-1"), "task_id", other.task))
    picker.scan("TOTE-3").hears("picked")
    assert floor.do(lambda house: house.box("TOTE-1").task_id) == other.task


def test_the_proof_finds_an_order_that_believes_to_hold_more_than_there_is(floor: Floor) -> None:
    floor.stock("MUG", 3)
    floor.picked("SO-1", ("MUG", 2))
    floor.do(lambda house: house.session.execute(update(Holding).values(quantity=Holding.quantity + 1)))
    found = floor.read(lambda session: verify(session).differences)
    assert [(one.what, one.kept, one.replayed) for one in found] == [("held", 3, 2), ("picked", 3, 2)]
    floor.do(lambda house: house.session.execute(update(Holding).values(quantity=Holding.quantity - 1)))


def test_a_purchase_line_that_is_being_received_does_not_become_another_item(floor: Floor, receiver: Worker) -> None:
    """Or else the old item would come in while the new one's inbound fell."""
    floor.item("CUP")
    floor.purchase("PO-1", ("MUG", 3))
    receiver.start("receive", "PO-1").scan("MUG")
    with pytest.raises(Refused) as refusal:
        floor.purchase("PO-1", ("CUP", 3))
    assert refusal.value.code == "line_in_work"
    receiver.scan("DOCK").act("done")
    assert (floor.sums("MUG"), floor.sums("CUP")) == ((1, 0, 0, 2), (0, 0, 0, 0))
