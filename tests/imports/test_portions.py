"""A file beside the floor: checked with no lock, written in portions, completed or taken back, refused as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, or_, select, text
from sqlalchemy.orm import Session

from app import imports, work
from app.catalog.models import Item, ItemBarcode
from app.control.adjustments import Correction, adjust
from app.control.verification import verify
from app.db import db, reading, transact
from app.imports import ImportResult, Who
from app.imports.models import ImportFile, ImportPortion
from app.imports.run import KINDS
from app.imports.table import MOST_ROWS
from app.ledger.models import Availability, Balance
from app.orders.models import Order, OrderLine, Reservation
from app.places.models import Container, Location
from app.supply.models import PurchaseOrder
from tests.imports.test_kinds import FILES
from tests.stock.house import SETTINGS, House

SMALL = 4
"""Rows of a portion in these tests."""
TABLES = (Item, ItemBarcode, Location, Container, Balance, Availability, Order, OrderLine, PurchaseOrder)
_SUMS = ("quantity", "allocated", "on_hand", "unavailable", "committed", "inbound")


@pytest.fixture
def engine(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    for module in KINDS.values():
        monkeypatch.setattr(module, "PORTION", SMALL)
    with app.app_context():
        yield db.engine
        with reading() as session:
            assert verify(session).differences == ()


def take(kind: str, data: str, *, dry_run: bool = False) -> ImportResult:
    taken = imports.take(transact, reading, kind, data, who=Who(program="tests"), dry_run=dry_run)
    if isinstance(taken, int):
        result = imports.finish(transact, reading, taken, KINDS)
        assert result is not None
        return result
    return taken


def stage(kind: str, data: str) -> int:
    taken = imports.take(transact, reading, kind, data, who=Who(program="tests"), dry_run=False)
    assert isinstance(taken, int)
    return taken


def items(*numbers: int, name: str = "Thing") -> str:
    return "sku,name\n" + "".join(f"SKU-{n:03},{name} {n}\n" for n in numbers)


def stock(*numbers: int, units: int = 5) -> str:
    return "warehouse,location,sku,quantity\n" + "".join(f"W,B-{n:03},SKU-{n:03},{units}\n" for n in numbers)


def orders(*numbers: int, units: int = 1, lines: int = 2) -> str:
    return "channel,order_ref,line_ref,sku,quantity\n" + "".join(
        f"shop,{n},{line},SKU-{n:03},{units}\n" for n in numbers for line in range(lines)
    )


def purchases(*numbers: int, units: int = 7) -> str:
    return "number,supplier,warehouse,line,sku,quantity\n" + "".join(
        f"PO-{n},ACME,W,1,SKU-{n:03},{units}\n" for n in numbers
    )


def barcodes(*numbers: int) -> str:
    return "sku,barcode\n" + "".join(f"SKU-{n:03},CODE-{n}\n" for n in numbers)


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """Twenty items, each with a bin of its own."""
    bins = "warehouse,code,kind\n" + "".join(f"W,B-{n:03},bin\n" for n in range(20))
    for kind, data in (("items", items(*range(20))), ("locations", bins)):
        assert not take(kind, data).errors
    return engine


def tally(result: ImportResult) -> tuple[int, int, int]:
    assert not result.errors, result.errors
    return result.created, result.updated, result.unchanged


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows that an import may write, but for how often something happened, and for sums of nothing."""
    with reading() as session:
        found = {}
        for model in TABLES:
            columns = [column for column in model.__table__.c if column.name not in {"risen", "id", "created_at"}]
            statement = select(*columns)
            if model in (Balance, Availability):
                sums = [model.__table__.c[name] for name in _SUMS if name in model.__table__.c]
                statement = statement.where(or_(*(column != 0 for column in sums)))
            found[model.__tablename__] = sorted(map(tuple, session.execute(statement).all()), key=repr)
        return found


