"""A warehouse with one person, and a worker that prints when told to."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.connectors.printers.folder import Folder
from app.connectors.printers.network import Neighbourhood
from app.connectors.printers.raw_tcp import RawTcp
from app.db import db, reading, transact
from app.labels.models import Printer, PrintJob
from app.labels.printers import PrinterRequest, save_printer
from app.labels.queue import NewJob, enqueue
from app.people.actor import Actor
from app.people.models import Operator
from app.places.warehouses import open_warehouse
from app.work.printing import Printing
from tests.printing.tcp_printer import TcpPrinter

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

NEAR = Neighbourhood(networks=("127.0.0.0/8",), ports=frozenset(range(1024, 65536)))


class PrintShop:
    """What a test says to the queue, and what it sees of it."""

    def __init__(self, app: "Flask") -> None:
        self.ways = {"tcp": RawTcp(NEAR), "folder": Folder(app.config["SETTINGS"].data_dir / "printouts")}
        self.printing = Printing(self.ways, db.engine)

        def work(session: "Session") -> tuple[int, Actor]:
            warehouse = open_warehouse(session, "MAIN", name="Main", time_zone="UTC")
            person = Operator(name="Petra", badge="PETRA", roles=["packer"], created_at=clock.now())
            session.add(person)
            session.flush()
            return warehouse.id, Actor(person.id, "Petra", frozenset({"packer"}), device="TC52")

        self.warehouse_id, self.actor = transact(work)

    def set_up(self, printer: TcpPrinter | str, code: str = "ZEBRA", **changes: object) -> int:
        kind, address = ("folder", printer) if isinstance(printer, str) else ("tcp", printer.address)
        wanted: dict[str, object] = {"kind": kind, "address": address, **changes}
        request = PrinterRequest(code=code, name=code.title(), **wanted)  # type: ignore[arg-type]
        return transact(lambda session: save_printer(session, self.warehouse_id, request).id)

    def label(self, printer_id: int, name: str = "A-01", **changes: object) -> int:
        changes = {"template": "bin", **changes}
        new = NewJob(printer_id=printer_id, rows=[{"code": f"L.{name}.XX", "name": name}], **changes)  # type: ignore[arg-type]
        return transact(lambda session: enqueue(session, self.actor, new).id)

    def job(self, job_id: int) -> PrintJob:
        with reading() as session:
            return session.get_one(PrintJob, job_id)

    def printer(self, printer_id: int) -> Printer:
        with reading() as session:
            return session.get_one(Printer, printer_id)

    def deliver(self, printer_id: int, *, jobs: int = 1) -> int:
        """Let the worker try so many jobs, whatever rest the printer wants; how many there were."""
        tried = 0
        for _turn in range(jobs):
            self.change(Printer, printer_id, next_at=None)
            tried += self.printing.deliver_next(printer_id)
        return tried

    def change(self, model: type, row_id: int, **values: object) -> None:
        def work(session: "Session") -> None:
            row = session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

        transact(work)

    def ask(self, question: "Callable[[Session], object]") -> object:
        return transact(question)


@pytest.fixture
def shop(app: "Flask") -> "Iterator[PrintShop]":
    with app.app_context():
        yield PrintShop(app)
