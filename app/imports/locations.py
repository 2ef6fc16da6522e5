"""Locations, totes and licence plates (LPN). A warehouse that is named for the first time is opened."""

import re
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import table
from app.imports.columns import UNITS_MAX, Column, choice, text, whole, yes_no
from app.imports.result import Outcome
from app.imports.saving import among, save
from app.imports.table import Row
from app.language import _
from app.ledger.models import Balance
from app.places.models import FLOOR, KINDS, VIRTUAL, Container, Location, Warehouse
from app.places.warehouses import open_warehouse
from app.words import word

CONTAINERS = ("tote", "lpn")
COLUMNS = (
    Column("warehouse", text(40), is_required=True),
    Column("code", text(40), is_required=True),
    Column("kind", choice((*KINDS, *CONTAINERS)), is_required=True),
    Column("zone", text(40), default=""),
    Column("sequence", whole(), default=0),
    Column("is_pick_face", yes_no, default=False),
    Column("max_units", whole(1, UNITS_MAX)),
)
KEY = ("warehouse", "code")
PORTION = 500
_INTERNAL = re.compile(r"[LCBADIP]\.")


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Make or change the places.

    Errors noted: ``code_reserved`` for names that the house uses itself; ``code_taken`` where a container and a
    location, or containers of two kinds or warehouses, would share a code; ``location_in_use`` where a place with stock
    would change its kind.
    """
    warehouses = _warehouses(session, sorted({row["warehouse"] for row in rows}), outcome)
    for row in rows:
        if row["code"].upper() in {FLOOR, *VIRTUAL} or _INTERNAL.match(row["code"]):
            message = _("%(code)s means something else already. Choose another code.", code=row["code"])
            outcome.refuse(row.number, "code", "code_reserved", message)
    totes = [row for row in rows if row["kind"] in CONTAINERS]
    _write_totes(session, totes, warehouses, outcome)
    _write_locations(session, [row for row in rows if row["kind"] not in CONTAINERS], totes, warehouses, outcome)


def _warehouses(session: Session, codes: Sequence[str], outcome: Outcome) -> dict[str, Warehouse]:
    """The warehouses, opened where they are new; a check only thinks of one, under a number that no row has."""
    if not outcome.is_check:
        return {code: open_warehouse(session, code) for code in codes}
    found = {place.code: place for place in session.scalars(select(Warehouse).where(Warehouse.code.in_(codes)))}
    return {code: found.get(code) or Warehouse(id=-number, code=code) for number, code in enumerate(codes, start=1)}


def _write_totes(session: Session, rows: Sequence[Row], warehouses: dict[str, Warehouse], outcome: Outcome) -> None:
    existing = {
        row.code: row for row in among(session, select(table(Container)), Container.code, (row["code"] for row in rows))
    }
    places = {found[0] for found in among(session, select(Location.code), Location.code, (row["code"] for row in rows))}
    seen: set[str] = set()
    wanted = []
    for row in rows:
        code, warehouse_id = row["code"], warehouses[row["warehouse"]].id
        there = existing.get(code)
        is_another = there is not None and (there.kind, there.warehouse_id) != (row["kind"], warehouse_id)
        if is_another or code in places or code in seen:
            outcome.refuse(row.number, "code", "code_taken", _taken(code))
        else:
            wanted.append((code, {"code": code, "kind": row["kind"], "warehouse_id": warehouse_id}))
        seen.add(code)
    save(session, Container, wanted, existing, outcome)


def _write_locations(
    session: Session, rows: Sequence[Row], totes: Sequence[Row], warehouses: dict[str, Warehouse], outcome: Outcome
) -> None:
    place = table(Location)
    ids = [warehouse.id for warehouse in warehouses.values()]
    codes = [row["code"] for row in rows]
    statement = select(place).where(place.c.warehouse_id.in_(ids))
    existing = {(row.warehouse_id, row.code): row for row in among(session, statement, place.c.code, codes)}
    containers = {row["code"] for row in totes}
    containers |= {found[0] for found in among(session, select(Container.code), Container.code, codes)}
    changing = [
        existing[key].id
        for row in rows
        if (key := (warehouses[row["warehouse"]].id, row["code"])) in existing and existing[key].kind != row["kind"]
    ]
    # Held, and looked at only then: whoever just puts goods there goes before.
    if changing and not outcome.is_check:
        session.execute(select(Location.id).where(Location.id.in_(changing)).order_by(Location.id).with_for_update())
    held = select(Balance.location_id).group_by(Balance.location_id).having(func.sum(Balance.quantity) > 0)
    full = {found[0] for found in among(session, held, Balance.location_id, changing)}
    wanted = []
    for row in rows:
        key = (warehouses[row["warehouse"]].id, row["code"])
        if row["code"] in containers:
            outcome.refuse(row.number, "code", "code_taken", _taken(row["code"]))
            continue
        there = existing.get(key)
        if there is not None and there.kind != row["kind"] and there.id in full:
            message = _("%(code)s holds stock as a %(kind)s. Empty it first.", code=row["code"], kind=word(there.kind))
            outcome.refuse(row.number, "kind", "location_in_use", message)
        values = {name: value for name, value in row.values.items() if name != "warehouse"}
        wanted.append((key, values | {"warehouse_id": key[0]}))
    save(session, Location, wanted, existing, outcome)


def _taken(code: str) -> str:
    return _("%(code)s is another place or container already. Choose another code.", code=code)
