"""Items: what we stock. ``sku`` names the row; the rest is written as the file says."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.models import TRACKING, Item
from app.db import table
from app.imports.columns import Column, choice, money, prose, text, whole, yes_no
from app.imports.result import Outcome
from app.imports.saving import among, save
from app.imports.table import Row
from app.language import _
from app.ledger.models import Movement

COLUMNS = (
    Column("sku", text(64), is_required=True),
    Column("name", text(), is_required=True),
    Column("description", prose(), default=""),
    Column("unit_weight_grams", whole(), default=0),
    Column("price", money),
    Column("tracking", choice(TRACKING), default="none"),
    Column("has_expiry", yes_no, default=False),
    Column("shelf_life_days", whole(1, 36_500)),
    Column("inspect_on_receipt", yes_no, default=False),
    Column("image_url", text(2000), default=""),
)
KEY = ("sku",)
PORTION = 200


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Make or change the items.

    Errors noted: ``expiry_needs_lot`` where dates are wanted of goods without lots, because a date is its lot's;
    ``tracking_in_use`` where the goods have moved already under the old rule; ``bad_address``. Warned of:
    ``picture_elsewhere``, as our pages load nothing from other servers (``app.web.pictures.item_pictures``).
    """
    existing = {row.sku: row for row in among(session, select(table(Item)), Item.sku, (row["sku"] for row in rows))}
    changing = {
        old.sku: old.id
        for row in rows
        if (old := existing.get(row["sku"])) and row.get("tracking", old.tracking) != old.tracking
    }
    moved = {
        found[0] for found in among(session, select(Movement.item_id).distinct(), Movement.item_id, changing.values())
    }
    for row in rows:
        old = existing.get(row["sku"])
        tracking = row.get("tracking", old.tracking if old else "none")
        if row.get("has_expiry", bool(old and old.has_expiry)) and tracking != "lot":
            message = _("An expiry date belongs to a lot. Set tracking to lot.")
            outcome.refuse(row.number, "has_expiry", "expiry_needs_lot", message)
        if changing.get(row["sku"]) in moved:
            message = _("%(sku)s has moved already: its tracking stays. Make a new item.", sku=row["sku"])
            outcome.refuse(row.number, "tracking", "tracking_in_use", message)
        if not row.get("image_url", "").startswith(("https://", "http://", "/")) and row.get("image_url"):
            message = _("Write /pictures/ and the name of the file, or an address that begins with https://.")
            outcome.refuse(row.number, "image_url", "bad_address", message)
        if row.get("image_url", "").startswith(("https://", "http://")):
            message = _(
                "A picture on another server is not shown. Put the file into the folder pictures of the data folder "
                "and write /pictures/ and its name."
            )
            outcome.warn(row.number, "image_url", "picture_elsewhere", message)
    save(session, Item, ((row["sku"], row.values) for row in rows), existing, outcome)