@contextmanager
def writes(engine: Engine) -> Iterator[list[int]]:
    """How many rows each transaction sent to be written, in the order of the commits; and those that locked."""
    counts = [0]

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, executemany: bool) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")) or "FOR UPDATE" in statement:
            counts[-1] += len(parameters) if executemany else 1

    def end(_connection: object) -> None:
        counts.append(0)

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)
    yield counts
    for name, listener in (("before_cursor_execute", note), ("commit", end), ("rollback", end)):
        event.remove(engine, name, listener)


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_foresees_what_an_import_then_does_and_takes_no_lock(engine: Engine, kind: str):
    """Whatever stands before it: nothing, everything, another state."""
    before = list(FILES)[: list(FILES).index(kind)]
    for each in before:
        assert not take(each, FILES[each]).errors
    for data in (
        FILES[kind],
        FILES[kind],
        FILES[kind].replace(",5,", ",6,").replace("Ltd", "GmbH").replace("0,1,", "0,2,"),
    ):
        as_it_was = everything()
        with writes(engine) as counts:
            foreseen = take(kind, data, dry_run=True)
        assert sum(counts) == 0
        assert everything() == as_it_was
        done = take(kind, data)
        assert [(e.row, e.column, e.code) for e in foreseen.errors] == [(e.row, e.column, e.code) for e in done.errors]
        if not done.errors:
            assert tally(foreseen) == tally(done)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_dry_run_does_not_wait_for_a_writer(shop: Engine):
    def write(session: Session) -> None:
        session.execute(text("UPDATE item SET name = name"))
        for kind, data in (("items", items(*range(30))), ("orders", orders(1, 2, 3)), ("stock", stock(1, 2))):
            assert not take(kind, data, dry_run=True).errors

    transact(write)  # it holds the file: whoever waited for it would wait for ever


@pytest.mark.parametrize(
    ("kind", "data", "rows"),
    [
        ("items", items(*range(20, 41)), 21),
        ("barcodes", barcodes(*range(20)), 20),
        ("stock", stock(*range(20)), 20),
        ("purchase-orders", purchases(*range(20)), 20),
        ("orders", orders(*range(15)), 30),
    ],
)
def test_a_large_file_is_written_in_portions_and_again_changes_nothing(shop: Engine, kind: str, data: str, rows: int):
    with writes(shop) as counts:
        result = take(kind, data)
    assert tally(result) == (rows, 0, 0)
    assert len(counts) > rows // SMALL
    assert tally(take(kind, data)) == (0, 0, rows)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportPortion)) == 0
        assert set(session.scalars(select(ImportFile.status))) == {"done"}


@pytest.mark.parametrize("kind", ["items", "stock", "orders", "purchase-orders"])
def test_what_one_transaction_of_a_large_file_writes_does_not_grow_with_the_file(shop: Engine, kind: str):
    make = {"items": items, "stock": stock, "orders": orders, "purchase-orders": purchases}[kind]
    most = []
    for numbers in (range(SMALL + 2), range(SMALL + 2, 20)):
        data = make(*(number + 20 * (kind == "items") for number in numbers))
        with writes(shop) as counts:
            take(kind, data)
        most.append(max(counts))
    assert most[1] <= most[0] + 2  # a row that is the first of its kind


def test_the_lines_of_an_order_are_written_together(shop: Engine):
    assert tally(take("orders", orders(1, 2, lines=SMALL + 3))) == (2 * (SMALL + 3), 0, 0)
    with reading() as session:
        assert session.scalars(select(func.count()).select_from(OrderLine).group_by(OrderLine.order_id)).all() == [7, 7]


class Died(BaseException):
    """The process is gone."""


def dying(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, *, after: int) -> None:
    """The module's function works a few times; then the process dies."""
    real, turns = getattr(module, name), iter(range(after))

    def mortal(*given: Any) -> Any:
        if next(turns, None) is None:
            raise Died
        return real(*given)

    monkeypatch.setattr(module, name, mortal)


