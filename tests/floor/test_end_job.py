"""A supervisor ends a job: what it held goes where it belongs, its worker hears it, and the document can go on."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.floor.loop.end_job import end_task
from app.ledger.models import Balance
from app.orders.models import Holding
from app.places.models import Container
from app.refusal import Conflict, Forbidden, NotFound, Refused
from app.tasks.models import EndedTask, Task, TaskLine
from tests.floor.meanwhile import meanwhile, scanning
from tests.floor.story import Floor, Worker


def end(floor: Floor, task: int, by: Worker, why: str = "nobody finds it") -> None:
    floor.do(lambda house: end_task(house.session, floor.settings, by.actor, task, reason=why))


def unnamed(floor: Floor) -> list[Any]:
    """Units in a tote, or on hold, that no open line and no order's holding asks for."""

    def find(session: Any) -> list[Any]:
        asked = select(TaskLine.id).where(
            TaskLine.status == "open",
            TaskLine.item_id == Balance.item_id,
            (TaskLine.source_container_id == Balance.container_id)
            | (TaskLine.source_location_id == Balance.location_id),
        )
        totes = select(Container.id).where(Container.kind == "tote")
        loose = (Balance.condition == "hold") | Balance.container_id.in_(totes)
        return list(session.execute(select(Balance.id).where(Balance.quantity > 0, loose, ~asked.exists())).all())

    return floor.read(find)


@pytest.mark.parametrize("is_held", [True, False])
def test_an_ended_pick_gives_everything_back_and_its_order_is_released_again(
    floor: Floor, picker: Worker, supervisor: Worker, is_held: bool
) -> None:
    floor.totes("TOTE-1", "TOTE-2")
    floor.stock("MUG", 5)
    floor.stock("CUP", 2, "A-02")
    task = floor.order("O-1", ("MUG", 5), ("CUP", 2))[0]
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=3).scan("TOTE-1").scan("MUG")
    if not is_held:
        picker.release()
    end(floor, task, supervisor)
    assert floor.status(task) == "cancelled"
    assert floor.lines(task) == []
    assert floor.do(lambda house: (house.allocated("MUG"), house.allocated("CUP"))) == (0, 0)
    assert floor.sums("MUG") == (5, 3, 5, 0)
    assert unnamed(floor) == []
    picker.task = task
    picker.scan("MUG").refused("task_ended")
    for word in ("Sue", "nobody finds it", "Put 1 × MUG back to A-01"):
        assert word in picker.message, picker.message
    picker.act("undo").refused("task_ended").look()
    assert "Sue ended this job" in picker.prompt["instruction"]
    (back,) = floor.tasks("putaway")
    floor.worker("Rob").take(back).robot().finished()
    assert floor.sums("MUG") == (5, 0, 5, 0)
    (again,) = floor.do(lambda house: house.wave("O-1"))
    floor.worker("robot").take(again).robot().finished()
    floor.worker("robot").start("pack", "O-1").robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert (floor.sums("MUG"), floor.sums("CUP")) == ((0, 0, 0, 0), (0, 0, 0, 0))


def test_what_an_earlier_pick_left_in_the_same_tote_for_packing_stays_there(
    floor: Floor, picker: Worker, supervisor: Worker
) -> None:
    floor.totes("TOTE-1")
    floor.stock("MUG", 5)
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG").act("quantity", quantity=3).act("short")
    picker.scan("TOTE-1", "PACK").finished()
    floor.stock("MUG", 2, "B-01")
    second = floor.do(lambda house: house.wave("O-1"))[0]
    picker.take(second).scan(picker.prompt["location"], "MUG").scan("TOTE-1").hears("picked")
    end(floor, second, supervisor)
    assert floor.sums("MUG") == (7, 1, 5, 0)
    floor.worker("robot").start("pack", "O-1").robot().finished()
    floor.worker("robot").take(floor.tasks("putaway")[0]).robot().finished()
    assert unnamed(floor) == []


def test_ended_packing_puts_back_what_is_in_no_closed_carton_and_sends_the_closed_ones_on(
    floor: Floor, packer: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 5))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG").act("quantity", quantity=2)
    packer.scan(str(packer.prompt["target"])).hears("carton_closed").scan("MUG")
    end(floor, packer.task, supervisor, "the tote is lost")
    packer.scan("MUG").refused("task_ended")
    assert "open carton" in packer.message
    assert floor.sums("MUG") == (5, 3, 5, 0)
    floor.worker("robot").start("ship", "O-1").robot().finished()
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert (floor.sums("MUG"), unnamed(floor)) == ((3, 0, 3, 0), [])
    floor.worker("robot").take(floor.do(lambda house: house.wave("O-1"))[0]).robot().finished()


def test_packing_of_what_the_books_do_not_have_in_the_tote_can_be_ended_too(
    floor: Floor, packer: Worker, supervisor: Worker
) -> None:
    """The way out of work that cannot be done: the order is free of what is not there."""
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 3))
    floor.do(lambda house: house.session.execute(Holding.__table__.update().values(quantity=5)))
    floor.do(
        lambda house: house.session.execute(
            TaskLine.__table__.update()
            .values(quantity=5)
            .where(TaskLine.task_id.in_(select(Task.id).where(Task.kind == "pack")))
        )
    )
    end(floor, floor.tasks("pack")[0], supervisor)
    assert floor.sums("MUG") == (5, 3, 3, 0)
    assert floor.read(lambda s: s.scalar(select(func.sum(Holding.quantity)))) == 0


