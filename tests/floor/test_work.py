"""Who works at what: asking for work, taking it over, giving it back; two people at one line."""

import io

import PIL.Image
import pytest
import zxingcpp

from app.barcode.internal import InternalKind, encode
from app.floor.begin.enquiry import enquire
from app.labels.render import render_png
from app.refusal import Conflict, Forbidden, NotFound, Refused
from app.tasks.board import assign
from tests.floor.story import Floor, Worker


@pytest.fixture
def three(floor: Floor) -> list[int]:
    """Three pick tasks."""
    floor.stock("MUG", 9)
    floor.totes("TOTE-1", "TOTE-2")
    return [floor.order(f"O-{number}", ("MUG", 2))[0] for number in (1, 2, 3)]


def test_work_is_offered_running_first_then_assigned_then_free(
    floor: Floor, picker: Worker, supervisor: Worker, three: list[int]
) -> None:
    """Floor case 1."""
    running, free, mine = three
    floor.do(lambda house: assign(house.session, supervisor.actor, mine, operator_id=picker.actor.operator_id))
    picker.take(running)
    assert picker.next("pick") == running
    picker.release()
    floor.worker("Bob").take(running)
    assert picker.next("pick") == mine
    picker.release()
    floor.worker("Sid").take(mine)
    assert picker.next("pick") == free


def test_somebody_else_was_faster(floor: Floor, picker: Worker, three: list[int]) -> None:
    """Floor case 2."""
    floor.worker("Bob").take(three[0])
    with pytest.raises(Conflict, match="task_taken") as refusal:
        picker.take(three[0])
    assert "Bob" in refusal.value.message


def test_a_released_task_is_free_and_nothing_done_is_lost(floor: Floor, picker: Worker, three: list[int]) -> None:
    """Floor case 3."""
    picker.take(three[0]).scan("A-01", "MUG", "TOTE-1").scan("MUG").release()
    assert floor.status(three[0]) == "open"
    with pytest.raises(Conflict, match="not_your_task"):
        picker.release()
    other = floor.worker("Bob").take(three[0])
    assert (other.prompt["quantity"], other.prompt["counted"], other.prompt["target"]) == (1, 1, "TOTE-1")
    other.scan("TOTE-1").hears("picked").scan("PACK").finished()


def test_a_task_that_nobody_holds_wants_to_be_claimed(floor: Floor, picker: Worker, three: list[int]) -> None:
    picker.task = three[0]
    with pytest.raises(Conflict, match="task_not_claimed"):
        picker.scan("A-01")
    assert floor.remembered() == []


def test_a_line_that_somebody_took_is_seen_by_nobody_else(floor: Floor, picker: Worker) -> None:
    """Floor case 30."""
    floor.stock("MUG", 9)
    task = floor.order("O-1", ("MUG", 2))[0]
    floor.worker("Bob").take(task)
    assert picker.home("A-01") == {"task_id": None, "enquiry": "A-01"}
    assert picker.next("pick") is None


def test_another_ones_task_names_them_and_may_be_taken_over_with_its_count(
    floor: Floor, picker: Worker, three: list[int]
) -> None:
    """Floor case 31."""
    bob = floor.worker("Bob", "picker").take(three[0]).scan("A-01", "MUG")
    picker.task = three[0]
    with pytest.raises(Conflict, match="task_taken") as refusal:
        picker.scan("MUG")
    assert refusal.value.details["operator"] == "Bob"
    picker.take_over(three[0]).hears("taken_over")
    assert picker.prompt["counted"] == 1
    assert picker.answer["task"]["operator"] == "Mia"
    with pytest.raises(Conflict, match="task_taken"):
        bob.scan("MUG")
    picker.scan("MUG", "TOTE-1").hears("picked")


def test_picking_goes_on_on_another_device(floor: Floor, picker: Worker, three: list[int]) -> None:
    """Floor case 33."""
    picker.take(three[0]).scan("A-01", "MUG")
    other = floor.worker("Mia", "picker", device="TC52-9")
    assert other.next("pick") == three[0]
    assert other.look().prompt == picker.prompt
    other.scan("MUG", "TOTE-1", "PACK").finished()
    assert {scan.device for scan in floor.remembered()} == {"", "TC52-9"}


