"""A carton and its label: it comes out at the nearest printer, and a carton does not leave without it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.barcode.internal import InternalKind, encode
from app.config import Settings
from app.db import db, reading, transact
from app.labels import by_hand, queue
from app.labels.models import PrintJob
from app.labels.printers import PrinterRequest, save_printer
from app.people.actor import Actor
from app.places.warehouses import open_warehouse, warehouse_of
from app.refusal import Refused
from tests.floor.story import Floor, Worker
from tests.stock.house import House

if TYPE_CHECKING:
    from flask import Flask

PRINTER = encode(InternalKind.PRINTER, "PACK-1")


@pytest.fixture
def floor(app: "Flask") -> Iterator[Floor]:
    """Two mugs of O-1 are in TOTE-1, and two printers are set up."""
    with app.app_context():
        floor = Floor(db.engine, Settings(secret_key="only-for-tests"))
        floor.stock("MUG", 9)
        floor.picked("O-1", ("MUG", 2))
        for code in ("PACK-1", "PACK-2"):
            request = PrinterRequest(code=code, name=code.title(), kind="folder", address=code)
            transact(
                lambda session, new=request: save_printer(session, warehouse_of(session, "W").id, new).id  # type: ignore[misc]
            )
        yield floor


@pytest.fixture
def packer(floor: Floor) -> Worker:
    return floor.worker("Pat", "packer", device="TC52").start("pack", "O-1")


def jobs(packer: Worker) -> list[PrintJob]:
    with reading() as session:
        return [job for job in session.query(PrintJob).order_by(PrintJob.id) if job.subject == packer.prompt["target"]]


def becomes(job: PrintJob, state: str) -> None:
    transact(lambda session: setattr(session.get_one(PrintJob, job.id), "state", state))


def actions(packer: Worker) -> list[str]:
    return [way["action"] for way in packer.prompt["ways"] if "action" in way]


def test_a_scanned_printer_prints_the_label_when_the_carton_is_begun(packer: Worker) -> None:
    packer.scan(PRINTER).hears("printer_chosen").scan("TOTE-1")
    (job,) = jobs(packer)
    assert (job.template, job.state, job.priority) == ("carton", "queued", queue.SOMEBODY_WAITS)


def test_without_a_printer_packing_goes_on_as_before(packer: Worker) -> None:
    packer.scan("TOTE-1").scan("MUG").scan("MUG")
    assert jobs(packer) == []
    assert "reprint" not in actions(packer)
    packer.scan(packer.prompt["target"]).hears("carton_closed")


def test_a_printer_scanned_late_prints_the_open_cartons_label(packer: Worker) -> None:
    packer.scan("TOTE-1").scan(PRINTER)
    assert [job.state for job in jobs(packer)] == ["queued"]


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_carton_is_not_closed_while_nobody_knows_of_its_label(packer: Worker, state: str) -> None:
    packer.scan(PRINTER).scan("TOTE-1")
    becomes(jobs(packer)[0], state)
    packer.scan("MUG").scan("MUG").asked("container")
    carton = packer.prompt["target"]
    packer.scan(carton).refused("label_not_printed")
    assert {"label_printed", "reprint"} <= {*actions(packer)}
    packer.act("label_printed").hears("label_seen").scan(carton).hears("carton_closed")


def test_another_printer_is_scanned_and_takes_over(packer: Worker) -> None:
    packer.scan(PRINTER).scan("TOTE-1")
    becomes(jobs(packer)[0], "failed")
    packer.scan(encode(InternalKind.PRINTER, "PACK-2")).hears("printer_takes_over")
    (job,) = jobs(packer)
    with reading() as session:
        from app.labels.models import Printer

        assert session.get_one(Printer, job.printer_id).code == "PACK-2"
    packer.scan("MUG").scan("MUG").scan(packer.prompt["target"]).hears("carton_closed")


def test_a_label_that_may_be_out_already_is_reprinted_on_the_other_printer(packer: Worker) -> None:
    packer.scan(PRINTER).scan("TOTE-1")
    becomes(jobs(packer)[0], "unknown")
    packer.scan(encode(InternalKind.PRINTER, "PACK-2")).hears("printer_takes_over")
    first, again = jobs(packer)
    assert (first.state, again.state, again.reprint_of, again.reason) == ("failed", "queued", first.id, "not_printed")


def test_a_reprint_has_a_reason_and_the_same_number(packer: Worker) -> None:
    packer.scan(PRINTER).scan("TOTE-1").scan("MUG")
    becomes(jobs(packer)[0], "done")
    packer.act("reprint", reason="damaged").hears("label_again")
    first, again = jobs(packer)
    assert (again.subject, again.reason, again.reprint_of) == (first.subject, "damaged", first.id)


def test_the_label_of_a_carton_that_stayed_empty_is_not_printed(packer: Worker) -> None:
    packer.scan(PRINTER).scan("TOTE-1")
    carton = packer.prompt["target"]
    packer.act("missing")
    with reading() as session:
        assert [job.state for job in session.query(PrintJob).filter_by(subject=carton)] == ["cancelled"]


def test_an_unknown_printer_is_refused(packer: Worker) -> None:
    packer.scan(encode(InternalKind.PRINTER, "NOWHERE")).refused("unknown_printer")


def test_the_office_can_let_a_carton_go_without(packer: Worker) -> None:
    packer.scan(PRINTER).scan("TOTE-1")
    job = jobs(packer)[0]
    becomes(job, "failed")
    packer.scan("MUG").scan("MUG")
    carton = packer.prompt["target"]
    packer.scan(carton).refused("label_not_printed")
    with reading() as session:
        actor = Actor(session.get_one(PrintJob, job.id).operator_id or 0, "Chief", frozenset({"office"}))
    transact(lambda session: queue.cancel(session, actor, job.id))
    packer.scan(carton).hears("carton_closed")
    assert clock.now() >= job.created_at


def test_a_printer_scanned_on_the_home_screen_prints_what_is_packed_after_it(floor: Floor) -> None:
    pat = floor.worker("Pat", "packer", device="TC52")
    assert "Pack-1" in pat.home(PRINTER)["printer"]
    pat.start("pack", "O-1").scan("TOTE-1")
    assert [job.state for job in jobs(pat)] == ["queued"]


def test_a_printer_is_chosen_for_one_device_and_leaves_the_others_alone(floor: Floor) -> None:
    floor.worker("Ann", "packer", device="TC53").home(PRINTER)
    pat = floor.worker("Pat", "packer", device="TC52").start("pack", "O-1").scan("TOTE-1")
    assert jobs(pat) == []


@pytest.mark.parametrize("code", ["NOBODY", "ELSEWHERE"])
def test_a_printer_that_is_not_here_is_refused_at_home(floor: Floor, code: str) -> None:
    def elsewhere(house: House) -> None:
        other = open_warehouse(house.session, "FAR")
        save_printer(
            house.session, other.id, PrinterRequest(code="ELSEWHERE", name="Far", kind="folder", address="far")
        )

    floor.do(elsewhere)
    with pytest.raises(Refused) as refusal:
        floor.worker("Pat", "packer", device="TC52").home(encode(InternalKind.PRINTER, code))
    assert refusal.value.code == {"NOBODY": "unknown_printer", "ELSEWHERE": "printer_elsewhere"}[code]


def test_a_carton_whose_label_nobody_opened_in_the_browser_is_not_closed(floor: Floor) -> None:
    def screen(house: House) -> None:
        request = PrinterRequest(code="SCREEN", name="Screen", kind="browser", address="")
        save_printer(house.session, house.warehouse().id, request)

    floor.do(screen)
    pat = floor.worker("Pat", "packer", device="TC52").start("pack", "O-1")
    pat.scan(encode(InternalKind.PRINTER, "SCREEN")).scan("TOTE-1").scan("MUG").scan("MUG")
    carton = pat.prompt["target"]
    pat.scan(carton).refused("label_not_printed")
    (job,) = jobs(pat)
    transact(lambda session: by_hand.opened(session, job.id, b"%PDF-"))
    pat.scan(carton).refused("label_not_printed")
    assert "Did the label of this carton come out?" in pat.message
    pat.act("label_printed").hears("label_seen").scan(carton).hears("carton_closed")
