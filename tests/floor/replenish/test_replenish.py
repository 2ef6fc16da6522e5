"""Replenish: from reserve into a pick face."""

import threading

import pytest
from sqlalchemy import select

from app.db import reading, transact
from app.orders import face_levels
from app.orders.replenish import look, replenish
from app.refusal import Refused
from app.tasks.models import Task
from tests.floor.story import Floor, Worker, day
from tests.stock.house import House


def levels(floor: Floor, sku: str, place: str, minimum: int, maximum: int) -> None:
    floor.do(
        lambda house: face_levels.set_levels(
            house.session, house.warehouse(), sku=sku, location_code=place, minimum=minimum, maximum=maximum
        )
    )


def worker_looks(floor: Floor) -> int:
    """A round of the worker's job."""
    return look(lambda work: transact(work, engine=floor.engine), lambda: reading(floor.engine))


@pytest.fixture
def face(floor: Floor) -> str:
    """F-01 holds 2 mugs and should hold 5 to 20; 30 more are in reserve, in R-01."""
    floor.stock("MUG", 2, "F-01")
    floor.stock("MUG", 30, "R-01")
    levels(floor, "MUG", "F-01", 5, 20)
    return "F-01"


def test_a_low_face_is_filled_up_to_its_maximum_by_three_scans(floor: Floor, picker: Worker, face: str) -> None:
    assert worker_looks(floor) == 1
    picker.take(floor.tasks("replenish")[0]).asked("location").scan("R-01").hears("bin_confirmed")
    picker.asked("item").scan("MUG").act("quantity", quantity=18).asked("target")
    assert (picker.prompt["value"], picker.prompt["target"]) == ("F-01", "F-01")
    picker.scan("F-01").hears("replenished").finished()
    assert picker.movements == [("MUG", 18, "R-01", "F-01")]
    assert (floor.at("MUG", "F-01"), floor.at("MUG", "R-01")) == (20, 12)
    assert floor.reasons()[-1] == "replenish"


def test_a_face_is_asked_for_once(floor: Floor, face: str) -> None:
    assert (worker_looks(floor), worker_looks(floor)) == (1, 0)
    assert [floor.lines(task) for task in floor.tasks("replenish")] == [[("R-01", 18, 0)]]


def test_a_face_above_its_minimum_waits(floor: Floor, face: str) -> None:
    floor.stock("MUG", 3, "F-01")
    assert worker_looks(floor) == 0


def test_what_orders_have_chosen_in_the_face_does_not_count_as_left(floor: Floor, face: str) -> None:
    floor.stock("MUG", 10, "F-01")
    assert worker_looks(floor) == 0
    floor.order("S-1", ("MUG", 9))
    (task,) = floor.tasks("replenish")
    assert floor.lines(task) == [("R-01", 17, 0)], "the wave that chose nine of twelve has it filled"


def test_it_takes_what_expires_first_and_nothing_expired(floor: Floor) -> None:
    floor.stock("TEA", 1, "F-01", lot="L0", expiry=day("2099-01-01"))
    floor.stock("TEA", 4, "R-01", lot="L9", expiry=day("2099-12-31"))
    floor.stock("TEA", 4, "R-02", lot="L1", expiry=day("2098-01-01"))
    floor.stock("TEA", 4, "R-03", lot="L8", expiry=day("2020-01-01"))
    levels(floor, "TEA", "F-01", 2, 7)
    worker_looks(floor)
    assert floor.lines(floor.tasks("replenish")[0]) == [("R-02", 4, 0), ("R-01", 2, 0)]


def test_no_more_is_brought_than_the_bin_has_room_for(floor: Floor, face: str) -> None:
    floor.bin("F-01", max_units=10)
    worker_looks(floor)
    assert floor.lines(floor.tasks("replenish")[0]) == [("R-01", 8, 0)]


def test_without_reserve_or_in_a_blocked_face_nothing_opens(floor: Floor) -> None:
    floor.stock("HAT", 1, "F-02")
    levels(floor, "HAT", "F-02", 3, 9)
    assert worker_looks(floor) == 0
    floor.stock("MUG", 9, "R-01")
    floor.bin("F-01", is_blocked=True)
    levels(floor, "MUG", "F-01", 3, 9)
    assert worker_looks(floor) == 0


