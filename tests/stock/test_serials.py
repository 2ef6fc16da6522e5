"""A serial number is one unit in the world: the database refuses the second one, and whoever brings it hears where the
first one stands.
"""

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.control.verification import rebuild, verify
from app.db import db, transact
from app.ledger.post import Move, Place, post, reverse
from app.places.models import ADJUSTMENT, CUSTOMER
from app.refusal import Refused
from tests.stock.house import House
from tests.stock.test_races import at_once


@pytest.fixture
def phones(session: Session) -> House:
    """PHONE S1 stands in A-01; there are other bins, made before and after it."""
    house = House(session)
    house.item("PHONE", tracking="serial")
    house.item("RADIO", tracking="serial")
    house.bin("A-00")
    house.bin("A-01")
    house.adjust("PHONE", 1, "A-01", serial="S1")
    house.bin("A-02")
    return house


def refusal(house: House, *moves: Move) -> Refused:
    with pytest.raises(Refused) as caught, house.session.begin_nested():
        post(house.session, house.header("test"), moves)
    return caught.value


def unit(house: House, source: Place, target: Place, *, sku: str = "PHONE", serial: str = "S1") -> Move:
    return Move(house.item(sku).id, 1, source, target, serial=serial)


def test_a_number_that_stands_somewhere_does_not_come_in_again_from_anywhere(phones: House):
    other = Place(phones.bin("A-02").id)
    for outside in (ADJUSTMENT, CUSTOMER):
        for target in (other, Place(phones.bin("A-01").id), Place(other.location_id, None, "quarantine")):
            heard = refusal(phones, unit(phones, Place(outside), target))
            assert (heard.code, heard.details["place"]) == ("serial_in_stock", "A-01")
            assert "S1 of PHONE" in heard.message
    assert phones.on_hand("PHONE") == 1
    assert verify(phones.session).ok


def test_one_number_twice_in_one_posting_is_refused_by_the_database(phones: House):
    twice = [unit(phones, Place(ADJUSTMENT), Place(phones.bin(code).id), serial="S2") for code in ("A-01", "A-02")]
    with pytest.raises(IntegrityError), phones.session.begin_nested():
        post(phones.session, phones.header("test"), twice)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE balance SET quantity = 2 WHERE serial = 'S1'",
        "INSERT INTO balance (item_id, serial, location_id, condition, quantity, allocated)"
        " SELECT item_id, serial, location_id + 1, condition, 1, 0 FROM balance WHERE serial = 'S1'",
        "INSERT INTO balance (item_id, serial, location_id, condition, quantity, allocated)"
        " SELECT item_id, serial, location_id, 'hold', 1, 0 FROM balance WHERE serial = 'S1'",
    ],
)
def test_no_program_can_write_a_second_unit_into_the_balances(phones: House, change: str):
    with pytest.raises(IntegrityError), phones.session.begin_nested():
        phones.session.execute(text(change))


def test_the_same_number_of_two_items_is_two_units(phones: House):
    phones.adjust("RADIO", 1, "A-02", serial="S1")
    assert (phones.on_hand("PHONE"), phones.on_hand("RADIO")) == (1, 1)
    assert verify(phones.session).ok


def test_a_unit_goes_to_any_place_and_comes_back(phones: House):
    """Whether its new place was known before its old one or after it."""
    here = Place(phones.bin("A-01").id)
    for code in ("A-02", "A-00"):
        there = Place(phones.bin(code).id)
        post(phones.session, phones.header("move"), [unit(phones, here, there)])
        here = there
    for kept in ("quarantine", "available"):
        there = Place(here.location_id, None, kept)
        post(phones.session, phones.header("move"), [unit(phones, here, there)])
        here = there
    post(phones.session, phones.header("ship"), [unit(phones, here, Place(CUSTOMER))])
    assert phones.on_hand("PHONE") == 0
    post(phones.session, phones.header("return"), [unit(phones, Place(CUSTOMER), here)])
    assert phones.on_hand("PHONE") == 1
    assert verify(phones.session).ok


def test_a_unit_that_stands_elsewhere_by_now_is_not_brought_back_by_an_undo(phones: House):
    lost = phones.adjust("PHONE", -1, "A-01", serial="S1")
    phones.adjust("PHONE", 1, "A-02", serial="S1")
    with pytest.raises(Refused) as caught, phones.session.begin_nested():
        reverse(phones.session, lost.posting_id, phones.header("undo"))
    assert (caught.value.code, caught.value.details["place"]) == ("serial_in_stock", "A-02")
    assert verify(phones.session).ok


def test_goods_without_serial_numbers_are_adjusted_without_one(phones: House):
    phones.item("MUG")
    for quantity in (1, 20):
        with pytest.raises(Refused) as caught:
            phones.adjust("MUG", quantity, "A-01", serial="S1")
        assert caught.value.code == "serial_not_wanted"


def test_many_who_bring_the_same_number_at_once_bring_it_once(app: Flask):
    with app.app_context():
        engine: Engine = db.engine
    bins = [f"B-{n}" for n in range(10)]

    def build(session: Session) -> None:
        house = House(session)
        house.item("PHONE", tracking="serial")
        house.actor("supervisor")
        for code in bins:
            house.bin(code)

    transact(build, engine=engine)
    answers = at_once(
        engine, [lambda session, b=b: House(session).adjust("PHONE", 1, b, serial="S1") and "posted" for b in bins]
    )
    assert sorted(answers) == ["posted"] + ["serial_in_stock"] * 9
    with Session(engine) as session:
        assert House(session).on_hand("PHONE") == 1


def test_a_second_unit_in_the_movements_shows_in_the_proof(phones: House):
    """Whoever wrote it went past the balances, which no program of ours does."""
    phones.session.execute(
        text(
            "INSERT INTO movement (posting_id, item_id, serial, quantity, source_location_id, source_condition,"
            " target_location_id, target_condition) SELECT posting_id, item_id, serial, quantity, source_location_id,"
            " source_condition, target_location_id, target_condition FROM movement WHERE serial = 'S1'"
        )
    )
    found = [each for each in verify(phones.session).differences if each.what == "serial"]
    assert [(each.key, each.kept, each.replayed) for each in found] == [((phones.item("PHONE").id, "S1"), 1, 2)]


def test_what_is_derived_again_may_put_a_unit_back_where_it_was(phones: House):
    here, there = Place(phones.bin("A-01").id), Place(phones.bin("A-00").id)
    post(phones.session, phones.header("move"), [unit(phones, here, there)])
    for place, units in ((there, 0), (here, 1)):  # the books are wrong: it is back in its old place
        phones.session.execute(
            text(f"UPDATE balance SET quantity = {units} WHERE serial = 'S1' AND location_id = {place.location_id}")
        )
    assert [each.what for each in rebuild(phones.session).differences] == ["balance", "balance"]
    assert verify(phones.session).ok
