"""Backorders follow what came in: what waits is not looked at while nothing comes, and scans go in between."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from app import work
from app.db import db, reading, transact
from app.ledger.models import Availability
from app.orders import backorders
from app.orders.backorders import PORTION, fill_backorders, looked_at, risen
from app.orders.cancel import cancel_order
from tests.stock.house import SETTINGS, House

BACKORDERS = next(job for job in work.JOBS if job.name == "fill_backorders")


@pytest.fixture
def engine(app: Flask) -> Iterator[Engine]:
    with app.app_context():
        yield db.engine


@contextmanager
def watched(engine: Engine) -> Iterator[list[list[str]]]:
    """Every transaction that wrote, with the statements of all of them before it."""
    transactions: list[list[str]] = [[]]

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        transactions[-1].append(statement)

    def end(_connection: object) -> None:
        transactions.append([])

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)
    try:
        yield transactions
    finally:
        for name, listener in (("before_cursor_execute", note), ("commit", end), ("rollback", end)):
            event.remove(engine, name, listener)


def writing(transactions: list[list[str]]) -> list[list[str]]:
    return [found for found in transactions if any(each.startswith(("INSERT", "UPDATE", "DELETE")) for each in found)]


def ordered(count: int, *lines: tuple[str, int], name: str = "SO") -> None:
    def place(session: Session) -> None:
        house = House(session)
        for line in lines:
            house.item(line[0])
        for number in range(count):
            house.order(f"{name}-{number}", *lines)

    transact(place)


def came_in(sku: str, units: int) -> None:
    transact(lambda session: House(session).stock(sku, units))


def reserved(count: int, name: str = "SO") -> list[int]:
    with reading() as session:
        house = House.__new__(House)
        house.session = session
        return [house.reserved(f"{name}-{number}") for number in range(count)]


def test_where_nothing_came_in_the_orders_that_wait_are_not_looked_at(engine: Engine):
    ordered(30, ("MUG", 1))
    work.run_once(SETTINGS, BACKORDERS)
    with watched(engine) as transactions:
        assert work.run_once(SETTINGS, BACKORDERS) == 0
    assert writing(transactions) == []
    assert sum(map(len, transactions)) <= 2


def test_what_came_in_goes_to_the_oldest_and_only_so_many_are_looked_at(engine: Engine):
    ordered(30, ("MUG", 1))
    ordered(10, ("CUP", 1), name="CUPS")
    came_in("MUG", 7)
    assert work.run_once(SETTINGS, BACKORDERS) == 7
    assert reserved(30) == [1] * 7 + [0] * 23
    assert work.run_once(SETTINGS, BACKORDERS) == 0
    came_in("CUP", 100)
    assert work.run_once(SETTINGS, BACKORDERS) == 10
    assert reserved(10, "CUPS") == [1] * 10


def test_the_writer_is_let_go_after_every_few_orders(engine: Engine):
    ordered(3 * PORTION, ("MUG", 1), ("CUP", 1))
    came_in("MUG", 1000)
    came_in("CUP", 1000)
    with watched(engine) as transactions:
        assert work.run_once(SETTINGS, BACKORDERS) == 3 * PORTION
    promises = [sum(each.startswith("INSERT INTO reservation") for each in found) for found in transactions]
    assert sum(promises) == 3 * PORTION
    assert max(promises) == PORTION


def test_a_cancellation_serves_whoever_waits(engine: Engine):
    came_in("MUG", 4)
    ordered(1, ("MUG", 4), name="FIRST")
    ordered(5, ("MUG", 1))
    work.run_once(SETTINGS, BACKORDERS)
    assert reserved(5) == [0] * 5
    with reading() as session:
        house = House.__new__(House)
        house.session = session
        order_id = house.id("FIRST-0")
    transact(lambda session: cancel_order(session, order_id, reason="customer"))
    work.run_once(SETTINGS, BACKORDERS)
    assert reserved(5) == [1, 1, 1, 1, 0]


def test_what_comes_in_while_others_are_served_is_not_forgotten(engine: Engine):
    ordered(3, ("MUG", 1))
    came_in("MUG", 1)
    with reading() as session:
        seen = risen(session)
    came_in("MUG", 1)
    transact(lambda session: looked_at(session, seen))
    assert work.run_once(SETTINGS, BACKORDERS) == 2
    assert reserved(3) == [1, 1, 0]


def test_of_more_items_than_are_looked_at_at_once_none_is_left_out(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backorders, "ITEMS_AT_ONCE", 2)
    skus = ["MUG", "CUP", "POT", "PAN", "JAR"]
    for sku in skus:
        ordered(1, (sku, 1), name=sku)
    for sku in skus:
        came_in(sku, 1)
    assert work.run_once(SETTINGS, BACKORDERS) == 5
    assert [reserved(1, sku) for sku in skus] == [[1]] * 5


def test_goods_that_come_in_for_an_item_below_zero_serve_nobody(engine: Engine):
    """The world lost what was promised: what comes in first makes that good."""
    came_in("MUG", 5)
    ordered(1, ("MUG", 5), name="FIRST")
    ordered(3, ("MUG", 1))
    transact(lambda session: House(session).adjust("MUG", -5))
    came_in("MUG", 2)
    work.run_once(SETTINGS, BACKORDERS)
    assert reserved(3) == [0, 0, 0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_look_and_the_lines_that_wait_are_found_by_an_index(engine: Engine):
    with reading() as session:
        for statement, index in (
            ("SELECT item_id FROM availability WHERE risen > 0 ORDER BY item_id, warehouse_id", "risen"),
            (
                "SELECT order_id FROM sales_order_line WHERE item_id = 1 AND quantity > cancelled + shipped",
                "sales_order_line_wanted",
            ),
        ):
            plan = " ".join(row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
            assert f"ix_{index}" in plan or f"ix_availability_{index}" in plan, plan


def test_a_pick_and_a_move_say_nothing_to_those_who_wait(engine: Engine):
    came_in("MUG", 5)
    ordered(1, ("MUG", 2))
    fill_backorders(transact, reading)

    def move(session: Session) -> None:
        house = House(session)
        house.wave("SO-0")
        house.box("T-1")
        house.pick("SO-0", 2)

    transact(move)
    with reading() as session:
        assert session.query(Availability).filter(Availability.risen > 0).count() == 0
