"""A mistyped expiry date is put right at the desk, and the stock follows it."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from app import clock
from app.catalog.lots import known_lot
from app.control.blocking import block, unblock
from app.control.expiry_dates import Followed, correct_expiry, follow, follow_all
from app.floor.inspect.stock_inspection import open_inspection
from app.ledger.post import Move, Place, post
from app.orders.expire import hold_expired
from app.people.decisions import decisions_about
from app.refusal import Refused
from tests.stock.house import House

TODAY = date(2026, 6, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = count()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(seconds=next(moments)))


def _correct(
    house: House, expiry: date | None, *, known: date | None, lot: str = "L1", reason: str = "mistyped"
) -> Followed:
    actor = house.actor("office")
    found = correct_expiry(house.session, actor, sku="MILK", lot=lot, known=known, expiry=expiry, reason=reason)
    return follow_all(lambda portion: portion(house.session), found.lot_id, actor)


def _expired(house: House, units: int = 5, place: str = "A-01") -> None:
    house.stock("MILK", units, place, lot=house.lot("MILK", "L1", YESTERDAY))
    hold_expired(house.session, house.warehouse())


def _in_hold(house: House, units: int, source: str, target: str) -> None:
    """Somebody carries goods that are on hold, and they stay so."""
    sides = (Place(house.bin(code).id, None, "hold") for code in (source, target))
    move = Move(house.item("MILK").id, units, *sides, lot_id=house.lot("MILK", "L1").id)
    post(house.session, house.header("move"), [move])


def test_a_lot_that_is_not_expired_after_all_is_for_sale_again_with_its_reason(house: House) -> None:
    _expired(house)
    house.order("S-1", ("MILK", 3))
    assert house.sums("MILK") == (5, 5, 0, 0)
    assert _correct(house, TOMORROW, known=YESTERDAY) == Followed(0, 5)
    assert house.sums("MILK") == (5, 0, 0, 0)
    assert house.reasons()[-1] == "not_expired"
    house.wave("S-1")
    assert house.pick("S-1") == 3


def test_a_lot_that_is_expired_after_all_goes_on_hold_and_orders_get_another(house: House) -> None:
    house.stock("MILK", 5, lot=house.lot("MILK", "L1", TOMORROW))
    house.stock("MILK", 5, "A-02", lot=house.lot("MILK", "L2", TOMORROW))
    house.order("S-1", ("MILK", 3))
    house.wave("S-1")
    assert _correct(house, YESTERDAY, known=TOMORROW) == Followed(5, 0)
    assert (house.sums("MILK"), house.reasons()[-1]) == ((10, 5, 3, 0), "expired")
    assert house.pick("S-1") == 3
    assert (house.at("MILK", "A-01"), house.at("MILK", "A-02")) == (5, 2)


def test_who_corrected_it_when_and_why_is_kept(house: House) -> None:
    _expired(house)
    _correct(house, TOMORROW, known=YESTERDAY, reason="  26 read as 25 ")
    assert _correct(house, TOMORROW, known=TOMORROW) == Followed(0, 0), "the same again"
    (row,) = decisions_about(house.session, "lot", house.lot("MILK", "L1").id)
    assert (row.what, row.reason, row.detail, row.by) == (
        "expiry_corrected", "26 read as 25", "2026-05-31 → 2026-06-02", "office",
    )  # fmt: skip


def test_it_may_be_corrected_to_and_fro(house: House) -> None:
    _expired(house)
    for known, right, followed in (
        (YESTERDAY, TOMORROW, Followed(0, 5)),
        (TOMORROW, YESTERDAY, Followed(5, 0)),
        (YESTERDAY, TODAY, Followed(0, 5)),
    ):
        assert _correct(house, right, known=known) == followed
    assert house.sums("MILK") == (5, 0, 0, 0)


def test_what_was_carried_elsewhere_on_hold_is_for_sale_there(house: House) -> None:
    _expired(house)
    _in_hold(house, 2, "A-01", "A-02")
    assert _correct(house, TOMORROW, known=YESTERDAY) == Followed(0, 5)
    house.order("S-1", ("MILK", 5), policy="refuse")


def test_what_is_on_hold_for_another_reason_stays_on_hold(house: House) -> None:
    """3 were set on hold because they looked odd, 5 more because the lot had expired, and 4 of these 8 went away."""
    house.stock("MILK", 8, lot=house.lot("MILK", "L1", TOMORROW))
    aside = [Place(house.bin("A-01").id, None, condition) for condition in ("available", "hold")]
    move = Move(house.item("MILK").id, 3, *aside, lot_id=house.lot("MILK", "L1").id)
    post(house.session, house.header("other"), [move])
    assert _correct(house, YESTERDAY, known=TOMORROW) == Followed(5, 0)
    _in_hold(house, 4, "A-01", "A-02")
    assert _correct(house, TOMORROW, known=YESTERDAY) == Followed(0, 2), "1 of each is sure"
    assert house.sums("MILK") == (8, 6, 0, 0)


def test_a_blocked_bin_keeps_it_on_hold(house: House) -> None:
    _expired(house)
    block(house.session, house.actor("supervisor"), warehouse="W", location="A-01", reason="wet")
    assert _correct(house, TOMORROW, known=YESTERDAY) == Followed(0, 0)
    unblock(house.session, house.actor("supervisor"), warehouse="W", location="A-01")
    lot_id = house.lot("MILK", "L1").id
    assert follow(house.session, lot_id) == Followed(0, 5), "the worker comes by"


def test_what_somebody_was_asked_to_look_at_is_left_to_them(house: House) -> None:
    _expired(house)
    open_inspection(house.session, house.warehouse(), name="A-01", location_id=house.bin("A-01").id)
    assert _correct(house, TOMORROW, known=YESTERDAY) == Followed(0, 0)
    assert house.sums("MILK") == (5, 5, 0, 0)


def test_what_stands_on_the_dock_is_for_sale_again_because_put_away_asks_for_it(house: House) -> None:
    house.bin("DOCK", kind="dock")
    _expired(house, place="DOCK")
    assert _correct(house, TOMORROW, known=YESTERDAY) == Followed(0, 5)
    assert house.sums("MILK") == (5, 0, 0, 0)


def test_many_places_are_done_in_portions(house: House) -> None:
    lot = house.lot("MILK", "L1", TOMORROW)
    for number in range(60):
        house.stock("MILK", 1, f"A-{number:02}", lot=lot)
    for known, right, followed in ((TOMORROW, YESTERDAY, (50, 0)), (YESTERDAY, TOMORROW, (0, 50))):
        actor = house.actor("office")
        correct_expiry(house.session, actor, sku="MILK", lot="L1", known=known, expiry=right, reason="x")
        assert follow(house.session, lot.id) == Followed(*followed)
        assert sum((each.held + each.released) for each in (follow(house.session, lot.id),)) == 10
        assert follow(house.session, lot.id) == Followed(0, 0)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unknown_lot", {"lot": "L9"}),
        ("reason_needed", {"reason": " "}),
        ("expiry_needed", {"expiry": None}),
        ("expiry_changed", {"known": TODAY}),
    ],
)
def test_a_correction_that_cannot_be_is_refused(house: House, code: str, changes: dict[str, object]) -> None:
    house.item("MILK", tracking="lot", has_expiry=True)
    house.lot("MILK", "L1", YESTERDAY)
    with pytest.raises(Refused) as refused:
        _correct(house, **{"expiry": TOMORROW, "known": YESTERDAY, **changes})  # type: ignore[arg-type]
    assert refused.value.code == code
    kept = known_lot(house.session, house.item("MILK").id, "L1")
    assert kept is not None
    assert kept.expiry == YESTERDAY