def test_one_face_is_not_emptied_to_fill_another(floor: Floor) -> None:
    for place, units in (("F-01", 1), ("F-02", 9)):
        floor.stock("MUG", units, place)
        levels(floor, "MUG", place, 3, 9)
    assert worker_looks(floor) == 0


def test_a_wrong_bin_item_or_lot_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("HAT", 4, "R-02")
    for lot in ("L1", "L2"):
        floor.stock("TEA", 5, "R-01", lot=lot)
    floor.bin("F-01")
    levels(floor, "TEA", "F-01", 2, 4)
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-02").refused("wrong_location").scan("TEA").refused(
        "scan_bin_first"
    )
    picker.scan("R-01").scan("HAT").refused("wrong_item").scan("TEA").hears("scan_lot").asked("lot")
    picker.scan("L2").refused("wrong_lot").scan("L1").hears("item_confirmed").act("quantity", quantity=4)
    picker.scan("R-02").refused("other_bin").scan("F-01").hears("replenished").finished()


def test_serial_units_are_brought_in_any_order(floor: Floor, picker: Worker) -> None:
    floor.serials("CAM", "S1", "S2", "S3", place="R-01")
    floor.bin("F-01")
    levels(floor, "CAM", "F-01", 1, 2)
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-01", "CAM").hears("scan_serial").scan("S3").refused("wrong_serial")
    picker.scan("S2").hears("item_confirmed").scan("F-01").hears("replenished")
    picker.scan("R-01").scan("S1").scan("F-01").hears("replenished").finished()
    assert floor.at("CAM", "F-01") == 2


def test_reserve_on_a_licence_plate_is_taken_from_it(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 8, "R-01", box="LPN-1")
    floor.bin("F-01")
    levels(floor, "MUG", "F-01", 2, 5)
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-01").refused("scan_container").scan("LPN-1").hears("bin_confirmed")
    picker.scan("MUG").act("quantity", quantity=5).scan("F-01").hears("replenished").finished()
    assert (floor.at("MUG", "F-01"), floor.inside("MUG", "LPN-1")) == (5, 3)


def test_orders_come_first_and_the_rest_goes_back(floor: Floor, picker: Worker, face: str) -> None:
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-01", "MUG").act("quantity", quantity=18)
    floor.order("S-1", ("MUG", 20))  # two in the face, eighteen of the reserve
    picker.scan("F-01").hears("less_is_free")
    assert "6" in picker.message
    picker.scan("F-01").hears("replenished").finished()
    assert picker.movements == [("MUG", 12, "R-01", "F-01")]


def test_where_orders_need_all_of_it_the_worker_goes_on(floor: Floor, picker: Worker, face: str) -> None:
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0])
    floor.order("S-1", ("MUG", 32))
    picker.scan("R-01").hears("less_is_free").finished()


def test_what_is_not_there_is_left_out_and_the_reserve_is_counted(floor: Floor, picker: Worker, face: str) -> None:
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-01", "MUG").act("quantity", quantity=7).act("short").hears("short")
    picker.scan("F-01").hears("replenished").finished()
    assert floor.at("MUG", "F-01") == 9
    assert len(floor.tasks("count")) == 1
    floor.order("S-1", ("MUG", 9))
    assert floor.tasks("replenish") == [], "nobody is sent to the bin that was short before it is counted"


def test_a_short_pick_has_its_face_filled_and_its_undo_trims_that(floor: Floor, picker: Worker, face: str) -> None:
    floor.stock("MUG", 8, "F-01")
    floor.totes("TOTE-1")
    task = floor.order("S-1", ("MUG", 4))[0]
    assert floor.tasks("replenish") == []
    picker.take(task).scan("F-01").act("short").hears("short")
    (filling,) = floor.tasks("replenish")
    assert floor.lines(filling) == [("R-01", 20, 0)]
    picker.act("undo").hears("short_undone")
    worker_looks(floor)
    assert floor.lines(filling) == [("R-01", 14, 0)]
    floor.stock("MUG", 14, "F-01")
    worker_looks(floor)
    assert floor.status(filling) == "cancelled"


