"""Everything that is not for sale has a way out by scan: an inspection of what stands here already."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app import clock
from app.control.undecided import undecided
from app.ledger.seal import seal
from app.orders.expire import hold_expired
from tests.floor.story import Floor, Worker

YESTERDAY = clock.today() - timedelta(days=1)


def _waits(floor: Floor) -> list[tuple[str, str, str, int, str | None]]:
    """What the desk lists: SKU, place, condition, units, the kind of work that asks for it."""
    rows = floor.read(lambda session: undecided(session, warehouse="W", limit=50))
    return [(row.sku, row.container or row.location, row.condition, row.units, row.task_kind) for row in rows]


@pytest.mark.parametrize("scan", ["QUARANTINE", "MUG"])
@pytest.mark.parametrize("condition", ["quarantine", "hold", "damaged"])
def test_goods_that_are_not_for_sale_go_back_into_stock_by_a_scan_of_their_place_or_of_themselves(
    floor: Floor, inspector: Worker, scan: str, condition: str
) -> None:
    floor.bin("A-01")
    floor.stock("MUG", 5, "QUARANTINE", condition=condition)
    assert inspector.home(scan)["task_id"]
    inspector.look().asked("item").scan("MUG").act("quantity", quantity=3).act("restock").hears("decided")
    assert inspector.prompt["target"] == "A-01"
    inspector.scan("A-01").hears("inspected")
    assert inspector.movements == [("MUG", 3, "QUARANTINE", "A-01")]
    assert floor.sums("MUG") == (5, 2, 0, 0)
    inspector.robot()
    assert floor.sums("MUG") == (5, 0, 0, 0)
    assert _waits(floor) == []


@pytest.mark.parametrize(
    ("decision", "place", "sums"),
    [
        ("quarantine", "QUARANTINE", (5, 5, 0, 0)),
        ("damaged", "BENCH", (5, 5, 0, 0)),
        ("scrap", None, (0, 0, 0, 0)),
        ("vendor", None, (0, 0, 0, 0)),
    ],
)
def test_each_decision_goes_its_way(
    floor: Floor, inspector: Worker, decision: str, place: str | None, sums: tuple[int, int, int, int]
) -> None:
    floor.stock("MUG", 5, "QUARANTINE", condition="quarantine")
    inspector.start("inspect", location="QUARANTINE").scan("MUG").act("quantity", quantity=5).act(decision)
    if place:
        inspector.scan(place)
        if inspector.answer["code"] == "other_bin":
            inspector.scan(place)
    inspector.hears("inspected").finished()
    assert floor.sums("MUG") == sums


def test_what_is_inspected_on_receipt_becomes_sellable(floor: Floor, receiver: Worker, inspector: Worker) -> None:
    floor.item("MUG", inspect_on_receipt=True)
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 5))
    receiver.start("receive", "PO-1").robot()
    assert floor.sums("MUG") == (5, 5, 0, 0)
    receiver.take(floor.tasks("putaway")[0]).robot()
    assert floor.at("MUG", "QUARANTINE") == 5
    assert _waits(floor) == [("MUG", "QUARANTINE", "quarantine", 5, None)]
    inspector.home("QUARANTINE")
    assert _waits(floor) == [("MUG", "QUARANTINE", "quarantine", 5, "inspect")]
    inspector.robot().finished()
    assert (floor.sums("MUG"), floor.at("MUG")) == ((5, 0, 0, 0), 5)


def test_a_house_without_a_quarantine_place_inspects_on_the_dock(
    floor: Floor, receiver: Worker, inspector: Worker
) -> None:
    floor.item("MUG", inspect_on_receipt=True)
    floor.bin("A-01")
    floor.bin("QUARANTINE", kind="quarantine", is_blocked=True)
    floor.bin("BENCH", kind="returns", is_blocked=True)
    floor.purchase("PO-1", ("MUG", 5))
    receiver.start("receive", "PO-1").robot()
    assert floor.tasks("putaway") == []
    inspector.home("DOCK")
    inspector.robot().finished()
    assert floor.at("MUG") == 5


def test_put_back_units_that_were_moved_into_quarantine_are_looked_over(
    floor: Floor, picker: Worker, inspector: Worker
) -> None:
    floor.stock("MUG", 5)
    floor.picked("S-1", ("MUG", 3))
    floor.cancel("S-1")
    picker.start("move").scan("TOTE-1", "MUG").act("quantity", quantity=3).scan("QUARANTINE").hears("moved")
    picker.act("done").take(floor.tasks("putaway")[0]).robot()
    assert _waits(floor) == [("MUG", "QUARANTINE", "hold", 3, None)]
    inspector.start("inspect", "MUG").robot().finished()
    assert floor.sums("MUG") == (5, 0, 0, 0)


def test_what_a_put_back_asks_for_is_left_to_it(floor: Floor, picker: Worker, inspector: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("S-1", ("MUG", 3))
    floor.cancel("S-1")
    assert _waits(floor) == [("MUG", "TOTE-1", "hold", 3, "putaway")]
    assert inspector.home("QUARANTINE")["task_id"] is None
    picker.take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.sums("MUG") == (5, 0, 0, 0)


def test_a_container_is_looked_over_whole(floor: Floor, inspector: Worker) -> None:
    floor.bin("A-01")
    floor.stock("MUG", 5, "QUARANTINE", box="LPN-1", condition="damaged")
    floor.stock("TEA", 2, "QUARANTINE", box="LPN-1", condition="damaged")
    floor.stock("HAT", 1, "QUARANTINE", condition="damaged")
    inspector.home("LPN-1")
    inspector.robot().finished()
    assert [row[0] for row in _waits(floor)] == ["HAT"]


def test_an_expired_lot_is_scrapped_and_never_restocked(floor: Floor, inspector: Worker) -> None:
    floor.stock("MILK", 5, lot="L1", expiry=YESTERDAY)
    floor.stock("MILK", 2, lot="L2", expiry=clock.today() + timedelta(days=9))
    floor.do(lambda house: hold_expired(house.session, house.warehouse()))
    rows = floor.read(lambda session: undecided(session, limit=9))
    assert [(row.lot, row.units, row.why, row.note) for row in rows] == [("L1", 5, "expired", YESTERDAY.isoformat())]
    inspector.home("MILK")
    inspector.scan("MILK").act("quantity", quantity=5).act("restock").refused("expired")
    assert inspector.prompt["ways"][0]["action"] == "scrap"
    inspector.robot().finished()
    assert floor.sums("MILK") == (2, 0, 0, 0)


def test_what_expired_in_a_carton_is_taken_out_of_it_and_the_rest_leaves(
    floor: Floor, inspector: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.stock("MUG", 2)
    floor.stock("MILK", 3, lot="L1", expiry=clock.today())
    floor.packed("S-1", ("MUG", 2), ("MILK", 3))
    assert len(floor.tasks("ship")) == 1
    floor.do(lambda house: seal(house.session))
    later = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert floor.do(lambda house: hold_expired(house.session, house.warehouse())) == 3
    assert floor.tasks("ship") == []
    floor.worker("robot").take(floor.tasks("putaway")[0]).robot().finished()
    floor.worker("robot").take(floor.tasks("ship")[0]).robot().finished()
    inspector.start("inspect", "MILK").robot().finished()
    assert floor.sums("MILK") == (0, 0, 3, 0)
    assert floor.sums("MUG") == (0, 0, 0, 0)


def test_lots_and_serial_numbers_are_told_apart(floor: Floor, inspector: Worker) -> None:
    far = date(2099, 1, 1)
    floor.stock("MILK", 2, "QUARANTINE", lot="L1", expiry=far, condition="quarantine")
    floor.stock("MILK", 3, "QUARANTINE", lot="L2", expiry=far, condition="quarantine")
    floor.serials("PHONE", "SN1", "SN2", place="QUARANTINE")
    inspector.start("inspect", location="QUARANTINE")
    inspector.scan("MILK").hears("scan_lot").asked("lot").scan("L9").refused("unknown_code").act("undo")
    inspector.hears("count_undone").scan("MILK", "L2").act("quantity", quantity=3).act("scrap").hears("inspected")
    inspector.scan("PHONE").hears("scan_serial").scan("SN9").refused("unknown_code").scan("SN2").act("scrap")
    inspector.hears("inspected")
    assert {row[0]: row[3] for row in _waits(floor)} == {"MILK": 2, "PHONE": 1}
    inspector.act("done").hears("left_as_it_is").finished()


def test_the_count_is_kept_and_each_decision_can_be_taken_back(floor: Floor, inspector: Worker) -> None:
    floor.bin("A-01")
    floor.item("TEA")
    floor.stock("MUG", 5, "QUARANTINE", condition="quarantine")
    inspector.start("inspect", location="QUARANTINE").act("scrap").refused("scan_item_first")
    inspector.scan("TEA").refused("not_here").scan("A-01").refused("wrong_location").scan("QUARANTINE")
    inspector.hears("bin_confirmed").scan("MUG", "TEA").refused("finish_line_first")
    assert inspector.prompt["counted"] == 1
    inspector.act("quantity", quantity=6).refused("too_many").act("restock").hears("decided").act("undo")
    inspector.hears("undone").act("quantity", quantity=5).act("scrap").hears("inspected").finished()
    inspector.act("undo").hears("undone")
    assert floor.sums("MUG") == (5, 5, 0, 0)
    inspector.robot().finished()
    assert floor.sums("MUG") == (5, 0, 0, 0)


def test_what_is_not_there_any_more_is_left_out(floor: Floor, inspector: Worker, picker: Worker) -> None:
    floor.bin("A-01")
    floor.stock("MUG", 5, "QUARANTINE", condition="quarantine")
    inspector.start("inspect", location="QUARANTINE")
    picker.start("move").scan("QUARANTINE", "MUG").act("quantity", quantity=2).scan("BENCH").hears("moved")
    inspector.look()
    assert inspector.prompt["ways"][0] == {"action": "short", "quantity": 3, "label": "Only 3 are here"}
    inspector.robot().finished()
    assert _waits(floor) == [("MUG", "BENCH", "quarantine", 2, None)]


def test_two_inspections_never_hold_the_same_goods(floor: Floor, inspector: Worker) -> None:
    floor.bin("A-01")
    floor.stock("MUG", 5, "QUARANTINE", condition="quarantine")
    inspector.start("inspect", location="QUARANTINE")
    other = floor.worker("Otto", "inspector")
    assert other.home("MUG")["task_id"] is None
    floor.stock("MUG", 2, "QUARANTINE", condition="quarantine")
    assert other.home("MUG")["task_id"] not in (None, inspector.task)
    other.look().robot().finished()
    assert _waits(floor) == [("MUG", "QUARANTINE", "quarantine", 5, "inspect")]


def test_nothing_waits_where_everything_is_for_sale(floor: Floor, inspector: Worker) -> None:
    from app.refusal import Refused

    def code(**how: Any) -> str:
        with pytest.raises(Refused) as refused:
            inspector.start("inspect", **how)
        return refused.value.code

    floor.stock("MUG", 5)
    assert code(location="A-01") == "nothing_to_do"
    assert code(document="MUG") == "nothing_to_do"
    assert code(document="RMA-9") == "unknown_return"


def test_what_stands_on_a_dock_and_nobody_puts_away_is_listed(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 5))
    floor.bin("A-01")
    receiver.start("receive", "PO-1").robot()
    assert _waits(floor) == []
    receiver.take(floor.tasks("putaway")[0]).act("short", quantity=2)
    assert _waits(floor) == [("MUG", "DOCK", "available", 5, "putaway")]
    receiver.robot().finished()
    assert _waits(floor) == [("MUG", "DOCK", "available", 3, None)]