def test_a_file_whose_process_died_is_completed_by_the_worker(shop: Engine, monkeypatch: pytest.MonkeyPatch):
    import_id = stage("items", items(*range(20, 41)))
    with monkeypatch.context() as here:
        dying(here, KINDS["items"], "write", after=2)
        with pytest.raises(Died):
            imports.finish(transact, reading, import_id, KINDS)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 20 + 2 * SMALL
    job = next(each for each in work.JOBS if each.name == "finish_imports")
    assert work.run_once(SETTINGS, job) == 0, "it may be at work still"
    monkeypatch.setattr("app.imports.staged.ABANDONED_SECONDS", -1.0)
    assert work.run_once(SETTINGS, job) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 41
        assert session.scalars(select(ImportFile.found).order_by(ImportFile.id.desc())).first()["created"] == 21
    assert work.run_once(SETTINGS, job) == 0


def test_two_who_write_the_same_file_write_each_portion_once(shop: Engine):
    import_id = stage("stock", stock(*range(20)))
    turns = iter((False, False, True))
    assert imports.finish(transact, reading, import_id, KINDS, until=lambda: next(turns)) is None
    for _ in range(2):
        result = imports.finish(transact, reading, import_id, KINDS)
        assert result is not None
        assert tally(result) == (20, 0, 0)
    with reading() as session:
        assert session.scalar(select(func.sum(Balance.quantity))) == 100


# What somebody does between the check and the last portion, so that the last portion is refused.


def opens_another_quantity() -> None:
    assert not take("stock", stock(19, units=9)).errors


def gives_the_barcode_to_another() -> None:
    assert not take("barcodes", "sku,barcode\nSKU-000,CODE-19\n").errors


def places_the_order_with_another_item() -> None:
    assert not take("orders", "channel,order_ref,line_ref,sku,quantity\nshop,19,0,SKU-000,1\n").errors


def orders_it_elsewhere() -> None:
    assert not take(
        "purchase-orders", "number,supplier,warehouse,line,sku,quantity\nPO-19,OTHER,W,1,SKU-019,1\n"
    ).errors


@pytest.mark.parametrize(
    ("kind", "data", "between", "code"),
    [
        ("stock", stock(*range(20)), opens_another_quantity, "opening_differs"),
        ("barcodes", barcodes(*range(20)), gives_the_barcode_to_another, "barcode_taken"),
        ("orders", orders(*range(20)), places_the_order_with_another_item, "line_item_changed"),
        ("purchase-orders", purchases(*range(20)), orders_it_elsewhere, "purchase_order_differs"),
    ],
)
def test_what_was_written_is_taken_back_where_the_rest_is_refused(
    shop: Engine, kind: str, data: str, between: Any, code: str
):
    if kind in ("barcodes", "purchase-orders"):  # of changes, too: half of the rows stand there in another state
        assert not take(kind, data.replace(",7\n", ",9\n").split("SKU-010")[0].rsplit("\n", 1)[0] + "\n").errors
    import_id = stage(kind, data)
    between()
    as_it_was = everything()
    result = imports.finish(transact, reading, import_id, KINDS)
    assert result is not None
    assert [error.code for error in result.errors] == [code]
    assert (result.created, result.updated, result.unchanged) == (0, 0, 0)
    is_now = everything()
    if kind == "orders":  # an order that came is a tombstone, and its promise is gone
        with reading() as session:
            assert session.scalar(select(func.count()).select_from(Order).where(Order.status == "open")) == 1
            open_units = Reservation.quantity - Reservation.released - Reservation.consumed - Reservation.expired
            assert session.scalar(select(func.coalesce(func.sum(open_units), 0))) == 0
        return
    assert is_now == as_it_was


def test_who_brought_the_opening_stock_may_correct_it_on_that_day(shop: Engine):
    owner = transact(lambda session: House(session).actor("supervisor"))
    data = stock(*range(20), units=500)
    brought = imports.take(transact, reading, "stock", data, who=Who(owner.operator_id), dry_run=False)
    if isinstance(brought, int):
        imports.finish(transact, reading, brought, KINDS)
    found = Correction(warehouse="W", location="B-001", sku="SKU-001", quantity=-1, reason="lost")
    transact(lambda session: adjust(session, owner, SETTINGS, found))
    with reading() as session:
        assert session.scalar(select(func.sum(Balance.quantity))) == 9999


