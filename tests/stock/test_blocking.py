"""A blocked bin: nothing in it is promised or picked, until it is unblocked."""

import pytest

from app.control.blocking import block, unblock
from app.people.actor import Actor
from app.refusal import Refused
from tests.stock.house import House


def _block(house: House, place: str = "A-01", reason: str = "shelf broken") -> int:
    return block(house.session, _boss(house), warehouse="W", location=place, reason=reason)


def _unblock(house: House, place: str = "A-01") -> int:
    return unblock(house.session, _boss(house), warehouse="W", location=place)


def _boss(house: House) -> Actor:
    return house.actor("supervisor")


def test_what_stands_in_a_blocked_bin_is_not_promised(house: House) -> None:
    house.stock("MUG", 5)
    assert _block(house) == 5
    assert house.sums("MUG") == (5, 5, 0, 0)
    with pytest.raises(Refused) as refused:
        house.order("S-1", ("MUG", 1), policy="refuse")
    assert refused.value.code == "insufficient_stock"
    house.session.flush()


def test_unblocked_it_is_for_sale_again(house: House) -> None:
    house.stock("MUG", 5)
    _block(house)
    assert _unblock(house) == 5
    assert house.sums("MUG") == (5, 0, 0, 0)
    assert house.reasons()[-2:] == ["blocked", "unblocked"]
    house.order("S-1", ("MUG", 5), policy="refuse")


def test_what_was_chosen_of_it_is_chosen_elsewhere(house: House) -> None:
    house.stock("MUG", 5)
    house.order("S-1", ("MUG", 3))
    house.wave("S-1")
    house.stock("MUG", 2, "A-02")
    _block(house)
    assert (house.sums("MUG"), house.allocated("MUG")) == ((7, 5, 3, 0), 2)
    assert house.pick("S-1") == 2
    _unblock(house)
    house.wave("S-1")
    assert house.pick("S-1", tote="TOTE-2") == 1


def test_only_what_came_on_hold_by_the_block_is_for_sale_again(house: House) -> None:
    from datetime import date

    house.stock("MUG", 5)
    house.adjust("MUG", 2, condition="hold", reason="found")
    house.stock("MILK", 4, lot=house.lot("MILK", "OLD", date(2020, 1, 1)))
    _block(house)
    house.adjust("MUG", -1, reason="lost")
    house.adjust("MUG", 3, reason="found")
    assert house.sums("MUG") == (9, 9, 0, 0)
    assert _unblock(house) == 7
    assert (house.sums("MUG"), house.sums("MILK")) == ((9, 2, 0, 0), (4, 4, 0, 0))
    _block(house)
    assert _unblock(house) == 7


def test_a_pick_is_not_taken_back_into_a_bin_that_was_blocked_meanwhile(house: House) -> None:
    from app.ledger.models import Posting
    from app.ledger.post import reverse

    house.stock("MUG", 5)
    house.order("S-1", ("MUG", 3))
    house.wave("S-1")
    house.pick("S-1")
    picked = house.session.query(Posting.id).filter_by(reason="pick").scalar()
    _block(house)
    with pytest.raises(Refused) as refused:
        reverse(house.session, picked, house.header("undo"), allocate_source=True)
    assert refused.value.code == "location_blocked"


def test_what_stands_for_sale_on_a_blocked_dock_goes_on_to_its_bin(house: House) -> None:
    house.bin("DOCK", kind="dock")
    house.stock("MUG", 5, "DOCK")
    assert _block(house, "DOCK") == 0
    assert house.sums("MUG") == (5, 0, 0, 0)
    assert _unblock(house, "DOCK") == 0


def test_a_block_that_makes_no_sense_is_refused(house: House) -> None:
    def refused(place: str = "A-01", reason: str = "broken") -> str:
        with pytest.raises(Refused) as error:
            _block(house, place, reason)
        return error.value.code

    house.bin("A-01")
    assert refused("Z-99") == "unknown_location"
    assert refused(reason=" ") == "reason_needed"
    assert refused("FLOOR") == "not_to_be_blocked"
    with pytest.raises(Refused, match="not blocked") as error:
        _unblock(house)
    assert error.value.code == "not_blocked"
    _block(house)
    assert refused() == "blocked_already"
