"""A line changes under two hands at the same moment, on PostgreSQL: SQLite lets one writer in at a time.

No line stays open with nothing left to do, whoever was first.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.refusal import Refused
from app.returns.disposition import close
from app.supply.models import PurchaseOrder, PurchaseOrderLine
from app.supply.purchase_orders import receive_units
from app.tasks.models import Task, TaskLine
from tests.floor.meanwhile import acting, meanwhile, scanning
from tests.floor.story import Floor, Worker
from tests.stock.house import House

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def cancelling(ref: str, *lines: tuple[str, int]) -> Callable[[Session], Any]:
    """A cancellation, as ``work`` for ``meanwhile``."""
    return lambda session: House(session).cancel(ref, *lines)


def carton_of(packer: Worker) -> str:
    """The open carton's code, as the screen offers it."""
    return next(way["scan"] for way in packer.prompt["ways"] if way["label"].startswith("Carton"))


def deadlocks(floor: Floor) -> int:
    found = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return floor.read(lambda s: int(s.execute(found).scalar_one()))


def stuck(floor: Floor) -> list[tuple[str, int, int]]:
    """Open lines with nothing left, and tasks whose counters are not those of their lines."""
    lines = floor.read(
        lambda s: s.execute(select(TaskLine.task_id, TaskLine.status, TaskLine.quantity, TaskLine.done)).all()
    )
    found = [("line", row.quantity, row.done) for row in lines if row.status == "open" and row.done >= row.quantity]
    for task in floor.read(lambda s: s.scalars(select(Task)).all()):
        mine = [row.status for row in lines if row.task_id == task.id]
        counted = (len(mine) - mine.count("cancelled"), mine.count("done"))
        if (task.lines, task.done_lines) != counted:
            found.append((f"{task.kind} {counted}", task.lines, task.done_lines))
    return found


@pytest.mark.parametrize("is_cancelled_first", [True, False])
def test_a_pick_and_a_cancellation_of_one_line_leave_nothing_open(
    floor: Floor, picker: Worker, is_cancelled_first: bool
) -> None:
    floor.stock("MUG", 5)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG").act("quantity", quantity=3)
    if is_cancelled_first:
        meanwhile(floor, cancelling("O-1", ("1", 2)), lambda: picker.scan("TOTE-1"))
    else:
        meanwhile(floor, scanning(floor, picker, "TOTE-1"), lambda: floor.cancel("O-1", ("1", 2)))
    assert stuck(floor) == []
    picker.robot().finished()
    assert floor.inside("MUG", "TOTE-1") == 3


@pytest.mark.parametrize("is_cancelled_first", [True, False])
def test_packing_and_a_cancellation_of_one_line_leave_nothing_open(
    floor: Floor, packer: Worker, is_cancelled_first: bool
) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 5))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG").act("quantity", quantity=3)
    carton = carton_of(packer)
    if is_cancelled_first:
        meanwhile(floor, cancelling("O-1", ("1", 2)), lambda: packer.scan(carton))
    else:
        meanwhile(floor, scanning(floor, packer, carton), lambda: floor.cancel("O-1", ("1", 2)))
    assert stuck(floor) == []
    packer.robot().finished()
    assert (floor.inside("MUG", carton), floor.sums("MUG")) == (3, (5, 2, 3, 0))


@pytest.mark.parametrize("is_cancelled_first", [True, False])
def test_an_undone_pick_and_a_cancellation_of_the_rest_of_its_line_agree_on_the_line(
    floor: Floor, picker: Worker, is_cancelled_first: bool
) -> None:
    floor.stock("MUG", 5)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG").act("quantity", quantity=3).scan("TOTE-1")
    if is_cancelled_first:
        meanwhile(floor, cancelling("O-1", ("1", 2)), lambda: picker.act("undo"))
    else:
        meanwhile(floor, acting(floor, picker, "undo"), lambda: floor.cancel("O-1", ("1", 2)))
    assert stuck(floor) == []
    picker.robot().finished()
    assert floor.inside("MUG", "TOTE-1") == 3


@pytest.mark.parametrize("is_cancelled_first", [True, False])
def test_a_carton_that_is_opened_again_and_a_cancellation_agree_on_the_line(
    floor: Floor, packer: Worker, is_cancelled_first: bool
) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 5))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG").act("quantity", quantity=3)
    packer.scan(carton_of(packer)).hears("carton_closed")
    if is_cancelled_first:
        meanwhile(floor, cancelling("O-1", ("1", 2)), lambda: packer.act("undo"))
    else:
        meanwhile(floor, acting(floor, packer, "undo"), lambda: floor.cancel("O-1", ("1", 2)))
    assert stuck(floor) == []
    packer.robot().finished()
    assert floor.sums("MUG")[2] == 3


def test_what_is_missing_at_the_bench_and_cancelled_at_that_moment_leaves_nothing_open(
    floor: Floor, packer: Worker
) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 5))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG").act("quantity", quantity=3)
    packer.scan(carton_of(packer)).hears("carton_closed")
    meanwhile(floor, cancelling("O-1", ("1", 1)), lambda: packer.act("missing"))
    assert stuck(floor) == []
    packer.robot().finished()


@pytest.mark.parametrize("units", [2, 5])
def test_a_short_pick_and_a_cancellation_release_each_unit_once(floor: Floor, picker: Worker, units: int) -> None:
    floor.stock("MUG", 5)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG").act("quantity", quantity=2)
    meanwhile(floor, cancelling("O-1", ("1", units)), lambda: picker.act("short"))
    assert stuck(floor) == []
    assert floor.do(lambda house: house.allocated("MUG")) == picker.answer["prompt"].get("counted", 0)


def test_a_cancellation_never_waits_for_a_worker_who_may_wait_for_it(floor: Floor, picker: Worker) -> None:
    """The order of the locks: tasks before their order, so that nobody is thrown back by a deadlock."""
    floor.stock("MUG", 5)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG").act("quantity", quantity=3)
    before = deadlocks(floor)
    for _time in range(3):
        meanwhile(floor, scanning(floor, picker, "TOTE-1"), lambda: floor.cancel("O-1"))
    assert deadlocks(floor) == before


def test_a_purchase_order_is_closed_by_whoever_ends_its_last_line(floor: Floor, receiver: Worker) -> None:
    floor.item("CUP")
    floor.purchase("PO-1", ("MUG", 3), ("CUP", 2))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=3)
    other = floor.read(lambda s: s.scalars(select(PurchaseOrderLine).where(PurchaseOrderLine.line == "2")).one().id)
    meanwhile(
        floor,
        scanning(floor, receiver, "DOCK"),
        lambda: floor.do(lambda house: receive_units(house.session, other, 2, tolerance_percent=0)),
    )
    assert floor.read(lambda s: s.scalars(select(PurchaseOrder.status)).one()) == "closed"


def test_a_return_is_not_closed_while_its_goods_come_in(floor: Floor, inspector: Worker) -> None:
    floor.stock("MUG", 2)
    floor.shipped("O-1", ("MUG", 2))
    number = floor.rma("O-1", ("1", 2, "broken"))
    inspector.start("inspect", number).scan("MUG", "MUG")
    with pytest.raises(Refused, match="inspection_waiting"):
        meanwhile(
            floor, scanning(floor, inspector, "BENCH"), lambda: floor.do(lambda house: close(house.session, number))
        )
