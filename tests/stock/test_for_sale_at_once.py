"""Promises, blocks and expiry at the same moment: what is promised is never more than what could be given."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.control.blocking import block, unblock
from app.control.verification import verify
from app.db import db, reading, transact
from app.orders.expire import hold_expired
from tests.stock.house import House
from tests.stock.test_races import at_once


@pytest.fixture
def engine(app: Flask) -> Iterator[Engine]:
    with app.app_context():
        engine = db.engine
    yield engine
    with reading(engine) as session:
        assert verify(session).differences == ()


def test_a_bin_is_blocked_while_everybody_orders_from_it(engine: Engine) -> None:
    def open_house(session: Session) -> None:
        house = House(session)
        house.stock("MUG", 10)
        house.stock("MUG", 5, "A-02")
        house.actor("supervisor")

    def order(number: int) -> object:
        return lambda session: House(session).order(f"S-{number}", ("MUG", 1), policy="refuse")

    def blocks(session: Session) -> int:
        return block(session, House(session).actor("supervisor"), warehouse="W", location="A-01", reason="broken")

    def unblocks(session: Session) -> int:
        return unblock(session, House(session).actor("supervisor"), warehouse="W", location="A-01")

    transact(open_house, engine=engine)
    answers = at_once(engine, [*(order(number) for number in range(12)), blocks])  # type: ignore[list-item]
    created = answers.count("created")
    with reading(engine) as session:
        on_hand, unavailable, committed, _inbound = House(session).sums("MUG")
    assert (on_hand, unavailable, committed) == (15, 10, created)
    assert created >= 5, "what could be given was promised"
    if created < 12:
        assert answers.count("insufficient_stock") == 12 - created
    at_once(engine, [unblocks, *(order(100 + number) for number in range(4))])  # type: ignore[list-item]
    with reading(engine) as session:
        on_hand, unavailable, committed, _inbound = House(session).sums("MUG")
    assert (on_hand, unavailable) == (15, 0)
    assert committed <= 15


def test_a_lot_expires_while_everybody_orders_it_and_waves_run(engine: Engine) -> None:
    def open_house(session: Session) -> None:
        house = House(session)
        house.stock("MILK", 20, lot=house.lot("MILK", "OLD", date(2020, 1, 1)))
        house.stock("MILK", 5, "A-02", lot=house.lot("MILK", "NEW", date(2099, 1, 1)))

    def order(number: int) -> object:
        return lambda session: House(session).order(f"S-{number}", ("MILK", 1), policy="refuse")

    def expires(session: Session) -> int:
        return hold_expired(session, House(session).warehouse())

    transact(open_house, engine=engine)
    answers = at_once(engine, [*(order(number) for number in range(12)), expires, expires])  # type: ignore[list-item]
    assert answers.count("created") == 5
    assert answers.count("insufficient_stock") == 7
    with reading(engine) as session:
        assert House(session).sums("MILK") == (25, 20, 5, 0)
