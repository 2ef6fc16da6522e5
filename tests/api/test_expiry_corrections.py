"""The expiry date of a lot, corrected over the API."""

from app import work
from app.control.expiry_dates import correct_expiry
from app.db import transact
from app.people.actor import Actor
from tests.api.conftest import sums
from tests.api.contract import Api
from tests.work.test_jobs import job

STOCK = {"warehouse": "MAIN", "location": "A-03", "sku": "MILK", "quantity": 7, "reason": "found", "lot": "L/1"}
BODY = {"sku": "MILK", "lot": "L/1", "known": "2020-01-31", "expiry": "2099-01-31", "reason": "20 was read for 99"}


def _expired(house: Api) -> None:
    assert house("POST", "/adjustments", {**STOCK, "expiry": "2020-01-31"}).status == 201
    assert sums(house, "MILK")["available"] == 0


def test_a_lot_is_for_sale_again_by_its_right_date(house: Api) -> None:
    _expired(house)
    answer = house("POST", "/expiry-corrections", BODY)
    assert (answer.status, answer.json) == (
        201, {"sku": "MILK", "lot": "L/1", "expiry": "2099-01-31", "held": 0, "released": 7},
    )  # fmt: skip
    assert sums(house, "MILK")["available"] == 7
    assert house("GET", "/movements?sku=MILK").json["items"][-1]["reason"] == "not_expired"
    again = {**BODY, "known": "2099-01-31", "expiry": "2020-01-31"}
    assert house("POST", "/expiry-corrections", again).json["held"] == 7
    assert sums(house, "MILK")["available"] == 0


def test_a_date_that_somebody_changed_meanwhile_is_not_written_over(house: Api) -> None:
    _expired(house)
    answer = house("POST", "/expiry-corrections", {**BODY, "known": "2020-02-01"})
    assert (answer.status, answer.code) == (409, "expiry_changed")


def test_the_worker_ends_what_was_cut_off(house: Api) -> None:
    """The date is committed, and the server dies before the stock has followed."""
    _expired(house)
    with house.app.app_context():
        from datetime import date

        transact(
            lambda session: correct_expiry(
                session,
                Actor(1, "desk", frozenset()),
                sku="MILK",
                lot="L/1",
                known=date(2020, 1, 31),
                expiry=date(2099, 1, 31),
                reason="cut off",
            )
        )
        assert sums(house, "MILK")["available"] == 0
        assert work.run_once(house.app.config["SETTINGS"], job("expire")) == 7
    assert sums(house, "MILK")["available"] == 7
