"""A bin is blocked while somebody puts units there to be sold: they come before or after, and nothing is sold from it.

The block stays open until the other has run into it. Whoever does not wait for it leaves units for sale in a blocked
bin, where no order can be given them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import imports
from app.control.blocking import block
from app.control.expiry_dates import correct_expiry, follow_all
from app.control.verification import verify
from app.db import reading, transact
from app.ledger.for_sale import NOWHERE_SOLD, balance, location
from tests.floor.meanwhile import meanwhile
from tests.floor.story import Floor, Worker
from tests.stock.house import House

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one writer in


def blocks(place: str) -> Callable[[Session], int]:
    def work(session: Session) -> int:
        chief = House(session).actor("supervisor")
        return block(session, chief, warehouse="W", location=place, reason="broken")

    return work


def unsold(floor: Floor) -> list[int]:
    """Units that are kept for sale where nothing is sold."""
    rows = select(balance.c.quantity).join(location, location.c.id == balance.c.location_id)
    found = floor.read(lambda session: list(session.scalars(rows.where(NOWHERE_SOLD, balance.c.quantity > 0))))
    assert floor.read(lambda session: verify(session).differences) == ()
    return found


def test_units_that_somebody_found_there(floor: Floor) -> None:
    floor.stock("MUG", 5)
    floor.do(lambda house: house.actor("supervisor"))
    meanwhile(floor, blocks("A-01"), lambda: floor.do(lambda house: house.adjust("MUG", 2, reason="found")))
    assert unsold(floor) == []
    assert floor.sums("MUG") == (7, 7, 0, 0)


def test_units_that_a_count_found_there(floor: Floor, counter: Worker) -> None:
    floor.item("MUG")
    floor.barcode("MUG", "2000000000015")
    floor.bin("A-01")
    floor.do(lambda house: house.actor("supervisor"))
    counter.start("count", location="A-01").scan("A-01", "MUG", "MUG")
    meanwhile(floor, blocks("A-01"), lambda: counter.scan("A-01"))
    counter.hears("counted")
    assert unsold(floor) == []
    assert floor.sums("MUG") == (2, 2, 0, 0)


def test_a_pick_that_is_undone(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.totes("TOTE-1")
    floor.do(lambda house: house.actor("supervisor"))
    picker.take(floor.order("O-1", ("MUG", 2), ("MUG", 1))[0]).scan("A-01", "MUG").act("quantity", quantity=2)
    picker.scan("TOTE-1").hears("picked")

    def undoes() -> None:
        picker.act("undo").refused("location_blocked")

    floor.order("O-2", ("MUG", 1))
    meanwhile(floor, _without_work(floor, "A-01"), undoes)
    assert unsold(floor) == []


def _without_work(floor: Floor, place: str) -> Callable[[Session], Any]:
    """The bin is blocked after all that was chosen there has been let go of: nobody's work is held any more."""
    floor.cancel("O-1", ("2", 1))
    floor.cancel("O-2")
    return blocks(place)


def test_opening_stock_of_a_file(floor: Floor) -> None:
    floor.item("MUG")
    floor.bin("A-01")
    floor.do(lambda house: house.actor("supervisor"))
    data = b"warehouse,location,sku,quantity\nW,A-01,MUG,5\n"
    engine = floor.engine
    answers: list[Any] = []

    def opens() -> None:
        who = imports.Who(floor.do(lambda house: house.actor("supervisor")).operator_id, "desk")
        write = lambda work: transact(work, engine=engine)  # noqa: E731
        answers.append(imports.take(write, lambda: reading(engine), "stock", data, who=who, dry_run=False))

    meanwhile(floor, blocks("A-01"), opens)
    assert [error.code for error in answers[0].errors] == ["not_for_sale_here"]
    assert unsold(floor) == []


def test_a_lot_that_has_not_expired_after_all(floor: Floor) -> None:
    floor.stock("MILK", 5, lot="L1", expiry=date(2020, 1, 1))
    chief = floor.do(lambda house: house.actor("supervisor"))
    engine = floor.engine
    transact(
        lambda session: correct_expiry(
            session, chief, sku="MILK", lot="L1", known=date(2020, 1, 1), expiry=date(2090, 1, 1), reason="misread"
        ),
        engine=engine,
    )
    lot_id = floor.do(lambda house: house.lot("MILK", "L1").id)
    write = lambda work: transact(work, engine=engine)  # noqa: E731
    meanwhile(floor, blocks("A-01"), lambda: follow_all(write, lot_id, chief))
    assert unsold(floor) == []
