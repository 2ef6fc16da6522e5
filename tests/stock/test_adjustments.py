"""A difference between the shelf and the books: posted with a reason, and honest about promises it breaks."""

from datetime import date

import pytest
from sqlalchemy import select

from app.control.adjustments import Correction, adjust
from app.control.explanation import explain
from app.ledger.history import MovementRow, feed
from app.ledger.on_hand import balances
from app.ledger.post import Move, Place, post
from app.ledger.seal import seal
from app.orders.availability import availability, oversold
from app.orders.lost import orders_at_risk
from app.places.models import SCRAP
from app.refusal import Refused
from app.tasks.models import Task, TaskLine
from tests.stock.house import SETTINGS, House


def refused(house: House, *roles: str, **fields: object) -> str:
    given = {"warehouse": "W", "location": "A-01", "sku": "MUG", "quantity": 1, "reason": "found"} | fields
    with pytest.raises(Refused) as refusal, house.session.begin_nested():
        adjust(house.session, house.actor(*(roles or ("counter",))), SETTINGS, Correction(**given))  # type: ignore[arg-type]
    return refusal.value.code


def movements(house: House, **filters: str) -> list[MovementRow]:
    """What the feed has of it."""
    seal(house.session)
    return [row for row, _position in feed(house.session, **filters)]  # type: ignore[arg-type]


def test_a_gain_and_a_loss_are_posted_with_their_reason_and_who_did_it(house: House):
    house.bin("A-01")
    house.item("MUG")
    house.adjust("MUG", 7, reason="found", note="behind the shelf")
    house.adjust("MUG", -2, reason="lost")
    assert house.sums("MUG") == (5, 0, 0, 0)
    rows = [(m.quantity, m.source, m.target, m.reason, m.operator) for m in movements(house, sku="MUG")]
    assert rows == [(7, "ADJUSTMENT", "A-01", "found", "supervisor"), (2, "A-01", "ADJUSTMENT", "lost", "supervisor")]
    notes = [movement["note"] for movement in explain(house.session, "MUG", "W")["movements"]]
    assert notes == ["", "behind the shelf"], "what was written stands where one asks why"


def test_what_cannot_be_adjusted_is_refused_with_a_word_for_it(house: House):
    house.stock("MUG", 5)
    house.item("PILL", tracking="lot")
    house.item("PHONE", tracking="serial")
    assert refused(house, quantity=0) == "nothing_to_adjust"
    assert refused(house, reason="because") == "unknown_reason"
    assert refused(house, condition="shiny") == "unknown_condition"
    assert refused(house, sku="NONE") == "unknown_sku"
    assert refused(house, location="Z-99") == "unknown_location"
    assert refused(house, warehouse="Z") == "unknown_warehouse"
    assert refused(house, container="T-99") == "unknown_container"
    assert refused(house, quantity=-6) == "not_enough_stock"
    assert refused(house, sku="PILL") == "lot_needed"
    assert refused(house, sku="PILL", lot="L1", quantity=-1) == "unknown_lot"
    assert refused(house, sku="PHONE") == "serial_needed"
    assert refused(house, sku="PHONE", serial="S1", quantity=2) == "serial_needed"
    house.adjust("PHONE", 1, serial="S1")
    assert refused(house, sku="PHONE", serial="S1") == "serial_in_stock"


def test_a_gain_makes_the_lot_that_it_names(house: House):
    house.item("PILL", tracking="lot")
    house.bin("A-01")
    house.adjust("PILL", 3, reason="opening", lot="L1")
    house.adjust("PILL", -1, reason="expired", lot="L1")
    [row] = balances(house.session, sku="PILL")
    assert (row.lot, row.quantity) == ("L1", 2)


def test_a_loss_takes_free_stock_before_it_takes_what_orders_chose(house: House):
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.wave("SO-1")
    house.adjust("MUG", -4)
    assert (house.sums("MUG"), house.allocated("MUG")) == ((5, 0, 5, 0), 5)