def test_orders_that_were_taken_back_are_placed_when_the_mended_file_comes(shop: Engine):
    assert not take("stock", stock(*range(20))).errors
    import_id = stage("orders", orders(*range(20)))
    places_the_order_with_another_item()
    result = imports.finish(transact, reading, import_id, KINDS)
    assert result is not None
    assert result.errors
    mended = orders(*range(19))
    assert tally(take("orders", mended, dry_run=True)) == (2, 36, 0)
    assert tally(take("orders", mended)) == (2, 36, 0)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Order).where(Order.status == "open")) == 20
        open_units = Reservation.quantity - Reservation.released - Reservation.consumed - Reservation.expired
        assert session.scalar(select(func.sum(open_units))) == 39
    assert tally(take("orders", mended)) == (0, 0, 38)


def refused(_session: Session, _rows: Any, outcome: Any) -> None:
    outcome.refuse(9, "sku", "tracking_in_use", "No.")


def test_what_is_in_use_when_it_is_to_be_taken_back_stays_and_is_said(shop: Engine, monkeypatch: pytest.MonkeyPatch):
    import_id = stage("items", items(*range(20, 40)) + "SKU-040,Last\n")
    steps = iter((False, False, True))
    assert imports.finish(transact, reading, import_id, KINDS, until=lambda: next(steps)) is None
    assert not take("barcodes", "sku,barcode\nSKU-020,IN-USE\n").errors

    with monkeypatch.context() as here:
        here.setattr(KINDS["items"], "write", refused)
        result = imports.finish(transact, reading, import_id, KINDS)
    assert result is not None
    assert [error.code for error in result.errors] == ["tracking_in_use", "partly_written"]
    with reading() as session:
        left = session.scalars(select(Item.sku).where(Item.sku >= "SKU-020").order_by(Item.sku)).all()
        assert left == [f"SKU-{n:03}" for n in range(20, 24)]
        assert session.scalars(select(ImportFile.status).order_by(ImportFile.id.desc())).first() == "stopped"


def test_changed_rows_are_changed_back_unless_somebody_changed_them_since(
    shop: Engine, monkeypatch: pytest.MonkeyPatch
):
    import_id = stage("items", items(*range(20), name="Other"))
    steps = iter((False, False, True))
    assert imports.finish(transact, reading, import_id, KINDS, until=lambda: next(steps)) is None
    assert not take("items", "sku,name\nSKU-001,Mine\n").errors
    with monkeypatch.context() as here:
        here.setattr(KINDS["items"], "write", refused)
        result = imports.finish(transact, reading, import_id, KINDS)
    assert result is not None
    assert result.errors[-1].code == "partly_written"
    with reading() as session:
        names = session.scalars(select(Item.name).order_by(Item.sku)).all()
    assert names == ["Thing 0", "Mine", *(f"Thing {n}" for n in range(2, 20))]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestLimits:
    def test_a_file_of_too_many_rows_is_refused_and_not_read_to_its_end(self, engine: Engine):
        result = take("items", items(*range(MOST_ROWS + 5)), dry_run=True)
        assert [(error.row, error.code) for error in result.errors] == [(MOST_ROWS + 2, "too_many_rows")]
        assert result.rows == MOST_ROWS

    def test_empty_lines_are_rows_too(self, engine: Engine):
        result = take("items", "sku,name\n" + "\n" * (3 * MOST_ROWS) + "A,B\n", dry_run=True)
        assert [(error.row, error.code) for error in result.errors] == [(MOST_ROWS + 2, "too_many_rows")]

    def test_reading_that_takes_too_long_ends_and_says_how_far_it_came(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("app.imports.result.MOST_SECONDS", -1)
        result = take("items", items(*range(3000)), dry_run=True)
        assert [(error.row, error.code) for error in result.errors] == [(1000, "took_too_long")]
