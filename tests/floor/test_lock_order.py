"""The order of the locks: whoever has work, a document or stock goes on to the sums, and nobody comes the other way.

Two connections: one holds what comes first, the other begins and runs into it, then the first takes the sums. Where the
other had them already, PostgreSQL ends one of the two, and it is tried again: that is what is counted here.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from app import clock
from app.catalog.models import Item
from app.db import transact
from app.ledger.models import Balance
from app.ledger.seal import seal
from app.ledger.sums import lock_availability
from app.orders.models import Order, OrderLine
from app.places.models import Location
from app.supply.models import PurchaseOrder
from app.tasks.models import Task
from tests.floor.meanwhile import acting, meanwhile, scanning
from tests.floor.story import Floor, Worker
from tests.stock.house import House

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one writer in
_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def thrown_back(floor: Floor, held: Select[Any], sku: str, other: Callable[[Session], Any]) -> int:
    """How many of the two had to begin again: one holds ``held`` and then takes the sums of the item."""
    tries: list[str] = []
    raised: list[BaseException] = []

    def once(session: Session) -> None:
        tries.append("other")
        other(session)

    def second() -> None:
        try:
            transact(once, engine=floor.engine)
        except Exception as error:  # noqa: BLE001 - raised again, in the thread of the test
            raised.append(error)

    thread = threading.Thread(target=second)

    def first(session: Session) -> None:
        tries.append("first")
        assert session.execute(held.with_for_update(key_share=True)).all(), "nothing to hold"
        if thread.ident is None:
            thread.start()
        while thread.is_alive() and not session.scalar(_WAITING):
            time.sleep(0.01)
        lock_availability(session, [session.scalars(select(Item.id).where(Item.sku == sku)).one()])

    transact(first, engine=floor.engine)
    thread.join()
    if raised:
        raise raised[0]
    return len(tries) - 2


def tasks(kind: str) -> Select[Any]:
    return select(Task.id).where(Task.kind == kind, Task.status.in_(("open", "claimed")))


def stock_at(place: str) -> Select[Any]:
    return select(Balance.id).where(
        Balance.location_id == select(Location.id).where(Location.code == place).scalar_subquery()
    )


def test_what_is_found_of_an_item_of_which_other_units_have_expired(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    floor.stock("MILK", 5, lot="L1", expiry=date(2026, 6, 2))
    floor.totes("TOTE-1")
    floor.order("O-1", ("MILK", 3))
    monkeypatch.setattr(clock, "now", lambda: TODAY + timedelta(days=2))

    def finds(session: Session) -> None:
        House(session).adjust("MILK", 1, lot="L2", expiry=date(2027, 1, 1))

    assert thrown_back(floor, tasks("pick"), "MILK", finds) == 0
    floor.do(lambda house: seal(house.session))


def test_a_loss_that_makes_an_order_take_other_stock(floor: Floor) -> None:
    floor.stock("MUG", 5)
    floor.stock("MUG", 5, "B-01")
    floor.order("O-1", ("MUG", 5))
    lose = lambda session: House(session).adjust("MUG", -5)  # noqa: E731
    assert thrown_back(floor, stock_at("B-01"), "MUG", lose) == 0
    assert floor.sums("MUG") == (5, 0, 5, 0)


def test_a_cancellation_of_what_stands_in_a_bin_into_which_somebody_puts_more(floor: Floor) -> None:
    floor.stock("MUG", 5)
    floor.order("O-1", ("MUG", 5))
    assert thrown_back(floor, stock_at("A-01"), "MUG", lambda session: House(session).cancel("O-1")) == 0


def test_a_count_that_is_undone_into_its_orders_tote(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 5))
    counter.start("count", location="PACK").scan("PACK", "MUG", "PACK").hears("counted")
    assert thrown_back(floor, select(Order.id), "MUG", acting(floor, counter, "undo")) == 0
    assert floor.inside("MUG", "TOTE-1") == 5


def _put_back(floor: Floor) -> Worker:
    """A line of a packed order was cancelled: its units are in the putter's hands."""
    floor.stock("MUG", 2)
    floor.stock("CUP", 2, "B-01")
    floor.packed("O-1", ("MUG", 1), ("CUP", 1))
    floor.cancel("O-1", ("1", 1))
    return floor.worker("Rita", "receiver").take(floor.tasks("putaway")[0]).scan("MUG").asked("target")


def test_a_put_back_out_of_a_packed_carton(floor: Floor) -> None:
    receiver = _put_back(floor)
    assert thrown_back(floor, select(Order.id), "MUG", scanning(floor, receiver, "A-01")) == 0
    assert floor.tasks("ship")


def test_a_put_back_that_is_undone_while_its_carton_is_loaded(floor: Floor) -> None:
    receiver = _put_back(floor).scan("A-01").hears("put_away")
    assert thrown_back(floor, tasks("ship"), "MUG", acting(floor, receiver, "undo")) == 0
    assert floor.tasks("ship") == []


def test_a_return_that_arrives_while_its_order_is_changed(floor: Floor, inspector: Worker) -> None:
    floor.stock("MUG", 5)
    floor.shipped("O-1", ("MUG", 2))
    inspector.start("inspect", floor.rma("O-1", ("1", 1, "other"))).scan("MUG").asked("target")
    assert thrown_back(floor, select(OrderLine.id), "MUG", scanning(floor, inspector, "BENCH")) == 0
    assert floor.sums("MUG") == (4, 1, 0, 0)


def test_a_receipt_while_its_purchase_order_is_changed(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 3))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=3)
    assert thrown_back(floor, select(PurchaseOrder.id), "MUG", scanning(floor, receiver, "DOCK")) == 0
    assert floor.sums("MUG") == (3, 0, 0, 0)
    assert thrown_back(floor, select(PurchaseOrder.id), "MUG", acting(floor, receiver, "undo")) == 0


def test_a_plate_that_is_picked_empty_while_its_move_waits_is_not_moved(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 2, box="P-1")
    floor.bin("B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "MUG").act("quantity", quantity=2).asked("target")
    mover = floor.worker("Sue", "supervisor").start("move").scan("P-1").act("override").hears("override")
    meanwhile(floor, scanning(floor, picker, "TOTE-1"), lambda: mover.scan("B-01"))
    mover.refused("nothing_here").act("undo").act("done").finished()
    picker.look().robot().finished()
