"""Where two kinds of work meet: each rule holds beside the others."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.floor.ending import end_task
from app.ledger.seal import seal
from app.orders.expire import hold_expired
from app.orders.models import Shipment
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
