"""Barcodes: what is printed on an item or its pack, and how many base units one scan of it counts."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.barcode.gtin import to_gtin14
from app.catalog.models import Item, ItemBarcode
from app.db import table
from app.imports.columns import UNITS_MAX, Column, text, whole
from app.imports.result import Outcome
from app.imports.saving import among, items_by_sku, save
from app.imports.table import Row
from app.language import _
from app.refusal import Refused

COLUMNS = (
    Column("sku", text(64), is_required=True),
    Column("barcode", text(80), is_required=True),
    Column("quantity", whole(1, UNITS_MAX), default=1),
    Column("kind", text(40), default=""),
)
KEY = ("barcode",)
PORTION = 500
_INTERNAL = re.compile(r"[LCBADIP]\.")


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Put the barcodes on their items.

    A barcode whose check digit is right is a GTIN, and the same GTIN in fewer digits is the same barcode.
    Errors noted: ``unknown_sku``; ``barcode_reserved`` for what reads like one of our own labels; ``barcode_taken``
    where another item has it, under any number of digits.
    """
    items = items_by_sku(session, rows, outcome)
    gtins = {row.number: _gtin(row["barcode"]) for row in rows}
    barcode = table(ItemBarcode)
    statement = select(barcode, Item.sku).join(Item, Item.id == barcode.c.item_id)
    existing = {
        row.barcode: row for row in among(session, statement, barcode.c.barcode, (row["barcode"] for row in rows))
    }
    owners = {row.gtin: row.sku for row in among(session, statement, barcode.c.gtin, filter(None, gtins.values()))}
    owners |= {row.barcode: row.sku for row in existing.values()}
    wanted = []
    for row in rows:
        if row["sku"] not in items:
            continue
        if _INTERNAL.match(row["barcode"]):
            message = _("Codes that begin with a letter and a point are our own labels. Choose another.")
            outcome.refuse(row.number, "barcode", "barcode_reserved", message)
            continue
        for name in filter(None, (row["barcode"], gtins[row.number])):
            owner = owners.setdefault(name, row["sku"])
            if owner != row["sku"]:
                message = _("%(sku)s has this barcode. Remove it there first.", sku=owner)
                outcome.refuse(row.number, "barcode", "barcode_taken", message)
                break
        values = {name: value for name, value in row.values.items() if name != "sku"}
        wanted.append((row["barcode"], values | {"item_id": items[row["sku"]].id, "gtin": gtins[row.number]}))
    save(session, ItemBarcode, wanted, existing, outcome)


def _gtin(barcode: str) -> str | None:
    try:
        return to_gtin14(barcode)
    except Refused:
        return None