def test_ended_loading_leaves_the_cartons_packed_for_the_next_one(
    floor: Floor, packer: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 2)
    floor.packed("O-1", ("MUG", 2))
    packer.start("ship", "O-1").scan(str(packer.prompt["container"]))
    end(floor, packer.task, supervisor, "the truck is gone")
    packer.scan("DOOR").refused("task_ended")
    assert floor.sums("MUG") == (2, 0, 2, 0)
    (later,) = floor.tasks("ship")
    floor.worker("robot").take(later).robot().finished()
    assert floor.sums("MUG") == (0, 0, 0, 0)


def test_an_ended_put_away_waits_anew_with_what_the_books_have_there(
    floor: Floor, receiver: Worker, supervisor: Worker
) -> None:
    floor.bin("A-01")
    floor.item("CUP")
    floor.purchase("PO-1", ("MUG", 4), ("CUP", 2))
    floor.worker("robot").start("receive", "PO-1").robot()
    receiver.start("putaway", "PO-1").scan("MUG")
    floor.do(lambda house: house.adjust("MUG", -1, "DOCK"))
    end(floor, receiver.task, supervisor)
    receiver.scan("A-01").refused("task_ended")
    assert "Put 4 × MUG back to DOCK" in receiver.message
    (again,) = floor.tasks("putaway")
    assert [units for _place, units, _done in floor.lines(again)] == [3, 2]
    floor.worker("robot").take(again).robot().finished()
    assert (floor.at("MUG", "DOCK"), floor.at("CUP", "DOCK")) == (0, 0)


def test_an_ended_put_back_is_put_back_by_the_next_one(floor: Floor, supervisor: Worker) -> None:
    floor.stock("MUG", 3)
    floor.packed("O-1", ("MUG", 3))
    floor.cancel("O-1", ("1", 1))
    end(floor, floor.tasks("putaway")[0], supervisor)
    assert unnamed(floor) == []
    floor.worker("robot").take(floor.tasks("putaway")[0]).robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("MUG") == (1, 0, 0, 0)


def test_an_ended_receipt_is_begun_again_for_what_has_not_come(
    floor: Floor, receiver: Worker, supervisor: Worker
) -> None:
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 5))
    receiver.start("receive", "PO-1").scan("MUG").act("quantity", quantity=2).scan("DOCK").scan("MUG")
    end(floor, receiver.task, supervisor)
    receiver.scan("DOCK").refused("task_ended")
    assert floor.sums("MUG") == (2, 0, 0, 3)
    receiver.start("receive", "PO-1").robot().finished()
    assert floor.sums("MUG") == (5, 0, 0, 0)
    for task in floor.tasks("putaway"):
        floor.worker("robot").take(task).robot()


def test_an_ended_inspection_leaves_the_bench_in_quarantine_and_the_return_goes_on(
    floor: Floor, inspector: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 3)
    floor.shipped("O-1", ("MUG", 3))
    number = floor.rma("O-1", ("1", 3, "broken"))
    inspector.start("inspect", number).scan("MUG").scan("BENCH").hears("received")
    end(floor, inspector.task, supervisor)
    inspector.act("restock").refused("task_ended")
    assert floor.sums("MUG") == (1, 1, 0, 0)
    inspector.start("inspect", number)
    assert inspector.prompt["quantity"] == 2
    inspector.robot().finished()
    assert floor.sums("MUG")[0] == 3


def test_an_ended_count_posts_nothing_and_its_bin_can_be_counted_again(
    floor: Floor, counter: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 50)
    counter.start("count", location="A-01").scan("A-01", "MUG", "A-01").scan("MUG", "A-01").hears("approval_needed")
    end(floor, counter.task, supervisor, "counted by mistake")
    assert floor.sums("MUG") == (50, 0, 0, 0)
    first = counter.task
    assert counter.start("count", location="A-01").task != first


def test_an_ended_move_moves_nothing(floor: Floor, picker: Worker, supervisor: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").scan("A-01", "MUG")
    end(floor, picker.task, supervisor)
    picker.scan("B-01").refused("task_ended")
    assert (floor.at("MUG"), floor.lines(picker.task)) == (5, [])


def test_who_ended_it_when_and_why_is_kept(floor: Floor, picker: Worker, supervisor: Worker) -> None:
    floor.stock("MUG", 5)
    task = floor.order("O-1", ("MUG", 5))[0]
    with pytest.raises(Forbidden, match="role_missing"):
        end(floor, task, picker)
    with pytest.raises(Refused, match="reason_needed"):
        end(floor, task, supervisor, "  ")
    with pytest.raises(NotFound, match="unknown_task"):
        end(floor, 999, supervisor)
    picker.take(task)
    end(floor, task, supervisor, " stolen ")
    with pytest.raises(Conflict, match="task_done"):
        end(floor, task, supervisor)
    row = floor.read(lambda s: s.get_one(EndedTask, task))
    assert (row.by_id, row.held_by_id, row.reason) == (supervisor.actor.operator_id, picker.actor.operator_id, "stolen")
    assert row.at is not None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one writer in at a time
@pytest.mark.parametrize("is_first", [True, False])
def test_a_scan_and_the_end_of_its_job_come_one_after_the_other(
    floor: Floor, picker: Worker, supervisor: Worker, is_first: bool
) -> None:
    floor.totes("TOTE-1")
    floor.stock("MUG", 5)
    task = floor.order("O-1", ("MUG", 5))[0]
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=3)
    if is_first:
        meanwhile(floor, scanning(floor, picker, "TOTE-1"), lambda: end(floor, task, supervisor))
        assert floor.sums("MUG") == (5, 3, 5, 0)
    else:
        meanwhile(
            floor,
            lambda s: end_task(s, floor.settings, supervisor.actor, task, reason="late"),
            lambda: picker.scan("TOTE-1"),
        )
        picker.refused("task_ended")
        assert floor.sums("MUG") == (5, 0, 5, 0)
    assert unnamed(floor) == []
