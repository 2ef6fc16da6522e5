"""Expired goods: every way by which they could come to be for sale again, and none is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app import clock
from app.ledger.seal import seal
from app.orders.expire import hold_expired
from tests.floor.story import Floor, Worker

TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
LAST_DAY = date(2026, 6, 2)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: TODAY)


def two_days_later(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker looked through everything, and comes again in an hour."""
    floor.do(lambda house: seal(house.session))
    monkeypatch.setattr(clock, "now", lambda: TODAY + timedelta(days=2))
    floor.do(lambda house: hold_expired(house.session, house.warehouse()))


def sealed(floor: Floor) -> None:
    floor.do(lambda house: seal(house.session))


def test_what_has_expired_at_the_customers_does_not_go_back_into_stock(
    floor: Floor, inspector: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.stock("MILK", 2, lot="L1", expiry=LAST_DAY)
    floor.shipped("O-1", ("MILK", 2))
    number = floor.rma("O-1", ("1", 2, "unwanted"))
    inspector.start("inspect", number).scan("MILK", "L1").act("quantity", quantity=2).scan("BENCH").hears("received")
    assert "restock" in [way.get("action") for way in inspector.prompt["ways"]]
    inspector.act("restock").hears("decided")
    two_days_later(floor, monkeypatch)
    inspector.scan("A-01").refused("expired").act("undo").hears("undone")
    assert "restock" not in [way.get("action") for way in inspector.prompt["ways"]]
    inspector.act("restock").refused("expired")
    assert "quarantine" in inspector.answer["message"]
    inspector.act("quarantine").scan("QUARANTINE").hears("inspected").finished()
    assert floor.sums("MILK") == (2, 2, 0, 0)
    sealed(floor)


def test_what_expires_between_the_label_and_the_dock_is_not_received_for_sale(
    floor: Floor, receiver: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.purchase("PO-1", ("MILK", 3))
    receiver.start("receive", "PO-1").scan("MILK", "L1", "2026-06-02").act("quantity", quantity=3)
    two_days_later(floor, monkeypatch)
    receiver.scan("DOCK").refused("expired").act("damaged", reason="expired").scan("QUARANTINE").hears("received")
    assert floor.sums("MILK") == (3, 3, 0, 0)
    sealed(floor)


def test_a_put_away_that_is_undone_brings_nothing_expired_back_for_sale(
    floor: Floor, receiver: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.bin("A-01")
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.purchase("PO-1", ("MILK", 3))
    receiver.start("receive", "PO-1").scan("MILK", "L1", "2026-06-02").act("quantity", quantity=3).scan("DOCK")
    receiver.start("putaway", "PO-1").scan("MILK")
    monkeypatch.setattr(clock, "now", lambda: TODAY + timedelta(days=2))
    receiver.scan("A-01").hears("put_away")
    assert floor.sums("MILK") == (3, 3, 0, 0)
    receiver.act("undo").hears("undone")
    assert floor.sums("MILK") == (3, 3, 0, 0)
    receiver.robot().finished()
    assert floor.at("MILK") == 3
    sealed(floor)


def test_a_loss_that_is_taken_back_after_the_lot_expired_is_not_for_sale(
    floor: Floor, counter: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.stock("MILK", 5, lot="L1", expiry=LAST_DAY)
    counter.start("count", location="A-01").scan("A-01", "MILK", "L1", "A-01").hears("counted")
    two_days_later(floor, monkeypatch)
    counter.act("undo").hears("undone")
    assert floor.sums("MILK") == (5, 5, 0, 0)
    counter.scan("A-01", "MILK", "L1").act("quantity", quantity=5).scan("A-01").hears("count_agrees")
    sealed(floor)


def test_a_carton_that_comes_off_the_truck_expired_is_not_for_sale(
    floor: Floor, packer: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.stock("MILK", 2, lot="L1", expiry=LAST_DAY)
    floor.packed("O-1", ("MILK", 2))
    packer.start("ship", "O-1").robot().finished()
    two_days_later(floor, monkeypatch)
    packer.act("undo").hears("undone")
    assert floor.sums("MILK") == (2, 2, 2, 0)
    packer.robot()
    robot = floor.worker("robot")
    while robot.next("putaway"):
        robot.robot()
    assert floor.at("MILK") == 2
    sealed(floor)


def test_a_lot_that_a_count_finds_to_have_expired_is_off_sale_from_that_scan(floor: Floor, counter: Worker) -> None:
    label = "(01)09506000134352(17)260531(10)L1"
    floor.stock("MILK", 5, "B-01", lot="L1")
    floor.stock("MILK", 1, lot="L1")
    floor.barcode("MILK", "9506000134352", gtin="09506000134352")
    counter.start("count", location="A-01").scan("A-01", label).hears("item_confirmed")
    assert floor.sums("MILK") == (6, 6, 0, 0)
    counter.scan("A-01").finished()
    sealed(floor)


def test_a_lot_that_arrives_expired_takes_its_older_units_off_sale(floor: Floor, receiver: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.purchase("PO-1", ("MILK", 1))
    floor.barcode("MILK", "9506000134352", gtin="09506000134352")
    receiver.start("receive", "PO-1").scan("MILK").act("damaged", reason="expired")
    receiver.scan("(10)L1(17)260531", "QUARANTINE").hears("received")
    assert floor.sums("MILK") == (6, 6, 0, 0)
    sealed(floor)


def test_a_correction_that_dates_a_lot_takes_its_other_units_off_sale(floor: Floor) -> None:
    floor.stock("MILK", 5, "B-01", lot="L1")
    floor.bin("A-01")
    floor.do(lambda house: house.adjust("MILK", 1, lot="L1", expiry=date(2026, 5, 31)))
    assert floor.sums("MILK") == (6, 6, 0, 0)
    sealed(floor)