def test_work_that_somebody_has_begun_is_not_called_off(floor: Floor, picker: Worker, face: str) -> None:
    worker_looks(floor)
    (task,) = floor.tasks("replenish")
    picker.take(task).scan("R-01", "MUG").release()
    floor.stock("MUG", 18, "F-01")
    worker_looks(floor)
    assert floor.status(task) == "open"


def test_undo_brings_it_back(floor: Floor, picker: Worker, face: str) -> None:
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-01", "MUG").act("quantity", quantity=18).scan("F-01")
    picker.hears("replenished").act("undo").hears("undone")
    assert (floor.at("MUG", "F-01"), floor.at("MUG", "R-01")) == (2, 30)
    picker.scan("R-01", "MUG").scan("R-01").hears("put_back").asked("item")
    picker.robot().finished()
    assert floor.at("MUG", "F-01") == 20


def test_a_blocked_face_leaves_another_bin(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 9, "R-01")
    for code in ("F-01", "F-02"):
        floor.bin(code)
    levels(floor, "MUG", "F-01", 3, 9)
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-01", "MUG")
    floor.bin("F-01", is_blocked=True)
    picker.scan("F-01").refused("location_blocked").scan("F-02").refused("other_bin").scan("F-02").hears("replenished")


def test_whoever_stands_in_front_of_a_face_has_it_filled(floor: Floor, picker: Worker, face: str) -> None:
    floor.stock("MUG", 6, "F-01")
    picker.start("replenish", location="F-01").robot().finished()
    assert floor.at("MUG", "F-01") == 20
    with pytest.raises(Refused, match="full") as full:
        picker.start("replenish", location="F-01")
    assert full.value.code == "face_is_full"
    with pytest.raises(Refused) as unknown:
        picker.start("replenish", location="R-01")
    assert unknown.value.code == "no_levels"
    floor.do(lambda house: house.adjust("MUG", -18, "R-01"))
    floor.do(lambda house: house.adjust("MUG", -20, "F-01"))
    with pytest.raises(Refused) as none:
        picker.start("replenish", location="F-01")
    assert none.value.code == "no_reserve"


def test_a_scan_of_the_face_at_home_opens_its_work(floor: Floor, picker: Worker, face: str) -> None:
    worker_looks(floor)
    assert picker.home("F-01")["task_id"] == floor.tasks("replenish", status="claimed")[0]


def test_new_levels_and_none_call_off_what_nobody_began(floor: Floor, face: str) -> None:
    worker_looks(floor)
    levels(floor, "MUG", "F-01", 2, 12)
    worker_looks(floor)
    (task,) = floor.tasks("replenish")
    assert floor.lines(task) == [("R-01", 10, 0)]
    floor.do(lambda house: face_levels.remove_levels(house.session, house.warehouse(), sku="MUG", location_code="F-01"))
    assert floor.status(task) == "cancelled"
    assert floor.read(lambda session: session.scalars(select(Task.id).where(Task.status == "open")).all()) == []


def test_two_who_look_at_the_same_moment_open_it_once(floor: Floor, face: str) -> None:
    others: list[int] = []
    other = threading.Thread(target=lambda: others.append(worker_looks(floor)))

    def first(house: House) -> list[int]:
        opened = replenish(house.session, house.warehouse(), item_ids=[house.item("MUG").id])
        other.start()
        other.join(0.3)  # long enough to look, and to wait for us
        return opened

    opened = floor.do(first)
    other.join()
    assert (len(opened), others, len(floor.tasks("replenish"))) == (1, [0], 1)


def test_units_on_their_way_into_a_face_are_in_hand_while_it_is_counted(
    floor: Floor, picker: Worker, counter: Worker, face: str
) -> None:
    worker_looks(floor)
    picker.take(floor.tasks("replenish")[0]).scan("R-01", "MUG").act("quantity", quantity=18)
    counter.start("count", location="R-01").scan("R-01", "MUG").act("quantity", quantity=12).scan("R-01")
    assert counter.answer["task"]["status"] == "done", counter.answer
    picker.scan("F-01").hears("replenished")
    assert (floor.at("MUG", "F-01"), floor.at("MUG", "R-01")) == (20, 12), "eighteen in hand were no loss"