def test_a_loss_of_chosen_stock_chooses_other_stock_in_the_same_pick_task(house: House):
    house.stock("MUG", 5, "A-01")
    house.stock("MUG", 5, "A-02")
    house.order("SO-1", ("MUG", 5))
    [task] = house.wave("SO-1")
    house.adjust("MUG", -3)
    assert house.sums("MUG") == (7, 0, 5, 0)
    lines = house.session.execute(
        select(TaskLine.quantity, TaskLine.source_location_id)
        .where(TaskLine.task_id == task, TaskLine.status == "open")
        .order_by(TaskLine.id)
    ).all()
    assert lines == [(2, house.bin("A-01").id), (3, house.bin("A-02").id)]
    assert house.pick("SO-1") == 5


def test_a_loss_that_breaks_a_promise_shows_whose_and_shows_below_zero(house: House):
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 2))
    house.order("SO-2", ("MUG", 3))
    house.wave("SO-1", "SO-2")
    house.adjust("MUG", -4)
    assert house.sums("MUG") == (1, 0, 5, 0)
    [row] = oversold(house.session)
    assert (row.sku, row.available, row.atp()) == ("MUG", -4, 0)
    risk = orders_at_risk(house.session, house.item("MUG").id, house.warehouse().id)
    assert [(one.order_ref, one.quantity) for one in risk] == [("SO-2", 3), ("SO-1", 1)]
    house.order("SO-3", ("MUG", 1))
    assert house.reserved("SO-3") == 0  # nobody is promised what is not there


def test_what_stands_picked_is_not_at_risk(house: House):
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 2))
    house.order("SO-2", ("MUG", 3))
    house.wave("SO-2")
    house.pick("SO-2")
    house.adjust("MUG", -2)
    risk = orders_at_risk(house.session, house.item("MUG").id, house.warehouse().id)
    assert [(one.order_ref, one.quantity) for one in risk] == [("SO-1", 2)]


def test_when_the_stock_is_found_again_the_order_can_be_picked(house: House):
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 5))
    house.wave("SO-1")
    house.adjust("MUG", -5)
    assert oversold(house.session)
    house.bin("A-02")
    house.adjust("MUG", 5, "A-02", reason="found")
    assert not oversold(house.session)
    house.fulfil("SO-1")
    assert house.status("SO-1") == "shipped"


def test_units_lost_from_a_tote_are_picked_again(house: House):
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.wave("SO-1")
    house.pick("SO-1")
    house.adjust("MUG", -2, "FLOOR", container="TOTE-1", reason="damage")
    assert house.sums("MUG") == (7, 0, 5, 0)
    house.wave("SO-1")
    assert house.pick("SO-1") == 2
    assert house.pack("SO-1") == 5
    house.ship()
    assert house.sums("MUG") == (2, 0, 0, 0)


def test_a_short_pick_looks_elsewhere_and_keeps_the_promise(house: House):
    house.stock("MUG", 3, "A-01")
    house.stock("MUG", 1, "A-02")
    house.order("SO-1", ("MUG", 3))
    [task] = house.wave("SO-1")
    assert house.short("SO-1", "A-01") == 2
    assert house.sums("MUG") == (4, 0, 3, 0)
    open_lines = select(TaskLine.quantity).where(TaskLine.task_id == task, TaskLine.status == "open")
    assert house.session.scalars(open_lines).all() == [1]


def test_every_number_of_an_item_is_explained_by_what_adds_up_to_it(house: House):
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.fulfil("SO-1", 2)
    shelf = house.bin("A-01").id
    aside = Move(house.item("MUG").id, 1, Place(shelf), Place(shelf, None, "damaged"))
    post(house.session, house.header("damage"), [aside])
    post(
        house.session,
        house.header("scrap"),
        [Move(house.item("MUG").id, 1, Place(shelf, None, "damaged"), Place(SCRAP))],
    )
    told = explain(house.session, "MUG", "W")
    assert (told["on_hand"], told["unavailable"], told["committed"], told["available"]) == (6, 0, 3, 3)
    assert sum(row["quantity"] for row in told["balances"]) == 6
    assert sum(row["quantity"] for row in told["reservations"]) == 3
    steps = [(s["reason"], s["on_hand_before"], s["on_hand_after"]) for s in told["movements"]]
    assert steps == [("scrap", 7, 6), ("damage", 7, 7), ("ship", 9, 7), ("opening", 0, 9)]
    unavailable = [(s["unavailable_before"], s["unavailable_after"]) for s in told["movements"]]
    assert unavailable == [(1, 0), (0, 1), (0, 0), (0, 0)]
    [last] = [m for m in movements(house, sku="MUG") if m.reason == "scrap"]
    assert (last.condition, last.target) == ("damaged", "SCRAP")


