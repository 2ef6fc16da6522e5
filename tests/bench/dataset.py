"""The warehouse that is measured: 10,000 items, 20,000 bins, 100,000 movements, every kept number true.

Stock comes in through ``app.ledger.post``, as everywhere: openings in large postings, then deliveries of a few dozen
lines. The same size always gives the same warehouse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.gtin import ean13, to_gtin14
from app.catalog.models import Item, ItemBarcode
from app.control.verification import verify
from app.db import Model, table, transact
from app.ledger.post import Header, Move, Place, post
from app.people.models import Operator
from app.places.models import ADJUSTMENT, SUPPLIER, Location
from app.places.warehouses import open_warehouse

WAREHOUSE = "BENCH"
CLIENTS = 8
"""Each client is an operator of its own."""
_OPENING_LINES, _DELIVERY_LINES = 4000, 60
_OPENING_UNITS, _DELIVERY_UNITS = 200, 12


@dataclass(frozen=True)
class Size:
    """How large the warehouse is; two in five movements are openings, the others deliveries."""

    items: int
    bins: int
    movements: int

    def __str__(self) -> str:
        return f"{self.items:,} items, {self.bins:,} bins, {self.movements:,} movements"


FULL = Size(10_000, 20_000, 100_000)
SMALL = Size(500, 1_000, 5_000)


def build(engine: Engine, size: Size) -> None:
    """Fill an empty, migrated database, and prove that every kept number is what the movements say."""
    transact(lambda session: _places_and_people(session, size), engine=engine)
    transact(lambda session: _items(session, size), engine=engine)
    openings = size.movements * 2 // 5
    with Session(engine) as session:
        pairs = _pairs(session, openings)
    for number, part in enumerate(_parts(pairs, _OPENING_LINES)):
        _post(engine, "opening", number, ADJUSTMENT, _OPENING_UNITS, part)
    delivered = [pairs[number % openings] for number in range(size.movements - openings)]
    for number, part in enumerate(_parts(delivered, _DELIVERY_LINES)):
        _post(engine, "receive", number, SUPPLIER, _DELIVERY_UNITS, part)
    with Session(engine) as session:
        assert verify(session).ok, "the warehouse of the benchmark contradicts itself"


def bin_code(number: int) -> str:
    """Aisle, bay, level: 50 bays of 4 levels."""
    aisle, place = divmod(number, 200)
    return f"{aisle + 1:03}-{place // 4 + 1:02}-{place % 4 + 1}"


def sku(number: int) -> str:
    return f"SKU-{number:05}"


def barcode(number: int) -> str:
    return ean13(f"40{number:010}")


def _places_and_people(session: Session, size: Size) -> None:
    warehouse_id = open_warehouse(session, WAREHOUSE).id
    common = {"warehouse_id": warehouse_id, "zone": "", "is_pick_face": False}
    bins = [{**common, "code": bin_code(n), "kind": "bin", "sequence": n} for n in range(size.bins)]
    session.execute(insert(table(Location)), [*bins, {**common, "code": "PACK", "kind": "pack", "sequence": 0}])
    now = clock.now()
    people = [
        {"name": f"Picker {n}", "badge": f"P-{n}", "roles": ["picker", "office"], "created_at": now}
        for n in range(CLIENTS)
    ]
    session.execute(insert(table(Operator)), people)


def _items(session: Session, size: Size) -> None:
    rows = [{"sku": sku(n), "name": f"Thing number {n}", "unit_weight_grams": 250} for n in range(size.items)]
    session.execute(insert(table(Item)), rows)
    ids = _ids(session, Item, Item.sku)
    codes = [(ids[sku(n)], barcode(n)) for n in range(size.items)]
    session.execute(
        insert(table(ItemBarcode)),
        [{"item_id": id_, "barcode": code, "gtin": to_gtin14(code), "quantity": 1} for id_, code in codes],
    )


def _ids(session: Session, model: type[Model], name: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(select(name, table(model).c.id))}


def _pairs(session: Session, count: int) -> list[tuple[int, int]]:
    """(item, bin): each bin holds a few items, each item lies in several bins far from each other."""
    items = session.scalars(select(Item.id).order_by(Item.sku)).all()
    bins = session.scalars(select(Location.id).where(Location.kind == "bin").order_by(Location.sequence)).all()
    return [(items[(n * 7919 + n // len(bins)) % len(items)], bins[n % len(bins)]) for n in range(count)]


def _parts(pairs: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    return (pairs[start : start + size] for start in range(0, len(pairs), size))


def _post(engine: Engine, reason: str, number: int, source: int, units: int, pairs: list[tuple[int, int]]) -> None:
    header = Header(key=f"bench:{reason}:{number}", reason=reason, device="bench", document=f"{reason}-{number}")
    moves = [Move(item, units, Place(source), Place(place)) for item, place in pairs]
    transact(lambda session: post(session, header, moves), engine=engine)
