"""How much one person may change alone, and who may be the second."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app import clock
from app.control import wanted
from app.control.adjustments import Correction, adjust
from app.control.verification import verify
from app.control.wanted import adjust_or_ask, waiting_changes, wanted_change
from app.db import db, transact
from app.ledger.models import IS_CHANGE
from app.ledger.post import Posted, reverse
from app.people.actor import Actor
from app.people.changes import note
from app.refusal import Forbidden, Refused
from tests.stock.house import SETTINGS, House
from tests.stock.test_races import at_once

LIMIT = SETTINGS.count_approval_units


@pytest.fixture
def house(session: Session) -> House:
    house = House(session)
    house.stock("MUG", 100)
    house.bin("A-02")
    return house


def lost(units: int, place: str = "A-01", sku: str = "MUG") -> Correction:
    return Correction(warehouse="W", location=place, sku=sku, quantity=-units, reason="lost")


def post(house: House, actor: Actor, change: Correction, **settings: int) -> Posted:
    with house.session.begin_nested():
        return adjust(house.session, actor, replace(SETTINGS, **settings), change)


def refused(house: House, actor: Actor, change: Correction, **settings: int) -> str:
    with pytest.raises(Refused) as refusal:
        post(house, actor, change, **settings)
    return refusal.value.code


@pytest.mark.parametrize("role", ["counter", "office", "supervisor", "admin"])
def test_small_changes_add_up_over_the_day_whoever_makes_them(house: House, role: str):
    """A counter alone took 100 to 5 in five changes of 19; a supervisor alone posted a million."""
    actor = house.actor(role)
    assert refused(house, actor, lost(LIMIT + 1)) == "approval_needed"
    assert refused(house, actor, replace(lost(1), quantity=1_000_000)) == "approval_needed"
    post(house, actor, lost(19))
    assert refused(house, actor, lost(2)) == "approval_needed"
    assert refused(house, actor, replace(lost(1), quantity=2)) == "approval_needed", (
        "a gain after a loss is a change too"
    )
    post(house, actor, lost(1))
    assert refused(house, actor, lost(1)) == "approval_needed"
    assert house.at("MUG") == 80


def test_other_people_places_and_items_have_sums_of_their_own(house: House):
    house.stock("MUG", 30, "A-02")
    house.stock("TEA", 30)
    actor = house.actor("counter")
    for change in (lost(LIMIT), lost(LIMIT, "A-02"), lost(LIMIT, sku="TEA")):
        post(house, actor, change)
        assert refused(house, actor, change) == "approval_needed"
    post(house, house.actor("office"), lost(LIMIT))


def test_the_next_day_begins_at_midnight_in_the_warehouse(house: House, monkeypatch: pytest.MonkeyPatch):
    house.warehouse().time_zone = "Pacific/Auckland"
    actor = house.actor("counter")
    midnight = clock.day_begins("Pacific/Auckland") + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: midnight - timedelta(seconds=1))
    post(house, actor, lost(LIMIT))
    assert refused(house, actor, lost(1)) == "approval_needed"
    monkeypatch.setattr(clock, "now", lambda: midnight + timedelta(seconds=1))
    post(house, actor, lost(1))


def test_what_was_taken_back_is_no_change(house: House):
    actor = house.actor("counter")
    posted = post(house, actor, lost(LIMIT))
    reverse(house.session, posted.posting_id, house.header("undo"))
    post(house, actor, lost(LIMIT))


def test_what_all_changes_are_worth_is_limited_too(house: House):
    """Of all items and places together; what has no price counts by its units alone."""
    house.item("MUG").price = Decimal("30")
    house.item("SAW", price=Decimal("100.50"))
    for place in ("A-01", "A-02"):
        house.stock("SAW", 10, place)
    actor = house.actor("supervisor")
    post(house, actor, lost(4, sku="SAW"))
    post(house, actor, lost(4, "A-02", sku="SAW"))
    post(house, actor, lost(6))
    assert refused(house, actor, lost(1)) == "approval_needed", "804 + 180 + 30 are more than 1000"
    assert refused(house, actor, lost(1), count_approval_worth=1013) == "approval_needed"
    post(house, actor, lost(1), count_approval_worth=1014)
    post(house, actor, lost(1), count_approval_worth=0)


def test_two_at_once_by_one_person_are_added_up(app: Flask):
    with app.app_context():
        engine: Engine = db.engine
    transact(lambda session: (House(session).stock("MUG", 100), House(session).actor("counter")), engine=engine)

    def take(session: Session) -> str:
        return "posted" if adjust(session, House(session).actor("counter"), SETTINGS, lost(15)) else ""

    assert sorted(at_once(engine, [take] * 4)) == ["approval_needed"] * 3 + ["posted"]
    with Session(engine) as session:
        assert House(session).at("MUG") == 85


def ask(house: House, actor: Actor, change: Correction, *, key: str = "") -> int:
    found = adjust_or_ask(house.session, actor, SETTINGS, change, key=key)
    assert isinstance(found, int)
    return found


def test_a_second_person_approves_and_it_is_posted_in_the_name_of_the_first(house: House):
    carl, sue = house.actor("counter"), house.actor("supervisor")
    number = ask(house, carl, replace(lost(50), note="water"), key="k")
    assert house.at("MUG") == 100
    (shown,) = waiting_changes(house.session, house.warehouse().id)
    assert (shown.units, shown.asker, shown.reason, shown.note) == (-50, "counter", "lost", "water")
    with pytest.raises(Refused, match="already_posted"):
        adjust_or_ask(house.session, carl, SETTINGS, lost(50), key="k")
    posted = wanted.approve(house.session, sue, number)
    assert house.at("MUG") == 50
    found = wanted_change(house.session, number)
    assert (found.decision, found.decider, found.posting) == ("approved", "supervisor", posted.posting_id)
    assert waiting_changes(house.session, house.warehouse().id) == []
    with pytest.raises(Refused, match="already_decided"):
        wanted.approve(house.session, sue, number)
    post(house, carl, lost(LIMIT))  # what two people said is nobody's own change
    post(house, sue, lost(LIMIT))


def test_a_form_sent_twice_at_once_is_one_correction(app: Flask) -> None:
    """The first was within the day's limit, and filled it: its twin, which waited meanwhile, would have been kept for a
    second person, and posted again by whoever approves it."""
    with app.app_context():
        engine: Engine = db.engine

        def prepare(session: Session) -> tuple[Actor, int]:
            house = House(session)
            house.stock("MUG", 100)
            return house.actor("counter"), house.warehouse().id

        carl, warehouse_id = transact(prepare, engine=engine)
        said: list[str] = []

        def twin() -> None:
            try:
                transact(lambda session: adjust_or_ask(session, carl, SETTINGS, lost(12), key="form"), engine=engine)
            except Refused as refusal:
                said.append(refusal.code)

        other = threading.Thread(target=twin)

        def first(session: Session) -> None:
            adjust_or_ask(session, carl, SETTINGS, lost(12), key="form")
            other.start()
            other.join(0.3)  # long enough to ask, and to wait for us

        transact(first, engine=engine)
        other.join()
    with Session(engine) as session:
        assert waiting_changes(session, warehouse_id) == []
        assert House(session).at("MUG") == 88
    assert said == ["already_posted"]


def test_what_waits_is_not_posted_by_the_same_form_on_another_day(house: House):
    carl = house.actor("counter")
    ask(house, carl, lost(LIMIT + 1), key="form")
    with pytest.raises(Refused, match="already_posted"):
        adjust_or_ask(
            house.session, carl, replace(SETTINGS, count_approval_units=LIMIT * 2), lost(LIMIT + 1), key="form"
        )
    assert house.at("MUG") == 100


def test_what_cannot_be_posted_is_refused_at_once_and_not_kept(house: House):
    carl = house.actor("counter")
    for change, code in ((lost(101), "not_enough_stock"), (replace(lost(50), location="Z-99"), "unknown_location")):
        with pytest.raises(Refused, match=code):
            adjust_or_ask(house.session, carl, SETTINGS, change)
    before = house.postings()
    ask(house, carl, lost(50))
    assert (house.postings(), house.at("MUG")) == (before, 100)
    assert verify(house.session).ok


def test_nobody_is_their_own_second_person(house: House):
    sue = house.actor("supervisor")
    number = ask(house, sue, lost(50))
    with pytest.raises(Refused, match="second_person_needed"):
        wanted.approve(house.session, sue, number)
    for role in ("office", "counter"):
        with pytest.raises(Forbidden, match="role_missing"):
            wanted.approve(house.session, house.actor(role), number)
        with pytest.raises(Forbidden, match="role_missing"):
            wanted.refuse(house.session, house.actor(role), number)
    wanted.refuse(house.session, sue, number)
    with pytest.raises(Refused, match="already_decided"):
        wanted.approve(house.session, house.actor("admin"), number)
    assert (house.at("MUG"), wanted_change(house.session, number).decision) == (100, "refused")


@pytest.mark.parametrize("what", ["pin", "added"])
@pytest.mark.parametrize("is_turned", [False, True])
def test_who_set_a_pin_today_is_no_second_person_for_its_owner(
    house: House, what: str, is_turned: bool, monkeypatch: pytest.MonkeyPatch
):
    """They could have signed in as the counter, and approve as themselves; or the counter as them."""
    carl, sue = house.actor("counter"), house.actor("supervisor")
    owner, giver = (sue, carl) if is_turned else (carl, sue)

    def gives_a_pin(*, ago: timedelta) -> None:
        with monkeypatch.context() as then:
            moment = clock.now() - ago
            then.setattr(clock, "now", lambda: moment)
            note(house.session, operator_id=owner.operator_id, by_id=giver.operator_id, what=what)
        house.session.flush()

    gives_a_pin(ago=timedelta(days=1, minutes=1))
    wanted.approve(house.session, sue, ask(house, carl, lost(30)))
    gives_a_pin(ago=timedelta(hours=23))
    with pytest.raises(Refused, match="pin_given"):
        wanted.approve(house.session, sue, ask(house, carl, lost(30)))
    wanted.approve(house.session, house.actor("admin"), ask(house, carl, lost(30)))


def test_opening_stock_is_said_once_for_each_item_and_place(house: House):
    house.item("TEA", tracking="lot")
    opening = Correction(warehouse="W", location="A-02", sku="TEA", quantity=5, reason="opening", lot="L1")
    post(house, house.actor("office"), opening)
    assert refused(house, house.actor("office"), replace(opening, lot="L2")) == "opened_already"
    assert refused(house, house.actor("admin"), opening) == "opened_already"
    post(house, house.actor("office"), replace(opening, location="A-01"))


def test_a_day_of_one_person_is_found_without_reading_the_ledger(house: House):
    statement = f"SELECT id FROM posting WHERE operator_id = 1 AND recorded_at >= '2026-01-01' AND {IS_CHANGE}"
    if house.session.get_bind().dialect.name == "sqlite":
        plan = house.session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
    else:
        house.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = house.session.execute(text(f"EXPLAIN {statement}")).all()
    assert "ix_posting_change" in str(plan)
