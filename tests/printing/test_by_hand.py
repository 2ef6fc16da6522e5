"""The browser as the last printer: nothing is out before somebody opens the label, and then they are asked."""

import flask_migrate
import pytest
from sqlalchemy import select

from app import clock
from app.db import reading
from app.labels import by_hand, delivery, queue
from app.labels.models import Printer
from app.labels.printers import give_printer, printer_at, save_station
from app.refusal import Refused
from tests.printing.conftest import PrintShop


@pytest.fixture
def screen(shop: PrintShop) -> int:
    return shop.set_up("", "SCREEN", kind="browser")


def open_it(shop: PrintShop, job: int) -> bytes:
    with reading() as session:
        payload = delivery.bytes_of(by_hand.to_open(session, shop.actor, job))
    shop.ask(lambda session: by_hand.opened(session, job, payload))
    return payload


def test_nobody_but_a_person_delivers_to_the_browser(shop: PrintShop, screen: int) -> None:
    shop.label(screen)
    with reading() as session:
        assert delivery.due_printers(session, clock.now()) == []
        assert queue.oldest_waiting(session) is None
    assert shop.printer(screen).language == "pdf"


def test_a_label_that_was_opened_is_asked_about_and_opens_again_as_the_same_bytes(shop: PrintShop, screen: int) -> None:
    job = shop.label(screen)
    payload = open_it(shop, job)
    assert payload.startswith(b"%PDF")
    assert (shop.job(job).state, queue.is_undecided(shop.job(job))) == ("unknown", True)
    assert open_it(shop, job) == payload
    shop.ask(lambda session: queue.it_printed(session, shop.actor, job).id)
    with pytest.raises(Refused) as refusal:
        open_it(shop, job)
    assert refusal.value.code == "not_by_hand"


def test_one_that_did_not_come_out_waits_again(shop: PrintShop, screen: int) -> None:
    job = shop.label(screen)
    payload = open_it(shop, job)
    again = shop.ask(lambda session: queue.it_did_not_print(session, shop.actor, job).id)
    assert (shop.job(job).state, shop.job(again).state, shop.job(again).reprint_of) == ("failed", "queued", job)  # type: ignore[arg-type]
    assert open_it(shop, again) == payload  # type: ignore[arg-type]


def test_a_label_of_another_printer_is_not_opened(shop: PrintShop) -> None:
    job = shop.label(shop.set_up("desk"))
    with pytest.raises(Refused) as refusal:
        open_it(shop, job)
    assert refusal.value.code == "not_by_hand"


def test_printers_and_their_stations_survive_the_change_of_their_table(shop: PrintShop, screen: int) -> None:
    desk = shop.set_up("desk", "DESK")
    station = shop.ask(lambda session: save_station(session, shop.warehouse_id, "Pack 1", location_id=None).id)
    shop.ask(lambda session: give_printer(session, station, template_name="", printer_id=desk))  # type: ignore[arg-type]
    shop.label(screen)
    flask_migrate.downgrade(revision="0004")
    kinds = select(Printer.id, Printer.kind)  # not the row as a whole: later columns are gone
    with reading() as session:
        assert dict(session.execute(kinds).all()) == {screen: "folder", desk: "folder"}
    flask_migrate.upgrade()
    assert shop.printer(desk).code == "DESK"
    found = shop.ask(lambda session: printer_at(session, station, template_name="bin").id)  # type: ignore[arg-type, union-attr]
    assert found == desk