def test_work_wants_its_role(floor: Floor, packer: Worker, three: list[int]) -> None:
    with pytest.raises(Forbidden, match="role_missing"):
        packer.take(three[0])
    with pytest.raises(Forbidden, match="role_missing"):
        packer.take_over(three[0])
    with pytest.raises(Forbidden, match="role_missing"):
        packer.start("count", location="A-01")
    assert packer.next() is None


def test_what_does_not_exist_is_named(floor: Floor, picker: Worker, supervisor: Worker) -> None:
    with pytest.raises(NotFound, match="unknown_task"):
        picker.take(404)
    picker.task = 404
    with pytest.raises(NotFound, match="unknown_task"):
        picker.scan("A-01")
    with pytest.raises(NotFound, match="unknown_task"):
        picker.look()
    with pytest.raises(Refused, match="unknown_kind"):
        picker.start("dance")
    with pytest.raises(NotFound, match="unknown_location"):
        supervisor.start("count", location="Z-99")
    with pytest.raises(NotFound, match="unknown_container"):
        supervisor.start("pack", "TOTE-404")


def test_a_purchase_order_of_another_warehouse_is_not_received_here(floor: Floor, receiver: Worker) -> None:
    floor.purchase("PO-1", ("MUG", 1))

    def far(house: object) -> None:
        from sqlalchemy import update

        from app.db import table
        from app.supply.models import PurchaseOrder
        from tests.stock.house import House

        assert isinstance(house, House)
        warehouse = house.warehouse("FAR")
        house.session.execute(update(table(PurchaseOrder)).values(warehouse_id=warehouse.id))
        from app.ledger.sums import shift

        shift(house.session, house.item("MUG").id, house.warehouse("W").id, inbound=-1)
        shift(house.session, house.item("MUG").id, warehouse.id, inbound=1)

    floor.do(far)
    with pytest.raises(Refused, match="other_warehouse"):
        receiver.start("receive", "PO-1")


def test_two_channels_with_the_same_order_number_ask_for_a_tote(floor: Floor, packer: Worker) -> None:
    from app.orders.place import LineRequest, OrderRequest, place

    floor.stock("MUG", 5)
    floor.picked("O-1", ("MUG", 1))
    other = OrderRequest(channel="fair", order_ref="O-1", lines=[LineRequest(line_ref="1", sku="MUG", quantity=1)])
    floor.do(lambda house: place(house.session, other))
    with pytest.raises(Refused, match="two_meanings"):
        packer.start("pack", "O-1")
    packer.start("pack", "TOTE-1")


def test_an_empty_tote_has_nothing_to_pack(floor: Floor, packer: Worker) -> None:
    floor.totes("TOTE-1")
    with pytest.raises(Refused, match="nothing_to_do"):
        packer.start("pack", "TOTE-1")


# The home screen.


def test_the_home_screen_opens_the_right_job(floor: Floor, picker: Worker, receiver: Worker, three: list[int]) -> None:
    floor.purchase("PO-1", ("TEA", 1))
    assert picker.home("O-2")["task_id"] == three[1]
    picker.release()
    assert picker.home("A-01")["task_id"] == three[0]
    picker.release()
    assert picker.home("MUG")["task_id"] == three[0]
    assert receiver.home("PO-1")["task_id"] == receiver.task != 0
    receiver.look().asked("item")
    assert picker.home("TOTE-2") == {"task_id": None, "enquiry": "TOTE-2"}
    with pytest.raises(Refused, match="unknown_code"):
        picker.home("404")


def test_the_labels_that_we_print_are_read_by_us(floor: Floor, picker: Worker, three: list[int]) -> None:
    """Floor case 58."""
    picker.take(three[0]).scan(encode(InternalKind.LOCATION, "A-01")).hears("bin_confirmed")
    picker.scan(encode(InternalKind.ITEM, "MUG")).hears("item_confirmed")
    picker.scan(encode(InternalKind.LOCATION, "A-01")[:-1]).refused("internal_check")
    picker.scan(encode(InternalKind.BADGE, "Mia")).refused("wrong_badge")
    picker.scan(encode(InternalKind.DOCUMENT, "O-1")).refused("wrong_document")
    picker.scan(encode(InternalKind.ACTION, "undo")).hears("count_undone")
    picker.scan(encode(InternalKind.ITEM, "MUG"), encode(InternalKind.ITEM, "MUG"))
    picker.scan(encode(InternalKind.CONTAINER, "TOTE-2")).hears("picked")