def test_movements_and_balances_come_in_pages_by_place_and_by_document(house: House):
    house.stock("MUG", 9)
    house.stock("CUP", 4, "B-01")
    house.order("SO-1", ("MUG", 5))
    house.fulfil("SO-1")
    seal(house.session)
    seen: list[int] = []
    after = (0, 0)
    while page := feed(house.session, after=after, limit=2):
        seen += [row.id for row, _position in page]
        after = (page[-1][1], seen[-1])
    assert len(seen) == house.movements() == len(set(seen))
    assert [row.reason for row in movements(house, document="SO-1")] == ["pick", "pack", "ship"]
    assert [row.reason for row in movements(house, location="TOTE-1")] == ["pick", "pack"]
    assert [row.sku for row in movements(house, location="B-01")] == ["CUP"]
    first = balances(house.session, limit=1)
    rest = balances(house.session, after=first[0].id)
    assert {(row.sku, row.location, row.quantity) for row in first + rest} == {("MUG", "A-01", 4), ("CUP", "B-01", 4)}
    assert [row.sku for row in balances(house.session, location="B-01", warehouse="W")] == ["CUP"]


def test_availability_comes_in_pages_too(house: House):
    for sku in ("A", "B", "C"):
        house.stock(sku, 1)
        house.stock(sku, 1, warehouse="X")
    first = availability(house.session, limit=3)
    last = first[-1]
    rest = availability(house.session, after=(last.sku, last.warehouse))
    names = [(row.sku, row.warehouse) for row in first + rest]
    assert names == [(sku, where) for sku in "ABC" for where in "WX"]


def test_a_pick_task_that_lost_all_its_stock_is_not_offered_to_anybody(house: House):
    house.stock("MUG", 5)
    house.order("SO-1", ("MUG", 5))
    [task] = house.wave("SO-1")
    house.adjust("MUG", -5)
    assert house.session.scalar(select(Task.status).where(Task.id == task)) == "cancelled"


def test_a_cancelled_line_leaves_the_packing_bench_too(house: House):
    from app.orders.fulfil import held_in
    from app.tasks.queue import NewLine, open_task

    house.stock("MUG", 9)
    house.stock("CUP", 9)
    house.order("SO-1", ("MUG", 5), ("CUP", 2))
    house.wave("SO-1")
    house.pick("SO-1")
    held = held_in(house.session, [house.box("TOTE-1").id])
    lines = [NewLine(item_id=one.item_id, quantity=one.quantity, document_line_id=one.holding_id) for one in held]
    pack = open_task(house.session, kind="pack", warehouse_id=house.warehouse().id, lines=lines)
    house.cancel("SO-1", ("1", 3), ("2", 2))
    left = select(TaskLine.quantity, TaskLine.status).where(TaskLine.task_id == pack.id).order_by(TaskLine.id)
    assert house.session.execute(left).all() == [(2, "open"), (2, "cancelled")]
    assert (house.sums("MUG"), house.sums("CUP")) == ((9, 3, 2, 0), (9, 2, 0, 0))


def test_a_correction_makes_a_lot_by_the_same_rule_as_a_receipt(house: House):
    """Stock case 41."""
    house.bin("A-01")
    house.item("MILK", tracking="lot", has_expiry=True)
    house.item("MUG")
    house.lot("MILK", "L0")
    assert refused(house, sku="MILK", lot="L1") == "expiry_needed"
    house.adjust("MILK", 5, lot="L1", expiry=date(2050, 12, 31))
    assert refused(house, sku="MILK", lot="L1", expiry=date(2050, 12, 30)) == "expiry_conflict"
    assert refused(house, sku="MILK", lot="L1", quantity=-1, expiry=date(2050, 12, 30)) == "expiry_conflict"
    house.adjust("MILK", 5, lot="L0", expiry=date(2051, 1, 1))
    house.adjust("MILK", -1, lot="L0")
    assert refused(house, lot="L1") == "lot_not_wanted"
    assert refused(house, expiry=date(2051, 1, 1)) == "lot_not_wanted"
    house.session.expire_all()
    assert [house.lot("MILK", code).expiry for code in ("L0", "L1")] == [date(2051, 1, 1), date(2050, 12, 31)]
