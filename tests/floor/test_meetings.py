"""Where two kinds of work meet: each rule holds beside the others."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import clock
from app.db import transact
from app.floor.loop.end_job import end_task
from app.ledger.seal import seal
from app.orders.expire import hold_expired
from app.orders.models import Shipment
from app.tasks.models import Task
from tests.floor.meanwhile import scanning
from tests.floor.story import Floor, Worker

TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def end(floor: Floor, task: int, by: Worker) -> None:
    floor.do(lambda house: end_task(house.session, floor.settings, by.actor, task, reason="nobody finds it"))


def test_an_ended_look_at_goods_that_stand_here_leaves_them_to_the_next_one(
    floor: Floor, inspector: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 3, "QUARANTINE", condition="quarantine")
    inspector.start("inspect", "QUARANTINE").scan("MUG").act("restock").hears("decided")
    end(floor, inspector.task, supervisor)
    inspector.scan("A-01").refused("task_ended")
    assert floor.at("MUG", "QUARANTINE") == 3
    inspector.start("inspect", "QUARANTINE").scan("MUG").act("quantity", quantity=3).act("scrap").hears("inspected")
    inspector.finished()
    assert floor.at("MUG", "QUARANTINE") == 0


def expire(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days later, after the worker came by."""
    monkeypatch.setattr(clock, "now", lambda: TODAY + timedelta(days=2))
    floor.do(lambda house: hold_expired(house.session, house.warehouse()))


def test_what_expires_before_it_is_put_away_can_still_be_put_away(
    floor: Floor, receiver: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    floor.bin("A-01")
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.purchase("PO-1", ("MILK", 3))
    receiver.start("receive", "PO-1").scan("MILK", "L1", "2026-06-02").act("quantity", quantity=3).scan("DOCK")
    receiver.finished()
    expire(floor, monkeypatch)
    assert floor.sums("MILK") == (3, 3, 0, 0)
    receiver.start("putaway", "PO-1").asked("item")
    assert "3" in receiver.prompt["instruction"]
    receiver.robot().finished()
    assert floor.at("MILK", "A-01") == 3
    assert floor.sums("MILK") == (3, 3, 0, 0)
    floor.do(lambda house: seal(house.session))


def test_an_expired_lot_is_not_sent_instead_of_another(
    floor: Floor, packer: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It expired at midnight, and the program's worker comes by a moment later."""
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    floor.stock("MILK", 2, lot="L1", expiry=(TODAY + timedelta(days=30)).date())
    floor.barcode("MILK", "9506000134352", gtin="09506000134352")
    floor.picked("O-1", ("MILK", 1))
    floor.stock("MILK", 2, lot="L2", expiry=(TODAY + timedelta(days=1)).date())
    monkeypatch.setattr(clock, "now", lambda: TODAY + timedelta(days=2))
    other = "(01)09506000134352(10)L2"
    packer.start("pack", "O-1").scan("TOTE-1").scan(other).refused("wrong_lot").scan(other).refused("wrong_lot")
    packer.robot().finished()
    floor.do(lambda house: seal(house.session))


def test_a_carton_that_lost_all_its_goods_does_not_keep_its_shipment_open(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    floor.stock("MILK", 2, lot="L1", expiry=(TODAY + timedelta(days=1)).date())
    floor.stock("MILK", 2, "A-02", lot="L2", expiry=(TODAY + timedelta(days=30)).date())
    floor.packed("O-1", ("MILK", 2))
    expire(floor, monkeypatch)
    robot = floor.worker("robot", "picker", "packer", "receiver")
    while robot.next("putaway"):
        robot.robot()
    floor.totes("TOTE-2")
    robot.take(floor.do(lambda house: house.wave("O-1"))[0]).robot()
    robot.start("pack", "O-1").robot()
    robot.start("ship", "O-1").robot().finished()
    assert floor.do(lambda house: house.status("O-1")) == "shipped"
    assert floor.read(lambda s: s.scalars(select(Shipment.status)).all()) == ["shipped"]
    floor.do(lambda house: seal(house.session))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one writer in at a time
def test_packing_is_ended_while_the_picker_brings_the_next_tote_and_neither_is_thrown_back(
    floor: Floor, picker: Worker, supervisor: Worker
) -> None:
    """Two tasks of one order are held in the order of their kinds by both."""
    floor.totes("TOTE-1", "TOTE-2")
    floor.stock("MUG", 2)
    first = floor.order("O-1", ("MUG", 3))[0]
    floor.worker("robot").take(first).robot()
    packing = floor.tasks("pack")[0]
    floor.stock("MUG", 1, "A-02")
    picker.take(floor.do(lambda house: house.wave("O-1"))[0]).scan("A-02", "MUG", "TOTE-2").asked("target")
    tries: list[int] = []

    def ends() -> None:
        def once(session: Session) -> None:
            tries.append(1)
            end_task(session, floor.settings, supervisor.actor, packing, reason="late")

        transact(once, engine=floor.engine)

    def drops(session: Session) -> None:
        tries.append(1)
        session.execute(select(Task).where(Task.id == picker.task).with_for_update())
        wait_for(tries, session)
        scanning(floor, picker, "PACK")(session)

    _beside(floor, drops, ends)
    assert len(tries) == 2, "one of the two was thrown back by a deadlock"
    assert floor.status(packing) == "cancelled"
    assert picker.look().answer["task"]["status"] == "done"


def _beside(floor: Floor, work: Callable[[Session], object], other: Callable[[], None]) -> None:
    second = threading.Thread(target=other)

    def both(session: Session) -> None:
        session.info["second"] = second
        work(session)

    transact(both, engine=floor.engine)
    second.join()


def wait_for(tries: list[int], session: Session) -> None:
    """The other one, begun now, has come as far as it can."""
    if len(tries) == 1:
        session.info["second"].start()
    while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) and len(tries) < 3:
        time.sleep(0.01)


def test_an_order_that_its_channel_makes_smaller_goes_out_without_the_emptied_carton(floor: Floor) -> None:
    floor.stock("MUG", 1)
    floor.stock("CUP", 1, "A-02")
    floor.totes("TOTE-1")
    floor.worker("robot").take(floor.order("O-1", ("MUG", 1), ("CUP", 1))[0]).robot()
    packer = floor.worker("Pat", "packer").start("pack", "O-1").scan("TOTE-1")
    for sku in ("MUG", "CUP"):
        packer.scan(sku).scan(packer.prompt["target"]).hears("carton_closed")
    floor.do(lambda house: house.order("O-1", ("MUG", 1)))
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.read(lambda s: s.scalars(select(Shipment.status)).all()) == ["shipped"]


def test_a_receipt_that_is_undone_after_its_put_away_was_ended_leaves_no_work_behind(
    floor: Floor, receiver: Worker, supervisor: Worker
) -> None:
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 3))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=3).scan("DOCK").hears("received")
    end(floor, floor.tasks("putaway")[0], supervisor)
    receiver.act("undo").hears("undone")
    assert floor.tasks("putaway") == []


def test_a_receipt_is_not_undone_when_the_next_put_away_has_begun(
    floor: Floor, receiver: Worker, supervisor: Worker
) -> None:
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 3))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=3).scan("DOCK").hears("received")
    end(floor, floor.tasks("putaway")[0], supervisor)
    floor.worker("robot").start("putaway", "PO-1").robot()
    receiver.act("undo").refused("put_away_already")
