"""Two at the same moment, on PostgreSQL: SQLite lets one writer in at a time. Work is opened once, and by somebody."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.db import transact
from app.floor.begin.start import start
from app.ledger.post import Move, Place, post
from app.places.models import ADJUSTMENT, Container
from app.refusal import Refused
from app.tasks.models import Task, TaskLine
from app.tasks.queue import NewLine, open_task
from tests.floor.meanwhile import acting, meanwhile, scanning
from tests.floor.story import Floor, Worker
from tests.stock.house import House

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def purchased(floor: Floor) -> str:
    floor.purchase("PO-1", ("MUG", 2))
    return "PO-1"


def sent_back(floor: Floor) -> str:
    floor.stock("MUG", 2)
    floor.shipped("O-1", ("MUG", 2))
    return floor.rma("O-1", ("1", 2, "broken"))


def stocked(floor: Floor) -> str:
    floor.stock("MUG", 2)
    return "A-01"


@pytest.mark.parametrize(("kind", "document"), [("receive", purchased), ("inspect", sent_back), ("count", stocked)])
def test_two_who_begin_one_document_at_once_begin_one_task(
    floor: Floor, supervisor: Worker, kind: str, document: Callable[[Floor], str]
) -> None:
    number = document(floor)
    also = floor.worker("Ben", "supervisor")
    heard: list[str] = []

    def begin(session: Session) -> int:
        where = {"location": number} if kind == "count" else {"document": number}
        return start(session, floor.settings, supervisor.actor, kind=kind, warehouse="W", **where)

    def begin_too() -> None:
        try:
            also.start(kind, number, location=number)
        except Refused as error:
            heard.append(error.code)

    task = meanwhile(floor, begin, begin_too)
    assert floor.tasks(kind, status="claimed") == [task]
    assert heard == ["task_taken"]


def half_packed(floor: Floor) -> None:
    """An order of a mug, whose carton waits for the door, and of a cup that came later and is to be packed."""
    floor.stock("MUG", 1)
    floor.item("CUP")
    floor.packed("O-1", ("MUG", 1), ("CUP", 1))
    floor.stock("CUP", 1, "A-02")
    floor.worker("robot").take(floor.do(lambda house: house.wave("O-1"))[0]).robot()


@pytest.mark.parametrize("begun", [["TOTE-1", "CUP"], []])
def test_a_carton_that_is_packed_while_the_last_other_is_loaded_is_loaded_later(floor: Floor, begun: list[str]) -> None:
    half_packed(floor)
    packer = floor.worker("Pat", "packer").start("pack", "O-1").scan(*begun)
    loader = floor.worker("Lea", "packer").start("ship", "O-1")
    loader.scan(str(loader.prompt["container"])).hears("carton_confirmed")
    answer = meanwhile(floor, scanning(floor, loader, "DOOR"), packer.robot)
    assert answer["task"]["status"] == "done"
    packer.finished()
    (later,) = floor.tasks("ship")
    assert floor.worker("Lea", "packer").take(later).robot().answer["task"]["status"] == "done"
    assert (floor.sums("MUG"), floor.sums("CUP")) == ((0, 0, 0, 0), (0, 0, 0, 0))


def test_what_is_packed_during_a_scan_of_the_loader_is_begun_by_whoever_asks_for_the_order(floor: Floor) -> None:
    half_packed(floor)
    packer = floor.worker("Pat", "packer").start("pack", "O-1")
    loader = floor.worker("Lea", "packer").start("ship", "O-1")
    meanwhile(floor, scanning(floor, loader, str(loader.prompt["container"])), packer.robot)
    floor.worker("Zoe", "packer").start("ship", "O-1").robot().finished()
    loader.scan("DOOR").finished()
    assert (floor.sums("MUG"), floor.sums("CUP")) == ((0, 0, 0, 0), (0, 0, 0, 0))


def test_whoever_packs_never_waits_for_a_loader_who_may_wait_for_the_same_order(floor: Floor) -> None:
    """A loader's scan holds the shipping task and then wants the order; the last carton's packer holds the order."""
    half_packed(floor)
    packer = floor.worker("Pat", "packer").start("pack", "O-1")
    loader = floor.worker("Lea", "packer").start("ship", "O-1")
    packing = threading.Thread(target=packer.robot)
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    def begin_to_load(session: Session) -> None:
        session.execute(select(Task.id).where(Task.id == loader.task).with_for_update())
        packing.start()
        while packing.is_alive():
            session.execute(text("SELECT pg_stat_clear_snapshot()"))
            assert not session.scalar(waits), "each of the two may wait for the other"
            time.sleep(0.01)

    transact(begin_to_load, engine=floor.engine)
    packer.finished()
    for task in floor.tasks("ship", status="claimed") + floor.tasks("ship"):
        floor.worker("Lea", "packer").take(task).robot().finished()
    assert (floor.sums("MUG"), floor.sums("CUP")) == ((0, 0, 0, 0), (0, 0, 0, 0))


def test_of_two_who_put_back_the_last_units_of_a_carton_one_sends_it_to_the_door(floor: Floor) -> None:
    floor.stock("MUG", 2)
    floor.stock("CUP", 2, "A-02")
    floor.packed("O-1", ("MUG", 2), ("CUP", 2))
    hands = []
    for line in ("1", "2"):
        floor.cancel("O-1", (line, 1))
        hands.append(floor.worker(f"Hand {line}").take(floor.tasks("putaway")[0]))
    for hand in hands:
        carton = floor.read(lambda s: s.scalars(select(Container.code).where(Container.kind == "carton")).one())
        hand.scan(carton, hand.prompt["ways"][0]["scan"])
    first, second = hands
    meanwhile(floor, scanning(floor, first, first.prompt["target"]), lambda: second.scan(second.prompt["target"]))
    second.hears("put_away")
    assert len(floor.tasks("ship")) == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_a_carton_that_is_set_aside_while_its_last_unit_is_put_back_goes_to_the_door(
    floor: Floor, is_first: bool
) -> None:
    floor.stock("MUG", 2)
    floor.packed("O-1", ("MUG", 1))
    loader = floor.worker("Lea", "packer").start("ship", "O-1")
    floor.do(lambda house: too_much_in(house, str(loader.prompt["container"])))
    hand = floor.worker("Ben", "receiver").take(floor.tasks("putaway")[0]).scan("MUG")
    where = hand.prompt["target"]
    if is_first:
        heard = meanwhile(floor, acting(floor, loader, "set_aside"), lambda: hand.scan(where))
        assert (heard["code"], hand.hears("put_away")) == ("set_aside", hand)
    else:
        meanwhile(floor, scanning(floor, hand, where), lambda: loader.act("set_aside"))
        loader.refused("carton_may_leave")
    loader.robot()
    for task in floor.tasks("ship"):
        floor.worker("Zoe", "packer").take(task).robot().finished()
    assert floor.sums("MUG") == (2, 0, 0, 0)


def too_much_in(house: House, carton: str) -> None:
    """A unit on hold stands in the carton, and somebody is to put it back."""
    inside = Place(house.bin("PACK").id, house.box(carton).id, "hold")
    post(house.session, house.header("found"), [Move(house.item("MUG").id, 1, Place(ADJUSTMENT, None, "hold"), inside)])
    line = NewLine(
        item_id=house.item("MUG").id,
        quantity=1,
        source_location_id=house.bin("PACK").id,
        source_container_id=house.box(carton).id,
        source_condition="hold",
    )
    of_order = {"document_type": "put_back", "document_id": house.id("O-1"), "document": "O-1"}
    open_task(house.session, kind="putaway", warehouse_id=house.warehouse().id, lines=[line], **of_order)


def test_a_short_that_is_taken_back_beside_another_short_of_that_bin_is_not_called_counted(floor: Floor) -> None:
    floor.stock("MUG", 4)
    floor.stock("CUP", 4)
    first = floor.worker("Ben", "picker").take(floor.order("O-1", ("MUG", 2))[0]).act("short").hears("short")
    second = floor.worker("Lea", "picker").take(floor.order("O-2", ("CUP", 2))[0])
    assert meanwhile(floor, acting(floor, second, "short"), lambda: first.act("undo"))["code"] == "short"
    first.hears("short_undone")
    assert len(floor.tasks("count")) == 1
    second.act("undo").hears("short_undone")
    assert floor.tasks("count") == []


def test_of_three_shorts_of_a_bin_one_is_taken_back_beside_another_and_one_count_is_left(floor: Floor) -> None:
    for sku in ("MUG", "CUP", "POT"):
        floor.stock(sku, 4)
    first, second, third = (
        floor.worker(name, "picker").take(floor.order(f"O-{name}", (sku, 2))[0])
        for name, sku in (("Ben", "MUG"), ("Lea", "CUP"), ("Tom", "POT"))
    )
    first.act("short").hears("short")
    second.act("short").hears("short")
    meanwhile(floor, acting(floor, first, "undo"), lambda: third.act("short"))
    third.hears("short")
    assert len(floor.tasks("count")) == 1


def test_a_short_while_another_takes_back_theirs_of_the_same_bin_has_a_count(floor: Floor) -> None:
    floor.stock("MUG", 4)
    floor.stock("CUP", 4)
    first = floor.worker("Ben", "picker").take(floor.order("O-1", ("MUG", 2))[0]).act("short").hears("short")
    second = floor.worker("Lea", "picker").take(floor.order("O-2", ("CUP", 2))[0])

    undone = meanwhile(floor, acting(floor, first, "undo"), lambda: second.act("short"))
    assert undone["code"] == "short_undone"
    second.hears("short")
    assert len(floor.tasks("count")) == 1
    second.act("undo").hears("short_undone")
    assert floor.tasks("count") == []


def at_the_dock(floor: Floor, *skus: str) -> list[Worker]:
    """Workers who each stand at the dock before a delivery of one item."""
    hands = []
    for number, sku in enumerate(skus):
        floor.item(sku)
        floor.purchase(f"PO-{number}", (sku, 2))
        floor.worker("robot").start("receive", f"PO-{number}").robot()
        hands.append(floor.worker(f"Hand {number}", "receiver").start("putaway", f"PO-{number}"))
    return hands


def test_two_who_take_goods_up_at_the_same_moment_are_sent_to_two_bins(floor: Floor) -> None:
    first, second = at_the_dock(floor, "MUG", "CUP")
    for code in ("A-01", "A-02"):
        floor.bin(code)
    answer = meanwhile(floor, scanning(floor, first, "MUG"), lambda: second.scan("CUP"))
    assert (answer["prompt"]["target"], second.prompt["target"]) == ("A-01", "A-02")


def test_many_who_take_goods_up_at_the_same_moment_are_each_sent_to_a_bin_of_their_own(floor: Floor) -> None:
    skus = [f"SKU-{number}" for number in range(8)]
    hands = at_the_dock(floor, *skus)
    for number in range(12):
        floor.bin(f"A-{number:02}")
    ready = threading.Barrier(len(hands))

    def take_up(hand: Worker, sku: str) -> None:
        ready.wait()
        hand.scan(sku)

    for _time in range(3):
        threads = [threading.Thread(target=take_up, args=pair) for pair in zip(hands, skus, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({hand.prompt["target"] for hand in hands}) == len(hands)
        for hand in hands:  # once more, from the beginning
            hand.act("undo").hears("count_undone")
        floor.do(lambda house: house.session.execute(update(TaskLine).values(target_location_id=None)))
