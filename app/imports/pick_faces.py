"""Pick faces: how few units of an item a bin may hold before it is filled again, and how many it is filled up to."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import table
from app.imports.columns import UNITS_MAX, Column, text, whole
from app.imports.result import Outcome
from app.imports.saving import among, items_by_sku, save, warehouses_by_code
from app.imports.table import Row
from app.language import _
from app.ledger.for_sale import PICKED_FROM
from app.orders.models import PickFace
from app.places.models import Location

COLUMNS = (
    Column("warehouse", text(40), is_required=True),
    Column("location", text(40), is_required=True),
    Column("sku", text(64), is_required=True),
    Column("minimum", whole(1, UNITS_MAX), is_required=True),
    Column("maximum", whole(1, UNITS_MAX), is_required=True),
)
KEY = ("warehouse", "location", "sku")
PORTION = 500


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Set the levels; each bin becomes a pick face.

    Errors noted: ``unknown_warehouse``; ``unknown_sku``; ``unknown_location``; ``not_a_bin``; ``bad_levels``.
    """
    houses = warehouses_by_code(session, rows, outcome)
    items = items_by_sku(session, rows, outcome)
    named = select(Location.id, Location.warehouse_id, Location.code, Location.kind)
    places = {
        (row.warehouse_id, row.code): row
        for row in among(session, named, Location.code, (row["location"] for row in rows))
    }
    face = table(PickFace)
    ids = [place.id for place in places.values()]
    existing = {(row.location_id, row.item_id): row for row in among(session, select(face), face.c.location_id, ids)}
    wanted = []
    for row in rows:
        if row["warehouse"] not in houses or row["sku"] not in items:
            continue
        place = places.get((houses[row["warehouse"]].id, row["location"]))
        if place is None:
            message = _("There is no location %(code)s. Import it first.", code=row["location"])
            outcome.refuse(row.number, "location", "unknown_location", message)
        elif place.kind not in PICKED_FROM:
            message = _("%(code)s isn't a bin. Orders are picked from bins.", code=place.code)
            outcome.refuse(row.number, "location", "not_a_bin", message)
        elif row["maximum"] < row["minimum"]:
            message = _("Give a minimum of at least 1, and a maximum that is not below it.")
            outcome.refuse(row.number, "maximum", "bad_levels", message)
        else:
            key = (place.id, items[row["sku"]].id)
            levels = {"minimum": row["minimum"], "maximum": row["maximum"]}
            wanted.append((key, {"location_id": key[0], "item_id": key[1], **levels}))
    if not outcome.is_check:
        faces = sorted({key[0] for key, _values in wanted})
        session.execute(update(Location).where(Location.id.in_(faces)).values(is_pick_face=True))
    save(session, PickFace, wanted, existing, outcome)