def _read_back(template: str, **fields: str) -> str:
    """Print a label, look at the print with a reader, and say what is on it."""
    picture = render_png(template, fields)
    found = zxingcpp.read_barcodes(PIL.Image.open(io.BytesIO(picture)))
    return str(found[0].text)


def test_printed_labels_read_back_from_their_picture_are_what_they_name(
    floor: Floor, picker: Worker, three: list[int]
) -> None:
    """Floor case 58."""
    place = _read_back("bin", code=encode(InternalKind.LOCATION, "A-01"), name="A-01", zone="A", arrow="")
    tote = _read_back("tote", code=encode(InternalKind.CONTAINER, "TOTE-1"), name="TOTE-1", kind="")
    picker.take(three[0]).scan(place).hears("bin_confirmed").scan("MUG", "MUG", tote).hears("picked")


def test_our_label_of_an_item_says_its_lot_and_expiry(floor: Floor, receiver: Worker) -> None:
    """Floor case 58."""
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.barcode("MILK", "4006381333931", gtin="04006381333931")
    floor.purchase("PO-1", ("MILK", 1))
    fields = {"gtin": "04006381333931", "sku": "MILK", "name": "Milk", "lot": "L7", "expiry": "2040-03-31"}
    receiver.start("receive", "PO-1").scan(_read_back("item_gs1", **fields, serial="")).asked("target")
    receiver.scan("DOCK").finished()
    floor.worker("robot").take(floor.tasks("putaway")[0])
    assert floor.sums("MILK") == (1, 0, 0, 0)


def test_an_enquiry_explains_and_never_posts(floor: Floor, three: list[int]) -> None:
    before = floor.movements()

    def ask(code: str) -> dict[str, object]:
        return floor.read(lambda session: enquire(session, floor.settings, warehouse="W", code=code))

    assert ask("MUG")["type"] == "item"
    assert ask("A-01")["type"] == "location"
    assert ask("TOTE-1")["type"] == "container"
    assert [task["id"] for task in ask("O-1")["tasks"]] == [three[0]]  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="unknown_code"):
        ask("404")
    assert floor.movements() == before


def test_finished_work_offers_to_be_undone_as_long_as_it_can_be(floor: Floor) -> None:
    """Whoever finished it, and nobody else; and not once the goods have gone on to the next worker."""
    floor.bin("A-01")
    floor.purchase("PO-1", ("MUG", 6))
    rita = floor.worker("Rita", "receiver").start("receive", "PO-1").robot().finished()
    assert rita.answer["task"]["can_undo"]
    other = floor.worker("Ron", "receiver")
    other.task = rita.task
    assert not other.look().answer["task"]["can_undo"]
    away = floor.worker("Ron", "receiver").take(floor.tasks("putaway")[0]).robot().finished()
    assert not rita.look().answer["task"]["can_undo"], "it is put away"
    assert away.answer["task"]["can_undo"]
    floor.totes("TOTE-1")
    picker = floor.worker("Mia", "picker").take(floor.order("O-1", ("MUG", 2))[0])
    assert not picker.answer["task"]["can_undo"], "of work that goes on, the ways say it"
    assert not picker.robot().finished().answer["task"]["can_undo"], "the totes are at packing"
    packer = floor.worker("Pat", "packer").start("pack", "O-1").robot().finished()
    assert packer.answer["task"]["can_undo"]
    loader = floor.worker("Lou", "packer").start("ship", "O-1").robot().finished()
    assert not packer.look().answer["task"]["can_undo"], "the carton has left"
    assert loader.answer["task"]["can_undo"]
    loader.act("undo").hears("undone")
    assert not loader.answer["task"]["can_undo"]
    counter = floor.worker("Carl", "counter").start("count", location="A-01").scan("A-01").act("done").hears("counted")
    assert counter.answer["task"]["can_undo"]
