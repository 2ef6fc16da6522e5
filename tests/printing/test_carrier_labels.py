"""A carrier's own label: byte for byte, through the same queue, to a printer that understands it."""

import base64
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session, undefer

from app import clock
from app.db import reading
from app.labels import carrier, queue
from app.labels.carrier import MOST_BYTES, enqueue_carrier_label
from app.labels.models import Printer, PrintJob
from app.labels.printers import give_printer, save_station
from app.people.models import Operator
from app.people.tokens import create_api_token
from app.refusal import Refused
from tests.printing.conftest import PrintShop
from tests.printing.tcp_printer import printing

if TYPE_CHECKING:
    from flask import Flask

ZPL = b"\x10CT~~CD,~CC^~CT~\r\n^XA^FO50,50^A0N,40^FDJ\xfcrgen \x81\xe9^FS\x00\xff\r\n^XZ\n"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 40 + b"\n%%EOF"


def carry(shop: PrintShop, printer_id: int, data: bytes, **more: str | bool) -> int:
    def work(session: object) -> int:
        printer = session.get_one(Printer, printer_id)  # type: ignore[attr-defined]
        return enqueue_carrier_label(session, shop.actor, printer=printer, data=data, **more).id  # type: ignore[arg-type]

    return shop.ask(work)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(("data", "language"), [(ZPL, "zpl"), (ZPL, "zpl_hex"), (PDF, "pdf")])
def test_a_carriers_label_reaches_the_printer_byte_for_byte(shop: PrintShop, data: bytes, language: str) -> None:
    with printing() as printer:
        here = shop.set_up(printer, language=language)
        job = carry(shop, here, data, title="Parcel", reference="P-1")
        assert shop.deliver(here) == 1
        assert printer.labels == data
        assert (shop.job(job).state, shop.job(job).bytes_sent, shop.job(job).subject) == ("done", len(data), "P-1")


def test_its_reprint_is_the_same_bytes_again(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        job = carry(shop, here, ZPL)
        shop.deliver(here)
        shop.ask(lambda session: queue.reprint(session, shop.actor, job, reason="lost").id)
        shop.deliver(here)
        assert printer.labels == ZPL + ZPL


def test_another_printer_takes_it_over_only_if_it_understands_it(shop: PrintShop) -> None:
    with printing() as first, printing() as second:
        here = shop.set_up(first)
        job = carry(shop, here, ZPL)
        for code, changes in (("OTHER", {"language": "pdf"}), ("FINE", {"dpi": 300})):
            other = shop.set_up(second, code, **changes)
            with pytest.raises(Refused) as refusal:
                shop.ask(
                    lambda session, to=other: queue.move(  # type: ignore[misc]
                        session, shop.actor, job, printer=session.get_one(Printer, to)
                    )
                )
            assert refusal.value.code == "other_language"
        clone = shop.set_up(second, "CLONE", language="zpl_hex")
        shop.ask(lambda session: queue.move(session, shop.actor, job, printer=session.get_one(Printer, clone)).id)
        assert shop.deliver(clone) == 1
        assert (first.labels, second.labels) == (b"", ZPL)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"^XA" + b"x" * MOST_BYTES])
def test_what_is_no_label_is_refused(shop: PrintShop, data: bytes) -> None:
    here = shop.set_up("desk")
    with pytest.raises(Refused) as refusal:
        carry(shop, here, data)
    assert refusal.value.code == "bad_carrier_label"


def test_a_printer_that_does_not_understand_it_is_not_sent_it(shop: PrintShop) -> None:
    here = shop.set_up("desk")
    with pytest.raises(Refused) as refusal:
        carry(shop, here, PDF)
    assert refusal.value.code == "other_language"


def test_no_more_bytes_wait_than_the_house_keeps(shop: PrintShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "MOST_WAITING", 2 * len(ZPL))
    with printing() as printer:
        here = shop.set_up(printer)
        carry(shop, here, ZPL)
        carry(shop, here, ZPL)
        with pytest.raises(Refused) as refusal:
            carry(shop, here, ZPL)
        assert refusal.value.code == "carrier_labels_wait"
        assert shop.deliver(here)
        carry(shop, here, ZPL)


def test_only_packers_the_desk_and_programs_send_bytes_of_their_own(shop: PrintShop, app: "Flask") -> None:
    here = shop.set_up("desk")
    code = shop.ask(lambda session: session.get_one(Printer, here).code)
    answers = []
    for role, scope in (("packer", "floor"), ("office", "integration"), ("picker", "floor"), ("packer", "office")):
        token = shop.ask(lambda session, role=role, scope=scope: _token(session, role, scope))  # type: ignore[misc]
        body = {"printer": code, "data": base64.b64encode(ZPL).decode()}
        headers = {"Authorization": f"Bearer {token}"}
        sent = app.test_client().post("/api/v1/carrier-labels", json=body, headers=headers)
        asked = app.test_client().get(f"/api/v1/print-jobs/{sent.json.get('id', 1)}", headers=headers)
        answers.append((sent.status_code, asked.status_code))
    assert answers == [(201, 200), (201, 200), (403, 200), (201, 200)]


def _token(session: Session, role: str, scope: str) -> str:
    operator = Operator(name=f"{role} {scope}", badge=f"{role}-{scope}", roles=[role], created_at=clock.now())
    session.add(operator)
    session.flush()
    return create_api_token(session, name="robot", scopes=(scope,), operator_id=operator.id)


def test_a_program_prints_a_carriers_label_at_a_station(shop: PrintShop, app: "Flask") -> None:
    with printing() as printer:
        here = shop.set_up(printer, labels=["carrier"])
        station = shop.ask(lambda session: save_station(session, shop.warehouse_id, "Pack 1", location_id=None).id)
        shop.ask(lambda session: give_printer(session, station, template_name="carrier", printer_id=here))  # type: ignore[arg-type]
        token = shop.ask(
            lambda session: create_api_token(
                session, name="robot", scopes=("floor",), operator_id=shop.actor.operator_id
            )
        )
        headers = {"Authorization": f"Bearer {token}"}
        body = {"station": "Pack 1", "data": base64.b64encode(ZPL).decode(), "reference": "P-1"}
        answer = app.test_client().post("/api/v1/carrier-labels", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        assert (answer.json["template"], answer.json["state"]) == ("carrier", "queued")
        wrong = app.test_client().post("/api/v1/carrier-labels", json=body | {"data": "§§"}, headers=headers)
        assert wrong.json["code"] == "bad_base64"
        assert shop.deliver(here) == 1
        assert printer.labels == ZPL
    with reading() as session:
        job = session.query(PrintJob).options(undefer(PrintJob.payload)).one()
        assert job.payload == ZPL
