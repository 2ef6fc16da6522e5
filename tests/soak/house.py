"""The house of the fault runs: one delivery for each worker, so large that it never ends; and the books at the end."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.config import Settings
from app.control.verification import verify
from app.db import db, reading, transact
from app.factory import create_app
from app.floor.models import Scan
from app.imports import run
from app.ledger.models import Balance, Movement
from app.people.models import Operator
from app.people.pins import hash_pin
from app.people.tokens import create_api_token
from app.places.models import SUPPLIER, Location

PIN = "2791"
BARCODE = "2900000000018"
WHOLE = 1_000_000  # units of one delivery


@dataclass(frozen=True)
class Books:
    """What the database holds when all is over; ``codes`` in the order in which they were judged."""

    units_posted: int
    on_hand: int
    scans: int
    accepted_units: int
    scan_ids: frozenset[str]
    codes: tuple[str, ...]
    is_verified: bool


def open_house(database_url: str, data_dir: Path, *, workers: int) -> list[str]:
    """A dock, one article, and for each worker a badge (W1 ..), a delivery (PO-1 ..) and a token; the tokens."""
    app = create_app(Settings(database_url=database_url, data_dir=data_dir))  # the demo's key, as the program has it
    return fill(app, workers=workers)


def fill(app: Flask, *, workers: int) -> list[str]:
    """As ``open_house``, in an app that runs already."""
    settings = app.config["SETTINGS"]
    orders = "".join(f"PO-{n},ACME,MAIN,1,MUG,{WHOLE}\n" for n in range(1, workers + 1))
    files = {
        "items": "sku,name\nMUG,Blue mug\n",
        "barcodes": f"sku,barcode,quantity\nMUG,{BARCODE},1\n",
        "locations": "warehouse,code,kind\nMAIN,DOCK-1,dock\nMAIN,A-01,bin\n",
        "purchase-orders": f"number,supplier,warehouse,line,sku,quantity\n{orders}",
    }
    with app.app_context():
        for kind, text in files.items():
            result = transact(lambda session, kind=kind, text=text: run(session, settings, kind, text, dry_run=False))
            assert not result.errors, result.errors
        pin_hash = hash_pin(settings, PIN, badge="")
        tokens = []
        for n in range(1, workers + 1):
            worker = Operator(
                name=f"Worker {n}", badge=f"W{n}", pin_hash=pin_hash, roles=["receiver"], created_at=clock.now()
            )

            def enter(session: object, worker: Operator = worker) -> str:
                session.add(worker)  # type: ignore[attr-defined]
                session.flush()  # type: ignore[attr-defined]
                return create_api_token(
                    session,  # type: ignore[arg-type]
                    name=worker.name,
                    scopes=("floor",),
                    operator_id=worker.id,
                )

            tokens.append(transact(enter))
        db.engine.dispose()
    return tokens


def read_books(app: Flask) -> Books:
    """Everything that was posted, and whether the ledger agrees with itself."""
    with app.app_context(), reading() as session:
        came_in = select(func.coalesce(func.sum(Movement.quantity), 0)).where(Movement.source_location_id == SUPPLIER)
        docks = select(Location.id).where(Location.kind == "dock")
        stands = select(func.coalesce(func.sum(Balance.quantity), 0)).where(Balance.location_id.in_(docks))
        scans = session.execute(select(Scan.scan_id, Scan.code, Scan.outcome).order_by(Scan.id)).all()
        books = Books(
            units_posted=int(session.scalar(came_in) or 0),
            on_hand=int(session.scalar(stands) or 0),
            scans=len(scans),
            accepted_units=sum(1 for one in scans if one.code == BARCODE and one.outcome == "accepted"),
            scan_ids=frozenset(one.scan_id for one in scans),
            codes=tuple(one.code for one in scans),
            is_verified=verify(session).ok,
        )
        db.engine.dispose()
    return books
