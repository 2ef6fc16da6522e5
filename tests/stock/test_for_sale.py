"""What can never be allocated is not promised: what is expired, blocked, or stands where nothing is sold."""

from datetime import date, timedelta

import pytest

from app import clock
from app.ledger.seal import seal
from app.orders.expire import hold_expired
from app.refusal import Refused
from tests.stock.house import House

TODAY = date(2026, 6, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_day(monkeypatch, TODAY)


def _set_day(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    from datetime import UTC, datetime

    monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def _overnight(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker seals what was posted, and it is the next day."""
    seal(house.session)
    _set_day(monkeypatch, TOMORROW)


def test_an_order_that_only_expired_stock_could_fill_is_refused(house: House) -> None:
    house.stock("MILK", 5, lot=house.lot("MILK", "L1", YESTERDAY))
    with pytest.raises(Refused, match="Only 0 of 3") as refused:
        house.order("S-1", ("MILK", 3), policy="refuse")
    assert refused.value.code == "insufficient_stock"


def test_what_expires_is_set_on_hold_with_its_reason(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.stock("MILK", 5, lot=house.lot("MILK", "L1", TODAY))
    house.stock("MILK", 2, lot=house.lot("MILK", "L2", TOMORROW))
    assert hold_expired(house.session, house.warehouse()) == 0
    _overnight(house, monkeypatch)
    assert hold_expired(house.session, house.warehouse()) == 5
    assert house.sums("MILK") == (7, 5, 0, 0)
    assert house.reasons()[-1] == "expired"
    assert hold_expired(house.session, house.warehouse()) == 0


def test_the_day_is_that_of_the_warehouse(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.warehouse().time_zone = "Pacific/Kiritimati"  # it is the 2nd of June there
    house.stock("MILK", 5, lot=house.lot("MILK", "L1", TODAY))
    assert hold_expired(house.session, house.warehouse()) == 5


def test_what_was_chosen_of_an_expired_lot_is_let_go_and_another_lot_is_chosen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.stock("MILK", 5, lot=house.lot("MILK", "L1", TODAY))
    house.stock("MILK", 5, "A-02", lot=house.lot("MILK", "L2", TOMORROW))
    house.order("S-1", ("MILK", 3))
    house.wave("S-1")
    _overnight(house, monkeypatch)
    hold_expired(house.session, house.warehouse())
    assert house.sums("MILK") == (10, 5, 3, 0)
    assert house.allocated("MILK") == 3
    assert house.pick("S-1") == 3
    assert (house.at("MILK", "A-01"), house.at("MILK", "A-02")) == (5, 2)


def test_where_no_other_lot_is_good_the_order_is_at_risk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.orders.lost import orders_at_risk

    house.stock("MILK", 5, lot=house.lot("MILK", "L1", TODAY))
    house.order("S-1", ("MILK", 3))
    house.wave("S-1")
    _overnight(house, monkeypatch)
    hold_expired(house.session, house.warehouse())
    assert house.sums("MILK") == (5, 5, 3, 0)
    at_risk = orders_at_risk(house.session, house.item("MILK").id, house.warehouse().id)
    assert [(one.order_ref, one.quantity) for one in at_risk] == [("S-1", 3)]


def test_what_expires_in_a_tote_is_taken_out_of_the_order_and_picked_again_of_another_lot(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.stock("MILK", 3, lot=house.lot("MILK", "L1", TODAY))
    house.stock("MILK", 5, "A-02", lot=house.lot("MILK", "L2", TOMORROW))
    house.order("S-1", ("MILK", 3))
    house.wave("S-1")
    house.pick("S-1")
    _overnight(house, monkeypatch)
    assert hold_expired(house.session, house.warehouse()) == 3
    assert house.sums("MILK") == (8, 3, 3, 0)
    house.wave("S-1")
    assert house.pick("S-1", tote="TOTE-2") == 3
    assert house.at("MILK", "A-02") == 2


def test_what_is_found_of_an_expired_lot_is_not_for_sale(house: House) -> None:
    house.item("MILK", tracking="lot", has_expiry=True)
    house.bin("A-01")
    house.adjust("MILK", 4, lot="L1", expiry=YESTERDAY, reason="found")
    assert house.sums("MILK") == (4, 4, 0, 0)
    house.adjust("MILK", -1, lot="L1", reason="expired")
    assert house.sums("MILK") == (3, 3, 0, 0)


@pytest.mark.parametrize("kind", ["quarantine", "returns"])
def test_nothing_stands_for_sale_where_nothing_is_sold(house: House, kind: str) -> None:
    house.item("MUG")
    house.bin("Q-1", kind=kind)
    with pytest.raises(Refused) as refused:
        house.adjust("MUG", 4, "Q-1", condition="available")
    assert refused.value.code == "not_for_sale_here"
    house.adjust("MUG", 4, "Q-1")
    assert house.sums("MUG") == (4, 4, 0, 0)


def test_verify_names_what_is_kept_for_sale_where_nothing_is_sold(session: object) -> None:
    from app.control.verification import verify

    house = House(session)  # type: ignore[arg-type]
    house.bin("Q-1", kind="quarantine")
    house.stock("MUG", 4, "Q-1")
    assert [(one.what, one.kept) for one in verify(house.session).differences] == [("for_sale", 4)]


def test_verify_holds_the_sums_against_the_same_meaning_after_it_expired(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.control.explanation import explain
    from app.control.verification import rebuild

    house.stock("MILK", 5, lot=house.lot("MILK", "L1", TODAY))
    _overnight(house, monkeypatch)
    hold_expired(house.session, house.warehouse())
    house.session.flush()
    assert rebuild(house.session).differences == ()
    assert house.sums("MILK") == (5, 5, 0, 0)
    facts = explain(house.session, "MILK", "W")
    assert next((step["reason"], step["unavailable_after"]) for step in facts["movements"]) == ("expired", 5)
