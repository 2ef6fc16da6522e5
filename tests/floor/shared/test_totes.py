"""What stands in a tote or carton is what orders hold there, and stands where the tote stands: whatever people do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.control.verification import verify
from app.ledger.models import Balance
from app.orders.expire import hold_expired
from app.orders.models import Holding
from app.places.models import Container, Location
from app.refusal import Refused
from tests.floor.story import Floor, Worker
from tests.floor.test_left_behind import carton_of


def stands(floor: Floor, container: str) -> set[str]:
    """The places where the books have something of a container, and the one where they have the container itself."""
    found = select(Location.code).join(Balance, Balance.location_id == Location.id)
    inside = found.join(Container, Container.id == Balance.container_id)
    itself = select(Location.code).join(Container, Container.location_id == Location.id)
    return floor.read(
        lambda session: {
            *session.scalars(inside.where(Container.code == container, Balance.quantity > 0)),
            *session.scalars(itself.where(Container.code == container)),
        }
    )


def held(floor: Floor, container: str) -> int:
    statement = select(Holding.quantity).join(Container, Container.id == Holding.container_id)
    mine = statement.where(Container.code == container, Holding.is_shipped.is_(False))
    return floor.read(lambda session: sum(session.scalars(mine)))


def drained(floor: Floor) -> None:
    """Robots do everything that is open; nothing may stay in a tote or on hold."""
    robot = floor.worker("robot")
    for kind in ("count", "pick", "pack", "ship", "putaway"):
        for status in ("claimed", "open"):
            for task in floor.tasks(kind, status=status):
                if floor.status(task) == status:
                    (robot.take(task) if status == "open" else robot.take_over(task)).robot()


# A tote stands where its goods stand.


def _second_pick(floor: Floor, picker: Worker) -> None:
    """Three of five stand at packing, and the other two were found: their pick is at the tote."""
    floor.totes("TOTE-1", "TOTE-2")
    floor.stock("MUG", 3)
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG").act("quantity", quantity=3).scan("TOTE-1")
    picker.scan("PACK").finished()
    floor.stock("MUG", 2, "B-01")
    picker.take(floor.do(lambda house: house.wave("O-1"))[0])
    picker.scan("B-01", "MUG").act("quantity", quantity=1).scan("TOTE-1").hears("picked")


def test_a_later_pick_joins_the_tote_where_it_stands(floor: Floor, picker: Worker, packer: Worker) -> None:
    _second_pick(floor, picker)
    assert stands(floor, "TOTE-1") == {"PACK"}
    picker.scan("MUG", "TOTE-1").hears("picked").scan("PACK").finished()
    assert stands(floor, "TOTE-1") == {"PACK"}
    packer.start("pack", "O-1").robot().finished()
    packer.start("ship", "O-1").robot().finished()
    assert floor.sums("MUG") == (0, 0, 0, 0)


def test_an_order_is_cancelled_while_a_later_pick_of_it_is_at_its_tote(floor: Floor, picker: Worker) -> None:
    _second_pick(floor, picker)
    floor.cancel("O-1")
    drained(floor)
    assert floor.sums("MUG") == (5, 0, 0, 0)
    assert stands(floor, "TOTE-1") == {"PACK"}


def test_a_line_is_cancelled_in_part_while_a_later_pick_is_at_its_tote(
    floor: Floor, picker: Worker, packer: Worker
) -> None:
    _second_pick(floor, picker)
    floor.cancel("O-1", ("1", 3))
    picker.look().robot()
    drained(floor)
    assert floor.sums("MUG") == (3, 0, 0, 0)


def test_a_tote_with_goods_of_nobodys_order_is_not_picked_into(floor: Floor, picker: Worker) -> None:
    """It waits to be emptied: its goods go back into a bin."""
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 2))
    floor.cancel("O-1")
    picker.take(floor.order("O-2", ("MUG", 2))[0]).scan("A-01", "MUG", "MUG", "TOTE-1").refused("tote_not_empty")
    assert stands(floor, "TOTE-1") == {"PACK"}
    floor.totes("TOTE-2")
    picker.scan("TOTE-2").hears("picked")


def test_a_tote_that_a_picker_fills_is_not_moved_away(floor: Floor, picker: Worker) -> None:
    """Its held units were cancelled, so nothing in it is picked for anybody; the pick still goes into it."""
    floor.stock("MUG", 5)
    floor.stock("CUP", 1, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 2), ("CUP", 1))[0]).scan("A-01", "MUG", "MUG", "TOTE-1")
    floor.cancel("O-1", ("1", 2))
    mover = floor.worker("Max").start("move").scan("TOTE-1").hears("source_confirmed")
    mover.scan("QUARANTINE").refused("tote_in_use").act("undo")
    mover.scan("TOTE-1", "MUG").refused("tote_in_use")
    picker.look().robot()
    drained(floor)
    assert stands(floor, "TOTE-1") == {"PACK"}


def test_a_plate_that_is_used_again_elsewhere_does_not_get_its_old_goods_back(floor: Floor, receiver: Worker) -> None:
    """The put-away is undone: its goods would stand on a plate at the dock that carries other goods to a bin by now."""
    floor.stock("MUG", 4, box="LPN-1")
    mover, other = floor.worker("Max").start("move"), floor.worker("Moe").start("move")
    floor.bin("B-01")
    floor.stock("CUP", 1, "C-01")
    mover.scan("LPN-1", "MUG").act("quantity", quantity=4).scan("B-01").hears("moved")
    other.scan("C-01", "CUP", "LPN-1", "B-01").hears("moved")
    mover.act("undo").refused("container_elsewhere")
    assert "LPN-1" in mover.message
    assert "B-01" in mover.message
    other.act("undo").hears("undone")
    mover.act("undo").hears("undone")
    assert stands(floor, "LPN-1") == {"A-01"}


def test_a_carton_is_not_opened_into_a_tote_that_another_order_has_by_now(
    floor: Floor, picker: Worker, packer: Worker
) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    task = floor.tasks("pack", status="done")[0]
    packer = floor.worker("robot")
    packer.task = task
    picker.take(floor.order("O-2", ("MUG", 2))[0]).scan("A-01", "MUG")
    assert picker.prompt["target"] == "TOTE-1"
    packer.look().act("undo").refused("tote_in_use")
    picker.scan("MUG", "TOTE-1").hears("picked")
    packer.act("undo").refused("tote_in_use")
    picker.scan("PACK").finished()
    packer.act("undo").refused("tote_in_use")
    drained(floor)
    packer.act("undo").refused("shipped_already")


def test_a_carton_is_opened_into_its_tote_that_was_only_looked_at_since(
    floor: Floor, picker: Worker, packer: Worker
) -> None:
    """It was proposed to a picker who released the job and whose order was cancelled: an empty tote goes anywhere."""
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 2))
    packer.start("pack", "O-1").robot().finished()
    picker.take(floor.order("O-2", ("MUG", 2))[0]).scan("A-01", "MUG").release()
    floor.cancel("O-2")
    assert stands(floor, "TOTE-1") == {"FLOOR"}
    packer.act("undo").hears("undone")
    assert stands(floor, "TOTE-1") == {"PACK"}
    packer.robot().finished()
    drained(floor)


# Another lot than the books have.

L1, L2 = "(01)09506000134352(10)L1", "(01)09506000134352(10)L2"


def _milk(floor: Floor, **lots: int) -> None:
    for lot, units in lots.items():
        floor.stock("MILK", units, lot=lot)
    floor.barcode("MILK", "09506000134352", gtin="09506000134352")


def test_a_promise_that_has_both_lots_in_one_tote_is_swapped_too(floor: Floor, packer: Worker) -> None:
    _milk(floor, L1=3, L2=6)
    floor.picked("O-1", ("MILK", 5))
    packer.start("pack", "O-1").scan("TOTE-1").scan(L2, L2).hears("item_confirmed")
    packer.scan(L2).refused("other_lot").scan(L2).hears("item_confirmed")
    packer.robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("MILK") == (4, 0, 0, 0)


def test_one_of_two_packing_lines_of_a_promise_is_swapped(floor: Floor, picker: Worker, packer: Worker) -> None:
    """The rest of a line was picked later, of the same lot into the same tote: both lines ask for one holding."""
    _milk(floor, L1=5, L2=3)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MILK", 5))[0]).scan("A-01", "MILK", L1, "MILK").act("short")
    picker.scan("TOTE-1").robot().finished()
    picker.take(floor.do(lambda house: house.wave("O-1"))[0])
    picker.scan("A-01", "MILK", L1).act("quantity", quantity=3).scan("TOTE-1", "PACK").finished()
    packer.start("pack", "O-1").scan("TOTE-1").scan(L2).refused("other_lot").scan(L2).hears("item_confirmed")
    assert floor.read(lambda session: verify(session).differences) == ()
    packer.robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("MILK") == (3, 0, 0, 0)


def test_a_line_that_is_packed_in_part_is_swapped_and_all_of_it_undone(floor: Floor, packer: Worker) -> None:
    """Each carton is opened again with the lot that went into it."""
    _milk(floor, L1=5, L2=5)
    floor.picked("O-1", ("MILK", 5))
    packer.start("pack", "O-1").scan("TOTE-1").scan(L1, L1)
    packer.scan(carton_of(packer)).hears("carton_closed")
    packer.scan(L2).refused("other_lot").scan(L2).hears("item_confirmed").act("quantity", quantity=3)
    packer.scan(carton_of(packer)).hears("carton_closed").finished()
    packer.act("undo").hears("undone").act("undo").hears("undone")
    assert floor.read(lambda session: verify(session).differences) == ()
    assert held(floor, "TOTE-1") == 5
    packer.robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("MILK") == (5, 0, 0, 0)


# A pick that is taken back after its order changed.


def test_a_cancelled_pick_is_not_undone_out_of_another_lines_units(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.stock("MUG", 3, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 4), ("MUG", 3))[0]).scan("A-01", "MUG").act("quantity", quantity=4)
    picker.scan("TOTE-1", "B-01", "MUG").act("quantity", quantity=3).scan("TOTE-1").hears("picked")
    floor.cancel("O-1", ("2", 3))
    picker.act("undo").refused("changed_meanwhile")
    assert held(floor, "TOTE-1") == 4
    picker.scan("PACK").finished()
    drained(floor)
    assert floor.sums("MUG") == (3, 0, 0, 0)


# A count that finds fewer, and is taken back.


def _lost(floor: Floor, counter: Worker, *codes: str) -> Worker:
    return counter.start("count", location="PACK").scan("PACK", *codes, "PACK").hears("counted").finished()


def test_a_count_that_lost_picked_units_gives_them_back_to_their_order(
    floor: Floor, counter: Worker, packer: Worker
) -> None:
    floor.stock("MUG", 9)
    floor.picked("O-1", ("MUG", 5))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG").act("quantity", quantity=5)
    _lost(floor, counter, "MUG")
    assert (held(floor, "TOTE-1"), floor.inside("MUG", "TOTE-1")) == (1, 1)
    counter.act("undo").hears("undone")
    assert (held(floor, "TOTE-1"), floor.inside("MUG", "TOTE-1")) == (5, 5)
    counter.scan("PACK", "MUG").act("quantity", quantity=5).scan("PACK").finished()
    packer.scan(carton_of(packer))
    packer.robot().finished()
    drained(floor)
    assert floor.sums("MUG") == (4, 0, 0, 0)


def test_units_that_a_count_lost_are_not_asked_for_at_the_bench(floor: Floor, counter: Worker, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 5))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG").act("quantity", quantity=5)
    _lost(floor, counter, "MUG", "MUG")
    packer.scan(carton_of(packer)).hears("line_gone")
    packer.scan(carton_of(packer)).hears("carton_closed").finished()
    floor.worker("robot").start("ship", "O-1").robot()
    assert floor.sums("MUG") == (0, 0, 3, 0)


def test_units_found_again_of_an_order_that_does_not_want_them_are_put_back(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 5))
    _lost(floor, counter, "MUG")
    floor.cancel("O-1")
    counter.act("undo").hears("undone")
    assert held(floor, "TOTE-1") == 0
    assert floor.sums("MUG") == (5, 5, 0, 0)
    counter.scan("PACK", "MUG").act("quantity", quantity=5).scan("PACK").finished()
    drained(floor)
    assert floor.sums("MUG") == (5, 0, 0, 0)
    assert floor.inside("MUG", "TOTE-1") == 0


def test_units_found_again_that_were_picked_anew_meanwhile_are_put_back(
    floor: Floor, counter: Worker, picker: Worker
) -> None:
    floor.stock("MUG", 9)
    floor.totes("TOTE-2")
    floor.picked("O-1", ("MUG", 5))
    _lost(floor, counter, "MUG", "MUG")
    picker.take(floor.do(lambda house: house.wave("O-1"))[0]).scan("A-01", "MUG", "MUG", "TOTE-2").hears("picked")
    counter.act("undo").hears("undone")
    assert (held(floor, "TOTE-1"), floor.inside("MUG", "TOTE-1")) == (2, 5)
    counter.scan("PACK", "MUG").act("quantity", quantity=5).scan("PACK").finished()
    picker.robot()
    drained(floor)
    assert floor.sums("MUG") == (4, 0, 0, 0)


def test_a_count_does_not_put_units_back_into_a_tote_that_another_order_has_by_now(
    floor: Floor, counter: Worker, picker: Worker
) -> None:
    floor.stock("MUG", 7)
    floor.picked("O-1", ("MUG", 2))
    _lost(floor, counter)
    picker.take(floor.order("O-2", ("MUG", 1))[0]).scan("A-01", "MUG").asked("target")
    counter.act("undo").refused("tote_in_use")
    assert "TOTE-1" in counter.answer["message"]
    picker.scan("TOTE-1").hears("picked").scan("PACK").finished()
    counter.act("undo").refused("tote_in_use")
    assert (held(floor, "TOTE-1"), floor.inside("MUG", "TOTE-1")) == (1, 1)
    counter.start("count", location="PACK").scan("PACK", "MUG", "MUG", "MUG", "PACK").hears("counted").finished()
    drained(floor)
    assert floor.do(lambda house: house.status("O-2")) == "shipped"


def test_a_count_is_not_undone_into_a_carton_that_has_left(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 2)
    floor.packed("O-1", ("MUG", 2))
    _lost(floor, counter, "MUG")
    floor.worker("robot").start("ship", "O-1").robot().finished()
    counter.act("undo").refused("shipped_already")
    assert floor.sums("MUG") == (0, 0, 1, 0)


def test_a_count_is_not_undone_into_a_plate_that_stands_elsewhere_by_now(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 2, box="P-1")
    floor.stock("CUP", 1)
    counter.start("count", location="A-01").scan("A-01", "CUP", "A-01").hears("counted")
    mover = floor.worker("Moe", "picker").start("move").scan("A-01", "CUP", "P-1")
    floor.bin("B-01")
    mover.scan("B-01").hears("moved").scan("P-1", "CUP", "A-01").hears("moved")
    counter.act("undo").refused("container_elsewhere")
    assert stands(floor, "P-1") == {"B-01"}


def test_a_carton_that_a_count_emptied_keeps_no_shipment_open(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("CUP", 1, "B-01")
    floor.packed("O-1", ("MUG", 2))
    _lost(floor, counter)
    picker = floor.worker("robot").take(floor.do(lambda house: house.wave("O-1"))[0])
    picker.robot()
    drained(floor)
    assert floor.do(lambda house: house.status("O-1")) == "shipped"
    counter.act("undo").hears("undone")
    counter.scan("PACK", "MUG", "MUG", "PACK").finished()
    drained(floor)
    assert floor.sums("MUG") == (3, 0, 0, 0)


def test_two_packing_lines_of_one_promise_lose_together_no_more_than_was_cancelled(
    floor: Floor, picker: Worker, packer: Worker
) -> None:
    floor.totes("TOTE-1")
    floor.stock("MUG", 5)
    picker.take(floor.order("O-1", ("MUG", 5))[0]).scan("A-01", "MUG", "MUG").act("short").scan("TOTE-1", "PACK")
    picker.finished()
    picker.take(floor.do(lambda house: house.wave("O-1"))[0])
    picker.scan("A-01", "MUG").act("quantity", quantity=3).scan("TOTE-1", "PACK").finished()
    floor.cancel("O-1", ("1", 1))
    packer.start("pack", "O-1").robot().finished()
    assert held(floor, "TOTE-1") == 0
    drained(floor)
    assert floor.sums("MUG") == (1, 0, 0, 0)


def test_what_a_putter_did_not_find_and_a_count_did_is_put_back_after_all(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 3))
    floor.cancel("O-1")
    putter = floor.worker("Rob").take(floor.tasks("putaway")[0]).act("short", quantity=1).hears("short")
    putter.robot().finished()
    assert floor.tasks("putaway") == []
    counter.start("count", location="PACK").scan("PACK", "MUG", "MUG", "PACK").hears("count_agrees")
    drained(floor)
    assert floor.sums("MUG") == (5, 0, 0, 0)
    assert floor.inside("MUG", "TOTE-1") == 0


def test_what_expires_in_its_tote_is_put_away_too(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = clock.now() + timedelta(days=2)
    floor.stock("MILK", 5, lot="L1", expiry=soon.date())
    floor.picked("O-1", ("MILK", 3))
    monkeypatch.setattr(clock, "now", lambda: soon + timedelta(days=2))
    floor.do(lambda house: hold_expired(house.session, house.warehouse()))
    assert held(floor, "TOTE-1") == 0
    drained(floor)
    assert floor.inside("MILK", "TOTE-1") == 0
    assert floor.sums("MILK") == (5, 5, 3, 0)


# Adjustments.


def _refused(floor: Floor, adjust: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        adjust()
    assert refused.value.message
    return refused.value.code


def test_nothing_is_adjusted_into_a_container_that_is_not_there(floor: Floor) -> None:
    floor.stock("MUG", 5)
    floor.stock("MUG", 2, "B-01", box="LPN-1")
    floor.shipped("O-1", ("MUG", 1))
    floor.picked("O-2", ("MUG", 1))
    floor.totes("TOTE-2")
    carton = floor.read(lambda s: s.scalars(select(Container.code).where(Container.kind == "carton")).one())

    def into(container: str, place: str, units: int = 1) -> str:
        return _refused(floor, lambda: floor.do(lambda house: house.adjust("MUG", units, place, container=container)))

    before = floor.movements()
    assert into(carton, "A-01") == "container_shipped"
    assert into(carton, "PACK") == "container_shipped"
    assert into("LPN-1", "A-01") == "container_elsewhere"
    assert into("LPN-1", "A-01", -1) == "container_elsewhere"
    assert into("TOTE-1", "A-01") == "container_elsewhere"
    assert into("TOTE-1", "PACK") == "picked_container"
    assert into("TOTE-2", "A-01") == "picked_container"
    assert floor.movements() == before
    floor.do(lambda house: house.adjust("MUG", 1, "B-01", container="LPN-1"))
    floor.do(lambda house: house.box("LPN-9", kind="lpn"))
    floor.do(lambda house: house.adjust("MUG", 1, "A-01", container="LPN-9"))
    assert stands(floor, "LPN-9") == {"A-01"}
