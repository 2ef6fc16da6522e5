"""One scan, as far as it goes: told once, remembered for ever, and never twice."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, encode
from app.db import transact
from app.floor.loop import advance
from app.floor.loop.scan_record import forget_answers
from app.floor.models import Scan, ScanAnswer
from app.ledger.history import latest
from app.refusal import Conflict
from tests.floor.meanwhile import meanwhile
from tests.floor.story import SWITCHED_ON, Floor, Worker


@pytest.fixture
def task(floor: Floor) -> int:
    floor.stock("MUG", 20)
    floor.totes("TOTE-1")
    return floor.order("O-1", ("MUG", 10))[0]


def test_ten_scans_are_ten(floor: Floor, picker: Worker, task: int) -> None:
    """Floor case 50."""
    picker.take(task).scan("A-01")
    for number in range(1, 11):
        picker.send(f"scan-{number}", "MUG").hears("item_confirmed")
        assert picker.prompt["counted"] == number
    picker.asked("target").scan("TOTE-1")
    assert picker.movements == [("MUG", 10, "A-01", "TOTE-1")]


def test_ten_scans_at_the_same_moment_are_ten(floor: Floor, picker: Worker, task: int) -> None:
    """Floor case 50."""
    picker.take(task).scan("A-01")
    hands = [floor.worker("Mia", "picker") for _hand in range(10)]
    for hand in hands:
        hand.task = task
    threads = [threading.Thread(target=hand.send, args=(f"scan-{n}", "MUG")) for n, hand in enumerate(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [hand.answer["code"] for hand in hands] == ["item_confirmed"] * 10
    assert picker.look().prompt["counted"] == 10


def test_the_same_id_again_is_one_movement_and_the_first_answer(floor: Floor, picker: Worker, task: int) -> None:
    """Floor case 51."""
    picker.take(task).scan("A-01", "MUG").send("once", "TOTE-1")
    first = picker.answer
    picker.scan("MUG").send("once", "TOTE-1")
    assert picker.answer == {**first, "replayed": True}
    assert floor.inside("MUG", "TOTE-1") == 1
    assert picker.look().prompt["counted"] == 1


def test_the_same_id_at_the_same_moment_is_one_movement(floor: Floor, picker: Worker, task: int) -> None:
    """Floor case 51. A device that asks again while its first request is still being judged."""
    picker.take(task).scan("A-01", "MUG")
    _six_at_once([floor.worker("Mia", "picker") for _hand in range(6)], task, "TOTE-1")
    assert floor.inside("MUG", "TOTE-1") == 1


def test_the_same_id_at_the_same_moment_when_the_task_goes_to_somebody_else(floor: Floor) -> None:
    """Floor case 51. The first of them hands the count to a supervisor.

    The others hear its answer, not that it is not theirs.
    """
    floor.stock("MUG", 50)
    counter = floor.worker("Cat", "counter").start("count", location="A-01").scan("A-01", "MUG", "A-01")
    counter.hears("recount").scan("MUG")
    _six_at_once([floor.worker("Cat", "counter") for _hand in range(6)], counter.task, "A-01")
    assert counter.send("once", "A-01").hears("approval_needed").answer["replayed"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one writer in at a time
def test_a_scan_that_is_tried_again_while_its_twin_is_judged_is_that_one(
    floor: Floor, picker: Worker, task: int
) -> None:
    """Floor case 51. Thrown back once (a deadlock), it comes again just when the twin holds the task.

    It hears the twin's answer.
    """
    picker.take(task).scan("A-01", "MUG")
    tries: list[int] = []
    answers: list[dict[str, Any]] = []

    def scan(session: Session) -> dict[str, Any]:
        return advance.scan(session, floor.settings, picker.actor, task, scan_id="once", code="TOTE-1")

    def thrown_back(session: Session) -> dict[str, Any]:
        tries.append(1)
        if len(tries) == 1:
            session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'thrown back' USING ERRCODE = '40P01'; END $$"))
        return scan(session)

    first = meanwhile(floor, scan, lambda: answers.append(transact(thrown_back, engine=floor.engine)))
    assert answers == [{**first, "replayed": True}]
    assert floor.inside("MUG", "TOTE-1") == 1


def _six_at_once(hands: list[Worker], task: int, code: str) -> None:
    for hand in hands:
        hand.task = task
    threads = [threading.Thread(target=hand.send, args=("once", code)) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = [hand.answer for hand in hands]
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 5
    assert all({**answer, "replayed": False} == {**answers[0], "replayed": False} for answer in answers)


def test_a_scan_that_posts_takes_this_many_statements(floor: Floor, picker: Worker) -> None:
    """Each is a round trip on PostgreSQL, and none is cheap: one more is a decision, not an accident."""
    floor.stock("MUG", 1)
    floor.stock("CUP", 1)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1), ("CUP", 1))[0]).scan("A-01", "MUG")
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(floor.engine, "before_cursor_execute", note)
    picker.scan(encode(InternalKind.CONTAINER, "TOTE-1"))
    event.remove(floor.engine, "before_cursor_execute", note)
    assert picker.movements
    assert len([each for each in seen if not each.startswith("BEGIN")]) == 13, "\n".join(seen)


def test_an_action_is_replayed_too(floor: Floor, picker: Worker, task: int) -> None:
    """Floor case 51."""
    picker.take(task).scan("A-01", "MUG").act("quantity", action_id="ten", quantity=10)
    first = picker.answer
    picker.scan("TOTE-1").act("quantity", action_id="ten", quantity=10)
    assert picker.answer == {**first, "replayed": True}


def test_a_refused_scan_is_replayed_as_it_was(floor: Floor, picker: Worker, task: int) -> None:
    picker.take(task).send("early", "MUG").refused("scan_bin_first").scan("A-01").send("early", "MUG")
    picker.refused("scan_bin_first")
    assert picker.answer["replayed"]
    assert picker.look().prompt["counted"] == 0


def test_a_replay_is_answered_after_the_task_is_finished(floor: Floor, picker: Worker, task: int) -> None:
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=10).scan("TOTE-1").send("last", "PACK").finished()
    assert picker.send("last", "PACK").finished().answer["replayed"]
    picker.scan("PACK").refused("task_done")


def test_the_same_id_for_something_else_is_refused(floor: Floor, picker: Worker, task: int) -> None:
    picker.take(task).send("once", "A-01")
    with pytest.raises(Conflict, match="idempotency_key_reused"):
        picker.send("once", "MUG")
    with pytest.raises(Conflict, match="idempotency_key_reused"):
        picker.act("skip", action_id="once")
    with pytest.raises(Conflict, match="idempotency_key_reused"):
        floor.worker("Bob").take_over(task).send("once", "A-01")
    other = floor.worker("Sid").take(floor.order("O-2", ("MUG", 1))[0])
    with pytest.raises(Conflict, match="idempotency_key_reused"):
        other.send("once", "A-01")


def test_refused_scans_are_remembered_with_what_was_expected(floor: Floor, picker: Worker, task: int) -> None:
    picker.take(task).scan("TOTE-1").refused("wrong_container").scan("A-01").scan("nonsense").refused("unknown_code")
    picker.act("dance").refused("unknown_action")
    kept = [(one.kind, one.code, one.outcome, one.answer_code, one.expected) for one in floor.remembered()]
    assert kept == [
        ("scan", "TOTE-1", "refused", "wrong_container", "location"),
        ("scan", "A-01", "accepted", "bin_confirmed", "location"),
        ("scan", "nonsense", "refused", "unknown_code", "item target"),
        ("action", "dance", "refused", "unknown_action", "item target"),
    ]
    assert all(one.operator_id == picker.actor.operator_id and one.task_id == task for one in floor.remembered())


@pytest.mark.parametrize("code", ["", "   "])
def test_an_empty_scan_is_refused(floor: Floor, picker: Worker, task: int, code: str) -> None:
    picker.take(task).scan(code).refused("empty")


@pytest.mark.parametrize("kind", ["pick", "pack", "ship", "receive", "putaway", "inspect", "count", "move"])
def test_an_unknown_action_is_refused_in_every_kind_of_work(floor: Floor, kind: str) -> None:
    floor.stock("MUG", 9)
    worker = floor.worker("Eve")
    if kind == "pick":
        worker.take(floor.order("O-1", ("MUG", 1))[0])
    elif kind == "pack":
        floor.picked("O-1", ("MUG", 1))
        worker.start("pack", "O-1")
    elif kind == "ship":
        floor.packed("O-1", ("MUG", 1))
        worker.start("ship", "O-1")
    elif kind in ("receive", "putaway"):
        floor.purchase("PO-1", ("MUG", 1))
        worker.start("receive", "PO-1")
        if kind == "putaway":
            worker.robot().start("putaway", "PO-1")
    elif kind == "inspect":
        floor.shipped("O-1", ("MUG", 1))
        worker.start("inspect", floor.rma("O-1", ("1", 1, "other")))
    else:
        worker.start(kind, location="A-01")
    before = worker.prompt
    worker.act("dance").refused("unknown_action").scan(encode(InternalKind.ACTION, "DANCE")).refused("unknown_action")
    worker.scan("\x00\x1d").look()
    assert worker.prompt == before


def test_a_quantity_is_asked_for_only_where_something_is_counted(floor: Floor) -> None:
    """A quantity that comes where nothing waits for one is refused, never an error."""
    floor.stock("MUG", 9)
    floor.picked("O-1", ("MUG", 9))
    robot = floor.worker("robot").start("pack", "O-1").act("quantity", quantity=5).refused("scan_item_first")
    robot.robot().start("ship", "O-1").act("quantity", quantity=5).refused("unknown_action")
    robot.start("move").act("quantity", quantity=5).refused("scan_item_first")


def test_a_quantity_after_the_last_line_is_refused(floor: Floor, picker: Worker, task: int) -> None:
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=10).scan("TOTE-1").act("quantity", quantity=1)
    picker.refused("scan_item_first").asked("target")


def test_a_finished_task_is_undone_by_nobody_else(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 1))
    receiver.start("receive", "PO-1").robot().finished()
    other = floor.worker("Ron", "receiver")
    other.task = receiver.task
    with pytest.raises(Conflict, match="not_your_task"):
        other.act("undo")
    with pytest.raises(Conflict, match="task_done"):
        other.take_over(receiver.task)
    assert floor.sums("MUG") == (1, 0, 0, 0)
    receiver.act("undo").hears("undone")


def test_two_workers_at_the_same_task_never_both_post(floor: Floor, task: int) -> None:
    """The first posts, the second is told that the task is not theirs any more."""
    one, two = floor.worker("One"), floor.worker("Two")
    one.take(task).scan("A-01", "MUG").act("quantity", quantity=10)
    two.take_over(task)
    with pytest.raises(Conflict, match="task_taken"):
        one.scan("TOTE-1")
    two.scan("TOTE-1").hears("picked")
    assert floor.inside("MUG", "TOTE-1") == 10


def test_nothing_of_one_line_leaks_into_the_next(floor: Floor, picker: Worker) -> None:
    for lot in ("L1", "L2", "L3"):
        floor.stock("MILK", 2, lot=lot)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MILK", 4))[0]).scan("A-01")
    for lot in ("L1", "L2"):
        assert picker.prompt["counted"] == 0
        picker.scan("MILK").hears("scan_lot").scan(lot).hears("item_confirmed").scan("MILK", "TOTE-1").hears("picked")
    picker.scan("PACK").finished()


def test_what_was_received_of_one_line_says_nothing_about_the_next(floor: Floor, receiver: Worker) -> None:
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.item("CREAM", tracking="lot", has_expiry=True)
    floor.purchase("PO-1", ("MILK", 1), ("CREAM", 1))
    receiver.start("receive", "PO-1").scan("MILK", "L1", "2090-01-01", "DOCK").hears("received").scan("CREAM")
    receiver.asked("lot")
    assert "lot" not in receiver.prompt
    receiver.scan("L1").asked("expiry"), "lot L1 of another item is another lot"
    assert "expiry" not in receiver.prompt
    receiver.scan("2091-01-01", "DOCK").finished()


def test_a_code_with_two_meanings_asks_for_a_narrower_scan(floor: Floor, picker: Worker, task: int) -> None:
    floor.item("JUG")
    floor.barcode("MUG", "04006381333931", gtin="04006381333931")
    floor.barcode("JUG", "JUG-EAN", gtin="04006381333931")
    picker.take(task).scan("A-01").scan("(01)04006381333931").refused("two_meanings")
    picker.scan("04006381333931").hears("item_confirmed"), "the raw text is tried before its parse"


def test_a_new_tote_in_the_middle_and_a_partial_shipment_keeps_the_rest_committed(
    floor: Floor, picker: Worker, task: int
) -> None:
    floor.totes("TOTE-2")
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=4).scan("TOTE-1").scan("MUG")
    picker.act("quantity", quantity=3).scan("TOTE-2").hears("picked").act("short").scan("PACK").finished()
    floor.worker("robot").start("pack", "O-1").robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("MUG") == (13, 0, 3, 0)
    assert floor.do(lambda house: house.status("O-1")) == "open"


@pytest.mark.parametrize("said", ["0213-09-24T05:55:02+00:00", "9999-12-31T23:59:59+00:00", "-2 days", "+25 hours"])
def test_a_clock_that_is_wrong_by_more_than_a_day_is_kept_as_said_and_not_believed(
    floor: Floor, picker: Worker, task: int, said: str
) -> None:
    """One scan of the year 213 stopped every history and the seals for good."""
    now = clock.now()
    known = {"-2 days": now - timedelta(days=2), "+25 hours": now + timedelta(hours=25)}
    moment = known.get(said) or datetime.fromisoformat(said)
    picker.take(task).scan("A-01", "MUG")
    picker.read("TOTE-1", at=(moment - SWITCHED_ON).total_seconds())
    assert picker.movements == [("MUG", 1, "A-01", "TOTE-1")]
    newest = select(Scan).order_by(Scan.id.desc()).limit(1)
    scan, movement = floor.read(lambda session: (session.scalars(newest).one(), latest(session)[0]))
    assert datetime.fromisoformat(scan.said_at or "") - moment < timedelta(milliseconds=1)
    assert abs(scan.scanned_at - now) < timedelta(hours=1)
    assert abs(movement.occurred_at - now) < timedelta(hours=1)


def test_a_clock_that_is_a_little_wrong_is_believed(floor: Floor, picker: Worker, task: int) -> None:
    """A scan of a dead spot, or of a queue over night, happened when the device says so."""
    moment = clock.now() - timedelta(hours=23)
    picker.take(task).scan("A-01", "MUG").read("TOTE-1", at=(moment - SWITCHED_ON).total_seconds())
    newest = select(Scan).order_by(Scan.id.desc()).limit(1)
    scan, movement = floor.read(lambda session: (session.scalars(newest).one(), latest(session)[0]))
    assert scan.said_at is None
    assert scan.scanned_at == movement.occurred_at
    assert abs(scan.scanned_at - moment) < timedelta(milliseconds=1)


def test_an_answer_goes_after_its_time_and_the_scan_stays_and_is_not_judged_again(
    floor: Floor, picker: Worker, task: int
) -> None:
    picker.take(task).scan("A-01", "MUG").send("once", "TOTE-1")
    assert floor.do(lambda house: forget_answers(house.session, before=clock.now() - timedelta(days=1))) == 0
    picker.send("once", "TOTE-1")
    assert picker.answer["replayed"]
    answers = floor.read(lambda session: session.scalar(select(func.count()).select_from(ScanAnswer)))
    assert floor.do(lambda house: forget_answers(house.session, before=clock.now())) == answers == 3
    with pytest.raises(Conflict) as refused:
        picker.send("once", "TOTE-1")
    assert refused.value.code == "scan_too_old"
    with pytest.raises(Conflict) as refused:
        floor.worker("Lea", "picker").take_over(task).send("once", "TOTE-1")
    assert refused.value.code == "idempotency_key_reused"
    assert floor.inside("MUG", "TOTE-1") == 1
    assert floor.read(lambda session: session.scalar(select(func.count()).select_from(Scan))) == answers + 1
